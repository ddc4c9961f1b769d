"""A list moved to another directory: copied with all that belongs to it, verified, and only then used from there.

What it was stays where it was, for its user to remove: nothing is taken away before somebody has seen that all is well.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from core import durable
from core.attachments import digest_of
from core.errors import TodurableError, UnavailableError, from_os_error
from core.paths import make_private_directory
from core.store import TaskStore

_WITH_IT = ("backups", "attachments")
_BLOCK = 1 << 20


class CannotMoveError(TodurableError):
    """The list cannot be moved there, or not now; nothing was changed."""


def move(store: TaskStore, target: Path, progress: Callable[[int, int], None] = lambda _done, _total: None) -> Path:
    """Copy the list of `store` to the directory `target`, and return its new file, once it holds the same list.

    Nobody can write meanwhile. Raises CannotMoveError, FileSafetyError.
    """
    file = store.files.path
    new = target / file.name
    if os.path.lexists(new):
        raise CannotMoveError(f"There is a list at {new} already. Nothing was changed.")
    make_private_directory(target)
    with store.files.lock:
        names = list(_names(file))
        try:
            for done, name in enumerate(names):
                progress(done, len(names))
                make_private_directory((target / name).parent)
                _copy(file.parent / name, target / name)
            _verify(store, new)
        except BaseException:  # Ctrl-C too: what was not verified is no list
            durable.discard(new)
            raise
    return new


def _names(file: Path) -> Iterator[Path]:
    """The files that belong to the list, relative to its directory; its own file last: until then there is no list."""
    try:
        for name in sorted(os.listdir(file.parent)):
            if name.startswith(f"{file.name}.") and not name.endswith(".lock") and os.path.isfile(file.parent / name):
                yield Path(name)
        for folder in _WITH_IT:
            for directory, _folders, names in os.walk(file.parent / folder):
                for name in sorted(names):
                    if not name.startswith("."):
                        yield Path(directory, name).relative_to(file.parent)
    except OSError as error:
        raise from_os_error(error, file.parent, "read") from error
    yield Path(file.name)


def _copy(source: Path, target: Path) -> None:
    try:
        descriptor = os.open(source, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise from_os_error(error, source, "read") from error
    try:
        status = os.fstat(descriptor)
        with durable.new_temporary(target) as (temporary, into):
            while block := os.read(descriptor, _BLOCK):
                durable.write_all(into, block)
        os.utime(temporary, ns=(status.st_atime_ns, status.st_mtime_ns))
        durable.replace_with(temporary, target)
    except OSError as error:
        raise from_os_error(error, target, "saved") from error
    finally:
        durable.close_synced(descriptor)
    if digest_of(source) != digest_of(target):
        raise UnavailableError(f"{target} could not be read back as it was written. The list is where it was.", target)


def _verify(store: TaskStore, new: Path) -> None:
    there = TaskStore(new)
    try:
        if there.load().tasks != store.load().tasks:
            raise UnavailableError(f"{new} does not hold the same list. The list is where it was.", new)
    finally:
        there.close()
