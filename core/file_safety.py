"""SafeFileManager: one JSON document in one file that cannot be lost.

- A save is written beside the file, synced, and put in its place in one step: a reader or a crash sees the old
  document or the new one, whole.
- Writers exclude each other by a lock on a file beside it, never on the document, whose inode every save replaces.
- The document that is replaced becomes `.backup`, that one `.backup.1`, and so on; only a good one does.
- Loading takes the first of these that is good and reports why the others were not. A file that cannot be *read*
  is no reason to take an older one: that stops, touches nothing, and can be tried again.

It serves any JSON document and knows nothing of tasks. `load_bytes` and `save_bytes` are the core for callers
with a format of their own.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from core import durable
from core.display import literal
from core.durable import Identity
from core.errors import (
    FileCorruptionError,
    FileSafetyError,
    InvalidContentError,
    NamedErrors,
    NotAFileError,
    UnavailableError,
)
from core.locking import FileLock
from core.recovery import Attempt, RecoveryReport

if TYPE_CHECKING:
    from core.strict_json import JsonValue

_MISSING = "it is missing"

_Value = TypeVar("_Value")
Check = Callable[[bytes, Path], _Value]
"""Makes a value of the bytes of a file; raises ValueError or InvalidContentError where they are not good."""


# Imported where JSON is meant: who has a format of their own, such as the store, does without.


def _parsed(raw: bytes, _path: Path) -> JsonValue:
    from core.strict_json import parse

    return parse(raw)


def _dumped(data: JsonValue, indent: int | None) -> bytes:
    from core.strict_json import dump

    return dump(data, indent)


class Console(Protocol):
    """Where reports are printed: a `rich.console.Console`, or anything that prints like one."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print `objects`."""


class Loaded(Struct, frozen=True):
    """A document, the file it came from, and that file's identity."""

    value: Any
    path: Path
    identity: Identity


class Backup(Struct, frozen=True):
    """A backup as `list_backups` found it. `problem` is empty where it is good; `saved` is when (UTC)."""

    path: Path
    size: int
    saved: datetime
    value: Any
    problem: str

    @property
    def good(self) -> bool:
        """Whether it could be recovered from."""
        return not self.problem


