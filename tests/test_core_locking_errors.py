"""Errors of the system are named and leave no lock behind; and no descriptor is left open, or inherited."""

from __future__ import annotations

import errno
import gc
import os
import threading
from pathlib import Path

import portalocker
import pytest
from portalocker.exceptions import LockException

from core.errors import AccessDeniedError, FileLockTimeoutError, FileSafetyError, UnavailableError
from core.locking import FileLock
from tests import locks, places
from tests.processes import Child, open_descriptors, wait_until, without_privileges

path = places.lock
waiting = locks.waiting


# Errors of the system


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="its folder does not exist"):
        FileLock(tmp_path / "missing" / "tasks.json.lock").acquire()


def test_a_lock_file_of_somebody_else_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.touch()
    path.chmod(0)
    monkeypatch.chdir(path.parent)  # the way there may be closed to others
    with pytest.raises(AccessDeniedError, match="Check who owns"), without_privileges():
        FileLock(Path(path.name)).acquire()


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EIO, errno.ESTALE, errno.EMFILE])
@pytest.mark.parametrize("wrapped", [True, False])
def test_a_lock_that_the_system_refuses_is_named(
    number: int, wrapped: bool, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        cause = OSError(number, os.strerror(number))
        if wrapped:
            raise LockException(cause) from cause
        raise cause

    lock, before = FileLock(path), open_descriptors()
    monkeypatch.setattr(portalocker, "lock", refuse)
    with pytest.raises(UnavailableError) as raised:
        lock.acquire()
    assert raised.value.cause is not None
    assert raised.value.cause.errno == number
    assert not lock.held
    lock.close()
    assert open_descriptors() == before


def test_a_lock_that_the_system_refuses_to_a_waiter_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock_now = portalocker.lock

    def refuse(descriptor: int, flags: portalocker.LockFlags) -> None:
        if not flags & portalocker.LockFlags.NON_BLOCKING:
            cause = OSError(errno.EIO, os.strerror(errno.EIO))
            raise LockException(cause) from cause
        lock_now(descriptor, flags)

    monkeypatch.setattr(portalocker, "lock", refuse)
    lock, before = FileLock(path, locks.PATIENT), open_descriptors()
    with locks.holder(path):
        with pytest.raises(UnavailableError):
            lock.acquire()
        lock.close()
    wait_until(lambda: not locks.waiters())
    assert open_descriptors() == before


def test_a_lock_that_the_system_does_not_take_back_is_let_go_by_closing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    before = open_descriptors()
    with monkeypatch.context() as patch, FileLock(path) as lock:
        patch.setattr(portalocker, "unlock", refuse)
    assert not lock.held
    assert open_descriptors() == before
    assert locks.is_free(path)


def test_an_error_while_opening_leaves_no_descriptor(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_descriptor: int) -> os.stat_result:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    before = open_descriptors()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fstat", refuse)
        with pytest.raises(UnavailableError):
            FileLock(path).acquire()
    assert open_descriptors() == before


# Descriptors


def test_a_lock_that_is_dropped_gives_back_its_descriptor_and_the_lock(path: Path) -> None:
    before = open_descriptors()
    for _ in range(10):
        with FileLock(path):
            pass
    lock = FileLock(path)
    lock.acquire()
    del lock
    gc.collect()
    assert open_descriptors() == before
    assert locks.is_free(path)


def test_no_program_that_we_start_inherits_it(path: Path) -> None:
    with FileLock(path), Child("import sys; print('up', flush=True); sys.stdin.readline()") as child:
        assert child.hear() == "up"
    assert locks.is_free(path)


@pytest.mark.parametrize("error", [FileLockTimeoutError, FileSafetyError])
def test_a_failed_attempt_leaves_it_free_for_the_next(
    error: type[FileSafetyError], path: Path, waiting: threading.Semaphore
) -> None:
    lock = FileLock(path, 0.001)
    with locks.holder(path) as child:
        with pytest.raises(error), lock:
            pass
        assert waiting.acquire()
        child.tell("release")
        assert child.hear() == "released"
    lock.timeout = locks.PATIENT
    with lock:
        assert not locks.is_free(path)
    lock.close()
    wait_until(lambda: not locks.waiters())


def test_taking_a_lock_imports_no_more_of_portalocker_than_what_locks(path: Path) -> None:
    program = """
        import sys
        from pathlib import Path
        from core.locking import FileLock

        with FileLock(Path(sys.argv[1])):
            print(*{"_portalocker.portalocker", "portalocker", "logging", "json", "tempfile"}.intersection(sys.modules))
    """
    assert Child(program, path).end() == ["_portalocker.portalocker"]
