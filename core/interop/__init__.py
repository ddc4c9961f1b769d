"""Other programs' files: one module a format, with `read(raw, moment)` and `write(tasks)`.

`read` gives an entry a task: the fields of `Task` that the file tells, with a `uid` that is the same whenever the same
file is read, so that importing it twice changes nothing the second time. Nothing is dropped: what we have no field for
goes to `extra` or into the text. Raises ImportedFileError where a file is not of the format. What is read or written
passes through `each`, or through `tasks`, one after the other: there it can be told how far it is, and given up.
A module whose format has no place for all of a task tells by `without(task)` which of its fields are not written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from importlib import import_module
from typing import Any, NamedTuple, Protocol

from core.errors import TodurableError
from core.task import Task

Entry = dict[str, Any]
Each = Callable[[Sequence[Any]], Iterable[Any]]


class ImportedFileError(TodurableError):
    """A file is not what its format says; `line` counts from 1, 0 where no line is to blame."""

    def __init__(self, problem: str, line: int = 0) -> None:
        where = f"Line {line}: " if line else ""
        super().__init__(f"{where}{problem} Nothing was imported.")
        self.line = line


class Read(Protocol):
    """Reads a format. `moment` is the present in the user's zone, or without one in the system's."""

    def __call__(self, raw: bytes, moment: datetime, each: Each = iter, /) -> list[Entry]:
        """See the module."""


class Format(NamedTuple):
    """How a format is read and written."""

    read: Read
    write: Callable[[Iterable[Task]], bytes]
    without: Callable[[Task], Iterable[str]]


NAMES = ("json", "todo.txt", "taskwarrior", "csv")
_MODULES = {"json": "own", "todo.txt": "todotxt", "taskwarrior": "taskwarrior", "csv": "table"}
_ENDINGS = {".json": "json", ".txt": "todo.txt", ".csv": "csv"}


def format_called(name: str) -> Format:
    """The format of that name, one of `NAMES`."""
    module = import_module(f"core.interop.{_MODULES[name]}")
    return Format(module.read, module.write, getattr(module, "without", lambda _task: ()))


def guess(file_name: str, raw: bytes) -> str:
    """The name of the format that a file seems to be in. Raises ImportedFileError."""
    ending = next((name for end, name in _ENDINGS.items() if file_name.lower().endswith(end)), "")
    start = raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start in (b"[", b"{") and ending in ("", "json"):
        return "taskwarrior" if b'"description"' in raw and b'"name"' not in raw else "json"
    if ending:
        return ending
    raise ImportedFileError(f"The format of {file_name} cannot be told: say it with --format.")
