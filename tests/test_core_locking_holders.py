"""Holders of a lock that die, fork or stop; and who is told to hold it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from core.errors import FileLockTimeoutError
from core.locking import FileLock, describe_holder
from tests import locks, places
from tests.processes import Child

path = places.lock
waiting = locks.waiting


# Holders that die, fork or stop


def test_a_killed_holder_frees_it_at_once(path: Path) -> None:
    with locks.holder(path) as child:
        assert not locks.is_free(path)
        child.kill()
        assert locks.is_free(path)


def test_a_waiter_gets_it_from_a_killed_holder(path: Path, waiting: threading.Semaphore) -> None:
    with locks.holder(path) as child:
        lock = FileLock(path, locks.PATIENT)
        thread = locks.in_thread(lock.acquire)
        assert waiting.acquire()
        child.kill()
        thread.join()
    assert lock.held
    assert not locks.is_free(path)
    lock.close()


@pytest.mark.parametrize(
    "action", ["lock.release()", "lock.close()", "lock.__exit__(None, None, None)", "del lock", ""]
)
def test_what_a_forked_child_does_leaves_the_lock_of_its_parent(action: str, path: Path) -> None:
    program = f"""
        import os, sys
        from pathlib import Path
        from core.locking import FileLock

        lock = FileLock(Path(sys.argv[1]))
        lock.acquire()
        if os.fork() == 0:
            {action or "pass"}
            os._exit(0)
        os.wait()
        print(lock.held and lock.still_ours(), flush=True)
        sys.stdin.readline()
        lock.release()
        print("released", flush=True)
        sys.stdin.readline()
    """
    with Child(program, path) as child:
        assert child.hear() == "True"
        assert not locks.is_free(path)
        child.tell("release")
        assert child.hear() == "released"
        assert locks.is_free(path)


def test_a_forked_child_that_acquires_gets_a_lock_of_its_own(path: Path) -> None:
    program = """
        import os, sys
        from pathlib import Path
        from core.errors import FileLockTimeoutError
        from core.locking import FileLock

        def attempt(name):
            try:
                lock.acquire()
                print(f"held by the {name}", flush=True)
            except FileLockTimeoutError:
                print(f"refused to the {name}", flush=True)

        lock = FileLock(Path(sys.argv[1]), 0)
        lock.acquire()
        waiting, going = os.pipe()
        if os.fork() == 0:
            while os.read(waiting, 1) == b"a":
                attempt("child")
            os._exit(0)
        for line in sys.stdin:
            match line.split():
                case ["child", "acquire"]: os.write(going, b"a")
                case ["child", "exit"]: os.write(going, b"e"); os.wait(); print("gone", flush=True)
                case ["parent", "acquire"]: attempt("parent")
                case ["parent", "release"]: lock.release(); print("released", flush=True)
    """
    steps = [
        ("child acquire", "refused to the child", False),
        ("parent release", "released", True),
        ("child acquire", "held by the child", False),
        ("parent acquire", "refused to the parent", False),
        ("child exit", "gone", True),
        ("parent acquire", "held by the parent", False),
    ]
    with Child(program, path) as child:
        for order, answer, free in steps:
            child.tell(order)
            assert child.hear() == answer
            assert locks.is_free(path) is free


def test_a_given_up_waiter_of_a_forked_process_keeps_nothing(path: Path) -> None:
    # the child has a copy of the descriptor on which its parent's thread waits, and is granted the lock
    program = (
        locks.TELLING
        + """
    lock = FileLock(Path(sys.argv[1]), 0.001)
    try:
        lock.acquire()
    except FileLockTimeoutError:
        print("gave up", flush=True)
    if os.fork() == 0:
        sys.stdin.readline()
        os._exit(0)
    os.wait()
    """
    )
    with locks.holder(path) as holder, Child(program, path) as child:
        assert child.hear() == "waiting"
        assert child.hear() == "gave up"
        holder.tell("release")
        assert holder.hear() == "released"
        with FileLock(path, locks.PATIENT) as lock:
            assert lock.still_ours()
        lock.close()


def test_a_stopped_holder_keeps_it(path: Path) -> None:
    with locks.holder(path) as child:
        os.kill(child.pid, signal.SIGSTOP)
        with pytest.raises(FileLockTimeoutError, match=f"process {child.pid}" if sys.platform == "linux" else "locked"):
            FileLock(path, 0.001).acquire()
        os.kill(child.pid, signal.SIGCONT)
        child.tell("release")
        assert child.hear() == "released"
        lock = FileLock(path, locks.PATIENT)
        lock.acquire()  # the waiter that was given up may have it for a moment
        lock.close()


# Who holds it


def test_nobody_holds_a_free_lock(path: Path) -> None:
    path.touch()
    assert describe_holder(path) is None
    assert describe_holder(path.with_name("missing")) is None


def test_a_waiter_is_not_taken_for_the_holder(path: Path, waiting: threading.Semaphore) -> None:
    with locks.holder(path) as child:
        lock = FileLock(path, locks.PATIENT)
        thread = locks.in_thread(lock.acquire)
        assert waiting.acquire()
        if sys.platform == "linux":
            assert str(child.pid) in (describe_holder(path) or "")
        child.tell("release")
        thread.join()
        lock.close()
