"""The lock that writers exclude each other with: an advisory lock on a file of its own, which is never replaced.

The file is empty, stays for ever, and is opened without following links, readable by its owner only: who can open a
lock file can block everybody else. The lock belongs to the open file (flock(2)), so it is free at once when its
holder dies, and a forked child that closes its copy takes nothing from its parent. That the file was removed while
we waited shows in its inode, compared after the grant and again, by `still_ours`, before a replace. Only where its list
was moved away a link takes its place, which is not followed, but says where to.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Self

from core.errors import FileLockTimeoutError, MovedError, NotAFileError, from_os_error

_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


def _locker() -> ModuleType:
    """portalocker: all of it where somebody has imported that, else only its module that locks."""
    return sys.modules.get("portalocker") or _its_locks()


@cache
def _its_locks() -> ModuleType:
    """`portalocker.portalocker`, as a package of another name that is not executed itself.

    portalocker's own one imports much more than we need, which takes as long as half of a short command: logging,
    json, redis where that is installed; and it looks for a directory of temporary files, which there is none of where
    every disk is full. Commands that only read need no lock, and do not pay for this either.
    """
    from importlib import import_module
    from importlib.machinery import PathFinder

    spec = PathFinder.find_spec("portalocker")
    if spec is None or spec.submodule_search_locations is None:  # not in a directory
        return import_module("portalocker")
    package = ModuleType("_portalocker")
    package.__path__ = spec.submodule_search_locations
    sys.modules[package.__name__] = package
    # What only its annotations need takes as long to import as the rest. Any of it is now: anything.
    types = ModuleType(f"{package.__name__}.types")
    types.__getattr__ = lambda _name: Any  # type: ignore[method-assign]  # as modules define it
    types.__file__ = None  # it is of none: who looks through all modules asks that
    sys.modules[types.__name__] = types
    return import_module(f"{package.__name__}.portalocker")


@cache
def _flags(*, shared: bool, at_once: bool) -> Any:
    flags = _locker().LockFlags
    kind = flags.SHARED if shared else flags.EXCLUSIVE
    return kind | flags.NON_BLOCKING if at_once else kind


class FileLock:
    """A lock on the file at `path`. One thread at a time may use it; it is not reentrant.

    The descriptor stays open between one hold and the next, so that taking a free lock costs three system calls.
    """

    def __init__(self, path: Path, timeout: float = 5.0, *, shared: bool = False) -> None:
        self.path = path
        self.timeout = timeout
        self.held = False
        self._shared = shared
        self._descriptor: int | None = None
        self._process = 0
        self._inode = (0, 0)
        self._waiter: _Waiter | None = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def __del__(self) -> None:
        self.close()

    def acquire(self) -> None:
        """Take the lock, waiting up to `timeout` seconds.

        Raises FileLockTimeoutError, which names the holder where the system tells, or another FileSafetyError.
        """
        try:
            self._acquire()
        except _locker().exceptions.LockException as error:
            cause = error.__cause__ if isinstance(error.__cause__, OSError) else OSError(str(error))
            raise from_os_error(cause, self.path, "locked") from error
        except OSError as error:
            if (new := moved_to(self.path)) is not None:
                raise MovedError(self.path.with_suffix(""), new) from error
            raise from_os_error(error, self.path, "locked") from error
        finally:
            if not self.held:  # an interruption may come right after the grant
                self.close()

    def release(self) -> None:
        """Give the lock back. In a forked child this does nothing: the lock is its parent's."""
        held, self.held = self.held, False
        if held and self._process == os.getpid() and self._descriptor is not None:
            try:
                _locker().unlock(self._descriptor)
            except OSError:
                self.close()  # which lets the lock go as well

    def still_ours(self) -> bool:
        """Whether `path` still names the file that we locked."""
        try:
            status = os.lstat(self.path)
        except FileNotFoundError:
            return False
        return (status.st_dev, status.st_ino) == self._inode

    def close(self) -> None:
        """Give the lock back and close its file."""
        self.release()
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            with suppress(OSError):  # nothing was written to it, and it is gone all the same: close(2)
                os.close(descriptor)

    def _acquire(self) -> None:
        deadline: float | None = None
        self.held = False  # in a forked child it is its parent's
        while not self.held:
            descriptor = self._open()
            try:
                _locker().lock(descriptor, _flags(shared=self._shared, at_once=True))
            except _locker().exceptions.AlreadyLocked:
                from time import monotonic

                deadline = deadline or monotonic() + self.timeout
                self._wait(deadline - monotonic())
            self.held = self.still_ours()
            if not self.held:
                self.close()  # somebody removed the file that we waited for: what we hold excludes nobody

    def _open(self) -> int:
        if self._descriptor is not None and self._process == os.getpid():
            return self._descriptor
        if self._descriptor is not None:  # a fork's copy shares its parent's lock: we need a file of our own
            with suppress(OSError):  # as in `close`
                os.close(self._descriptor)
            self._descriptor = None
        descriptor, self._inode = _opened(self.path)
        self._descriptor, self._process = descriptor, os.getpid()
        return descriptor

    def _wait(self, seconds: float) -> None:
        """Hold a busy lock at last, through a file of its own."""
        granted = None
        if seconds > 0:
            if self._waiter is None or not self._waiter.waits_for(self._inode):
                self._waiter = _Waiter(self.path, shared=self._shared)
            granted = self._waiter.result(seconds)
        if self._waiter is None or granted is None:
            raise FileLockTimeoutError(self.path, self.timeout, describe_holder(self.path))
        self.close()
        self._descriptor, self._inode = granted, self._waiter.inode


