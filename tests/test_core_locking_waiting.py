"""Waiting for a lock, and giving up."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import portalocker
import pytest

from core.errors import FileLockTimeoutError
from core.locking import FileLock
from tests import locks, places
from tests.processes import Child, open_descriptors, wait_until

path = places.lock
waiting = locks.waiting


@pytest.mark.parametrize("timeout", [0, 0.001, -1])
def test_a_timeout_says_who_holds_it_and_what_becomes_of_the_change(timeout: float, path: Path) -> None:
    with locks.holder(path) as child:
        with pytest.raises(FileLockTimeoutError) as raised:
            FileLock(path, timeout).acquire()
        error = raised.value
        assert error.path == path
        assert error.timeout == timeout
        assert "tasks.json.lock is locked by " in str(error)
        assert "Try again once it is free" in str(error)
        if sys.platform == "linux":
            assert error.holder is not None
            assert f"(process {child.pid})" in error.holder
            assert error.holder in str(error)
        child.tell("release")
        assert child.hear() == "released"


def test_without_patience_no_thread_is_started(path: Path) -> None:
    before = threading.active_count()
    with locks.holder(path):
        assert not locks.is_free(path)
        assert threading.active_count() == before


def test_a_waiter_that_was_given_up_does_not_keep_it(path: Path, waiting: threading.Semaphore) -> None:
    impatient, patient = FileLock(path, 0.001), FileLock(path, locks.PATIENT)
    with locks.holder(path) as child:
        with pytest.raises(FileLockTimeoutError):
            impatient.acquire()
        assert waiting.acquire()
        child.tell("release")
        assert child.hear() == "released"
        with patient:
            assert patient.still_ours()
            assert not impatient.held
    wait_until(lambda: not locks.waiters())
    assert locks.is_free(path)
    patient.close()
    impatient.close()


def test_trying_again_and_again_piles_up_neither_threads_nor_descriptors(path: Path) -> None:
    lock = FileLock(path, 0.001)
    with locks.holder(path) as child:
        counts = []
        for _ in range(10):
            with pytest.raises(FileLockTimeoutError):
                lock.acquire()
            counts.append((len(locks.waiters()), open_descriptors()))
        assert counts == counts[:1] * 10
        assert counts[0][0] == 1
        lock.timeout = locks.PATIENT
        child.tell("release")
        with lock:
            assert lock.still_ours()
            assert not locks.is_free(path)
    lock.close()
    wait_until(lambda: not locks.waiters())


def test_a_waiter_on_a_removed_file_is_not_waited_for_again(path: Path, waiting: threading.Semaphore) -> None:
    lock = FileLock(path, 0.001)
    with locks.holder(path) as child:
        with pytest.raises(FileLockTimeoutError):
            lock.acquire()
        assert waiting.acquire()
        path.unlink()
        with lock:
            assert lock.still_ours()
        with locks.holder(path) as new:
            with pytest.raises(FileLockTimeoutError) as raised:
                lock.acquire()
            assert waiting.acquire(timeout=locks.PATIENT)  # it waits for the new file now
            if sys.platform == "linux":
                assert raised.value.holder is not None
                assert str(new.pid) in raised.value.holder
            new.tell("release")
            lock.timeout = locks.PATIENT
            with lock:  # the old file is locked all the time
                assert lock.still_ours()
        child.tell("release")
    lock.close()
    wait_until(lambda: not locks.waiters())


def test_an_exception_from_a_signal_ends_the_waiting_and_keeps_nothing(path: Path) -> None:
    program = (
        locks.TELLING
        + """
    def interrupt(*_): raise KeyboardInterrupt
    signal.signal(signal.SIGUSR1, interrupt)
    lock = FileLock(Path(sys.argv[1]), 100)
    try:
        lock.acquire()
    except KeyboardInterrupt:
        print("interrupted", lock.held, flush=True)
    sys.stdin.readline()
    """
    )
    with locks.holder(path) as holder, Child(program, path) as child:
        assert child.hear() == "waiting"
        os.kill(child.pid, signal.SIGUSR1)
        assert child.hear() == "interrupted False"
        holder.tell("release")
        assert holder.hear() == "released"
        with FileLock(path, locks.PATIENT) as lock:
            assert lock.still_ours()
        lock.close()


def test_a_signal_that_is_handled_does_not_disturb_the_waiting(path: Path) -> None:
    program = (
        locks.TELLING
        + """
    signal.signal(signal.SIGUSR1, lambda *_: os.write(1, b"signal\\n"))
    with FileLock(Path(sys.argv[1]), 100) as lock:
        print("held", lock.still_ours(), flush=True)
        sys.stdin.readline()
    """
    )
    with locks.holder(path) as holder, Child(program, path) as child:
        assert child.hear() == "waiting"
        for _ in range(3):
            os.kill(child.pid, signal.SIGUSR1)
            assert child.hear() == "signal"
        holder.tell("release")
        assert child.hear() == "held True"
        assert not locks.is_free(path)


def test_an_interruption_right_after_the_grant_keeps_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock_now = portalocker.lock

    def lock_and_be_interrupted(descriptor: int, flags: portalocker.LockFlags) -> None:
        lock_now(descriptor, flags)
        raise KeyboardInterrupt

    lock = FileLock(path)
    with monkeypatch.context() as patch:
        patch.setattr(portalocker, "lock", lock_and_be_interrupted)
        with pytest.raises(KeyboardInterrupt):
            lock.acquire()
    assert not lock.held
    assert locks.is_free(path)
    lock.close()


def test_an_interruption_while_the_grant_is_handed_over_keeps_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch, waiting: threading.Semaphore
) -> None:
    wait_for = threading.Condition.wait_for

    def wait_and_be_interrupted(condition: threading.Condition, predicate: Callable[[], bool], seconds: float) -> None:
        assert wait_for(condition, predicate, seconds)
        raise KeyboardInterrupt

    lock = FileLock(path, locks.PATIENT)
    with locks.holder(path) as child:

        def let_go() -> None:
            waiting.acquire()
            child.tell("release")

        thread = locks.in_thread(let_go)
        with monkeypatch.context() as patch:
            patch.setattr(threading.Condition, "wait_for", wait_and_be_interrupted)
            with pytest.raises(KeyboardInterrupt):
                lock.acquire()
        thread.join()
        assert not lock.held
        assert locks.is_free(path)
    lock.close()
