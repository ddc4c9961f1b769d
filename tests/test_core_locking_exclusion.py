"""Mutual exclusion: who excludes whom, and when a lock is given back."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from core.locking import FileLock
from tests import locks, places
from tests.processes import Child, open_descriptors

path = places.lock
waiting = locks.waiting


def test_six_processes_that_count_lose_nothing(path: Path) -> None:
    program = """
        import os, sys
        from pathlib import Path
        from core.locking import FileLock

        lock, counter = FileLock(Path(sys.argv[1]), 100), Path(sys.argv[2])
        print("ready", flush=True)
        sys.stdin.readline()
        for _ in range(50):
            with lock:
                count = int(counter.read_text())
                os.sched_yield()
                counter.write_text(str(count + 1))
    """
    counter = path.with_name("counter")
    counter.write_text("0")
    children = [Child(program, path, counter) for _ in range(6)]
    for child in children:
        assert child.hear() == "ready"
    for child in children:
        child.tell("go")
    for child in children:
        child.end()
    assert counter.read_text() == "300"


@pytest.mark.parametrize(
    ("held", "wanted", "free"),
    [
        ("exclusive", "exclusive", False),
        ("exclusive", "shared", False),
        ("shared", "exclusive", False),
        ("shared", "shared", True),
    ],
)
def test_who_excludes_whom(held: str, wanted: str, free: bool, path: Path) -> None:
    with locks.holder(path, held) as child:
        assert locks.is_free(path, shared=wanted == "shared") is free
        child.tell("release")
        assert child.hear() == "released"
        assert locks.is_free(path, shared=wanted == "shared")


def test_a_reader_waits_for_a_writer_and_a_writer_for_each_reader(path: Path, waiting: threading.Semaphore) -> None:
    with locks.holder(path, "shared") as one, locks.holder(path, "shared") as other:
        writer = FileLock(path, locks.PATIENT)
        thread = locks.in_thread(writer.acquire)
        assert waiting.acquire()
        one.tell("release")
        assert one.hear() == "released"
        assert not writer.held
        other.tell("release")
        thread.join()
        assert writer.held
        assert not locks.is_free(path, shared=True)
        writer.close()


def test_two_locks_of_one_process_exclude_each_other(path: Path) -> None:
    with FileLock(path):
        assert not locks.is_free(path)
    assert locks.is_free(path)


def test_it_can_be_taken_again_and_again_through_one_descriptor(path: Path) -> None:
    lock = FileLock(path)
    with lock:
        before = open_descriptors()
    for _ in range(20):
        with lock:
            assert lock.held
            assert open_descriptors() == before
        assert not lock.held
        assert locks.is_free(path)
    lock.close()
    assert open_descriptors() == before - 1


def test_an_exception_inside_gives_it_back(path: Path) -> None:
    with pytest.raises(KeyError), FileLock(path):
        raise KeyError
    assert locks.is_free(path)


def test_closing_gives_it_back(path: Path) -> None:
    lock = FileLock(path)
    lock.acquire()
    lock.close()
    assert not lock.held
    assert locks.is_free(path)
    lock.close()
    with lock:
        assert not locks.is_free(path)
    lock.close()