class SafeFileManager:
    """See the module. `filename` may be a symbolic link: its target is what is read, locked and replaced."""

    def __init__(
        self,
        filename: str | os.PathLike[str],
        lock_timeout: float = 5.0,
        backup_count: int = 3,
        console: Console | None = None,
    ) -> None:
        if backup_count < 0:
            raise ValueError("backup_count must be 0 or more")
        self.named = Path(os.path.abspath(filename))
        self.path = durable.real_path(filename)
        self.backup_count = backup_count
        self.last_recovery: RecoveryReport | None = None
        self.lock = FileLock(self.sibling(".lock"), lock_timeout)
        self._shared_lock = FileLock(self.lock.path, lock_timeout, shared=True)
        self._console = console
        self._good: dict[Path, Identity] = {}

    # What stands where

    def sibling(self, suffix: str) -> Path:
        """The file beside ours whose name is ours with `suffix`."""
        return self.path.with_name(self.path.name + suffix)

    @property
    def backup_paths(self) -> tuple[Path, ...]:
        """The names of the backups, newest first."""
        names = (".backup", *(f".backup.{index}" for index in range(1, self.backup_count)))
        return tuple(self.sibling(name) for name in names[: self.backup_count])

    def list_backups(self, check: Check[Any] = _parsed) -> list[Backup]:
        """The backups that exist, newest first: what each holds, and whether it is good."""
        with NamedErrors(self.path, "read"):
            found = [self._examined(path, check) for path in self.backup_paths]
        return [backup for backup in found if backup is not None]

    def _examined(self, path: Path, check: Check[Any]) -> Backup | None:
        try:
            status = os.lstat(path)
        except FileNotFoundError:
            return None
        try:
            read = durable.read_file(path, follow=False)
            if read is None:
                return None
            value, problem = check(read[0], path), ""
        except (ValueError, InvalidContentError, NotAFileError) as error:
            value, problem = None, _problem(error)
        return Backup(path, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC), value, problem)

    # JSON

    def load_json_with_recovery(self) -> JsonValue:
        """The document, from a backup where the file is damaged or gone; `last_recovery` then says so.

        Writes nothing. Raises FileNotFoundError where nothing was ever saved, FileCorruptionError where nothing
        can be used, another FileSafetyError where the file could not be read.
        """
        loaded = self.load_bytes(_parsed)
        if self.last_recovery is not None and self._console is not None:
            self._console.print(literal(str(self.last_recovery)), markup=False, highlight=False)
        value: JsonValue = loaded.value
        return value

    def load_json_with_lock(self) -> JsonValue:
        """As `load_json_with_recovery`, under a shared lock: no writer is at work meanwhile."""
        with self._shared_lock:
            return self.load_json_with_recovery()

    def save_json_with_lock(self, data: JsonValue, indent: int | None = 4, create_backup: bool = True) -> None:
        """Replace the document under the exclusive lock, rotating the backups; on return it is on the disk.

        A document that is the same as before is not written and rotates nothing. Raises ValueError for what is not
        JSON, FileSafetyError for the rest; the old document then stands whole.
        """
        raw = _dumped(data, indent)
        with self.lock:
            kept = self.save_bytes(raw, _parsed, create_backup=create_backup)
        if self.last_recovery is not None:
            self.last_recovery = replace(self.last_recovery, kept=(*self.last_recovery.kept, *kept))

    def atomic_write_json(self, data: JsonValue, indent: int | None = 4) -> None:
        """Replace the document in one step, without lock or backup: for files with one writer. Errors as above."""
        raw = _dumped(data, indent)
        with NamedErrors(self.path, "saved"):
            self._replace(raw, self._refuse_lost_lock)

    # Bytes

    def load_bytes(self, check: Check[_Value], older: Iterable[Path] = ()) -> Loaded:
        """The first of file, backups and `older` for which `check` does not raise ValueError or InvalidContentError.

        `older` is asked for names only where none before is good.
        """
        self.last_recovery = None
        refused: list[Attempt] = []
        for path in chain((self.path, *self.backup_paths), older):
            try:
                found = durable.read_file(path, follow=path == self.path)
                if found is None:
                    refused.append(Attempt(path, _MISSING))
                    continue
                loaded = Loaded(check(found[0], path), path, found[1])
            except (ValueError, InvalidContentError, NotAFileError) as error:
                if path == self.path and isinstance(error, NotAFileError):
                    raise
                refused.append(Attempt(path, _problem(error)))
                continue
            if path == self.path:
                self._good[path] = loaded.identity
            else:
                later = (f"What was saved later than {path.name} is missing.",)
                self.last_recovery = RecoveryReport(self.path, path, tuple(refused), lost=later)
            return loaded
        if all(attempt.problem == _MISSING for attempt in refused):
            with NamedErrors(self.path, "read"):
                self._refuse_lost_directory()
            raise FileNotFoundError(errno.ENOENT, "nothing was saved here yet", str(self.named))
        self.last_recovery = RecoveryReport(self.path, None, tuple(refused))
        raise FileCorruptionError(self.path, self.last_recovery)

    def save_bytes(
        self,
        raw: bytes,
        check: Check[Any],
        *,
        create_backup: bool = True,
        expected: Identity | None = None,
        replaced: str = "damaged",
    ) -> tuple[Path, ...]:
        """Replace the file by `raw`, which `check` accepts, and rotate the backups. Hold the lock.

        `expected`: what should stand there, else UnavailableError; so too where the file is changed meanwhile. A file
        that `check` refuses is never rotated: it is kept under the word `replaced`, or goes where that is empty.
        Returns the names of the files that damaged ones were kept in.
        """
        kept: list[Path] = []
        first: list[Path] = []
        with NamedErrors(self.path, "saved"):
            durable.sweep(self.path)
            old, same, good = self._examine_old(raw, check)
            stands = expected or old

            def make_way() -> None:
                self._refuse_changed(stands)  # only what we have read may become a backup
                kept.extend(self._make_way(old, check, good=good, create_backup=create_backup, replaced=replaced))
                if self._missing_first_backup(create_backup):
                    first.append(self._first_backup(raw))
                self._refuse_changed(stands)

            if old is not None and same and not self._missing_first_backup(create_backup):
                durable.settle(self.path)
                self._good[self.path] = old
                return ()
            with _discarding(first):
                self._replace(raw, make_way)
                for temporary in first:
                    durable.replace_with(temporary, self.backup_paths[0])
        return tuple(kept)

    def known_good(self) -> Identity | None:
        """The identity of the file that we last loaded or saved."""
        return self._good.get(self.path)

    # Steps

    def _examine_old(self, raw: bytes, check: Check[Any]) -> tuple[Identity | None, bool, bool]:
        """What stands there, whether it is `raw`, and whether it is good. It is not held beside `raw` for long."""
        read = durable.read_file(self.path)
        return (read[1], read[0] == raw, _accepts(check, read[0], self.path)) if read else (None, False, False)

    def _make_way(
        self, old: Identity | None, check: Check[Any], *, good: bool, create_backup: bool, replaced: str
    ) -> tuple[Path, ...]:
        stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        kept = []
        for path in [path for path in self.backup_paths if create_backup and not self._is_good(path, check)]:
            kept.append(durable.set_aside(path, f"damaged-{stamp}"))
            os.unlink(path)
            self._good.pop(path, None)
        if old is not None and not good:
            if replaced:  # at last, so that attempts that fail do not each leave a copy
                kept.append(durable.set_aside(self.path, f"{replaced}-{stamp}"))
        elif old is not None and create_backup and not self._is_newest_backup(old):
            self._rotate()
        return tuple(kept)

    def _rotate(self) -> None:
        names = self.backup_paths
        durable.rotate(self.path, names)
        for older, newer in zip(reversed(names), [*reversed(names[:-1]), self.path], strict=True):
            if newer in self._good:
                self._good[older] = self._good[newer]

    def _is_good(self, path: Path, check: Check[Any]) -> bool:
        """Whether the backup `path` is good, or missing. Reads it only where it is not the one that we know."""
        try:
            status = os.lstat(path)
        except FileNotFoundError:
            self._good.pop(path, None)
            return True
        if self._good.get(path) == Identity.of(status):
            return True
        try:
            found = durable.read_file(path, follow=False)
        except NotAFileError:
            return False
        if found is None or not _accepts(check, found[0], path):
            return False
        self._good[path] = found[1]
        return True

    def _is_newest_backup(self, old: Identity) -> bool:
        if not self.backup_paths:
            return True
        known = self._good.get(self.backup_paths[0])  # `_is_good` has just seen it
        return known is not None and known.size == old.size and durable.same_bytes(self.path, self.backup_paths[0])

    def _missing_first_backup(self, create_backup: bool) -> bool:
        return create_backup and self.backup_count > 0 and not os.path.lexists(self.backup_paths[0])

    def _first_backup(self, raw: bytes) -> Path:
        """What becomes the first backup, once the file is in its place: written before, so that failing does no harm.

        A copy, not a link: an editor that writes in place must not reach the backup with the file.
        """
        like = os.stat(self.path) if os.path.lexists(self.path) else None
        return durable.write_temporary(self.backup_paths[0], raw, like)

    def _replace(self, raw: bytes, before: Callable[[], None]) -> None:
        try:
            like = os.stat(self.path)
        except FileNotFoundError:
            like = None
        if like is not None and not stat.S_ISREG(like.st_mode):
            raise NotAFileError(f"{self.path.name} is not a file. Move it away, then try again.", self.path)
        temporary = durable.write_temporary(self.path, raw, like)
        self._good[self.path] = durable.replace_with(temporary, self.path, before)

    def _refuse_lost_lock(self) -> None:
        if self.lock.held and not self.lock.still_ours():
            raise UnavailableError(
                f"{self.lock.path.name} was removed by another program while {self.path.name} was saved. "
                "Nothing was written; try again.",
                self.path,
            )

    def _refuse_changed(self, stands: Identity | None) -> None:
        self._refuse_lost_lock()
        if durable.identity(self.path) != stands:
            raise UnavailableError(
                f"{self.path.name} was changed by another program while it was saved. Nothing was written; try again.",
                self.path,
            )

    def _refuse_lost_directory(self) -> None:
        """Where a link leads to a folder that is not there, a drive is not mounted; that is no new document."""
        links = (path for path in (self.named, *self.named.parents) if path.is_symlink())
        if not self.path.parent.is_dir() and any(not link.exists() for link in links):
            raise UnavailableError(
                f"{self.named.name} is a link to {self.path}, whose folder is not there. Nothing was changed: "
                "connect the drive, or mend the link.",
                self.path,
            )


@contextmanager
def _discarding(temporaries: list[Path]) -> Iterator[None]:
    """Remove `temporaries` where what is done meanwhile fails."""
    try:
        yield
    except BaseException:  # Ctrl-C too must leave no file behind
        for temporary in temporaries:
            durable.discard(temporary)
        raise


def _accepts(check: Check[Any], raw: bytes, path: Path) -> bool:
    try:
        check(raw, path)
    except (ValueError, InvalidContentError):
        return False
    return True


def _problem(error: Exception) -> str:
    if isinstance(error, InvalidContentError):
        return error.problem
    return "it is not a file" if isinstance(error, FileSafetyError) else str(error)
