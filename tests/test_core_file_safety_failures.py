"""Failing calls and interruptions: named, and with nothing lost or left behind."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from core.errors import (
    AccessDeniedError,
    DiskFullError,
    FileCorruptionError,
    FileLockTimeoutError,
    FileSafetyError,
    ReadOnlyError,
    TodurableError,
    UnavailableError,
)
from core.file_safety import SafeFileManager
from tests import failing_calls, places, safe_files
from tests.processes import Child, open_descriptors, without_privileges

quick_disk = safe_files.quick_disk
path = places.tasks
open_directory = safe_files.open_directory


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (errno.ENOSPC, DiskFullError),
        (errno.EDQUOT, DiskFullError),
        (errno.EROFS, ReadOnlyError),
        (errno.EACCES, AccessDeniedError),
        (errno.EIO, UnavailableError),
        (errno.EMFILE, UnavailableError),
    ],
)
@pytest.mark.parametrize("call", ["open", "write", "fsync", "link", "rename", "replace", "listdir", "fchmod"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_call_that_fails_is_named_and_costs_nothing(
    call: str, at: int, number: int, error: type[FileSafetyError], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = safe_files.save(path, 5)
    path.chmod(0o644)
    names, descriptors = safe_files.names(path.parent), open_descriptors()
    raised = None
    with monkeypatch.context() as patch:
        failing_calls.fail(patch, call, number, at=at)
        try:
            manager.save_json_with_lock(safe_files.document(6))
        except error as caught:
            raised = caught
    assert raised is None or (raised.cause is not None and raised.cause.errno == number)
    assert open_descriptors() <= descriptors
    assert safe_files.names(path.parent) == names
    found = safe_files.generation(json.loads(path.read_bytes()))
    assert found == 6 or (found == 5 and raised is not None)
    assert all(backup.good for backup in manager.list_backups())
    manager.save_json_with_lock(safe_files.document(7))
    assert safe_files.generation(manager.load_json_with_recovery()) == 7
    assert safe_files.names(path.parent) == names


@pytest.mark.parametrize("call", ["open", "write", "fsync"])
def test_a_save_that_fails_before_it_began_rotates_nothing(
    call: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = safe_files.save(path, 5)
    before = {name: (path.parent / name).stat().st_ino for name in safe_files.names(path.parent)}
    for _ in range(5):
        with monkeypatch.context() as patch:
            failing_calls.fail(patch, call, errno.ENOSPC, below=".tmp" if call == "open" else "")
            with pytest.raises(DiskFullError):
                manager.save_json_with_lock(safe_files.document(6))
    assert {name: (path.parent / name).stat().st_ino for name in safe_files.names(path.parent)} == before


def test_a_failing_save_over_a_damaged_file_does_not_pile_up_copies(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = safe_files.save(path, 2)
    path.write_bytes(b"damaged")
    names = safe_files.names(path.parent)
    for _ in range(5):
        with monkeypatch.context() as patch:
            failing_calls.fail(patch, "write", errno.ENOSPC)
            with pytest.raises(DiskFullError):
                manager.save_json_with_lock(safe_files.document(3))
    assert safe_files.names(path.parent) == names


def test_a_first_save_that_fails_leaves_only_the_lock(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = SafeFileManager(path)
    for call in ("write", "fsync", "replace"):
        with monkeypatch.context() as patch:
            failing_calls.fail(patch, call, errno.ENOSPC)
            with pytest.raises(DiskFullError):
                manager.save_json_with_lock(safe_files.document(1))
            with pytest.raises(DiskFullError):
                manager.atomic_write_json(safe_files.document(1))
        assert safe_files.names(path.parent) == ["tasks.json.lock"]
    with pytest.raises(FileNotFoundError):
        manager.load_json_with_recovery()


def test_a_directory_without_write_permission_is_named(open_directory: Path) -> None:
    path = open_directory / "tasks.json"
    manager = safe_files.save(path, 2)
    for name in safe_files.names(open_directory):
        (open_directory / name).chmod(0o666)
    manager.lock.close()
    open_directory.chmod(0o555)
    before = safe_files.content(open_directory)
    with without_privileges():
        assert safe_files.generation(manager.load_json_with_recovery()) == 2
        with pytest.raises(AccessDeniedError, match="Check who owns"):
            manager.save_json_with_lock(safe_files.document(3))
        with pytest.raises(AccessDeniedError):
            manager.atomic_write_json(safe_files.document(3))
    assert safe_files.content(open_directory) == before
    open_directory.chmod(0o755)


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    manager = SafeFileManager(tmp_path / "missing" / "tasks.json")
    with pytest.raises(UnavailableError, match="its folder does not exist"):
        manager.save_json_with_lock([])
    with pytest.raises(UnavailableError, match="its folder does not exist"):
        manager.atomic_write_json([])
    assert safe_files.names(tmp_path) == []


def test_a_read_only_file_system_can_be_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = safe_files.save(path, 2)
    real = os.open

    def read_only(subject: Any, flags: int, *arguments: Any) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return real(subject, flags, *arguments)

    manager.lock.close()
    monkeypatch.setattr(os, "open", read_only)
    assert safe_files.generation(manager.load_json_with_recovery()) == 2
    with pytest.raises(ReadOnlyError, match="the disk is read-only"):
        manager.save_json_with_lock(safe_files.document(3))


def test_an_interruption_leaves_no_file_and_no_lock(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = safe_files.save(path, 5)
    names = safe_files.names(path.parent)

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    for call in ("write", "fsync", "link", "rename", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, call, interrupt)
            with pytest.raises(KeyboardInterrupt):
                manager.save_json_with_lock(safe_files.document(4))
        assert safe_files.names(path.parent) == names
        SafeFileManager(path, lock_timeout=0).load_json_with_lock()
    assert safe_files.generation(manager.load_json_with_recovery()) == 5


def test_files_that_dead_processes_left_are_removed_by_the_next_save(path: Path) -> None:
    program = """
        import os, sys
        from core.file_safety import SafeFileManager

        os.replace = lambda *_: os._exit(1)
        SafeFileManager(sys.argv[1]).save_json_with_lock({"never": "saved"})
    """
    manager = safe_files.save(path, 2)
    with Child(program, path) as child:
        assert child.hear() == ""
    assert any(name.endswith(".tmp") for name in safe_files.names(path.parent))
    manager.save_json_with_lock(safe_files.document(3))
    assert not any(name.endswith(".tmp") for name in safe_files.names(path.parent))
    assert [safe_files.generation(backup.value) for backup in manager.list_backups()] == [2, 1]


def test_every_error_is_one_that_people_can_act_on(path: Path) -> None:
    for error in (FileLockTimeoutError, FileCorruptionError):
        assert issubclass(error, FileSafetyError)
    assert issubclass(FileSafetyError, TodurableError)
    assert not issubclass(FileNotFoundError, TodurableError)
    path.write_bytes(b"")
    with pytest.raises(FileSafetyError, match="Nothing was changed"):
        SafeFileManager(path).load_json_with_recovery()
