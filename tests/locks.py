"""Locks as tests need them: held by other processes, and waited for by threads and processes that tell it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import portalocker
import pytest

from core.errors import FileLockTimeoutError
from core.locking import FileLock
from tests.processes import Child

# Long enough never to pass on any machine; where a lock is not given back the test fails by it, late.
PATIENT = 100.0

_HOLDER = """
    import sys
    from pathlib import Path
    from core.locking import FileLock

    with FileLock(Path(sys.argv[1]), shared=sys.argv[2] == "shared"):
        print("held", flush=True)
        sys.stdin.readline()
    print("released", flush=True)
    sys.stdin.readline()
"""
# What a program of a test begins with: it says so just before it waits for a lock.
TELLING = """
    import os, signal, sys
    from pathlib import Path
    import portalocker
    from core.errors import FileLockTimeoutError
    from core.locking import FileLock

    lock_now = portalocker.lock
    def lock(descriptor, flags):
        if not flags & portalocker.LockFlags.NON_BLOCKING:
            print("waiting", flush=True)
        lock_now(descriptor, flags)
    portalocker.lock = lock
"""


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    """Released each time that a thread of ours is about to wait for a lock."""
    semaphore = threading.Semaphore(0)
    lock_now = portalocker.lock

    def lock(descriptor: int, flags: portalocker.LockFlags) -> None:
        if not flags & portalocker.LockFlags.NON_BLOCKING:
            semaphore.release()
        lock_now(descriptor, flags)

    monkeypatch.setattr(portalocker, "lock", lock)
    return semaphore


def holder(path: Path, kind: str = "exclusive") -> Child:
    """A process that holds the lock until it is told a line."""
    child = Child(_HOLDER, path, kind)
    assert child.hear() == "held"
    return child


def is_free(path: Path, *, shared: bool = False) -> bool:
    """Whether a newcomer gets the lock at once."""
    lock = FileLock(path, 0, shared=shared)
    try:
        lock.acquire()
    except FileLockTimeoutError:
        return False
    finally:
        lock.close()
    return True


def waiters() -> list[threading.Thread]:
    """The threads of this process that wait for a lock."""
    return [thread for thread in threading.enumerate() if thread.name == "lock waiter"]


def in_thread(work: Callable[[], object]) -> threading.Thread:
    """A thread that does `work`, begun."""
    thread = threading.Thread(target=work)
    thread.start()
    return thread
