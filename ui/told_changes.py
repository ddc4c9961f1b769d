"""What changes did, in words. The text of tasks is in it as it is: whoever shows it makes it literal.

A value that names other tasks is told by their numbers and names, as far as `known`, the tasks by uid, has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from core.attachments import file_name
from core.changes import Change, Record
from core.restoring import changed_fields
from core.task import SET_FIELDS, Status, Task, task_name

_NOTHING = "nothing"
FOLLOWS = frozenset({"completed", "started", "order"})
"""Fields that follow from others: to tell them says nothing new."""
_LONGEST = 60
_LINKS = frozenset({"parent", "depends"})
_SIGNS = (("+", "add"), ("-", "remove"))
_TELLING = ("edit", "rename", "restore", "undo", "attach")
"""Labels that do not say already what became of the task."""


def told_record(record: Record, known: Mapping[str, Task]) -> str:
    """What `record` did, in one line: what its author called it, and the values that an edit of one task gave."""
    if len(record.changes) > 1 or not record.label.startswith(_TELLING):
        return record.label
    (change,) = record.changes
    if change.before is None or change.after is None:
        return record.label
    if record.label.startswith("rename"):
        return f"{record.label} → {told_value('name', change.after.get('name'), known)}"
    return f"{record.label}: {', '.join(_values(change, known))}"


def told_change(change: Change, name: str, known: Mapping[str, Task]) -> str:
    """What happened to one task, `name`, in one line."""
    if change.creates:
        return f"{name}: added"
    if change.purges:
        return f"{name}: removed for good"
    return f"{name}: {', '.join(_values(change, known)) or 'touched'}"


def told_difference(then: Task | None, now: Task | None, known: Mapping[str, Task]) -> str:
    """How a task was, where that is not how it is."""
    if then is None:
        return f"{task_name(now)}: was not there"
    if now is None:
        return f"{task_name(then)}: was there"
    if then.status is Status.DELETED and now.status is not Status.DELETED:
        return f"{task_name(now)}: was in the trash"
    shown = (
        f"{name} was {told_value(name, getattr(then, name), known)}"
        for name in changed_fields(then, now)
        if name not in FOLLOWS
    )
    return f"{task_name(now)}: {', '.join(shown) or 'its place was another'}"


def told_restoring(then: Task | None, now: Task | None, known: Mapping[str, Task]) -> str:
    """What restoring does to a task."""
    if then is None:
        return f"{task_name(now)}: to the trash"
    if now is None:
        return f"{task_name(then)}: comes back"
    values = (
        f"{name} {told_value(name, getattr(now, name), known)} → {told_value(name, getattr(then, name), known)}"
        for name in changed_fields(then, now)
        if name not in FOLLOWS
    )
    return f"{task_name(now)}: {', '.join(values) or 'back to its place'}"


def names_tasks(record: Record) -> bool:
    """Whether what `record` did names other tasks than the one it changed."""
    return any(not change.creates and not _LINKS.isdisjoint(change.after or ()) for change in record.changes)


def _values(change: Change, known: Mapping[str, Task]) -> Iterator[str]:
    before, after = change.before or {}, change.after or {}
    for field, value in after.items():
        if field in FOLLOWS:
            continue
        if field in SET_FIELDS:
            told = ((sign, _item(field, item, known)) for sign, way in _SIGNS for item in value[way])
            yield " ".join([field, *(f"{sign}{item}" for sign, item in told)])
        else:
            yield f"{field} {told_value(field, before.get(field), known)} → {told_value(field, value, known)}"


def told_value(field: str, value: Any, known: Mapping[str, Task]) -> str:
    """The value of `field` in a few words."""
    if value is None or value in ("", ()):
        return _NOTHING
    if isinstance(value, list | tuple):
        return ", ".join(_item(field, item, known) for item in value)
    text = _item(field, value, known)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _item(field: str, value: Any, known: Mapping[str, Task]) -> str:
    if field == "recur":
        from core.recurrence import shown  # most changes are of something else

        return shown(str(value))
    if field == "attachments":
        return file_name(str(value))
    if field == "description":
        return " ⏎ ".join(str(value).splitlines())
    task = known.get(value) if field in _LINKS else None
    return f"{task.id} “{task.name}”" if task else str(value)


def restore_label(state: str, path: Path | None) -> str:
    """What a change is called that restores a `state` of the list, “after change 7”, or the backup at `path`."""
    return f"restore from {path.name}" if path else f"restore {state}"
