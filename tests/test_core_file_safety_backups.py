"""Backups: so many as are wanted, newest first, each a file of its own; and the list of them."""

from __future__ import annotations

import errno
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import UnavailableError
from core.file_safety import SafeFileManager
from tests import failing_calls, places, safe_files

quick_disk = safe_files.quick_disk
path = places.tasks


def test_damage_in_place_right_after_the_first_save_does_not_reach_the_backup(path: Path) -> None:
    manager = safe_files.save(path, 1)
    assert not path.samefile(path.with_name("tasks.json.backup"))
    with path.open("r+b") as file:
        file.write(b"damaged")
    assert safe_files.generation(manager.load_json_with_recovery()) == 1
    assert manager.last_recovery is not None
    assert manager.last_recovery.source == "tasks.json.backup"


@pytest.mark.parametrize("backup_count", [0, 1, 3, 5])
def test_after_many_saves_there_are_so_many_backups_newest_first(backup_count: int, path: Path) -> None:
    manager = safe_files.save(path, 12, backup_count=backup_count)
    names = ["tasks.json.backup", *(f"tasks.json.backup.{index}" for index in range(1, backup_count))][:backup_count]
    assert [name for name in safe_files.names(path.parent) if "backup" in name] == names
    backups = manager.list_backups()
    assert [backup.path.name for backup in backups] == names
    assert all(backup.good and not backup.problem for backup in backups)
    assert [safe_files.generation(backup.value) for backup in backups] == list(range(11, 11 - backup_count, -1))
    assert len({(path.parent / name).stat().st_ino for name in ("tasks.json", *names)}) == backup_count + 1


def test_fewer_saves_leave_fewer_backups(path: Path) -> None:
    counts = []
    manager = SafeFileManager(path)
    for generation in range(1, 6):
        manager.save_json_with_lock(safe_files.document(generation))
        counts.append(len(manager.list_backups()))
    assert counts == [1, 1, 2, 3, 3]


def test_no_backup_is_the_file_itself_after_any_save(path: Path) -> None:
    manager = SafeFileManager(path)
    for generation in range(1, 6):
        manager.save_json_with_lock(safe_files.document(generation))
        inodes = [path.stat().st_ino, *(backup.path.stat().st_ino for backup in manager.list_backups())]
        assert len(set(inodes)) == len(inodes)


@pytest.mark.parametrize("fresh", [True, False])
def test_an_unchanged_document_writes_and_rotates_nothing(fresh: bool, path: Path) -> None:
    manager = safe_files.save(path, 5)
    manager.list_backups()
    before = {name: (path.parent / name).stat() for name in safe_files.names(path.parent)}
    again = SafeFileManager(path) if fresh else manager
    for _ in range(3):
        again.save_json_with_lock(safe_files.document(5))
    after = {name: (path.parent / name).stat() for name in safe_files.names(path.parent)}
    assert {name: (status.st_ino, status.st_mtime_ns) for name, status in after.items()} == {
        name: (status.st_ino, status.st_mtime_ns) for name, status in before.items()
    }


def test_an_unchanged_document_is_on_the_disk_all_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = safe_files.save(path, 3)
    with monkeypatch.context() as patch:  # the rename is done, that it is on the disk is not said
        failing_calls.fail(patch, "fsync", errno.EIO, at=2)
        with pytest.raises(UnavailableError):
            manager.save_json_with_lock(safe_files.document(4))
    assert safe_files.generation(json.loads(path.read_bytes())) == 4
    with monkeypatch.context() as patch:
        failing_calls.fail(patch, "fsync", errno.EIO)
        with pytest.raises(UnavailableError):
            manager.save_json_with_lock(safe_files.document(4))
    manager.save_json_with_lock(safe_files.document(4))


def test_a_document_that_only_returns_to_what_it_was_is_another_generation(path: Path) -> None:
    manager = SafeFileManager(path)
    for generation in (1, 2, 1, 2):
        manager.save_json_with_lock(safe_files.document(generation))
    assert [safe_files.generation(backup.value) for backup in manager.list_backups()] == [1, 2, 1]


def test_a_missing_first_backup_is_made_at_the_next_save_even_of_the_same(path: Path) -> None:
    manager = safe_files.save(path, 1)
    path.with_name("tasks.json.backup").unlink()
    manager.save_json_with_lock(safe_files.document(1))
    assert [safe_files.generation(backup.value) for backup in manager.list_backups()] == [1]
    assert not path.samefile(path.with_name("tasks.json.backup"))


def test_a_file_that_somebody_else_wrote_becomes_the_backup(path: Path) -> None:
    path.write_text(json.dumps(safe_files.document(1)))
    manager = SafeFileManager(path)
    manager.save_json_with_lock(safe_files.document(2))
    assert [safe_files.generation(backup.value) for backup in manager.list_backups()] == [1]


def test_a_list_of_backups_tells_size_time_and_content(path: Path) -> None:
    manager = safe_files.save(path, 5)
    assert manager.list_backups()[0].value == safe_files.document(4)
    middle = path.with_name("tasks.json.backup.1")
    middle.write_bytes(b"{")
    os.utime(middle, (0, 86400))
    backups = manager.list_backups()
    assert [backup.good for backup in backups] == [True, False, True]
    assert (backups[1].size, backups[1].saved, backups[1].value) == (1, datetime(1970, 1, 2, tzinfo=UTC), None)
    assert backups[1].problem == "the JSON ends early at byte 1"
    middle.unlink()
    assert [safe_files.generation(backup.value) for backup in manager.list_backups()] == [4, 2]


def test_a_list_of_backups_tells_planted_links_and_directories(path: Path) -> None:
    manager = safe_files.save(path, 5)
    (path.parent / "elsewhere").write_text(json.dumps(safe_files.document(99)))
    path.with_name("tasks.json.backup").unlink()
    path.with_name("tasks.json.backup").symlink_to("elsewhere")
    path.with_name("tasks.json.backup.1").unlink()
    path.with_name("tasks.json.backup.1").mkdir()
    assert [(backup.good, backup.problem) for backup in manager.list_backups()] == [
        (False, "it is not a file"),
        (False, "it is not a file"),
        (True, ""),
    ]


def test_a_backup_that_cannot_be_read_is_not_called_bad(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = safe_files.save(path, 5)
    for call in ("open", "lstat"):
        with monkeypatch.context() as patch:
            failing_calls.fail(patch, call, errno.EIO, below=".backup.1")
            with pytest.raises(UnavailableError):
                manager.list_backups()


def test_a_backup_that_vanishes_meanwhile_is_left_out(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = safe_files.save(path, 5)
    with monkeypatch.context() as patch:
        failing_calls.fail(patch, "lstat", errno.ENOENT, below=".backup.1")
        assert [safe_files.generation(backup.value) for backup in manager.list_backups()] == [4, 2]
    with monkeypatch.context() as patch:
        failing_calls.fail(patch, "open", errno.ENOENT, below=".backup.1")
        assert [safe_files.generation(backup.value) for backup in manager.list_backups()] == [4, 2]
