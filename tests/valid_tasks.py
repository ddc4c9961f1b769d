"""Any valid task and any JSON value, for property tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from core.task import FIELDS, Priority, Status, Task, one_line

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_LINE = _TEXT.map(one_line)
_NAME = _LINE.filter(bool)


def json_values() -> st.SearchStrategy[Any]:
    """What a file may hold: also integers of any size, and texts with anything in them."""
    leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXT
    big = st.sampled_from([2**53, 2**63, 2**64, -(2**63) - 1, 10**40])
    return st.recursive(
        leaves | big,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
        max_leaves=6,
    )


def uids() -> st.SearchStrategy[str]:
    """A few uids, so that some come twice."""
    return st.integers(1, 6).map(lambda number: f"00000000-0000-4000-8000-{number:012x}")


def instants() -> st.SearchStrategy[str]:
    """Instants, with and without fractions of a second."""
    moments = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
    forms = st.sampled_from(["%H:%M:%SZ", "%H:%M:%S.%fZ"])
    return st.builds(lambda moment, form: f"{moment.date().isoformat()}T{moment.strftime(form)}", moments, forms)


def days() -> st.SearchStrategy[str]:
    """Dates, some of them with a time."""
    times = st.sampled_from(["", "T00:00", "T17:30", "T23:59:59"])
    return st.builds(lambda day, time: f"{day.isoformat()}{time}", st.dates(date(1, 1, 1)), times)


def values(field: str) -> st.SearchStrategy[Any]:
    """Valid values of a field of `Task`, as a `Task` holds them."""
    return _VALUES[field]


def tasks() -> st.SearchStrategy[Task]:
    """Valid tasks."""
    required = ("uid", "id", "name", "status", "created", "modified")
    optional = {field: strategy for field, strategy in _VALUES.items() if field not in required}
    needed = {field: _VALUES[field] for field in required}
    return st.fixed_dictionaries(needed, optional=optional).map(lambda fields: Task(**fields))


def _sets(items: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(items, max_size=4, unique=True).map(tuple)


_EXTRA = st.dictionaries(_TEXT.filter(lambda name: name not in FIELDS) | st.just("extra"), json_values(), max_size=3)

_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "uid": uids(),
    "id": st.integers(1, 2**53 - 1),
    "name": _NAME,
    "status": st.sampled_from(Status),
    "created": instants(),
    "modified": instants(),
    "priority": st.sampled_from(Priority),
    "project": st.just("") | st.lists(_NAME.filter(lambda part: "/" not in part), min_size=1, max_size=3).map("/".join),
    "tags": _sets(_NAME),
    "due": st.none() | days(),
    "scheduled": st.none() | days(),
    "wait": st.none() | days(),
    "until": st.none() | days(),
    "recur": st.none() | _NAME,
    "estimate": st.none() | st.integers(0, 2**53 - 1),
    "started": st.none() | instants(),
    "completed": st.none() | instants(),
    "parent": st.none() | uids(),
    "depends": _sets(uids()),
    "order": _LINE,
    "comment": _LINE,
    "description": _TEXT,
    "attachments": _sets(_NAME),
    "extra": st.none() | _EXTRA.filter(bool),
}
