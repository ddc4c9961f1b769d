"""Taskwarrior's JSON (`task export`, `task import`): https://taskwarrior.org/docs/design/task/.

Its times are instants, and a date is the midnight that begins it where its user lives: so that becomes a day. Projects
have dots where ours have slashes. Annotations become lines of the description. A template of a recurring task is a task
where no open one was made of it; otherwise that one recurs, and the template is left out. A `recur` that we do not know
stays in `extra`, as do all attributes of its users.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from core.interop import Each, Entry, ImportedFileError
from core.recurrence import RecurrenceError, parse_recurrence
from core.strict_json import StrictJsonError, parse
from core.task import DATES, Priority, Status, Task, one_line
from core.uids import uid_of

_STATUSES = {
    "pending": Status.PENDING,
    "waiting": Status.PENDING,
    "completed": Status.DONE,
    "deleted": Status.DELETED,
}
_PRIORITIES = {"H": Priority.HIGH, "M": Priority.MEDIUM, "L": Priority.LOW}
_INSTANTS = {"entry": "created", "modified": "modified", "start": "started", "end": "completed"}
_NO_PLACE = ("comment", "parent", "recur", "estimate", "attachments")
_TAKEN = {"uuid", "description", "status", "priority", "project", "tags", "depends", "annotations", "recur", "id"}
_DERIVED = {"urgency", "mask", "imask", "parent", "rtype"}
_RULES = {
    "FREQ=DAILY": "daily",
    "FREQ=WEEKLY": "weekly",
    "FREQ=MONTHLY": "monthly",
    "FREQ=YEARLY": "yearly",
    "FREQ=MONTHLY;INTERVAL=3": "quarterly",
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR": "weekdays",
}
_KNOWN_RULES = {name: rule for rule, name in _RULES.items()} | {
    "biweekly": "FREQ=WEEKLY;INTERVAL=2",
    "fortnight": "FREQ=WEEKLY;INTERVAL=2",
    "annual": "FREQ=YEARLY",
}


def read(raw: bytes, moment: datetime, each: Each = iter) -> list[Entry]:
    """See `core.interop`."""
    try:
        document = parse(raw)
    except StrictJsonError as error:
        raise ImportedFileError(f"This is no JSON: {error}.") from None
    tasks: list[Any] = document if isinstance(document, list) else [document]
    entries = [_entry(task, place, moment) for place, task in enumerate(each(tasks), start=1)]
    carried_on = {str(task["parent"]).lower() for task in tasks if task.get("parent") and _is_open(task)}
    templates = {str(task["uuid"]).lower() for task in tasks if task.get("status") == "recurring" and "uuid" in task}
    return [entry for entry in entries if entry["uid"] not in templates & carried_on]


def _is_open(task: Entry) -> bool:
    return task.get("status") in ("pending", "waiting")


def write(tasks: Iterable[Task]) -> bytes:
    """An array with a task a line, as `task import` reads it."""
    lines = ",\n".join(json.dumps(_written(task), ensure_ascii=False) for task in tasks)
    return f"[\n{lines}\n]\n".encode()


def without(task: Task) -> Iterable[str]:
    """See `core.interop`. A rule is part of a template there, and of no single task."""
    return (field for field in _NO_PLACE if getattr(task, field))


def _entry(task: Any, place: int, moment: datetime) -> Entry:
    if not isinstance(task, dict) or not isinstance(task.get("description"), str):
        raise ImportedFileError(f"Entry {place} is no task of Taskwarrior: it has no description.")
    task = {name: value for name, value in task.items() if value is not None or name not in _KNOWN}
    _check_kinds(task, place)
    entry: Entry = {"uid": _uid(task, place), "name": one_line(task["description"])}
    entry["status"] = _STATUSES.get(str(task.get("status")), Status.PENDING)
    if entry["status"] is Status.PENDING and task.get("start"):
        entry["status"] = Status.ACTIVE
    entry |= {ours: _instant(task[theirs], place) for theirs, ours in _INSTANTS.items() if theirs in task}
    entry |= {field: _day(task[field], place, moment) for field in DATES if field in task}
    entry |= {field: read(task[field]) for field, read in _READ.items() if field in task}
    extra = {name: value for name, value in task.items() if name not in _KNOWN}
    if "recur" in task:
        rule = str(task["recur"])
        try:
            entry["recur"] = _KNOWN_RULES.get(rule) or parse_recurrence(rule)
        except RecurrenceError:
            extra["taskwarrior_recur"] = rule
    notes = [str(note.get("description")) for note in task.get("annotations", ()) if isinstance(note, dict)]
    return entry | ({"description": "\n".join(notes)} if notes else {}) | ({"extra": extra} if extra else {})


def _uid(task: dict[str, Any], place: int) -> str:
    if "uuid" not in task:
        return uid_of(f"taskwarrior {place} {task['description']}")  # new tasks have none yet
    try:
        return str(UUID(str(task["uuid"])))
    except ValueError:
        raise ImportedFileError(f"Entry {place} is no task of Taskwarrior: its uuid is none.") from None


def _check_kinds(task: dict[str, Any], place: int) -> None:
    for name, kinds in _KINDS.items():
        if name in task and not isinstance(task[name], kinds):
            wanted = "a list" if list in kinds else "a text"
            raise ImportedFileError(f"Entry {place} is no task of Taskwarrior: its “{name}” must be {wanted}.")


def _texts(value: list[Any] | str) -> list[str]:
    """The items of a list; older versions wrote them as one text, with commas."""
    return [str(item) for item in (filter(None, value.split(",")) if isinstance(value, str) else value)]


_READ: dict[str, Callable[[Any], Any]] = {
    "priority": lambda value: _PRIORITIES.get(value, Priority.NONE),
    "project": lambda value: "/".join(filter(None, re.split(r"[./]", str(value)))),
    "tags": _texts,
    "depends": _texts,
}
_KINDS: dict[str, tuple[type, ...]] = {
    "priority": (str,),
    "tags": (list, str),
    "depends": (list, str),
    "annotations": (list,),
}
_KNOWN = _TAKEN | _DERIVED | set(_INSTANTS) | set(DATES)


def _moment(value: Any, place: int) -> datetime:
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        raise _no_time(value, place) from None


def _no_time(value: Any, place: int) -> ImportedFileError:
    return ImportedFileError(f"Entry {place} has a time that is none: {str(value)[:40]}.")


def _instant(value: Any, place: int) -> str:
    return f"{_moment(value, place).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def _day(value: Any, place: int, moment: datetime) -> str:
    try:
        local = _moment(value, place).astimezone(moment.tzinfo).replace(tzinfo=None)
    except OverflowError:  # in the year 1 or 9999, and in the zone of the user in another one
        raise _no_time(value, place) from None
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return local.date().isoformat()
    return local.isoformat(timespec="seconds" if local.second else "minutes")


def _written(task: Task) -> dict[str, Any]:
    statuses = {Status.DONE: "completed", Status.CANCELLED: "deleted", Status.DELETED: "deleted"}
    waits = task.wait is not None and task.status is Status.PENDING
    written: dict[str, Any] = {
        "uuid": task.uid,
        "description": task.name,
        "status": "waiting" if waits else statuses.get(task.status, "pending"),
        "entry": _stamp(task.created),
        "modified": _stamp(task.modified),
        "project": task.project.replace("/", "."),
        "tags": list(task.tags),
        "depends": list(task.depends),
        "priority": {one: letter for letter, one in _PRIORITIES.items()}.get(task.priority, ""),
        "start": _stamp(task.started) if task.status is Status.ACTIVE else None,
        "end": _stamp(task.completed) if statuses.get(task.status) else None,
        "annotations": [
            {"entry": _stamp(task.created), "description": line} for line in task.description.splitlines() if line
        ],
        **{field: _stamp(getattr(task, field)) for field in DATES},
    }
    return {name: value for name, value in written.items() if value} | (task.extra or {})


def _stamp(moment: str | None) -> str | None:
    """A day, a local time or an instant as Taskwarrior writes it; a naive time is one of the system's zone."""
    if moment is None:
        return None
    there = datetime.fromisoformat(moment)
    with suppress(OverflowError, ValueError):  # 9999-12-31, for never, is in no other zone
        there = there.astimezone(UTC)
    return f"{there.year:04}{there:%m%dT%H%M%SZ}"