class _Waiter:
    """One blocking lock call in a thread: the system wakes it in turn, where polling would starve.

    A blocked call cannot be taken back. So one that was given up serves the next attempt, that they do not pile up;
    where there was none until it is granted, it lets the lock go again.
    """

    def __init__(self, path: Path, *, shared: bool) -> None:
        from threading import Condition, Thread

        self._descriptor, self.inode = _opened(path)
        self._shared = shared
        self._process = os.getpid()
        self._error: Exception | None = None
        self._granted = self._wanted = False
        self._changed = Condition()
        self._thread = Thread(target=self._run, name="lock waiter", daemon=True)

    def waits_for(self, inode: tuple[int, int]) -> bool:
        """Whether it still waits, for the lock on `inode`; it is wanted then. A fork does not copy its thread."""
        if self._process != os.getpid():
            return False
        with self._changed:
            self._wanted = self.inode == inode and not self._is_over()
            return self._wanted

    def result(self, seconds: float) -> int | None:
        """The locked descriptor, now the caller's; None when `seconds` have passed."""
        taken = None
        with self._changed:
            self._wanted = True
            try:
                if self._thread.ident is None:
                    self._thread.start()
                self._changed.wait_for(self._is_over, seconds)
                if self._error is not None:
                    raise self._error
                taken = self._descriptor if self._granted else None
            finally:
                self._wanted = taken is not None
                if self._granted and not self._wanted:  # interrupted
                    self._let_go()
        return taken

    def _is_over(self) -> bool:
        return self._granted or self._error is not None

    def _run(self) -> None:
        error: Exception | None = None
        try:
            _locker().lock(self._descriptor, _flags(shared=self._shared, at_once=False))
        except (_locker().exceptions.LockException, OSError) as raised:
            error = raised
        with self._changed:
            self._error, self._granted = error, error is None
            if error is not None:
                os.close(self._descriptor)
            elif not self._wanted:
                self._let_go()
            self._changed.notify_all()

    def _let_go(self) -> None:
        _locker().unlock(self._descriptor)  # closing is not enough where a forked process has a copy
        os.close(self._descriptor)


def describe_holder(path: Path) -> str | None:
    """Who holds the lock on `path`, in words; None where the system does not tell (only Linux does)."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        status = os.stat(path)
        with open("/proc/locks", encoding="ascii") as locks:
            rows = [line.split() for line in locks]
    except OSError:
        return None  # the answer is only a help: the time-out is told without it
    held = [row for row in rows if row[1] in ("FLOCK", "POSIX")]  # those that wait have an arrow there
    device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}"
    for end in (f"{device}:{status.st_ino}", f":{status.st_ino}"):  # some file systems show another device there
        for row in held:
            if row[5].endswith(end):
                return _describe_process(int(row[4]))
    return None


def _describe_process(process: int) -> str | None:
    if process <= 0:  # another container's
        return None
    try:
        with open(f"/proc/{process}/comm", encoding="utf-8", errors="replace") as name:
            return f"{name.read().strip()} (process {process})"
    except OSError:
        return f"process {process}"


def moved_to(path: Path) -> Path | None:
    """Where what the lock on `path` was for has been moved, which a link in its place says; None where it was not."""
    try:
        named = Path(os.readlink(path))
    except OSError:  # no link
        return None
    return named.with_suffix("") if named.is_absolute() and named.name == path.name else None


def _opened(path: Path) -> tuple[int, tuple[int, int]]:
    """A descriptor for the file at `path`, made where there is none, and its device and inode."""
    descriptor = os.open(path, _FLAGS | getattr(os, "O_NONBLOCK", 0), 0o600)
    try:
        status = os.fstat(descriptor)
    except OSError:
        os.close(descriptor)
        raise
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise NotAFileError(f"{path.name} is not a file. Remove it, then try again.", path)
    return descriptor, (status.st_dev, status.st_ino)
