"""Files attached to tasks: copied to `attachments/<SHA-256>/<file name>` beside the list, and never changed.

A task names its files as `<SHA-256>/<file name>`. A file is on the disk before the change that names it; one that no
task names any more stays, for history may. What nothing ever named, for that change was not saved, `doctor` removes.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from core import durable
from core.errors import NotAFileError, TodurableError, UnavailableError, from_os_error
from core.progress import Progress, added, unheard
from core.task import Task

_BLOCK = 1 << 20
_UNFIT = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
_LONGEST = 150
_DIGEST = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[0-9a-f]{64}/[^/\\]+")


class NoSuchAttachmentError(TodurableError):
    """No attachment of a task is called so, or more than one."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The task has no attachment “{name}”, or more than one.")
        self.name = name


def directory(file: Path) -> Path:
    """Where the attachments of the list at `file` are."""
    return file.parent / "attachments"


def directories(file: Path) -> list[Path]:
    """Each directory in which a file is. Raises FileSafetyError."""
    return [directory(file) / name for name in durable.names_in(directory(file)) if _DIGEST.fullmatch(name)]


def file_name(attachment: str) -> str:
    """What the attached file was called."""
    return attachment.partition("/")[2] or attachment


def path_of(file: Path, attachment: str) -> Path | None:
    """Where the attached file is, there or not; None where the name is not one of ours and may lead anywhere."""
    if not _NAME.fullmatch(attachment) or file_name(attachment) in (".", ".."):
        return None
    return directory(file) / attachment


def is_there(file: Path, attachment: str) -> bool:
    """Whether the attached file is there; what it holds is for `doctor` to check."""
    path = path_of(file, attachment)
    return path is not None and os.path.isfile(path)


def missing(file: Path, tasks: Iterable[Task]) -> Iterator[tuple[Task, str]]:
    """The attachments of `tasks` that are not there."""
    for task in tasks:
        for attachment in task.attachments:
            if not is_there(file, attachment):
                yield task, attachment


def keep(file: Path, source: Path, progress: Progress = unheard) -> str:
    """Copy `source`, and say how a task names it; on return the copy and its name are on the disk.

    It is read twice, so that the copy is written where it stays: `progress` is told how many bytes of twice its size
    are read. Raises FileSafetyError, also where it changes meanwhile.
    """
    status = durable.identity(source)
    add = added(progress, 2 * status.size if status else 0)
    attachment = f"{_digest(_blocks(source, add))}/{_fit(source.name)}"
    return keep_blocks(file, _blocks(source, add), attachment)


def keep_blocks(file: Path, blocks: Iterable[bytes], attachment: str) -> str:
    """As `keep`, for the content that `blocks` hold, which a task names `attachment` already."""
    target = directory(file) / attachment
    digest = hashlib.sha256()
    try:
        _make(target.parent.parent)
        _make(target.parent)
        with durable.new_temporary(target) as (temporary, descriptor):
            for block in blocks:
                digest.update(block)
                durable.write_all(descriptor, block)
            if digest.hexdigest() != target.parent.name:
                raise UnavailableError(f"{target.name} was changed while it was copied. Try again.", target)
        durable.replace_with(temporary, target)
    except OSError as error:
        raise from_os_error(error, target, "saved") from error
    return attachment


def digest_of(path: Path) -> str:
    """The SHA-256 of the file. Raises FileSafetyError."""
    return _digest(_blocks(path, lambda _size: None))


def _digest(blocks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for block in blocks:
        digest.update(block)
    return digest.hexdigest()


def _blocks(path: Path, add: Callable[[int], None]) -> Iterator[bytes]:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise from_os_error(error, path, "read") from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotAFileError(f"{path.name} is not a file.", path)
        while block := os.read(descriptor, _BLOCK):
            yield block
            add(len(block))
    except OSError as error:
        raise from_os_error(error, path, "read") from error
    finally:
        durable.close_synced(descriptor)


def _make(path: Path) -> None:
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        if not os.path.isdir(path):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path)) from None
    durable.sync_directory(path.parent)


def _fit(name: str) -> str:
    """`name` as every system takes it, and as one line: it becomes part of a path and of a task."""
    stem, dot, suffix = _UNFIT.sub("_", name).strip(". ").rpartition(".")
    if not dot:
        stem, suffix = suffix, ""
    fitting = (
        stem.encode()[: _LONGEST - len(suffix.encode()[:20])].decode(errors="ignore") + dot + suffix[:20]
    ).strip()
    return fitting or "file"
