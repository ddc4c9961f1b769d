"""The edge between the program and the system: each file call below a directory is counted, recorded and may fail.

The calls are really made, except that syncing is left out where a test asks for it: what a sync brings to the disk is
decided by the model in `tests.crash.disk`. The random bytes of names and keys are the same in every run, so that call
N of one run is call N of the next.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import portalocker.portalocker

from tests.crash.disk import Cut, Disk, Write

PATCHED = (
    *("open", "close", "read", "write", "lseek", "ftruncate", "fsync", "fdatasync", "fchmod", "fchown", "fstat"),
    *("stat", "lstat", "listdir", "mkdir", "link", "rename", "replace", "unlink"),
)
SYNCS = frozenset({"fsync", "fdatasync"})
CHANGES = frozenset({"write", "ftruncate", "mkdir", "link", "rename", "replace", "unlink"}) | SYNCS


@dataclass(frozen=True)
class Call:
    """Call number `index` below the directory; paths are relative to it, `flags` are those of an open."""

    index: int
    name: str
    path: str
    target: str = ""
    flags: int = 0

    @property
    def creates(self) -> bool:
        """Whether it may make a new name."""
        return bool(self.flags & os.O_CREAT) or self.name in ("mkdir", "link", "rename", "replace")

    @property
    def writes(self) -> bool:
        """Whether it may change something, or opens a file for that."""
        return bool(self.flags & (os.O_CREAT | os.O_WRONLY | os.O_RDWR)) or self.name in CHANGES

    def __str__(self) -> str:
        target = f" -> {self.target}" if self.target else ""
        return f"call {self.index}, {self.name} {self.path or '.'}{target}"


class Failure(NamedTuple):
    """How a call fails, by the error `number`; 0: by Ctrl-C. `done`: it takes effect all the same.

    `short`: half of it is written, without an error.
    """

    number: int
    done: bool = False
    short: bool = False

    def error(self, path: str) -> BaseException:
        """What the call raises."""
        return OSError(self.number, os.strerror(self.number), path) if self.number else KeyboardInterrupt()


def _never(_call: Call) -> Failure | None:
    return None


def _untold(_call: Call) -> None:
    return


@dataclass
class SystemCalls:
    """While this is entered, calls below `root`, a real path, go through it.

    `fail` says how a call fails, if it does. `changed` is told of each call that changed something, after it.
    `descriptors` holds those that are open, with their paths: what is left there at the end has leaked.
    """

    root: Path
    fail: Callable[[Call], Failure | None] = _never
    changed: Callable[[Call], None] = _untold
    sync: bool = True
    calls: list[Call] = field(default_factory=list)
    descriptors: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.disk = Disk(self.root)
        self._files: dict[int, int | None] = {}
        self._real: dict[str, Any] = {name: getattr(os, name) for name in (*PATCHED, "urandom")}
        self._real["flock"] = portalocker.portalocker.LOCKER
        self._drawn: Counter[int] = Counter()
        self._follow: dict[str, Callable[..., None]] = {
            "close": self._closed,
            "write": self._wrote,
            "ftruncate": lambda _call, descriptor, size: self._content(descriptor, Cut(size)),
            "mkdir": lambda call, *_: self.disk.make_directory(call.path),
            "link": lambda call, *_: self.disk.link(call.path, call.target),
            "rename": lambda call, *_: self.disk.rename(call.path, call.target),
            "replace": lambda call, *_: self.disk.rename(call.path, call.target),
            "unlink": lambda call, *_: self.disk.unlink(call.path),
            "fsync": self._synced,
            "fdatasync": self._synced,
        }

    def __enter__(self) -> Self:
        for name in PATCHED:
            setattr(os, name, partial(self._call, name))
        os.urandom = self._urandom
        self._patch_lock(partial(self._call, "flock"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in (*PATCHED, "urandom"):
            setattr(os, name, self._real[name])
        self._patch_lock(self._real["flock"])

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Let calls go straight to the system for a while."""
        self.__exit__(None, None, None)
        try:
            yield
        finally:
            self.__enter__()

    def check_complete(self) -> None:
        """Raise where the directory is not as the model has it: a change went by another way than through `os`."""
        found = Disk(self.root).now()
        if found != self.disk.now():
            raise AssertionError(f"A change was not recorded. Found: {found}. Recorded: {self.disk.now()}.")

    # A call

    def _call(self, name: str, *arguments: Any, **options: Any) -> Any:
        where = self._where(arguments[0] if arguments else ".")
        if where is None:
            return self._real[name](*arguments, **options)
        call = self._counted(name, where, arguments)
        failure = self.fail(call)
        if failure is not None and not (failure.done or failure.short or name == "close"):
            self._failed(call, arguments[0])
            raise failure.error(where)
        if failure is not None and failure.short:
            arguments = (arguments[0], bytes(arguments[1])[: max(1, len(arguments[1]) // 2)])
        result = self._made(call, arguments, options)
        if failure is None or failure.short:
            return result
        if name == "open":
            self._call("close", result)
        raise failure.error(where)

    def _made(self, call: Call, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        new = call.name == "open" and call.creates and not self._exists(call.path)
        left_out = call.name in SYNCS and not self.sync
        result: Any = None if left_out else self._real[call.name](*arguments, **options)
        if call.name == "open":
            self._opened(call, result, new=new)
        elif call.name in self._follow:
            self._follow[call.name](call, *arguments, *([result] if call.name == "write" else []))
        if new or call.name in CHANGES:
            self.changed(call)
        return result

    def _counted(self, name: str, where: str, arguments: tuple[Any, ...]) -> Call:
        target = self._where(arguments[1]) if name in ("link", "rename", "replace") else ""
        flags = arguments[1] if name == "open" else 0
        call = Call(len(self.calls), name, where, target or "", flags)
        self.calls.append(call)
        return call

    def _where(self, subject: Any) -> str | None:
        """The path of a name or descriptor below the directory; None for any other."""
        if isinstance(subject, int):
            return self.descriptors.get(subject)
        path, root = os.fsdecode(subject), str(self.root)
        if not (path == root or path.startswith(root + os.sep)):
            return None
        return path[len(root) + 1 :]

    def _exists(self, path: str) -> bool:
        directory = self.disk.directories.get(os.path.dirname(path))
        return directory is not None and os.path.basename(path) in directory.now

    # What a call did

    def _opened(self, call: Call, descriptor: int, *, new: bool) -> None:
        if new:
            self.disk.create(call.path)
        self.descriptors[descriptor] = call.path
        self._files[descriptor] = None if call.path in self.disk.directories else self.disk.number_of(call.path)
        if call.flags & os.O_TRUNC and not new:
            self._content(descriptor, Cut(0))

    def _closed(self, _call: Call, descriptor: int) -> None:
        del self.descriptors[descriptor], self._files[descriptor]

    def _wrote(self, _call: Call, descriptor: int, raw: bytes, count: int) -> None:
        end = self._real["lseek"](descriptor, 0, os.SEEK_CUR)
        self._content(descriptor, Write(end - count, bytes(raw[:count])))

    def _content(self, descriptor: int, edit: Write | Cut) -> None:
        number = self._files[descriptor]
        if number is not None:
            self.disk.files[number].change(edit)

    def _synced(self, call: Call, descriptor: int) -> None:
        number = self._files[descriptor]
        if number is None:
            self.disk.directories[call.path].sync()
        else:
            self.disk.files[number].sync()

    def _failed(self, call: Call, subject: Any) -> None:
        number = self._files.get(subject) if call.name in SYNCS else None
        if number is not None:
            self.disk.files[number].fail_to_sync()

    # The rest

    def _urandom(self, size: int) -> bytes:
        """Counted for each size by itself: the keys of changes stay the same where there is a temporary name more."""
        self._drawn[size] += 1
        return sha256(b"%d" % self._drawn[size]).digest()[:size]

    @staticmethod
    def _patch_lock(lock: Any) -> None:
        setattr(portalocker.portalocker, "LOCKER", lock)  # noqa: B010 - its type depends on the system
