"""Others at the same time: who holds the lock, who removes it, and an editor who knows of none."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from core.errors import FileLockTimeoutError, UnavailableError
from core.file_safety import SafeFileManager
from core.locking import FileLock
from tests import places, safe_files
from tests.processes import Child, open_descriptors

quick_disk = safe_files.quick_disk
path = places.tasks


def test_a_lock_held_elsewhere_is_an_error_and_the_next_attempt_succeeds(path: Path) -> None:
    manager = safe_files.save(path, 2)
    impatient = SafeFileManager(path, lock_timeout=0.001)
    with manager.lock:
        with pytest.raises(FileLockTimeoutError, match="Try again once it is free") as raised:
            impatient.save_json_with_lock(safe_files.document(3))
        if sys.platform == "linux":
            assert f"(process {os.getpid()})" in str(raised.value)
        with pytest.raises(FileLockTimeoutError):
            impatient.load_json_with_lock()
        assert safe_files.generation(impatient.load_json_with_recovery()) == 2
    patient = SafeFileManager(path, lock_timeout=100)
    patient.save_json_with_lock(safe_files.document(3))
    assert safe_files.generation(patient.load_json_with_lock()) == 3


def test_readers_with_a_lock_do_not_exclude_each_other_but_writers(path: Path) -> None:
    manager = safe_files.save(path, 2)
    with FileLock(manager.lock.path, shared=True):
        assert safe_files.generation(SafeFileManager(path, lock_timeout=0).load_json_with_lock()) == 2
        with pytest.raises(FileLockTimeoutError):
            SafeFileManager(path, lock_timeout=0).save_json_with_lock(safe_files.document(3))


def test_a_lock_removed_before_the_replace_refuses_the_save(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = safe_files.save(path, 2)
    write = os.write

    def remove_the_lock(descriptor: int, raw: bytes) -> int:
        manager.lock.path.unlink(missing_ok=True)
        return write(descriptor, raw)

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", remove_the_lock)
        with pytest.raises(UnavailableError, match=r"tasks\.json\.lock was removed by another program"):
            manager.save_json_with_lock(safe_files.document(3))
    assert [name for name in safe_files.names(path.parent) if name.endswith(".tmp")] == []
    assert safe_files.generation(manager.load_json_with_recovery()) == 2
    assert [safe_files.generation(backup.value) for backup in manager.list_backups()] == [1]
    manager.save_json_with_lock(safe_files.document(3))
    assert safe_files.generation(manager.load_json_with_recovery()) == 3


@pytest.mark.parametrize("call", ["write", "link", "rename"])
def test_an_editor_who_saves_meanwhile_is_not_overwritten(
    call: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = safe_files.save(path, 2)
    real = getattr(os, call)

    def edit_first(*arguments: Any, **options: Any) -> Any:
        patch.undo()
        safe_files.edit(path, safe_files.document(100))
        return real(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, call, edit_first)
        with pytest.raises(UnavailableError, match="was changed by another program"):
            manager.save_json_with_lock(safe_files.document(3))
    assert safe_files.generation(manager.load_json_with_recovery()) == 100
    assert [name for name in safe_files.names(path.parent) if name.endswith(".tmp")] == []
    manager.save_json_with_lock(safe_files.document(4))
    assert safe_files.generation(manager.list_backups()[0].value) == 100


def test_a_file_that_appears_meanwhile_is_not_overwritten(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manager, write = SafeFileManager(path), os.write

    def edit_first(descriptor: int, raw: bytes) -> int:
        safe_files.edit(path, safe_files.document(100))
        return write(descriptor, raw)

    monkeypatch.setattr(os, "write", edit_first)
    with pytest.raises(UnavailableError):
        manager.save_json_with_lock(safe_files.document(1))
    assert safe_files.generation(manager.load_json_with_recovery()) == 100


def test_two_processes_that_save_a_hundred_times_each_always_leave_a_whole_file(path: Path) -> None:
    program = """
        import os, sys
        from core.file_safety import SafeFileManager

        os.fsync = lambda _: None  # no power is cut here
        manager = SafeFileManager(sys.argv[1], lock_timeout=100)
        print("ready", flush=True)
        sys.stdin.readline()
        for number in range(100):
            manager.save_json_with_lock({"by": sys.argv[2], "number": number, "filling": ["x" * 50] * 100})
        print("done", flush=True)
    """
    manager = SafeFileManager(path, lock_timeout=100)
    manager.save_json_with_lock({"by": "", "number": -1, "filling": []})
    seen, orders = 0, {"one": -1, "other": -1, "": -1}
    with Child(program, path, "one") as one, Child(program, path, "other") as other:
        for child in (one, other):
            assert child.hear() == "ready"
            child.tell("go")
        while one.process.poll() is None or other.process.poll() is None:
            document = SafeFileManager(path).load_json_with_recovery()
            assert isinstance(document, dict)
            number, by = document["number"], document["by"]
            assert isinstance(number, int)
            assert isinstance(by, str)
            assert number >= orders[by]
            orders[by] = number
            seen += 1
        assert one.end() == other.end() == ["done"]
    assert seen > 0
    manager.load_json_with_recovery()
    assert manager.last_recovery is None
    assert all(backup.good for backup in manager.list_backups())
    assert safe_files.names(path.parent) == [*safe_files.FOUR, "tasks.json.lock"]


def test_many_managers_leave_no_descriptors_open(path: Path) -> None:
    safe_files.save(path, 1)
    before = open_descriptors()
    for generation in range(2, 20):
        SafeFileManager(path).save_json_with_lock(safe_files.document(generation))
        SafeFileManager(path).load_json_with_lock()
    assert open_descriptors() == before
