"""What changes did, in words. The text of tasks is in it as it is: whoever shows it makes it literal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.changes import Change, Record
from core.restoring import changed_fields
from core.task import SET_FIELDS, Status, Task, name_of

_NOTHING = "nothing"
_FOLLOWS = frozenset({"completed", "started", "order"})
"""Fields that follow from others: to tell them says nothing new."""
_LONGEST = 60


def told_record(record: Record) -> str:
    """What `record` did, in one line: what its author called it, and the values that an edit of one task gave."""
    edits = [change for change in record.changes if change.before is not None and change.after is not None]
    if len(record.changes) == 1 and edits:
        values = list(_values(edits[0]))
        if values and not record.label.startswith(("done", "reopen", "trash", "start", "stop", "cancel")):
            return f"{record.label}: {', '.join(values)}"
    return record.label


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
        return f"{_called(now)}: was not there"
    if now is None:
        return f"{_called(then)}: was there"
    if then.status is Status.DELETED and now.status is not Status.DELETED:
        return f"{_called(now)}: was in the trash"
    shown = (f"{name} was {_shown(getattr(then, name))}" for name in changed_fields(then, now) if name not in _FOLLOWS)
    return f"{_called(now)}: {', '.join(shown) or 'its place was another'}"


def told_restoring(then: Task | None, now: Task | None) -> str:
    """What restoring does to a task."""
    if then is None:
        return f"{_called(now)}: to the trash"
    if now is None:
        return f"{_called(then)}: comes back"
    values = (
        f"{name} {_shown(getattr(now, name))} → {_shown(getattr(then, name))}"
        for name in changed_fields(then, now)
        if name not in _FOLLOWS
    )
    return f"{_called(now)}: {', '.join(values) or 'back to its place'}"


def _values(change: Change) -> Iterator[str]:
    before, after = change.before or {}, change.after or {}
    for field, value in after.items():
        if field in _FOLLOWS:
            continue
        if field in SET_FIELDS:
            yield " ".join([field, *(f"+{item}" for item in value["add"]), *(f"-{item}" for item in value["remove"])])
        else:
            yield f"{field} {_shown(before.get(field))} → {_shown(value)}"


def _shown(value: Any) -> str:
    if value is None or value in ("", ()):
        return _NOTHING
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _called(task: Task | None) -> str:
    return name_of({"id": task.id, "name": task.name}) if task else "A task"
