"""The file of a lock: removed, of another kind, planted; its mode and what it holds."""

from __future__ import annotations

import os
import socket
import stat
import threading
from pathlib import Path

import pytest

from core.errors import FileLockTimeoutError, NotAFileError
from core.locking import FileLock
from tests import locks, places
from tests.processes import open_descriptors

path = places.lock
waiting = locks.waiting


# The lock file is removed


def test_a_removed_file_shows(path: Path) -> None:
    with FileLock(path) as lock:
        assert lock.still_ours()
        path.unlink()
        assert not lock.still_ours()
        path.touch()
        assert not lock.still_ours()


def test_after_the_file_was_removed_newcomers_and_the_old_holder_exclude_each_other(path: Path) -> None:
    old = FileLock(path, 0)
    with old:
        path.unlink()
        with locks.holder(path) as newcomer:
            assert not locks.is_free(path)
            old.release()
            with pytest.raises(FileLockTimeoutError):
                old.acquire()
            newcomer.tell("release")
            assert newcomer.hear() == "released"
            old.acquire()
            assert old.still_ours()
            assert not locks.is_free(path)
    old.close()


def test_a_waiter_on_a_removed_file_waits_for_the_holder_of_the_new_one(
    path: Path, waiting: threading.Semaphore
) -> None:
    waiter = FileLock(path, locks.PATIENT)
    with locks.holder(path) as old:
        thread = locks.in_thread(waiter.acquire)
        assert waiting.acquire()
        path.unlink()
        with locks.holder(path) as new:
            old.tell("release")
            assert waiting.acquire()
            assert not waiter.held
            new.tell("release")
            thread.join()
    assert waiter.held
    assert waiter.still_ours()
    assert not locks.is_free(path)
    waiter.close()


def test_a_file_that_was_removed_while_nobody_held_it_is_made_anew(path: Path) -> None:
    lock = FileLock(path)
    with lock:
        pass
    path.unlink()
    with lock:
        assert path.exists()
        assert lock.still_ours()
        assert not locks.is_free(path)
    lock.close()


# What stands at the path


def _leave_alone(target: Path) -> None:
    assert target.read_text() == "precious"
    assert locks.is_free(target)


@pytest.mark.parametrize("kind", ["link", "dangling link", "directory", "fifo", "socket"])
def test_what_is_not_a_file_is_refused_and_left_alone(kind: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = path.with_name("target")
    target.write_text("precious")
    match kind:
        case "link":
            path.symlink_to(target)
        case "dangling link":
            path.symlink_to(path.with_name("missing"))
        case "directory":
            path.mkdir()
        case "fifo":
            os.mkfifo(path)
        case "socket":
            monkeypatch.chdir(path.parent)  # the address of a socket must be short
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(path.name)
    before, descriptors = path.lstat(), open_descriptors()
    with pytest.raises(NotAFileError, match=r"tasks\.json\.lock"):
        FileLock(path, locks.PATIENT).acquire()
    assert path.lstat().st_ino == before.st_ino
    assert not path.with_name("missing").exists()
    assert open_descriptors() == descriptors
    _leave_alone(target)


def test_a_link_that_takes_the_place_of_the_file_is_noticed(path: Path) -> None:
    target = path.with_name("target")
    target.write_text("precious")
    with FileLock(path) as lock:
        path.unlink()
        path.symlink_to(target)
        assert not lock.still_ours()
    with pytest.raises(NotAFileError):
        lock.acquire()
    lock.close()
    _leave_alone(target)


def test_a_hard_link_to_the_old_file_is_the_same_lock(path: Path) -> None:
    with FileLock(path) as lock:
        other = path.with_name("other")
        os.link(path, other)
        path.unlink()
        os.rename(other, path)
        assert lock.still_ours()
        assert not locks.is_free(path)


@pytest.mark.parametrize("mask", [0, 0o022, 0o077])
def test_only_its_owner_can_open_it(mask: int, path: Path) -> None:
    before = os.umask(mask)
    try:
        with FileLock(path):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    finally:
        os.umask(before)


def test_what_the_file_holds_is_left_alone(path: Path) -> None:
    path.write_text("precious")
    before = path.stat()
    with FileLock(path):
        pass
    assert path.read_text() == "precious"
    assert path.stat().st_mtime_ns == before.st_mtime_ns


def test_it_stays_when_it_is_free(path: Path) -> None:
    with FileLock(path) as lock:
        inode = path.stat().st_ino
    lock.close()
    assert path.stat().st_ino == inode
    assert path.stat().st_size == 0
