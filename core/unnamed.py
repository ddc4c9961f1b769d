"""Attached files that nothing names: they were copied for a change that then was not saved.

A file that a task, a change or a backup names anywhere stays, whichever of the lists in the directory that is of. So
what names it is looked for in the bytes of all their files, and where one of these cannot be read nothing is told.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from core import attachments, durable
from core.errors import NamedErrors
from core.packed import PackedError, unpack

_DIGEST = re.compile(rb"[0-9a-f]{64}")
_LARGEST = 1 << 28
"""Bytes of a file above which it is not looked at; as it may be a list, nothing can be told then."""


def unnamed(file: Path, tasks: Iterable[str], before: float) -> list[Path]:
    """The files in `attachments/` beside the list at `file` that nothing names, all written before that time.

    `tasks` are the names that its tasks have for theirs. Reads every file of the lists in the directory where there is
    anything to tell. Raises FileSafetyError.
    """
    ours = {name[:64] for name in tasks}
    with NamedErrors(attachments.directory(file), "read"):
        others = [place for place in attachments.directories(file) if place.name not in ours]
        old = [path for place in others for path in _files(place) if _is_old(path, before)]
        named = _named_beside(file) if old else None
    return [] if named is None else sorted(path for path in old if path.parent.name not in named)


def remove(paths: Iterable[Path], before: float) -> None:
    """Remove what `unnamed` told, but what somebody has attached again since. Raises FileSafetyError."""
    for path in paths:
        with NamedErrors(path, "removed"):
            aside = durable.temporary_name(path)
            os.rename(path, aside)  # so that what is looked at is what is removed
            if not _is_old(aside, before):
                os.rename(aside, path)
                continue
            os.unlink(aside)
            with suppress(OSError):  # there may be more in it
                os.rmdir(path.parent)


def _files(directory: Path) -> list[Path]:
    return [directory / name for name in os.listdir(directory) if not name.endswith(".tmp")]


def _is_old(path: Path, before: float) -> bool:
    return os.lstat(path).st_mtime < before


def _named_beside(file: Path) -> set[str] | None:
    """The hashes that stand in any file of the lists beside `file`; None where one of them cannot be read."""
    named: set[str] = set()
    for directory in (file.parent, file.parent / "backups"):
        for path in _of_lists(directory):
            raw = _content(path)
            if raw is None:
                return None
            named.update(found.decode() for found in _DIGEST.findall(raw))
    return named


def _of_lists(directory: Path) -> Iterator[Path]:
    """What may be a file of a list in `directory`, by its name. ZIPs hold the attached files that they name."""
    try:
        names = os.listdir(directory)
    except FileNotFoundError:
        return
    lists = tuple(name.removesuffix(".lock") for name in names if name.endswith(".lock") and name != ".lock")
    for name in names:
        if (".json" in name or name.startswith(lists)) and not name.endswith((".lock", ".zip", ".tmp")):
            yield directory / name


def _content(path: Path) -> bytes | None:
    status = os.lstat(path)
    if stat.S_ISDIR(status.st_mode):
        return b""
    read = durable.read_file(path) if status.st_size <= _LARGEST else None
    if read is None or path.suffix != ".gz":
        return read[0] if read else None
    try:
        return unpack(read[0])
    except PackedError:
        return None
