"""`todurable show`: all of a task, and what happened to it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

from core import attachments
from core.changes import Change, Record
from core.dates import local_time, with_weekday
from core.display import literal, literal_block
from core.history import search
from core.list_state import ListState
from core.quickadd import shown_estimate
from core.store import TaskStore
from core.task import DATES, FIELDS, Task
from core.wanted import Wanted
from ui import exit_codes
from ui.choosing import named
from ui.columns import cell_width
from ui.output import Output
from ui.session import list_for, load, task_document
from ui.told_changes import told_change

_INSTANTS = ("created", "modified", "started", "completed")
_HOUR = 60
_Change = tuple[Record, Change]


def run(options: Namespace, out: Output) -> int:
    """Print the tasks that are named, the trash included. Writes nothing."""
    with list_for(options, out) as (store, profile):
        state = load(store, out)
        tasks = named(state, options.tasks, trash=True)
        histories = [_history(task, store) for task in tasks]
        lost = {name for _task, name in attachments.missing(store.files.path, tasks)}
    if options.json:
        documents = [
            {**task_document(task), "history": [_event(*change) for change in history]}
            for task, history in zip(tasks, histories, strict=True)
        ]
        out.document(documents)
        return exit_codes.DONE
    style = profile.date_style
    for task, history in zip(tasks, histories, strict=True):
        out.lines([""] * (task is not tasks[0]) + [*_fields(task, state, style, lost), *_told(history, state, style)])
    return exit_codes.DONE


def _history(task: Task, store: TaskStore) -> list[_Change]:
    """What happened to `task`, oldest first, as far as that can be read."""
    found: list[_Change] = []
    for record in search(store.journal.path, Wanted(frozenset({task.uid}))):
        if isinstance(record, Record):
            found += [(record, change) for change in reversed(record.changes) if change.uid == task.uid]
            if found and found[-1][1].creates and not record.undoes:
                break
    return found[::-1]


def _fields(task: Task, state: ListState, style: str, lost: Collection[str]) -> Iterator[str]:
    yield literal(f"{task.id}  {task.name}")
    for field in FIELDS:
        value = getattr(task, field)
        if field in ("id", "name", "extra", "order", "description") or value in (None, "", ()):
            continue
        shown = _files(value, lost) if field == "attachments" else _shown(field, value, state, style)
        yield f"  {field:<12}{literal(shown)}"
    for name, value in (task.extra or {}).items():
        yield literal(f"  {name + ' ' * max(1, 12 - cell_width(name))}{value}")
    if task.description:
        yield ""
        yield from (f"  {line}" for line in literal_block(task.description).split("\n"))


def _shown(field: str, value: Any, state: ListState, style: str) -> str:
    if field in ("parent", "depends"):
        return ", ".join(_called(uid, state) for uid in ([value] if field == "parent" else value))
    if field in DATES:
        return with_weekday(value, style)
    if field in _INSTANTS:
        return with_weekday(local_time(value), style)
    if field in _WORDS:
        return _WORDS[field](value)
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _files(names: Iterable[str], lost: Collection[str]) -> str:
    return ", ".join(f"{attachments.file_name(name)}{' (missing)' * (name in lost)}" for name in names)


def _called(uid: str, state: ListState) -> str:
    task = state.known.get(uid)
    return f"{task.id} {task.name}" if task else f"{uid} (removed)"


def _rule(rule: str) -> str:
    from core.recurrence import shown

    return shown(rule)


def _event(record: Record, change: Change) -> dict[str, Any]:
    about = {"seq": record.seq, "at": record.at, "by": record.by, "label": record.label}
    return {**about, "before": change.before, "after": change.after}


def _told(history: Sequence[_Change], state: ListState, style: str) -> Iterator[str]:
    if history:
        yield ""
        yield "  what happened"
    for record, change in history:
        said = record.label if change.creates or change.purges else told_change(change, record.label, state.known)
        yield literal(f"  {with_weekday(local_time(record.at), style)}  {said}")


_WORDS: dict[str, Callable[[Any], str]] = {
    "recur": _rule,
    "estimate": shown_estimate,
    "priority": lambda priority: f"{priority.value} ({priority.name.lower()})",
}
