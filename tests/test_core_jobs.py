"""Jobs: every one ends, and anybody can read how it stands."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from core import jobs
from core.errors import DiskFullError
from core.instance_files import Owner
from core.jobs import ATTEMPTS, KEPT, PAUSE, CancelledError, Job, Running, all_of, read
from tests.processes import Child

HERE = Owner.this_process()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tasks.json"


@pytest.fixture(autouse=True)
def no_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_INTERVAL", 0.0)


_seconds = count()


def clock() -> datetime:
    return datetime.fromtimestamp(1_800_000_000 + next(_seconds), UTC)


def states(file: Path) -> list[tuple[str, int, int, str]]:
    return [(job.state, job.done, job.total, job.reason) for job in all_of(file, HERE, lambda _seconds: None)]


def test_a_job_tells_how_far_it_is_and_that_it_is_done(file: Path) -> None:
    assert states(file) == []
    job = Running(file, "backup", clock)
    assert states(file) == [("queued", 0, 0, "")]
    with job:
        assert states(file) == [("running", 0, 0, "")]
        job.progress(3, 10)
        assert states(file) == [("running", 3, 10, "")]
    assert states(file) == [("done", 10, 10, "")]
    assert all_of(file, HERE)[0].kind == "backup"


def test_a_job_that_fails_or_is_cancelled_says_so(file: Path) -> None:
    with pytest.raises(ValueError, match="no good"), Running(file, "import", clock):
        raise ValueError("no good")
    job = Running(file, "export", clock)
    job.cancel()
    with pytest.raises(CancelledError), job:
        job.progress(1, 2)
    with pytest.raises(KeyboardInterrupt), Running(file, "export", clock):
        raise KeyboardInterrupt
    told = [(state, reason) for state, _done, _total, reason in states(file)]
    assert told == [("cancelled", "by its user"), ("cancelled", "by its user"), ("failed", "no good")]


_DIES = """
    import sys
    from datetime import UTC, datetime
    from pathlib import Path
    from core.jobs import Running

    with Running(Path(sys.argv[1]), "backup", lambda: datetime.now(UTC)):
        print("running", flush=True)
        sys.stdin.readline()
"""


def test_a_job_whose_process_died_is_interrupted(file: Path) -> None:
    with Child(_DIES, file) as child:
        assert child.hear() == "running"
        assert [state for state, *_rest in states(file)] == ["running"]
        child.kill()
    assert states(file) == [("interrupted", 0, 0, "its process ended before it did")]


@pytest.mark.parametrize("damage", [b"", b"{", b'{"id":5}', b"\xff"])
def test_a_status_that_cannot_be_read_is_unknown_after_its_copy(damage: bytes, file: Path) -> None:
    with Running(file, "backup", clock) as job:
        pass
    job.path.write_bytes(damage)
    pauses: list[float] = []
    (path,) = file.parent.glob("jobs/*.json")
    copied = path.with_name(f"{path.name}.backup")
    found = read(path, HERE, pauses.append)
    assert (found.state, pauses) == ("unknown", [PAUSE] * (ATTEMPTS - 1))  # the copy was made while it ran
    assert "is damaged" in found.reason
    ended = replace(found, state="done", owner=HERE, reason="")
    copied.write_bytes(msgspec.json.encode(ended))
    assert read(path, HERE, pauses.append) == ended
    copied.unlink()
    path.unlink()
    assert "is missing" in read(path, HERE, pauses.append).reason


def test_a_status_that_can_be_read_at_the_next_attempt_is(file: Path) -> None:
    with Running(file, "backup", clock) as job:
        pass
    raw = job.path.read_bytes()
    job.path.write_bytes(b"")
    assert read(job.path, HERE, lambda _seconds: job.path.write_bytes(raw)).state == "done"


def test_a_job_of_another_computer_is_taken_at_its_word(file: Path) -> None:
    with Running(file, "backup", clock) as job:
        far = replace(job.job, owner=Owner("cellar", 1, "1"))
        job.path.write_bytes(msgspec.json.encode(far))
        assert states(file)[0][0] == "running"


def test_a_status_that_cannot_be_written_stops_no_work_that_has_begun(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with Running(file, "backup", clock) as job:
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", full)
            job.progress(1, 2)
            assert isinstance(job.problem, DiskFullError)
            with pytest.raises(DiskFullError):
                Running(file, "backup", clock)
        job.progress(2, 2)
    assert [state for state, *_rest in states(file)] == ["done"]


def test_old_jobs_are_forgotten(file: Path) -> None:
    for _number in range(KEPT + 3):
        with Running(file, "backup", clock):
            pass
    found = all_of(file, HERE)
    assert len(found) == KEPT
    assert found == sorted(found, key=lambda job: job.started, reverse=True)
    assert isinstance(found[0], Job)
