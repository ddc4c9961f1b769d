"""Jobs: every one ends, and anybody can read how it stands."""

from __future__ import annotations

import errno
import os
import re
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from core import jobs
from core.errors import DiskFullError, NotAFileError, UnavailableError
from core.instance_files import Owner
from core.jobs import (
    ATTEMPTS,
    KEPT,
    PAUSE,
    CancelledError,
    Job,
    Running,
    all_of,
    ended_badly,
    note_told,
    read,
    sentence,
)
from core.progress import counted
from tests.processes import Child

HERE = Owner.this_process()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tasks.json"


@pytest.fixture(autouse=True)
def no_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "SOON", 0.0)
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
    path = job.path
    copied = path.with_name(f"{path.name}.backup")
    found = read(path, HERE, pauses.append)
    assert (found.state, pauses) == ("unknown", [PAUSE] * (ATTEMPTS - 1))  # the copy was made while it ran
    assert found.kind == "backup"
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
            other = Running(file, "import", clock)
        assert isinstance(other.problem, DiskFullError)
        job.progress(2, 2)
        with other:
            pass
    assert [state for state, *_rest in states(file)] == ["done", "done"]


def test_a_directory_that_cannot_be_written_or_is_not_there_stops_no_work(file: Path) -> None:
    with Running(file.parent / "nowhere" / "tasks.json", "export", clock) as job:
        job.progress(1, 2)
    assert os.listdir(file.parent) == []
    assert isinstance(job.problem, UnavailableError)
    file.with_name("jobs").write_text("no directory")
    with Running(file, "export", clock) as job:
        job.progress(1, 2)
    assert job.job.state == "done"
    assert isinstance(job.problem, NotAFileError)


def test_what_is_over_at_once_has_no_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "SOON", 1_000.0)
    with Running(file, "import", clock, at_once=False) as job:
        job.progress(1, 2)
    with pytest.raises(KeyboardInterrupt), Running(file, "import", clock, at_once=False):
        raise KeyboardInterrupt
    assert os.listdir(file.parent) == []
    monkeypatch.setattr(jobs, "SOON", 0.0)
    with Running(file, "import", clock, at_once=False) as job:
        assert states(file) == []
        job.progress(1, 2)
        assert states(file) == [("running", 1, 2, "")]
    assert states(file) == [("done", 2, 2, "")]


def test_how_far_it_is_is_shown_as_the_items_are_taken(file: Path) -> None:
    shown: list[tuple[int, int]] = []
    with Running(file, "import", clock, lambda done, total: shown.append((done, total))) as job:
        assert list(counted(range(1200), job.progress, 1, 3)) == list(range(1200))
    assert shown == [(1200, 3600), (1700, 3600), (2200, 3600)]
    assert list(counted([], job.progress)) == []
    job.cancel()
    with pytest.raises(CancelledError):
        list(counted("a", job.progress))


def test_jobs_are_told_by_their_list(file: Path) -> None:
    with Running(file, "backup", clock), Running(file.with_name("tasks.json.work.json"), "export", clock):
        pass
    assert [job.kind for job in all_of(file, HERE)] == ["backup"]
    assert [job.kind for job in all_of(file.with_name("tasks.json.work.json"), HERE)] == ["export"]


def test_what_ended_badly_is_told_once_unless_it_was_made_good(file: Path) -> None:
    with pytest.raises(ValueError, match="no good"), Running(file, "import", clock):
        raise ValueError("no good.")
    with pytest.raises(ValueError, match="bad"), Running(file, "backup", clock):
        raise ValueError("bad")
    with pytest.raises(CancelledError), Running(file, "export", clock):
        raise CancelledError
    with Running(file, "backup", clock):
        pass
    (found,) = ended_badly(all_of(file, HERE))
    assert (found.kind, found.told) == ("import", False)
    assert re.fullmatch(r"An import begun 2027-01-\d\d \d\d:\d\d failed: no good\.", sentence(found))
    note_told(file, found)
    (again,) = ended_badly(all_of(file, HERE))
    assert again == replace(found, told=True)


@pytest.mark.parametrize(
    ("job", "words"),
    [
        (Job("x", "backup", "running", HERE, done=3, total=4), "A backup is running: 75%."),
        (Job("x", "move", "queued", HERE, "never"), "A move is queued."),
        (Job("x", "", "unknown", HERE, reason="x is missing"), "How a job stands cannot be told: x is missing."),
        (Job("x", "export", "interrupted", HERE, reason="why"), "An export was interrupted: why."),
        (Job("x", "export", "done", HERE), "An export is done."),
        (Job("x", "export", "cancelled", HERE), "An export was cancelled."),
    ],
)
def test_a_job_in_words(job: Job, words: str) -> None:
    assert sentence(job) == words


def test_old_jobs_are_forgotten(file: Path) -> None:
    for _number in range(KEPT + 3):
        with Running(file, "backup", clock):
            pass
    left = file.parent / "jobs" / ".x.json.12.0123456789ab.tmp"
    left.write_bytes(b"half")
    os.utime(left, (1_799_000_000,) * 2)
    with Running(file, "backup", clock):
        pass
    assert not left.exists()
    found = all_of(file, HERE)
    assert len(found) == KEPT
    assert len(os.listdir(left.parent)) == 2 * KEPT
    assert found == sorted(found, key=lambda job: job.started, reverse=True)
    assert isinstance(found[0], Job)
