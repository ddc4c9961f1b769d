"""What cannot be read is no reason to take an older one."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import AccessDeniedError, FileSafetyError, NotAFileError, UnavailableError
from core.file_safety import SafeFileManager
from tests import failing_calls, places, safe_files
from tests.processes import without_privileges

quick_disk = safe_files.quick_disk
path = places.tasks
open_directory = safe_files.open_directory


@pytest.mark.parametrize(
    ("call", "number", "error"),
    [
        ("open", errno.EIO, UnavailableError),
        ("open", errno.EMFILE, UnavailableError),
        ("open", errno.ESTALE, UnavailableError),
        ("open", errno.EACCES, AccessDeniedError),
        ("read", errno.EIO, UnavailableError),
    ],
)
def test_a_file_that_cannot_be_read_stops(
    call: str, number: int, error: type[FileSafetyError], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = safe_files.save(path, 5)
    before = safe_files.content(path.parent)
    with monkeypatch.context() as patch:
        failing_calls.fail(patch, call, number, below="tasks.json" if call == "open" else "")
        for attempt in (manager.load_json_with_recovery, lambda: manager.save_json_with_lock(safe_files.document(6))):
            with pytest.raises(error) as raised:
                attempt()
            assert raised.value.path == path
            assert raised.value.cause is not None
            assert raised.value.cause.errno == number
        assert manager.last_recovery is None
    assert safe_files.content(path.parent) == before
    assert safe_files.generation(manager.load_json_with_recovery()) == 5


def test_a_file_of_somebody_else_stops(open_directory: Path) -> None:
    path = open_directory / "tasks.json"
    manager = safe_files.save(path, 5)
    path.chmod(0)
    for name in safe_files.FOUR[1:]:
        (open_directory / name).chmod(0o644)
    with pytest.raises(AccessDeniedError, match="Check who owns"), without_privileges():
        manager.load_json_with_recovery()


def test_a_backup_that_cannot_be_read_stops_too(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = safe_files.save(path, 5)
    path.write_bytes(b"")
    before = safe_files.content(path.parent)
    with monkeypatch.context() as patch:
        failing_calls.fail(patch, "open", errno.EIO, below="tasks.json.backup")
        with pytest.raises(UnavailableError, match=r"tasks\.json\.backup could not be read"):
            manager.load_json_with_recovery()
        with pytest.raises(UnavailableError, match=r"tasks\.json\.backup could not be read"):
            SafeFileManager(path).save_json_with_lock(safe_files.document(6))
    assert safe_files.content(path.parent) == before


@pytest.mark.parametrize("kind", ["directory", "fifo"])
def test_something_else_in_its_place_is_refused_and_left_alone(kind: str, path: Path) -> None:
    manager = safe_files.save(path, 3)
    path.unlink()
    path.mkdir() if kind == "directory" else os.mkfifo(path)
    inode = path.stat().st_ino
    attempts: list[Callable[[], object]] = [
        manager.load_json_with_recovery,
        manager.load_json_with_lock,
        lambda: manager.save_json_with_lock(safe_files.document(4)),
        lambda: manager.atomic_write_json(safe_files.document(4)),
    ]
    for attempt in attempts:
        with pytest.raises(NotAFileError, match=r"tasks\.json"):
            attempt()
    assert path.stat().st_ino == inode
    assert safe_files.names(path.parent) == [
        "tasks.json",
        "tasks.json.backup",
        "tasks.json.backup.1",
        "tasks.json.lock",
    ]
    path.rmdir() if kind == "directory" else path.unlink()
    assert safe_files.generation(manager.load_json_with_recovery()) == 2


def test_a_device_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # as root one could: the replace itself is not let through
    monkeypatch.setattr(os, "replace", lambda *_: pytest.fail("it was replaced"))
    manager = SafeFileManager(tmp_path / "null")
    manager.path = Path(os.devnull)
    with pytest.raises(NotAFileError):
        manager.atomic_write_json([])


def test_a_file_as_part_of_the_path_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    manager = SafeFileManager(tmp_path / "file" / "tasks.json")
    for attempt in (manager.load_json_with_recovery, lambda: manager.save_json_with_lock([])):
        with pytest.raises(NotAFileError, match="part of its path is not a folder"):
            attempt()
