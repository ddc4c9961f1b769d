"""What can go wrong, as values: one sentence for a person, fields for a program.

Every error that a user can cause or meet derives from `TodurableError`; its text says what happened,
what was kept and what to do. Anything else that escapes is a defect of ours.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.recovery import RecoveryReport


class TodurableError(Exception):
    """The base of every error that people can act on. `str(error)` is a complete sentence for them."""


class FileSafetyError(TodurableError):
    """A file could not be read or written. What was last saved is untouched."""

    def __init__(self, message: str, path: Path, cause: OSError | None = None) -> None:
        super().__init__(message)
        self.path = path
        self.cause = cause


class FileLockTimeoutError(FileSafetyError):
    """Another process held the lock for longer than we were willing to wait; nothing was written."""

    def __init__(self, path: Path, timeout: float, holder: str | None) -> None:
        who = f"by {holder}" if holder else "by another program"
        super().__init__(
            f"{path.name} is locked {who}; waited {timeout:g} s and wrote nothing. Try again once it is free.",
            path,
        )
        self.timeout = timeout
        self.holder = holder


class FileCorruptionError(FileSafetyError):
    """Neither the file nor any of its backups could be used; nothing was overwritten."""

    def __init__(self, path: Path, report: RecoveryReport) -> None:
        reasons = "; ".join(f"{attempt.path.name}: {attempt.problem}" for attempt in report.refused)
        super().__init__(
            f"{path.name} and its backups cannot be used ({reasons}). Nothing was changed: "
            "put a good copy in its place, or move these files away to restore a ZIP or to start a new list.",
            path,
        )
        self.report = report


class InvalidContentError(FileSafetyError):
    """A file was read, but what it holds is not what it should hold. `problem` says why, in a few words."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path.name} is damaged: {problem}.", path)
        self.problem = problem


class NewerSchemaError(FileSafetyError):
    """The file was written by a newer program: it may be shown, never written."""

    def __init__(self, path: Path, found: int, known: int) -> None:
        super().__init__(
            f"{path.name} was written by a newer version of todurable (format {found}; this one knows {known}). "
            "Nothing was changed: update todurable to edit this list.",
            path,
        )
        self.found = found
        self.known = known


class DiskFullError(FileSafetyError):
    """No space or quota left. The old file is whole; the change is still in memory."""


class ReadOnlyError(FileSafetyError):
    """The file system or the directory does not allow writing."""


class AccessDeniedError(FileSafetyError):
    """Permission to read or write is missing."""


class UnavailableError(FileSafetyError):
    """The device or network drive failed or is gone; try again when it is back."""


class NotAFileError(FileSafetyError):
    """Something that is not a regular file stands where the file should be."""


class MovedError(FileSafetyError):
    """The file was moved to another place, `new`: what would be written here would be lost."""

    def __init__(self, path: Path, new: Path) -> None:
        super().__init__(f"{path.name} was moved to {new}. Nothing was written to {path.parent}: use it there.", path)
        self.new = new


class TaskError(TodurableError):
    """A task is not valid. `task` names it for people, `field` is the field's name."""

    def __init__(self, message: str, task: str, field: str) -> None:
        super().__init__(message)
        self.task = task
        self.field = field


class MissingFieldError(TaskError):
    """A required field is absent."""

    def __init__(self, task: str, field: str) -> None:
        super().__init__(f"{task}: the field “{field}” is missing.", task, field)


class WrongTypeError(TaskError):
    """A field holds a value of the wrong JSON type."""

    def __init__(self, task: str, field: str, expected: str, found: object) -> None:
        super().__init__(f"{task}: “{field}” must be {expected}, not {type_name(found)}.", task, field)
        self.expected = expected
        self.found = found


class BadValueError(TaskError):
    """A field's value has the right type, but is not allowed."""

    def __init__(self, task: str, field: str, problem: str) -> None:
        super().__init__(f"{task}: “{field}” {problem}.", task, field)
        self.problem = problem


