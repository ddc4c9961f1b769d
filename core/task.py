"""The task: a frozen value, and the rules its fields obey.

Every value is what JSON can hold, so that a task, a change to it and a line of a file are the same words:
dates are ISO 8601 text (`2026-12-24`, with a local time `2026-12-24T17:00`), instants are UTC
(`2026-11-21T03:56:50.123456Z`); both sort as text in order of time.

Decoding a `Task` with msgspec checks types only. `task_from_json` checks everything, and is for what we did
not write ourselves; `check_fields` is for what is about to be written.
"""

# Not `from __future__ import annotations`: msgspec would have to compile those of what it decodes, at each start.

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import IntEnum, StrEnum
from functools import cache, lru_cache
from typing import Any

from msgspec import Struct

from core.errors import BadValueError, MissingFieldError, WrongTypeError


class Status(StrEnum):
    """Where a task stands. `deleted` is the trash: nothing is removed but by purging."""

    PENDING = "pending"
    ACTIVE = "active"
    DONE = "done"
    CANCELLED = "cancelled"
    DELETED = "deleted"


class Priority(IntEnum):
    """How much it matters; 1 is the most."""

    NONE = 0
    HIGH = 1
    MEDIUM = 2
    LOW = 3


class Task(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """One task. `id` is for people, stable and never reused; `uid` is what everything refers to.

    `order` is a fractional key; empty stands for the place that the id gives (see `core.tasklist.place`).
    `estimate` is in minutes. `attachments` are `sha256/file name`. `extra` holds the fields that we do not know.
    `gc=False`: a task is made of plain JSON values and can take part in no reference cycle.
    """

    uid: str
    id: int
    name: str
    status: Status
    created: str
    modified: str
    priority: Priority = Priority.NONE
    project: str = ""
    tags: tuple[str, ...] = ()
    due: str | None = None
    scheduled: str | None = None
    wait: str | None = None
    until: str | None = None
    recur: str | None = None
    estimate: int | None = None
    started: str | None = None
    completed: str | None = None
    parent: str | None = None
    depends: tuple[str, ...] = ()
    order: str = ""
    comment: str = ""
    description: str = ""
    attachments: tuple[str, ...] = ()
    extra: dict[str, Any] | None = None


FIELDS = Task.__struct_fields__
DATES = ("due", "scheduled", "wait", "until")
"""Fields that hold a day, or a local time of one."""
FIXED = frozenset({"uid", "id", "modified"})
"""Fields that no edit changes."""
SET_FIELDS = frozenset({"tags", "depends", "attachments"})
"""Fields that change by what was added and removed, never as a whole."""

_REQUIRED = ("uid", "id", "name", "status", "created", "modified")
_UID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z"
_DAY_OR_TIME = r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?"

_Rule = Callable[[Any], Any]
"""Gives a value as a `Task` holds it. Raises NotAllowedError."""


class NotAllowedError(Exception):
    """A rule refuses a value."""


class _WrongTypeError(NotAllowedError):
    """`found` should be `expected`."""

    def __init__(self, expected: str, found: object) -> None:
        super().__init__(expected, found)
        self.expected, self.found = expected, found


class _BadValueError(NotAllowedError):
    """The value has a `problem`."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def one_line(text: str) -> str:
    """`text` with each line break turned into a space, and no space around it."""
    return " ".join(text.splitlines()).strip()


def utc(now: datetime) -> str:
    """`now` as tasks and records hold it."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def name_of(fields: Mapping[str, Any]) -> str:
    """How a message names the task that `fields` describe."""
    number, name = fields.get("id"), fields.get("name")
    words = f"Task {number}" if isinstance(number, int) and not isinstance(number, bool) else "A task"
    return f"{words} “{name[:60]}”" if isinstance(name, str) and name else words


def task_name(task: Task | None) -> str:
    """How a message names `task`."""
    return name_of({"id": task.id, "name": task.name}) if task else name_of({})


def tag_words(tag: str) -> str:
    """A tag as it is typed; a context has its sign in it."""
    return tag if tag.startswith("@") else f"+{tag}"


def check_fields(fields: Mapping[str, Any], task: str = "A task") -> dict[str, Any]:
    """`fields` (names of `Task`) as a `Task` holds them.

    Raises WrongTypeError or BadValueError, with `task` as the task's name, at the first that is not allowed.
    """
    try:
        return {field: RULES[field](value) for field, value in fields.items()}
    except NotAllowedError:
        for field, value in fields.items():  # which of them it is
            check_field(field, value, task)
        raise


def check_field(field: str, value: Any, task: str = "A task") -> Any:
    """As `check_fields`, for one field."""
    try:
        return RULES[field](value)
    except _WrongTypeError as wrong:
        raise WrongTypeError(task, field, wrong.expected, wrong.found) from None
    except _BadValueError as wrong:
        raise BadValueError(task, field, wrong.problem) from None


def task_from_json(document: Any, position: int) -> Task:
    """The task that `document`, item `position` of a list, describes; fields that we do not know go to `extra`.

    Raises MissingFieldError, WrongTypeError or BadValueError.
    """
    if not isinstance(document, dict):
        raise WrongTypeError(f"Entry {position + 1}", "task", "an object", document)
    task = name_of(document)
    for field in _REQUIRED:
        if field not in document:
            raise MissingFieldError(task, field)
    known = {field: value for field, value in document.items() if field in RULES and field != "extra"}
    unknown = {field: value for field, value in document.items() if field not in known}
    return Task(**check_fields(known, task), extra=unknown or None)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _WrongTypeError("a text", value)
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _BadValueError("holds bytes that are not text (UTF-8)") from None
    return value


def _line(value: Any) -> str:
    if type(value) is str and value.isprintable():
        return value  # neither a line break nor half a character is printable
    if _text(value).splitlines() not in ([], [value]):
        raise _BadValueError("must be one line; the description takes more")
    return str(value)


def _name(value: Any) -> str:
    line = _line(value)
    if line.isspace() or not line:
        raise _BadValueError("must not be empty")
    return line


def _matching(pattern: str, example: str, parse: Callable[[str], object] | None = None) -> _Rule:
    @cache
    def compiled() -> re.Pattern[str]:  # when it is needed first: a command needs few of them
        return re.compile(pattern)

    def rule(value: Any) -> str:
        if compiled().fullmatch(_text(value)) and (parse is None or _parses(parse, value)):
            return str(value)
        raise _BadValueError(f"must look like {example}, not “{value[:40]}”")

    return rule


def _parses(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


def _recalled(rule: _Rule) -> _Rule:
    """`rule`, for texts that many tasks have alike: those that are allowed are known the next time."""
    recalled = lru_cache(maxsize=1 << 12)(rule)
    return lambda value: recalled(value) if type(value) is str else rule(value)


def _optional(rule: _Rule) -> _Rule:
    return lambda value: None if value is None else rule(value)


def _integer(least: int) -> _Rule:
    def rule(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise _WrongTypeError("a whole number", value)
        if not least <= value < 2**53:  # what every JSON reader holds exactly (RFC 8259, section 6)
            raise _BadValueError(f"must be {least} or more, and below 2^53")
        return value

    return rule


def _status(value: Any) -> Status:
    status = _STATUSES.get(_text(value))
    if status is None:
        raise _BadValueError(f"must be one of {', '.join(Status)}, not “{value[:40]}”")
    return status


def _priority(value: Any) -> Priority:
    priority = _PRIORITIES.get(_natural(value))
    if priority is None:
        raise _BadValueError("must be 1 (high), 2 (medium), 3 (low) or 0 (none)")
    return priority


def _items(rule: _Rule) -> _Rule:
    def items(value: Any) -> tuple[str, ...]:
        if not isinstance(value, _LISTS):
            raise _WrongTypeError("a list of texts", value)
        return tuple(dict.fromkeys(map(rule, value)))

    return items


def _project(value: Any) -> str:
    line = _line(value)
    if line and not all(map(str.strip, line.split("/"))):
        raise _BadValueError("must be a path like home/garden")
    return line


def _extra(value: Any) -> dict[str, Any] | None:
    if value is not None and not isinstance(value, dict):
        raise _WrongTypeError("an object", value)
    if not value:
        return None
    for name in FIELDS:
        if name in value and name != "extra":
            raise _BadValueError(f"must not hold “{name}”, which is a field of ours")
    return value


_LISTS = (list, tuple)
_STATUSES: dict[str, Status] = {status.value: status for status in Status}
_PRIORITIES: dict[int, Priority] = {priority.value: priority for priority in Priority}

_natural = _integer(0)
_uid = _matching(_UID, "0b9c4d2e-5f1a-4c3b-8d7e-6a5f4e3d2c1b")
_instant = _recalled(_matching(_INSTANT, "2026-12-24T16:00:00Z", datetime.fromisoformat))
_day = _recalled(
    _matching(
        _DAY_OR_TIME,
        "2026-12-24 or 2026-12-24T17:00",
        lambda text: (date.fromisoformat(text[:10]), datetime.fromisoformat(text)),
    )
)

RULES: dict[str, _Rule] = {
    "uid": _uid,
    "id": _integer(1),
    "name": _name,
    "status": _status,
    "created": _instant,
    "modified": _instant,
    "priority": _priority,
    "project": _project,
    "tags": _items(_name),
    "due": _optional(_day),
    "scheduled": _optional(_day),
    "wait": _optional(_day),
    "until": _optional(_day),
    "recur": _optional(_name),
    "estimate": _optional(_natural),
    "started": _optional(_instant),
    "completed": _optional(_instant),
    "parent": _optional(_uid),
    "depends": _items(_uid),
    "order": _line,
    "comment": _line,
    "description": _text,
    "attachments": _items(_name),
    "extra": _extra,
}
"""What is allowed in each field; `check_fields` tells people what is not."""
