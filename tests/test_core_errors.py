from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from core import errors
from core.errors import (
    AccessDeniedError,
    AmbiguousTaskError,
    BadValueError,
    DiskFullError,
    FileCorruptionError,
    FileLockTimeoutError,
    FileSafetyError,
    InvalidContentError,
    MissingFieldError,
    MovedError,
    NewerSchemaError,
    NotAFileError,
    NothingToUndoError,
    ReadOnlyError,
    ReadOnlyListError,
    TaskError,
    TodurableError,
    UnavailableError,
    UnknownTaskError,
    UnsavedError,
    WrongTypeError,
    from_os_error,
)
from core.recovery import Attempt, RecoveryReport

_PATH = Path("/lists/tasks.json")
_ALL: list[TodurableError] = [
    FileLockTimeoutError(_PATH, 5.0, "vim (process 7)"),
    FileLockTimeoutError(_PATH, 0.25, None),
    FileCorruptionError(_PATH, RecoveryReport(_PATH, None, (Attempt(_PATH, "it is empty"),))),
    InvalidContentError(_PATH, "it is empty"),
    NewerSchemaError(_PATH, 7, 1),
    MovedError(_PATH, Path("/elsewhere/tasks.json")),
    MissingFieldError("task 3", "name"),
    WrongTypeError("task 3", "name", "a text", 5),
    BadValueError("task 3", "priority", "must be between 0 and 3"),
    UnknownTaskError("7"),
    AmbiguousTaskError("0b9c"),
    NothingToUndoError("redo"),
    UnsavedError(1, _PATH),
    UnsavedError(3, _PATH),
    ReadOnlyListError(NewerSchemaError(_PATH, 7, 1)),
    *(from_os_error(OSError(number, "x"), _PATH, "saved") for number in errno.errorcode),
]


def _named_in_the_module() -> set[type[TodurableError]]:
    return {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, TodurableError)}


@pytest.mark.parametrize("error", _ALL, ids=lambda error: type(error).__name__)
def test_every_error_is_sentences_for_people(error: TodurableError) -> None:
    text = str(error)
    assert text.endswith(".")
    assert text == text.strip()
    assert not any(ugly in text for ugly in ("  ", "..", "None", "Errno", "{", "Error"))


def test_no_error_is_left_out_here() -> None:
    bases = {TodurableError, FileSafetyError, TaskError}
    assert {type(error) for error in _ALL} == _named_in_the_module() - bases


def test_what_concerns_files_and_what_concerns_tasks_can_be_told_apart() -> None:
    for error in _ALL:
        assert isinstance(error, FileSafetyError) is hasattr(error, "cause")
        assert isinstance(error, TaskError) is hasattr(error, "field")
        if isinstance(error, FileSafetyError):
            assert error.path == _PATH
            assert "tasks.json" in str(error)


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (errno.ENOSPC, DiskFullError, "the disk is full"),
        (errno.EDQUOT, DiskFullError, "quota"),
        (errno.EFBIG, DiskFullError, "too large"),
        (errno.EROFS, ReadOnlyError, "the disk is read-only"),
        (errno.EACCES, AccessDeniedError, "permission was denied"),
        (errno.EPERM, AccessDeniedError, "permission was denied"),
        (errno.ENOENT, UnavailableError, "its folder does not exist"),
        (errno.EMFILE, UnavailableError, "too many files are open"),
        (errno.ENFILE, UnavailableError, "too many files are open"),
        (errno.EIO, UnavailableError, os.strerror(errno.EIO)),
        (errno.ESTALE, UnavailableError, os.strerror(errno.ESTALE)),
        (errno.ENODEV, UnavailableError, os.strerror(errno.ENODEV)),
        (errno.EISDIR, NotAFileError, "a folder stands in its place"),
        (errno.ENOTDIR, NotAFileError, "part of its path is not a folder"),
        (errno.ELOOP, NotAFileError, "symbolic link"),
        (errno.ENXIO, NotAFileError, "something that is not a file"),
        (errno.ENAMETOOLONG, NotAFileError, "its name is too long"),
    ],
)
@pytest.mark.parametrize("doing", ["read", "saved", "locked"])
def test_a_system_error_gets_its_name(number: int, kind: type[FileSafetyError], words: str, doing: str) -> None:
    cause = OSError(number, os.strerror(number))
    error = from_os_error(cause, _PATH, doing)
    assert type(error) is kind
    assert (error.path, error.cause) == (_PATH, cause)
    assert str(error).startswith(f"tasks.json could not be {doing}: ")
    assert words in str(error)
    assert ("is untouched" in str(error)) is (doing != "read")


def test_a_system_error_without_a_number_keeps_its_words() -> None:
    error = from_os_error(OSError("the cat sits on the cable"), _PATH, "read")
    assert type(error) is UnavailableError
    assert "the cat sits on the cable" in str(error)


def test_a_timeout_tells_holder_and_patience() -> None:
    error = FileLockTimeoutError(_PATH, 0.25, "vim (process 7)")
    assert "is locked by vim (process 7); waited 0.25 s and wrote nothing." in str(error)
    assert (error.timeout, error.holder) == (0.25, "vim (process 7)")
    assert "by another program; waited 5 s" in str(FileLockTimeoutError(_PATH, 5.0, None))


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (None, "null"),
        (True, "true or false"),
        (1, "a number"),
        (1.5, "a number"),
        ("x", "a text"),
        ([], "a list"),
        ({}, "an object"),
    ],
)
def test_a_wrong_type_is_told_in_the_words_of_json(found: object, words: str) -> None:
    error = WrongTypeError("task 3 “pay”", "due", "a date", found)
    assert str(error) == f"task 3 “pay”: “due” must be a date, not {words}."
    assert (error.task, error.field, error.expected) == ("task 3 “pay”", "due", "a date")
    assert error.found is found


def test_fields_for_programs() -> None:
    report = RecoveryReport(
        _PATH, None, (Attempt(_PATH, "it is empty"), Attempt(_PATH.with_name("b"), "it is missing"))
    )
    assert FileCorruptionError(_PATH, report).report is report
    assert "(tasks.json: it is empty; b: it is missing)" in str(FileCorruptionError(_PATH, report))
    newer = NewerSchemaError(_PATH, 7, 1)
    assert (newer.found, newer.known) == (7, 1)
    assert InvalidContentError(_PATH, "it is empty").problem == "it is empty"
    assert BadValueError("task 3", "name", "is empty").problem == "is empty"
    assert UnknownTaskError("7").wanted == "7"
    assert AmbiguousTaskError("0b9c").wanted == "0b9c"
    assert NothingToUndoError("undo").what == "undo"
    assert (UnsavedError(3, _PATH).count, UnsavedError(3, _PATH).path) == (3, _PATH)
    assert ReadOnlyListError(newer).reason is newer
    assert str(UnsavedError(1, _PATH)).startswith("1 change is not saved")
    assert str(UnsavedError(2, _PATH)).startswith("2 changes are not saved")
