"""Links are followed where their owner made them, and never where one was planted; nor is a directory replaced."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from core.errors import FileLockTimeoutError, NotAFileError, UnavailableError
from core.file_safety import SafeFileManager
from core.locking import FileLock
from core.recovery import Attempt
from tests import places, safe_files

quick_disk = safe_files.quick_disk
path = places.tasks


@pytest.mark.parametrize("relative", [True, False])
def test_a_link_stays_and_its_target_is_replaced(relative: bool, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "links").mkdir()
    target, link = tmp_path / "real" / "list.json", tmp_path / "links" / "tasks.json"
    link.symlink_to("../real/list.json" if relative else target)
    manager = SafeFileManager(link)
    for generation in range(1, 6):  # at first it dangles
        manager.save_json_with_lock(safe_files.document(generation))
    assert link.is_symlink()
    assert safe_files.names(link.parent) == ["tasks.json"]
    assert not target.is_symlink()
    assert safe_files.generation(json.loads(target.read_bytes())) == 5
    assert [backup.path for backup in manager.list_backups()] == [
        target.with_name(f"list.json.backup{end}") for end in ("", ".1", ".2")
    ]
    assert target.with_name("list.json.lock").exists()
    with FileLock(target.with_name("list.json.lock")), pytest.raises(FileLockTimeoutError):
        SafeFileManager(link, lock_timeout=0).load_json_with_lock()
    safe_files.damage(link, "half")
    assert safe_files.generation(manager.load_json_with_recovery()) == 4
    manager.atomic_write_json(safe_files.document(9))
    assert link.is_symlink()
    assert safe_files.generation(json.loads(target.read_bytes())) == 9


def test_a_chain_of_links_and_a_linked_directory(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "directory").symlink_to("real")
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("directory/list.json")
    SafeFileManager(tmp_path / "one").save_json_with_lock(safe_files.document(1))
    assert safe_files.names(tmp_path / "real") == ["list.json", "list.json.backup", "list.json.lock"]
    assert os.readlink(tmp_path / "one") == "two"


@pytest.mark.parametrize("where", ["file", "directory"])
def test_a_link_into_a_folder_that_is_not_there_is_no_new_list(where: str, tmp_path: Path) -> None:
    if where == "file":
        (tmp_path / "tasks.json").symlink_to(tmp_path / "drive" / "tasks.json")
        manager = SafeFileManager(tmp_path / "tasks.json")
    else:
        (tmp_path / "lists").symlink_to(tmp_path / "drive")
        manager = SafeFileManager(tmp_path / "lists" / "tasks.json")
    with pytest.raises(UnavailableError, match="whose folder is not there"):
        manager.load_json_with_recovery()
    with pytest.raises(UnavailableError):
        manager.save_json_with_lock([])
    with pytest.raises(UnavailableError):
        manager.atomic_write_json([])
    assert len(safe_files.names(tmp_path)) == 1
    (tmp_path / "drive").mkdir()
    with pytest.raises(FileNotFoundError):
        manager.load_json_with_recovery()


def test_links_on_the_way_that_lead_somewhere_do_not_hide_a_first_start(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "link").symlink_to("home")
    with pytest.raises(FileNotFoundError):
        SafeFileManager(tmp_path / "link" / "todurable" / "tasks.json").load_json_with_recovery()


def test_links_that_lead_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "tasks.json").symlink_to("other")
    (tmp_path / "other").symlink_to("tasks.json")
    manager = SafeFileManager(tmp_path / "tasks.json")
    for attempt in (manager.load_json_with_recovery, lambda: manager.save_json_with_lock([])):
        with pytest.raises(NotAFileError):
            attempt()
    assert (tmp_path / "tasks.json").is_symlink()


@pytest.mark.parametrize("name", safe_files.FOUR[1:])
@pytest.mark.parametrize("dangling", [True, False])
def test_a_link_planted_as_a_backup_is_neither_read_nor_written_through(
    name: str, dangling: bool, path: Path, tmp_path: Path
) -> None:
    target = tmp_path / "elsewhere.json"
    manager = safe_files.save(path, 5)
    if not dangling:
        target.write_text(json.dumps(safe_files.document(99)))
    (tmp_path / name).unlink()
    (tmp_path / name).symlink_to(target)
    for generation in range(6, 12):
        manager.save_json_with_lock(safe_files.document(generation))
    assert [safe_files.generation(backup.value) for backup in manager.list_backups()] == [10, 9, 8]
    assert not any((tmp_path / each).is_symlink() for each in safe_files.FOUR)
    assert target.exists() is not dangling
    if not dangling:
        assert json.loads(target.read_text()) == safe_files.document(99)
        assert target.stat().st_nlink == 1


def test_a_link_planted_as_a_backup_is_not_recovered_from(path: Path) -> None:
    manager = safe_files.save(path, 5)
    (path.parent / "elsewhere.json").write_text(json.dumps(safe_files.document(99)))
    path.write_bytes(b"")
    path.with_name(safe_files.FOUR[1]).unlink()
    path.with_name(safe_files.FOUR[1]).symlink_to("elsewhere.json")
    assert safe_files.generation(manager.load_json_with_recovery()) == 3
    assert manager.last_recovery is not None
    assert manager.last_recovery.refused[1] == Attempt(path.with_name(safe_files.FOUR[1]), "it is not a file")


def test_a_link_planted_before_the_first_save_is_not_written_through(path: Path) -> None:
    target = path.parent / "precious"
    target.write_text("precious")
    path.with_name(safe_files.FOUR[1]).symlink_to(target)
    manager = safe_files.save(path, 1)
    assert target.read_text() == "precious"
    assert [safe_files.generation(backup.value) for backup in manager.list_backups()] == [1]


def test_a_link_planted_as_the_lock_is_refused(path: Path) -> None:
    target = path.parent / "precious"
    target.write_text("precious")
    path.with_name("tasks.json.lock").symlink_to(target)
    manager = SafeFileManager(path)
    for attempt in (lambda: manager.save_json_with_lock([]), manager.load_json_with_lock):
        with pytest.raises(NotAFileError, match=r"tasks\.json\.lock"):
            attempt()
    assert target.read_text() == "precious"
    assert not path.exists()


@pytest.mark.parametrize("name", safe_files.FOUR[1:])
def test_a_directory_in_the_place_of_a_backup_is_refused_with_nothing_changed(name: str, path: Path) -> None:
    manager = safe_files.save(path, 5)
    (path.parent / name).unlink()
    (path.parent / name).mkdir()
    names, before = safe_files.names(path.parent), safe_files.content(path.parent)
    with pytest.raises(NotAFileError, match=name):
        manager.save_json_with_lock(safe_files.document(6))
    assert (safe_files.names(path.parent), safe_files.content(path.parent)) == (names, before)
    (path.parent / name).rmdir()
    manager.save_json_with_lock(safe_files.document(6))


def test_a_fifo_in_the_place_of_a_backup_does_not_block(path: Path) -> None:
    manager = safe_files.save(path, 5)
    path.with_name(safe_files.FOUR[1]).unlink()
    os.mkfifo(path.with_name(safe_files.FOUR[1]))
    manager.save_json_with_lock(safe_files.document(6))
    assert [safe_files.generation(backup.value) for backup in manager.list_backups()] == [5, 3, 2]
