"""Files that survive a crash: the few operations on which everything else stands.

Every name that a reader may open is whole at every instant, and what a function here says is on the disk is on
the disk: it was synced, and so was the directory that names it (fsync(2), rename(2); on macOS `F_FULLFSYNC`).
All of it goes through `os`, so that tests can record, cut off and fail each system call.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from core.errors import NotAFileError, from_os_error


class Identity(Struct, frozen=True):
    """Which file a name stood for. Inode numbers are used again at once, so all of it together tells."""

    device: int
    inode: int
    modified_ns: int
    size: int

    @classmethod
    def of(cls, status: os.stat_result) -> Identity:
        """The identity in `status`."""
        return cls(status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size)


_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV, errno.EACCES, errno.EINVAL)
"""What a file system says that has no hard links, or none for this file."""
_NO_DIRECTORY_SYNC = (errno.EINVAL, errno.ENOTSUP)
_NO_FULL_SYNC = (errno.ENOTSUP, errno.EINVAL, errno.ENOTTY)
_TEMPORARY = r"(\.(backup|journal|damaged|schema)[^/]*)?\.[0-9]+\.[0-9a-f]{12}\.tmp"
"""What follows the name of a file in that of a temporary one beside it, or beside one of its siblings."""
_ANY_TEMPORARY = r"\..+\.[0-9]+\.[0-9a-f]{12}\.tmp"
_SMALLEST_BLOCK, _LARGEST_BLOCK = 1 << 16, 1 << 30
_COMPARED = 1 << 20
_PRIVATE = 0o600


def real_path(named: str | os.PathLike[str]) -> Path:
    """The file that `named` leads to, whether it exists or not.

    Raises FileSafetyError where a part of the way cannot be read: it may be a link, which must not be taken for a file
    and replaced.
    """
    try:
        return Path(os.path.realpath(named, strict=True))
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
            raise from_os_error(error, Path(named), "read") from error
    return Path(os.path.realpath(named))


def identity(path: Path) -> Identity | None:
    """What stands at `path`; None where nothing does. Raises FileSafetyError where that cannot be told."""
    try:
        return Identity.of(os.stat(path))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise from_os_error(error, path, "read") from error


def names_in(directory: Path) -> list[str]:
    """The names in `directory`, in any order; none where it is not there. Raises FileSafetyError."""
    try:
        return os.listdir(directory)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise from_os_error(error, directory, "read") from error


def read_file(path: Path, *, follow: bool = True, limit: int | None = None) -> tuple[bytes, Identity] | None:
    """The bytes at `path` (the first `limit`) and whose they are; None where there is no file.

    Never blocks on a FIFO. Raises FileSafetyError where the file cannot be read or is none.
    """
    try:
        descriptor = os.open(path, _READ | (0 if follow else getattr(os, "O_NOFOLLOW", 0)))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise from_os_error(error, path, "read") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise NotAFileError(f"{path.name} is not a file. Move it away, then try again.", path)
        return _read_all(descriptor, status.st_size, limit), Identity.of(status)
    except OSError as error:
        raise from_os_error(error, path, "read") from error
    finally:
        close_synced(descriptor)


def same_bytes(one: Path, other: Path) -> bool:
    """Whether two files, of which only the first may be a link, hold the same. Raises OSError."""
    first = os.open(one, _READ)
    try:
        second = os.open(other, _READ | getattr(os, "O_NOFOLLOW", 0))
        try:
            while (block := os.read(first, _COMPARED)) == os.read(second, _COMPARED):
                if not block:
                    return True
            return False
        finally:
            close_synced(second)
    finally:
        close_synced(first)


def close_synced(descriptor: int) -> None:
    """Close a descriptor that wrote nothing which is not on the disk.

    An error has nothing to say then, and the descriptor is gone all the same: close(2).
    """
    with suppress(OSError):
        os.close(descriptor)


def _read_all(descriptor: int, size: int, limit: int | None) -> bytes:
    """What is in a file of `size` bytes, if it still is: then nothing has to be put together."""
    if limit is not None:
        return os.read(descriptor, limit)
    parts = []
    while part := os.read(descriptor, min(max(size + 1, _SMALLEST_BLOCK), _LARGEST_BLOCK)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def sync(descriptor: int) -> None:
    """Return when what is in the file, or the directory, is on the disk."""
    if sys.platform == "darwin":  # fsync there does not flush the drive's cache: fcntl(2)
        import fcntl

        try:
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
        except OSError as error:
            if error.errno not in _NO_FULL_SYNC:  # some network file systems know fsync alone
                raise
    os.fsync(descriptor)


def sync_data(descriptor: int) -> None:
    """As `sync`, without what is not needed to read the content again, such as times: fdatasync(2)."""
    if sys.platform in ("darwin", "win32"):
        sync(descriptor)
    else:
        os.fdatasync(descriptor)


def sync_directory(directory: Path) -> None:
    """Return when the names in `directory` are on the disk. Windows has no such call and journals names itself."""
    if sys.platform == "win32":
        return
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        sync(descriptor)
    except OSError as error:
        if error.errno not in _NO_DIRECTORY_SYNC:  # some network file systems sync names with the rename
            raise
    finally:
        close_synced(descriptor)


def settle(path: Path) -> None:
    """Return when what stands at `path` now is on the disk, whoever wrote it."""
    descriptor = os.open(path, (os.O_RDWR if sys.platform == "win32" else os.O_RDONLY) | _READ)
    try:
        sync(descriptor)
    finally:
        close_synced(descriptor)
    sync_directory(path.parent)


def write_all(descriptor: int, raw: bytes) -> None:
    """Write all of `raw`; write(2) may take less at a time without an error."""
    written = os.write(descriptor, raw)
    while written < len(raw):
        written += os.write(descriptor, memoryview(raw)[written:])


def temporary_name(path: Path) -> Path:
    """A new name beside `path` that says which process made it."""
    return path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(6).hex()}.tmp")


def write_temporary(path: Path, raw: bytes, like: os.stat_result | None = None) -> Path:
    """A synced new file beside `path` that holds `raw`, with the mode and owner of `like` (else 0600).

    Leaves nothing behind when it fails.
    """
    return write_temporary_blocks(path, (raw,), like)


def write_temporary_blocks(path: Path, blocks: Iterable[bytes], like: os.stat_result | None = None) -> Path:
    """As `write_temporary`, for what is not all in memory at once."""
    with new_temporary(path, like) as (temporary, descriptor):
        for block in blocks:
            write_all(descriptor, block)
    return temporary


@contextmanager
def new_temporary(path: Path, like: os.stat_result | None = None) -> Iterator[tuple[Path, int]]:
    """As `write_temporary`: the new file and its descriptor, to be written to; at the end it is synced and closed."""
    temporary = temporary_name(path)
    descriptor = os.open(temporary, _NEW, _PRIVATE)
    try:
        try:
            if like is not None and sys.platform != "win32":
                _take_after(descriptor, like)
            yield temporary, descriptor
            sync(descriptor)
        finally:
            os.close(descriptor)
    except BaseException:  # Ctrl-C too must leave no file behind
        discard(temporary)
        raise


def _take_after(descriptor: int, like: os.stat_result) -> None:
    if os.geteuid() == 0 and (like.st_uid, like.st_gid) != (0, 0):
        os.fchown(descriptor, like.st_uid, like.st_gid)
    if stat.S_IMODE(like.st_mode) != _PRIVATE:
        os.fchmod(descriptor, stat.S_IMODE(like.st_mode))


def discard(path: Path) -> None:
    """Remove a file of our own that is needed no more. That it stays is no harm: the next save removes it."""
    try:
        os.unlink(path)
    except OSError:
        return


def sweep(path: Path) -> None:
    """Remove the temporary files that were left beside `path`. Call it under the lock: then nobody needs one.

    Whether the process in the name lives says nothing: after a restart, or in a container, another one has its number.
    """
    prefix = f".{path.name}"
    for name in os.listdir(path.parent):
        if name.startswith(prefix) and re.fullmatch(_TEMPORARY, name[len(prefix) :]):
            discard(path.with_name(name))


def sweep_old(directory: Path, before: float) -> None:
    """As `sweep`, for all that was left in `directory` before that time: where no lock says that nobody is at work.

    A directory that is not there holds nothing. Raises FileSafetyError.
    """
    try:
        for name in os.listdir(directory):
            if re.fullmatch(_ANY_TEMPORARY, name) and os.lstat(directory / name).st_mtime < before:
                discard(directory / name)
    except FileNotFoundError:  # also of what its own process has put in its place meanwhile
        return
    except OSError as error:
        raise from_os_error(error, directory, "read") from error


def second_name(source: Path, target: Path) -> None:
    """Give what `source` names the name `target` too, in place of what `target` named.

    A hard link that is renamed over `target`, so that both names are whole all the time; a synced copy where the
    file system has no links.
    """
    temporary = temporary_name(target)
    try:
        os.link(source, temporary, follow_symlinks=False)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        temporary = copy_to_temporary(source, target)
    try:
        os.rename(temporary, target)
    finally:
        # rename(2) does nothing where both names are one file already: the temporary name would stay
        discard(temporary)


def copy_to_temporary(source: Path, target: Path) -> Path:
    """A synced copy of `source`, with its times, under a temporary name beside `target`."""
    found = read_file(source, follow=False)
    if found is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(source))
    like = os.stat(source)
    temporary = write_temporary(target, found[0], like)
    with suppress(OSError):  # it says how old the content is; that is worth no failure
        os.utime(temporary, ns=(like.st_atime_ns, like.st_mtime_ns))
    return temporary


def rotate(path: Path, names: Sequence[Path]) -> None:
    """Make `path` the newest of its backups `names` (newest first), as far as needed to fill the first gap.

    Oldest first, so that each name is whole at every instant. Where that was broken off, two names are one file: the
    second of them is the gap then, so that trying again costs no older one. The caller syncs the directory.
    """
    gap = next((index for index, name in enumerate(names) if _is_gap(name, names[:index])), len(names) - 1)
    for index in range(gap, 0, -1):
        second_name(names[index - 1], names[index])
    if names:
        second_name(path, names[0])


def _is_gap(name: Path, newer: Sequence[Path]) -> bool:
    return not os.path.lexists(name) or (len(newer) > 0 and os.path.samefile(name, newer[-1]))


def set_aside(path: Path, word: str) -> Path:
    """Keep what `path` names, durably, under a new name that nothing writes to. Returns that name."""
    for attempt in range(1000):
        target = path.with_name(f"{path.name}.{word}{f'-{attempt}' if attempt else ''}")
        if not os.path.lexists(target):
            second_name(path, target)
            sync_directory(path.parent)
            return target
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))


def replace_with(temporary: Path, path: Path, before: Callable[[], None] | None = None) -> Identity:
    """Put a synced temporary file in the place of `path`, durably; `before` may still refuse by raising.

    Returns the identity of what was put there, which may already be replaced again.
    """
    try:
        if before is not None:
            before()
        made = Identity.of(os.stat(temporary))
        os.replace(temporary, path)
    except BaseException:
        discard(temporary)
        raise
    sync_directory(path.parent)
    return made
