"""Timestamped copies: how they are made, verified, found and thinned."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core import archive, checkpoint
from core.archive import STRETCH, Copy, content, copies, is_due, is_good, keep, thin, write
from core.errors import DiskFullError, FileSafetyError, InvalidContentError, UnavailableError
from core.store import Kept
from core.task import utc
from core.tasklist import TaskList
from tests.instances import a_task, opened

FIRST = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tasks.json"


def a_list(seq: int, at: datetime = FIRST, tasks: int = 1) -> bytes:
    made = [a_task(number, f"task {number} of {seq}") for number in range(1, tasks + 1)]
    return checkpoint.encode(TaskList(seq, tasks + 1, {task.uid: task for task in made}), utc(at))


def test_a_copy_tells_what_it_is_by_its_name(file: Path) -> None:
    raw = a_list(42, FIRST + timedelta(microseconds=5))
    copy = write(file, raw)
    digest = checkpoint.read_header(raw)
    assert digest is not None
    assert copy.path == file.parent / "backups" / f"tasks-42-20260101T000000.000005Z-{digest.checksum[:12]}.json"
    assert copies(file) == [copy]
    assert content(copy.path) == raw
    assert is_good(copy)
    assert [path.stat().st_mode & 0o777 for path in (copy.path.parent, copy.path)] == [0o700, 0o600]
    assert write(file, raw) == copy  # the same state has the same name
    assert copies(file) == [copy]


def test_a_large_copy_is_packed(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGE_COPY", 5000)
    small, large = write(file, a_list(1)), write(file, a_list(2, tasks=100))
    assert [copy.path.suffix for copy in (small, large)] == [".json", ".gz"]
    assert large.path.stat().st_size < 3000
    assert content(large.path) == a_list(2, tasks=100)


def test_a_routine_copy_is_a_second_name_of_a_backup(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = opened(file)
    here.add("one", "two")
    backup = here.store.files.backup_paths[0]
    copy = keep(file, backup)
    assert copy is not None
    assert (copy.seq, copy.path.stat().st_ino) == (1, backup.stat().st_ino)
    here.add("three", "four", "five")
    assert is_good(copy)

    def refuse(*_arguments: Any, **_options: Any) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    other = keep(file, backup)
    assert other is not None
    assert (other.seq, is_good(other), other.path.stat().st_nlink) == (4, True, 1)


@pytest.mark.parametrize("rotated", ["rotated", "gone"])
def test_a_backup_that_is_rotated_meanwhile_is_copied_as_it_was(
    file: Path, monkeypatch: pytest.MonkeyPatch, rotated: str
) -> None:
    here = opened(file)
    here.add("one", "two")
    backup = here.store.files.backup_paths[0]
    was, link = backup.read_bytes(), os.link

    def link_late(source: Path, target: Path, **options: Any) -> None:
        monkeypatch.undo()
        if rotated == "gone":
            source.unlink()
        else:
            here.add("three")
        link(source, target, **options)

    monkeypatch.setattr(os, "link", link_late)
    copy = keep(file, backup)
    assert copy is not None
    assert content(copy.path) == was
    assert os.listdir(copy.path.parent) == [copy.path.name]


def test_nothing_that_is_not_good_is_kept(file: Path) -> None:
    here = opened(file)
    here.add("one", "two")
    backup = here.store.files.backup_paths[0]
    backup.write_bytes(backup.read_bytes()[:-3])
    assert keep(file, backup) is None
    assert keep(file, file.with_name("nothing")) is None
    assert not (file.parent / "backups").exists()


def test_lists_in_one_directory_keep_their_copies_apart(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.json", "a", "a-1.json", "a.txt", "a.json.json")]
    for number, file in enumerate(files, 1):
        write(file, a_list(number))
    (tmp_path / "backups" / "a-9-20261399T000000.000000Z-0123456789ab.json").write_bytes(b"no such day")
    (tmp_path / "backups" / "a-9.json").write_bytes(b"not ours")
    assert [[copy.seq for copy in copies(file)] for file in files] == [[1], [2], [3], [4], [5]]


@pytest.mark.parametrize("how", ["half", "flipped", "empty", "gone", "another"])
def test_a_damaged_copy_is_found_out(how: str, file: Path) -> None:
    copy = write(file, a_list(1))
    raw = copy.path.read_bytes()
    damaged = {"half": raw[:99], "flipped": raw.replace(b"task 1", b"task 0"), "empty": b"", "another": a_list(2)}
    copy.path.unlink()
    if how in damaged:
        copy.path.write_bytes(damaged[how])
    assert not is_good(copy)
    if how != "another":  # which is good by itself, and not what its name says
        with pytest.raises(InvalidContentError):
            content(copy.path)


@pytest.mark.parametrize("call", ["mkdir", "open", "write", "fsync", "replace"])
def test_a_copy_that_fails_says_so_and_leaves_nothing_half(
    call: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any, **_options: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, fail)
        with pytest.raises(DiskFullError, match="could not be"):
            write(file, a_list(1))
    assert all(is_good(copy) for copy in copies(file))
    assert not list(file.parent.rglob("*.tmp"))
    assert is_good(write(file, a_list(1)))


def test_a_copy_that_is_not_what_was_written_is_an_error(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_write", lambda target, _raw: target.write_bytes(a_list(1, tasks=2)))
    with pytest.raises(UnavailableError, match="is not what was to be copied"):
        write(file, a_list(1))


def test_a_copy_is_due_once_an_hour(file: Path) -> None:
    assert is_due([], FIRST, 1)
    found = [write(file, a_list(1, FIRST + timedelta(minutes=59)))]
    assert not is_due(found, FIRST, 2)
    assert is_due(found, FIRST + timedelta(minutes=60), 2)
    assert is_due(found, FIRST - timedelta(days=30), 2)  # the clock was set back


def test_copies_of_a_clock_that_was_ahead_keep_none_from_being_made_or_staying(file: Path) -> None:
    ahead = FIRST + timedelta(days=1800)
    for seq in range(1, 31):
        write(file, a_list(seq, ahead + timedelta(hours=seq)))
    for seq in range(31, 61):
        now = FIRST + timedelta(hours=seq)
        assert is_due(copies(file), now, seq)
        write(file, a_list(seq, now))
        thin(file, Kept(3, 5, 2, 1))
    assert [copy.seq for copy in copies(file)] == [60, 59, 58, 57, 56, 47]


def test_so_many_changes_make_a_copy_due_whatever_the_hour(file: Path) -> None:
    found = [write(file, a_list(7, FIRST)), write(file, a_list(3, FIRST))]
    assert not is_due(found, FIRST, 7 + STRETCH - 1)
    assert is_due(found, FIRST, 7 + STRETCH)


def test_thinning_leaves_some_of_every_age(file: Path) -> None:
    moments = [FIRST + timedelta(minutes=20 * step) for step in range(3 * 24 * 60)]  # sixty days
    at = {write(file, a_list(seq, moment)).path: moment for seq, moment in list(enumerate(moments, 1))[::7]}
    removed = thin(file, Kept())
    left = [copy.at for copy in copies(file)]
    assert len(left) + len(removed) == len(at)
    newest = sorted(at.values(), reverse=True)
    assert left[:10] == newest[:10]
    for count, form in ((24, "%d%H"), (14, "%m%d"), (12, "%Y%m")):
        periods = list(dict.fromkeys(moment.strftime(form) for moment in newest))[:count]
        assert {max(moment for moment in newest if moment.strftime(form) == period) for period in periods} <= set(left)
    assert len(left) < 10 + 24 + 14 + 12
    assert thin(file, Kept()) == []


def test_one_copy_of_each_long_stretch_of_changes_always_stays(file: Path) -> None:
    for seq in range(0, 4 * STRETCH, STRETCH // 2):
        write(file, a_list(seq, FIRST))
    thin(file, Kept(3, 0, 0, 0))
    assert [copy.seq * 2 // STRETCH for copy in copies(file)] == [7, 6, 5, 3, 1]


def test_three_good_copies_always_stay(file: Path) -> None:
    made = [write(file, a_list(seq, FIRST + timedelta(days=seq))) for seq in range(1, 9)]
    for copy in made[3:]:
        copy.path.write_bytes(b"damaged")
    thin(file, Kept(3, 0, 0, 0))
    assert [copy.seq for copy in copies(file)] == [8, 7, 6, 3, 2, 1]
    assert [copy.seq for copy in copies(file) if is_good(copy)] == [3, 2, 1]


def test_a_directory_that_cannot_be_read_stops(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_path: Path) -> list[str]:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "listdir", fail)
    with pytest.raises(FileSafetyError):
        copies(file)


def test_a_copy_is_a_value(file: Path) -> None:
    copy = write(file, a_list(3))
    assert copy == Copy(copy.path, 3, FIRST, copy.digest)
