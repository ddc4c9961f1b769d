"""Small files of open screens, beside their list in `instances/`: who is there, and what is half typed.

A file's name says whose it is: list, host, process, when that process started. So who sees that the process is gone
can tell so without reading, and a number that was given to a new process is not taken for the old one.
"""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from core import durable
from core.errors import FileSafetyError
from core.instance import this_instance

_UNFIT = re.compile(r"[^A-Za-z0-9_-]")
_PRIVATE = 0o700
_ENDED = b"Z"
"""The state there of a process that has ended, and whose parent has not asked how."""
_START_TIME = 19
"""Where a process's start time is among what follows its name in /proc/PID/stat: proc_pid_stat(5)."""


class Owner(NamedTuple):
    """A process, such that no other is taken for it. `started` is empty where the system does not tell."""

    host: str
    pid: int
    started: str

    @classmethod
    def this_process(cls) -> Owner:
        """The running process."""
        host = _UNFIT.sub("-", this_instance().split(":")[0])
        return cls(host, os.getpid(), _started(os.getpid()))

    def is_gone(self, here: Owner) -> bool:
        """Whether its process has ended, as far as the process `here` can tell: not of other hosts."""
        if self.host != here.host:
            return False
        return not _runs(self.pid) or _started(self.pid) != self.started


class InstanceFile(NamedTuple):
    """A file that an open screen made."""

    path: Path
    owner: Owner


class InstanceFiles:
    """The files of `owner`, and of others, beside the list at `file`. Errors are OSErrors and FileSafetyErrors."""

    def __init__(self, file: Path, owner: Owner) -> None:
        self.directory = file.parent / "instances"
        self.owner = owner
        self._list = file.name

    def path(self, suffix: str) -> Path:
        """The name of our own file of that kind."""
        return self.directory / f"{self._list}.{self.owner.host}.{self.owner.pid}.{self.owner.started}{suffix}"

    def write(self, suffix: str, raw: bytes) -> None:
        """Put `raw` into our file of that kind; on return it is on the disk."""
        path = self.path(suffix)
        with suppress(FileExistsError):
            os.mkdir(self.directory, _PRIVATE)  # alone: where the list's own folder is missing, that is for its saving
        durable.replace_with(durable.write_temporary(path, raw), path)

    def remove(self, suffix: str) -> None:
        """Remove our file of that kind, and the directory where it was the last in it."""
        with suppress(FileNotFoundError):
            os.unlink(self.path(suffix))
        try:
            os.rmdir(self.directory)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT):
                raise

    def sweep(self) -> None:
        """Remove what processes that are gone had begun to write."""
        for path, owner in self.found(".tmp", hidden="."):
            if owner.is_gone(self.owner):
                durable.discard(path)

    def found(self, suffix: str, *, hidden: str = "") -> Iterator[InstanceFile]:
        """The files of that kind of all owners, in order of their names; `hidden` is what these begin with."""
        try:
            names = sorted(os.listdir(self.directory))
        except FileNotFoundError:
            return
        before, between = (re.escape(hidden + self._list), "[^/]*" if hidden else "")
        pattern = re.compile(rf"{before}\.([^.]*)\.([0-9]+)\.([0-9]*){between}{re.escape(suffix)}")
        for name in names:
            if match := pattern.fullmatch(name):
                yield InstanceFile(self.directory / name, Owner(match[1], int(match[2]), match[3]))


def _runs(pid: int) -> bool:
    if sys.platform == "win32":
        return _runs_on_windows(pid)
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):  # no process has such a number
        return False
    except PermissionError:
        return True  # somebody else's
    return True


def _runs_on_windows(pid: int) -> bool:
    """os.kill would end it there."""
    import ctypes

    synchronize = 0x00100000
    handle = ctypes.windll.kernel32.OpenProcess(synchronize, 0, pid)  # type: ignore[attr-defined,unused-ignore]
    if handle:
        ctypes.windll.kernel32.CloseHandle(handle)  # type: ignore[attr-defined,unused-ignore]
    return bool(handle)


def _started(pid: int) -> str:
    """When the process began, in ticks since the system did; empty where that is not to be had."""
    if sys.platform != "linux":
        return ""
    try:
        read = durable.read_file(Path(f"/proc/{pid}/stat"))
    except FileSafetyError:  # it ended while it was read, say
        return ""
    fields = read[0].rpartition(b")")[2].split() if read else [_ENDED]
    return "" if fields[0] == _ENDED else fields[_START_TIME].decode()
