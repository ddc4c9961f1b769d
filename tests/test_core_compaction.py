from __future__ import annotations

import errno
import gzip
import os
import stat
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from core import compaction
from core.changes import Record
from core.compaction import history
from core.errors import AccessDeniedError, FileSafetyError, NotAFileError, UnavailableError
from core.instance_files import Owner
from core.jobs import all_of
from core.journal import Journal
from core.replay import Replay, decoded
from tests.journals import lines, numbers, record, records
from tests.processes import without_privileges

_KEPT = 10


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tasks.json.journal"


@pytest.fixture(autouse=True)
def few_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a journal of a hundred records is a long one."""
    monkeypatch.setattr(compaction, "KEPT", _KEPT)


def _journal(path: Path, last: int, first: int = 1) -> Journal:
    path.write_bytes(lines(records(first, last)))
    journal = Journal(path)
    journal.replay(first - 1)
    return journal


def compact(journal: Journal, oldest_base: int) -> Path | None:
    return compaction.compact(journal, oldest_base, lambda: datetime(2026, 11, 21, tzinfo=UTC))


def _replayed(path: Path, after: int = 0) -> Replay:
    """What is found by who needs what left the journal too."""
    journal = Journal(path)
    return replace(journal.replay(after, history(journal)), end=0)


def _whole(last: int, first: int = 1) -> Replay:
    return Replay(records(first, last), (), 0)


def _archived(path: Path) -> list[str]:
    return sorted(os.listdir(path.parent / "backups"))


# What is cut, and what stays


@pytest.mark.parametrize(
    ("oldest_base", "cut"),
    [(1000, 90), (100, 90), (91, 90), (90, 90), (89, 89), (60, 60), (51, 51), (49, 0), (1, 0), (0, 0), (-1, 0)],
)
def test_nothing_is_cut_that_a_base_or_undo_may_need(oldest_base: int, cut: int, path: Path) -> None:
    journal = _journal(path, 100)
    target = compact(journal, oldest_base)
    assert (target is not None) is (cut > 0)
    assert path.read_bytes() == lines(records(cut + 1, 100))
    assert journal.recent(_KEPT) == records(101 - _KEPT, 100)
    if target is not None:
        assert target.parent == path.parent / "backups"
        assert gzip.decompress(target.read_bytes()) == lines(records(1, cut))
    assert _replayed(path) == _whole(100)
    assert journal.catch_up() == ()
    journal.append([record(101)])
    assert _replayed(path) == _whole(101)


def test_a_thousand_records_can_always_be_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert compaction.KEPT == 1000


def test_a_short_journal_is_left_alone(path: Path) -> None:
    for last in (0, 1, _KEPT, 2 * _KEPT - 2):
        journal = _journal(path, last)
        before = path.stat().st_ino
        assert compact(journal, last) is None  # and that was no job
        assert path.stat().st_ino == before
    assert os.listdir(path.parent) == [path.name]


def test_no_line_is_decoded_that_stays(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, read = _journal(path, 100), []

    def reading(line: bytes) -> Record | None:
        read.append(line)
        return decoded(line)

    monkeypatch.setattr(compaction, "decoded", reading)
    assert compact(journal, 0) is compact(journal, -1) is None
    assert read == []
    assert compact(journal, 60) is not None
    assert len(read) == 60


def test_time_and_again_every_line_is_kept(path: Path) -> None:
    journal = _journal(path, 1)
    for last in range(2, 301):
        journal.append([record(last)])
        compact(journal, last - 3)
        assert len(path.read_bytes()) <= len(lines(records(last - 2 * _KEPT, last)))
    assert len(_archived(path)) > 10
    assert history(journal) + path.read_bytes() == lines(records(1, 300))
    assert _replayed(path) == _whole(300)
    assert _replayed(path, 123) == _whole(300, 124)


def test_what_cannot_be_read_and_all_behind_it_stays(path: Path) -> None:
    damaged = lines(records(1, 60)) + b"damaged\n" + lines(records(62, 100))
    path.write_bytes(damaged)
    journal = Journal(path)
    journal.replay(61)
    compact(journal, 100)
    assert path.read_bytes() == damaged[len(lines(records(1, 60))) :]
    assert _replayed(path).lost == ("Change 61 could not be read.",)


def test_a_torn_line_is_not_taken_along(path: Path) -> None:
    journal = _journal(path, 100)
    with path.open("ab") as file:
        file.write(b'{"seq":101,"at":"')
    assert compact(journal, 100) is not None
    assert path.read_bytes() == lines(records(91, 100))


# Where it goes


def test_archives_are_private_and_tell_what_they_hold(path: Path) -> None:
    mask = os.umask(0)
    try:
        target = compact(_journal(path, 100), 100)
    finally:
        os.umask(mask)
    assert target is not None
    assert target.name == "history-tasks.json-1-90.jsonl.gz"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert stat.S_IMODE(target.parent.stat().st_mode) == 0o700


def test_lists_in_one_directory_keep_their_histories_apart(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.journal" for name in ("work", "work.json", "work-1", "work.json-1", "w[o]rk")]
    for number, path in enumerate(paths):
        path.write_bytes(lines(record(seq, key=f"{number}-{seq}") for seq in range(1, 101)))
        journal = Journal(path)
        journal.replay(0)
        assert compact(journal, 100) is not None
    for number, path in enumerate(paths):
        assert [one.key for one in _replayed(path).records] == [f"{number}-{seq}" for seq in range(1, 101)]


def test_history_is_in_order_however_long_its_numbers_are(path: Path) -> None:
    journal = _journal(path, 120)
    directory = path.parent / "backups"
    directory.mkdir()
    parts: list[Sequence[int]] = [range(1, 10), range(1, 11), range(10, 100), range(100, 111)]
    for part in parts:
        name = f"history-tasks.json-{part[0]}-{part[-1]}.jsonl.gz"
        (directory / name).write_bytes(gzip.compress(lines(records(part[0], part[-1]))))
    (directory / "history-tasks.json-x-9.jsonl.gz").write_bytes(b"not ours")
    (directory / "tasks-1-x.json").write_bytes(b"not ours either")
    assert history(journal) == b"".join(lines(records(part[0], part[-1])) for part in parts)


def test_without_archives_there_is_no_history(path: Path) -> None:
    journal = _journal(path, 5)
    assert history(journal) == b""
    (path.parent / "backups").mkdir()
    assert history(journal) == b""


# Crashes and failures


def test_lines_in_both_places_are_read_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = _journal(path, 100)

    class PowerCutError(Exception):
        pass

    def power_cut(*_: object) -> None:
        raise PowerCutError

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "replace", power_cut)
        with pytest.raises(PowerCutError):
            compact(journal, 70)
    assert path.read_bytes() == lines(records(1, 100))
    assert _archived(path) == ["history-tasks.json-1-70.jsonl.gz"]
    assert _replayed(path) == _whole(100)
    path.write_bytes(path.read_bytes().replace(b"task 33", b"TASK 33").replace(b"task 90", b"TASK 90"))
    found = _replayed(path)
    assert numbers(found.records) == [number for number in range(1, 101) if number != 90]
    assert found.lost == ("Change 90 could not be read.",)
    again = _journal(path, 100)
    compact(again, 85)  # the next attempt cuts more: two archives overlap
    assert _replayed(path) == _whole(100)
    compact(again, 100)
    again.append([record(101)])
    assert _replayed(path) == _whole(101)


def _fail(patch: pytest.MonkeyPatch, name: str, number: int, at: int) -> list[int]:
    """Let the call number `at` of `os.name` fail; what is returned counts them."""
    real, made = getattr(os, name), [0]

    def failing(*arguments: Any, **options: Any) -> Any:
        made[0] += 1
        if made[0] == at:
            raise OSError(number, os.strerror(number))
        return real(*arguments, **options)

    patch.setattr(os, name, failing)
    return made


@pytest.mark.parametrize("call", ["mkdir", "open", "read", "write", "fsync", "replace", "listdir"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_call_that_fails_loses_no_line(
    call: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at in count(1):
        directory = tmp_path / str(at)
        directory.mkdir()
        path = directory / "tasks.json.journal"
        journal = _journal(path, 100)
        with monkeypatch.context() as patch:
            made = _fail(patch, call, number, at)
            raised = _error_of(lambda journal: compact(journal, 100), journal)
        if made[0] < at:
            break
        assert raised is None or raised.errno == number
        assert _replayed(path) == _whole(100)
        assert not list(directory.rglob("*.tmp"))
        journal.catch_up()
        journal.append([record(101)])
        compact(journal, 101)
        assert _replayed(path) == _whole(101)
        journal.close()
    assert at > 1


def _error_of(work: Callable[[Journal], object], journal: Journal) -> OSError | None:
    try:
        work(journal)
    except OSError as error:
        return error
    except FileSafetyError as error:
        return error.cause
    return None


def test_nothing_leaves_the_journal_that_cannot_be_read_back(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = _journal(path, 100)
    monkeypatch.setattr(gzip, "compress", lambda *_, **__: b"not what it should be")
    with pytest.raises(OSError, match="could not be read back"):
        compact(journal, 100)
    (job,) = all_of(path.with_name("tasks.json"), Owner.this_process())
    assert (job.kind, job.state, "could not be read back" in job.reason) == ("compaction", "failed", True)
    assert path.read_bytes() == lines(records(1, 100))
    assert _replayed(path) == _whole(100)


def test_the_archive_is_on_the_disk_before_the_lines_leave(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, replaced = _journal(path, 100), []
    fsync, replace = os.fsync, os.replace
    synced: list[int] = []

    def note(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    def look(source: Path, target: Path) -> None:
        if target.parent.name != "jobs":
            replaced.append(target.name)
        if target == path:
            archive = path.parent / "backups" / replaced[0]
            directories = [path.parent, archive.parent]
            assert {archive.stat().st_ino, *(directory.stat().st_ino for directory in directories)} <= set(synced)
        replace(source, target)

    monkeypatch.setattr(os, "fsync", note)
    monkeypatch.setattr(os, "replace", look)
    compact(journal, 100)
    assert replaced == ["history-tasks.json-1-90.jsonl.gz", path.name]


# Damaged archives


@pytest.mark.parametrize("how", ["empty", "half", "flipped", "garbage", "trailing", "zeros"])
def test_a_damaged_archive_shows_as_a_gap(how: str, path: Path) -> None:
    journal = _journal(path, 100)
    first = compact(journal, 60)
    journal.append(records(101, 200))
    second = compact(journal, 150)
    assert first is not None
    assert second is not None
    raw = first.read_bytes()
    middle = len(raw) // 2
    damages = {
        "empty": b"",
        "half": raw[:middle],
        "flipped": raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :],
        "garbage": b"garbage",
        "trailing": raw + b"garbage",
        "zeros": b"\0" * len(raw),
    }
    first.write_bytes(damages[how])
    found = _replayed(path)
    assert found.records == records(61, 200)
    assert found.lost == ("Changes 1 to 60 could not be read.",)
    assert _replayed(path, 60) == _whole(200, 61)


def test_a_missing_archive_shows_as_a_gap(path: Path) -> None:
    target = compact(_journal(path, 100), 60)
    assert target is not None
    target.unlink()
    assert _replayed(path).lost == ("Changes 1 to 60 could not be read.",)


def test_an_archive_that_cannot_be_read_for_now_stops(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = _journal(path, 100)
    target = compact(journal, 60)
    assert target is not None
    monkeypatch.chdir(path.parent)  # the way there may be closed to others
    nearby = Journal(Path(path.name))
    for closed, mode in ((target, 0o600), (target.parent, 0o700)):
        closed.chmod(0)
        with pytest.raises(AccessDeniedError), without_privileges():
            history(nearby)
        closed.chmod(mode)
    target.parent.chmod(0o755)
    with monkeypatch.context() as patch:
        _fail(patch, "read", errno.EIO, 1)
        with pytest.raises(UnavailableError):
            history(journal)
    assert history(journal) == lines(records(1, 60))


@pytest.mark.parametrize("kind", ["directory", "link", "fifo"])
def test_something_else_in_the_place_of_an_archive_is_refused(kind: str, path: Path) -> None:
    target = compact(_journal(path, 100), 60)
    assert target is not None
    target.rename(target.with_name("elsewhere"))
    match kind:
        case "directory":
            target.mkdir()
        case "link":
            target.symlink_to("elsewhere")
        case "fifo":
            os.mkfifo(target)
    with pytest.raises(NotAFileError, match="history-tasks"):
        history(Journal(path))