class UnknownTaskError(TodurableError):
    """No task of that id or uid is in the list."""

    def __init__(self, wanted: str) -> None:
        super().__init__(f"There is no task {wanted} in this list.")
        self.wanted = wanted


class AmbiguousTaskError(TodurableError):
    """The start of a uid is that of several tasks."""

    def __init__(self, wanted: str) -> None:
        super().__init__(f"{wanted} fits several tasks: give more of its uid.")
        self.wanted = wanted


class NothingToUndoError(TodurableError):
    """There is no change left to undo or to redo; `what` says which."""

    def __init__(self, what: str) -> None:
        super().__init__(f"There is nothing to {what}.")
        self.what = what


class UnsavedError(TodurableError):
    """Changes wait to be saved to another file than the one that is asked for."""

    def __init__(self, count: int, path: Path) -> None:
        what = "1 change is" if count == 1 else f"{count} changes are"
        super().__init__(f"{what} not saved to {path.name} yet. Nothing is lost: save there first.")
        self.count = count
        self.path = path


class ReadOnlyListError(TodurableError):
    """The list is open for reading only; `reason` is the error that made it so."""

    def __init__(self, reason: TodurableError) -> None:
        super().__init__(f"This list is open for reading only. {reason}")
        self.reason = reason


_BY_ERRNO: dict[int, tuple[type[FileSafetyError], str]] = {
    errno.ENOSPC: (DiskFullError, "the disk is full. Free some space, then try again"),
    errno.EDQUOT: (DiskFullError, "your disk quota is used up. Free some space, then try again"),
    errno.EFBIG: (DiskFullError, "the file is too large for this disk"),
    errno.EROFS: (ReadOnlyError, "the disk is read-only. Make it writable, then try again"),
    errno.EACCES: (AccessDeniedError, "permission was denied. Check who owns the file and its folder"),
    errno.EPERM: (AccessDeniedError, "permission was denied. Check who owns the file and its folder"),
    errno.ENOENT: (UnavailableError, "its folder does not exist. Make the folder, or connect its drive"),
    errno.EISDIR: (NotAFileError, "a folder stands in its place. Move it away, then try again"),
    errno.ENOTDIR: (NotAFileError, "part of its path is not a folder. Check the path"),
    errno.ENXIO: (NotAFileError, "something that is not a file stands in its place. Move it away, then try again"),
    errno.ENAMETOOLONG: (NotAFileError, "its name is too long. Choose a shorter one"),
    errno.ELOOP: (NotAFileError, "a symbolic link that must not be followed stands in its place. Remove it"),
    errno.EMFILE: (UnavailableError, "too many files are open. Close some programs, then try again"),
    errno.ENFILE: (UnavailableError, "too many files are open. Close some programs, then try again"),
}


def from_os_error(error: OSError, path: Path, doing: str) -> FileSafetyError:
    """The named error for `error`, met while `doing` (“saved”, “read”) the file at `path`."""
    kind, why = _BY_ERRNO.get(
        error.errno or 0,
        (UnavailableError, f"{os.strerror(error.errno) if error.errno else error}. Try again when the disk is back"),
    )
    kept = "" if doing == "read" else " What was saved before is untouched."
    return kind(f"{path.name} could not be {doing}: {why}.{kept}", path, error)


class NamedErrors:
    """A context in which an OSError becomes the error that `from_os_error` gives; it can be entered repeatedly."""

    def __init__(self, path: Path, doing: str) -> None:
        self._path = path
        self._doing = doing

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, OSError):
            raise from_os_error(error, self._path, self._doing) from error


def type_name(value: object) -> str:
    """What a value of JSON is, in words."""
    names = {type(None): "null", bool: "true or false", int: "a number", float: "a number", str: "a text"}
    return names.get(type(value), "a list" if isinstance(value, list) else "an object")
