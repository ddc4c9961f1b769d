"""Jobs in the app: what ended badly is told once, and long work shows how far it is, and can be cancelled."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from core import jobs
from core.drafts import Draft, keep
from core.instance_files import InstanceFiles, Owner
from core.jobs import CancelledError, Running, all_of
from tests.app_driver import Driver, opened, saved_list
from tests.processes import Child
from tests.test_ui_threads import Recorder

_HERE = Owner.this_process()
_DIES = """
    import sys
    from datetime import UTC, datetime
    from pathlib import Path
    from core.jobs import Running

    with Running(Path(sys.argv[1]), sys.argv[2], lambda: datetime.now(UTC)):
        print("running", flush=True)
        sys.stdin.readline()
"""
_seconds = count()


def clock() -> datetime:
    return datetime.fromtimestamp(1_700_000_000 + next(_seconds), UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "tasks.json"
    saved_list(file, "one", "two")
    return file


def _die(file: Path, kind: str) -> None:
    with Child(_DIES, file, kind) as child:
        assert child.hear() == "running"
        child.kill()


def _fail(file: Path, kind: jobs.Kind, error: Exception) -> None:
    with pytest.raises(type(error)), Running(file, kind, clock):
        raise error


async def _until_looked(app: Driver) -> None:
    """Return once the app has been told of all that there is to tell at its start."""
    await app.until(lambda: app.app.side._announced)
    await app.pilot.pause()


async def test_what_ended_badly_is_told_at_the_next_start_and_not_again(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fail(file, "export", ValueError("no good"))
    _fail(file, "move", CancelledError())
    _die(file, "backup")
    recorder = Recorder(file.parent, monkeypatch)
    async with opened(file) as app:
        await app.until(lambda: app.says("was interrupted: its process ended before it did. Make it again with gb b."))
        assert app.says("A backup begun 20")
        assert app.says("1 more job ended badly; todurable doctor tells.")
    assert recorder.of(threading.main_thread().name) == []
    assert [(job.state, job.told) for job in all_of(file, _HERE)] == [
        ("interrupted", True),
        ("cancelled", False),
        ("failed", True),
    ]
    async with opened(file) as app:
        await _until_looked(app)
        assert not app.says("begun")
        _die(file, "import")
    async with opened(file) as app:
        await app.until(lambda: app.says("An import begun 20") and app.says("nothing is added twice."))
        assert not app.says("more")


async def test_it_is_told_beside_what_was_half_typed(file: Path) -> None:
    gone = InstanceFiles(file, _HERE._replace(started="1"))
    keep(gone, [Draft("add", texts={"line": "Pay rent"})])
    _fail(file, "import", ValueError("no good"))
    async with opened(file) as app:
        await app.until(lambda: app.says("begun 2023-11-14") or app.says("begun 2023-11-15"))
        assert app.says("“Pay rent” was half typed when todurable ended: . brings it back. An import begun")


async def test_what_was_made_good_or_cannot_be_read_is_not_told(file: Path) -> None:
    _fail(file, "backup", ValueError("no good"))
    with Running(file, "backup", clock):
        pass
    with Running(file, "import", clock) as job:
        pass
    job.path.write_bytes(b"damaged")
    async with opened(file) as app:
        await _until_looked(app)
        assert not app.says("begun")
