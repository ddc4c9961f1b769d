"""What changes did, in words. The text of tasks is in it as it is: whoever shows it makes it literal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.changes import Change, Record
from core.restoring import changed_fields
from core.task import SET_FIELDS, Status, Task, name_of

_NOTHING = "nothing"
FOLLOWS = frozenset({"completed", "started", "order"})
"""Fields that follow from others: to tell them says nothing new."""
_LONGEST = 60
_TELLING = ("edit", "rename", "restore", "undo", "attach")
"""Labels that do not say already what became of the task."""


def told_record(record: Record) -> str:
    """What `record` did, in one line: what its author called it, and the values that an edit of one task gave."""
    if len(record.changes) > 1 or not record.label.startswith(_TELLING):
        return record.label
    (change,) = record.changes
    if change.before is None or change.after is None:
        return record.label
    if record.label.startswith("rename"):
        return f"{record.label} → {shown_value(change.after.get('name'))}"
    return f"{record.label}: {', '.join(_values(change))}"


def told_change(change: Change, name: str) -> str:
    """What happened to one task, `name`, in one line."""
    if change.creates:
        return f"{name}: added"
    if change.purges:
        return f"{name}: removed for good"
    return f"{name}: {', '.join(_values(change)) or 'touched'}"


def name_in(change: Change, tasks: Mapping[str, Task]) -> str:
    """What a message calls the task of `change`, which may be gone."""
    if change.uid in tasks:
        task = tasks[change.uid]
        return name_of({"id": task.id, "name": task.name})
    return name_of((change.after if change.creates else change.before) or {})


def told_difference(then: Task | None, now: Task | None) -> str:
    """How a task was, where that is not how it is."""
    if then is None:
        return f"{task_name(now)}: was not there"
    if now is None:
        return f"{task_name(then)}: was there"
    if then.status is Status.DELETED and now.status is not Status.DELETED:
        return f"{task_name(now)}: was in the trash"
    shown = (
        f"{name} was {shown_value(getattr(then, name))}" for name in changed_fields(then, now) if name not in FOLLOWS
    )
    return f"{task_name(now)}: {', '.join(shown) or 'its place was another'}"


def told_restoring(then: Task | None, now: Task | None) -> str:
    """What restoring does to a task."""
    if then is None:
        return f"{task_name(now)}: to the trash"
    if now is None:
        return f"{task_name(then)}: comes back"
    values = (
        f"{name} {shown_value(getattr(now, name))} → {shown_value(getattr(then, name))}"
        for name in changed_fields(then, now)
        if name not in FOLLOWS
    )
    return f"{task_name(now)}: {', '.join(values) or 'back to its place'}"


def _values(change: Change) -> Iterator[str]:
    before, after = change.before or {}, change.after or {}
    for field, value in after.items():
        if field in FOLLOWS:
            continue
        if field in SET_FIELDS:
            yield " ".join([field, *(f"+{item}" for item in value["add"]), *(f"-{item}" for item in value["remove"])])
        else:
            yield f"{field} {shown_value(before.get(field))} → {shown_value(value)}"


def shown_value(value: Any) -> str:
    """A field's value in a few words."""
    if value is None or value in ("", ()):
        return _NOTHING
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def task_name(task: Task | None) -> str:
    """What a message calls `task`."""
    return name_of({"id": task.id, "name": task.name}) if task else "A task"
