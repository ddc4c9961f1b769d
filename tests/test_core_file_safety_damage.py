"""Damaged files are set aside as they are, and never become a backup."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from core.file_safety import SafeFileManager
from tests import failing_calls, places, safe_files

quick_disk = safe_files.quick_disk
path = places.tasks


@pytest.mark.parametrize("how", ["empty", "half", "garbage", "zeros"])
@pytest.mark.parametrize("loaded", [True, False])
def test_a_damaged_file_is_kept_as_it_is_and_never_becomes_a_backup(how: str, loaded: bool, path: Path) -> None:
    safe_files.save(path, 5)
    safe_files.damage(path, how)
    damaged = path.read_bytes()
    manager = SafeFileManager(path)
    if loaded:
        manager.load_json_with_recovery()
    manager.save_json_with_lock(safe_files.document(6))
    assert safe_files.generation(manager.load_json_with_recovery()) == 6
    assert safe_files.set_aside(path) == [damaged]
    assert [safe_files.generation(backup.value) for backup in manager.list_backups()] == [4, 3, 2]
    for generation in range(7, 12):
        manager.save_json_with_lock(safe_files.document(generation))
    assert safe_files.set_aside(path) == [damaged]
    assert [safe_files.generation(backup.value) for backup in manager.list_backups()] == [10, 9, 8]


def test_the_report_says_where_the_damaged_bytes_are(path: Path) -> None:
    manager = safe_files.save(path, 3)
    path.write_bytes(b"damaged")
    manager.load_json_with_recovery()
    manager.save_json_with_lock(safe_files.document(4))
    assert manager.last_recovery is not None
    [kept] = manager.last_recovery.kept
    assert kept.read_bytes() == b"damaged"
    assert kept.name.startswith("tasks.json.damaged-2")
    assert kept.name in str(manager.last_recovery)


def test_damage_that_changes_neither_time_nor_size_is_noticed(path: Path) -> None:
    manager = safe_files.save(path, 5)
    status = path.stat()
    with path.open("r+b") as file:
        file.write(b"?")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    damaged = path.read_bytes()
    manager.save_json_with_lock(safe_files.document(6))
    assert safe_files.set_aside(path) == [damaged]
    assert [safe_files.generation(backup.value) for backup in manager.list_backups()] == [4, 3, 2]


def test_a_file_damaged_twice_is_kept_twice(path: Path) -> None:
    manager = safe_files.save(path, 5)
    for damaged in (b"one", b"two", b"three"):
        path.write_bytes(damaged)
        manager.save_json_with_lock(safe_files.document(6))
    assert sorted(safe_files.set_aside(path)) == [b"one", b"three", b"two"]
    assert safe_files.generation(manager.load_json_with_recovery()) == 6


def test_a_damaged_file_is_kept_even_where_no_backup_is_wanted(path: Path) -> None:
    manager = safe_files.save(path, 2)
    path.write_bytes(b"damaged")
    manager.save_json_with_lock(safe_files.document(3), create_backup=False)
    assert safe_files.set_aside(path) == [b"damaged"]


@pytest.mark.parametrize("how", ["empty", "half", "garbage", "zeros"])
@pytest.mark.parametrize(
    ("name", "after"),
    [(safe_files.FOUR[1], [5, 3, 2]), (safe_files.FOUR[2], [5, 4, 2]), (safe_files.FOUR[3], [5, 4, 3])],
)
@pytest.mark.parametrize("fresh", [True, False])
def test_a_damaged_backup_is_set_aside_and_the_others_keep_their_rank(
    name: str, after: list[int], how: str, fresh: bool, path: Path
) -> None:
    manager = safe_files.save(path, 5)
    safe_files.damage(path.parent / name, how)
    damaged = (path.parent / name).read_bytes()
    manager = SafeFileManager(path) if fresh else manager
    manager.save_json_with_lock(safe_files.document(6))
    assert [safe_files.generation(backup.value) for backup in manager.list_backups()] == after
    assert safe_files.set_aside(path) == [damaged]
    assert safe_files.generation(manager.load_json_with_recovery()) == 6


def test_everything_damaged_can_be_saved_over_and_all_is_kept(path: Path) -> None:
    manager = safe_files.save(path, 5)
    for index, name in enumerate(safe_files.FOUR):
        (path.parent / name).write_bytes(b"damaged %d" % index)
    manager.save_json_with_lock(safe_files.document(6))
    assert sorted(safe_files.set_aside(path)) == [b"damaged %d" % index for index in range(4)]
    assert [safe_files.generation(backup.value) for backup in manager.list_backups()] == [6]


def test_damage_where_links_are_refused_is_kept_as_well(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing_calls.fail(monkeypatch, "link", errno.EPERM)
    manager = safe_files.save(path, 5)
    assert [safe_files.generation(backup.value) for backup in manager.list_backups()] == [4, 3, 2]
    path.write_bytes(b"damaged")
    manager.save_json_with_lock(safe_files.document(6))
    assert safe_files.set_aside(path) == [b"damaged"]
    assert [safe_files.generation(backup.value) for backup in manager.list_backups()] == [4, 3, 2]
