"""CSV (RFC 4180) with a heading: the fields of a task by their names, for spreadsheets.

Tags are joined by spaces, or by semicolons where one has a space in it. A column that is no field goes to `extra`.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache, partial
from io import StringIO
from typing import Any

from core.dates import parse_date
from core.errors import TodurableError
from core.interop import Each, Entry, ImportedFileError
from core.task import DATES, FIELDS, SET_FIELDS, Task
from core.uids import uid_of

_WRITTEN = tuple(field for field in FIELDS if field != "extra")
_OURS = frozenset(_WRITTEN)
_NUMBERS = ("priority", "estimate", "id")
_MOST_DIGITS = 16
"""No number of a task has more."""


def read(raw: bytes, moment: datetime, each: Each = iter) -> list[Entry]:
    """See `core.interop`."""
    try:
        text = raw.removeprefix(b"\xef\xbb\xbf").decode()
        csv.field_size_limit(max(csv.field_size_limit(), len(raw)))  # a description may be longer than what is usual
        reader = csv.DictReader(StringIO(text, newline=""), strict=True)
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise ImportedFileError(f"This is no CSV in UTF-8: {error}.") from None
    if "name" not in (reader.fieldnames or ()):
        raise ImportedFileError("The first line must be a heading with a column “name”, as export writes it.", 1)
    parse_day = cache(partial(parse_date, today=moment.date()))  # many tasks have the same
    return [_entry(row, place, parse_day) for place, row in enumerate(each(rows), start=2)]


def write(tasks: Iterable[Task]) -> bytes:
    """A row a task, every field a column."""
    out = StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(_WRITTEN)
    rows.writerows([_cell(field, getattr(task, field)) for field in _WRITTEN] for task in tasks)
    return out.getvalue().encode()


def _cell(field: str, value: Any) -> str:
    if field in SET_FIELDS:
        return (";" if any(" " in item for item in value) else " ").join(value)
    if field == "priority":
        return str(value.value or "")
    return "" if value is None else str(value)


def _entry(row: dict[str | None, Any], place: int, parse_day: Callable[[str], str]) -> Entry:
    if None in row:
        raise ImportedFileError("This row has more cells than the heading.", place)
    cells = {str(field): value for field, value in row.items() if value}
    entry = {field: _value(field, value, place, parse_day) for field, value in cells.items() if field in _OURS}
    if not entry.get("name"):
        raise ImportedFileError("This row has no name.", place)
    extra = {field: value for field, value in cells.items() if field not in _OURS}
    if "uid" not in entry:
        entry["uid"] = uid_of(f"csv {place} {entry['name']}")
    return entry | {"extra": extra} if extra else entry


def _value(field: str, text: str, place: int, parse_day: Callable[[str], str]) -> Any:
    if field in SET_FIELDS:
        return [item.strip() for item in text.split(";" if ";" in text else None) if item.strip()]
    if field in _NUMBERS:
        if not text.strip().isdecimal():
            raise ImportedFileError(f"“{field}” must be a whole number, not “{text[:40]}”.", place)
        if len(text.strip()) > _MOST_DIGITS:
            raise ImportedFileError(f"“{field}” must be a number of at most {_MOST_DIGITS} digits.", place)
        return int(text)
    if field in DATES:
        try:
            return parse_day(text.replace("T", " "))
        except TodurableError as error:
            raise ImportedFileError(str(error), place) from None
    return text
