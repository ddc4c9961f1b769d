"""`todurable restore`: tasks made as they were, once it was shown what that changes."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from core.errors import TodurableError
from core.restoring import restoration
from core.safekeeping import copy_before
from core.state import AppState, Outcome
from core.store import TaskStore
from core.task import FIELDS, Task
from core.timeline import Timeline
from ui import exit_codes, sentences
from ui.asking import confirmed
from ui.finding import find_uids
from ui.output import Output
from ui.session import load, save, store_for, task_document
from ui.told_changes import told_restoring
from ui.verbs.history import moment_number

_MOST_SHOWN = 40


class UnknownFieldError(TodurableError):
    """A task has no field of that name, or none that can be restored."""

    def __init__(self, name: str) -> None:
        super().__init__(f"A task has no field “{name}” that could be restored. They are: {', '.join(_RESTORABLE)}.")
        self.name = name


class _Source(NamedTuple):
    """Where the tasks come from: what that is called, and what they were there."""

    label: str
    tasks: Mapping[str, Task]


_RESTORABLE = tuple(name for name in FIELDS if name not in ("uid", "id", "modified", "created"))


def run(options: Namespace, out: Output) -> int:
    """Show what will change, ask, keep a copy of the list as it is, and restore as one change."""
    for name in options.field or ():
        if name not in _RESTORABLE:
            raise UnknownFieldError(name)
    with store_for(options, out) as store:
        state = load(store, out, history=True)
        source = _source(options, store)
        uids = find_uids([source.tasks, state.known], options.tasks) if options.tasks else None
        shown = list(_preview(state, source.tasks, uids, options.field))
        if not shown:
            out.note(f"All is as it was {source.label}.")
            return exit_codes.DONE
        if not _agreed(shown, options, out):
            out.note("Nothing was changed.")
            return exit_codes.REFUSED
        copy_before(store)
        outcome = state.restore(source.tasks, f"restore {source.label}", uids, options.field)
        conflicts = save(state, store, out)
    _tell(outcome._replace(conflicts=(*outcome.conflicts, *conflicts)), state, out)
    return exit_codes.DONE


def _source(options: Namespace, store: TaskStore) -> _Source:
    timeline = Timeline(store.files)
    then = timeline.at(moment_number(options.at, timeline, datetime.now(UTC).astimezone()))
    return _Source(f"after change {then.seq}", then.tasks)


def _preview(
    state: AppState, then: Mapping[str, Task], uids: Collection[str] | None, fields: Collection[str] | None
) -> Iterator[str]:
    """What restoring will do to each task, in the order of the list."""
    changing = restoration(state.known, then, state.next_id, uids, fields).tasks
    pairs = ((then.get(uid), state.known.get(uid)) for uid in changing)
    for was, now in sorted(pairs, key=_number_of):
        yield told_restoring(was, now)


def _agreed(shown: list[str], options: Namespace, out: Output) -> bool:
    if not out.json:
        for line in shown[:_MOST_SHOWN]:
            out.done(f"  {line}")
        if len(shown) > _MOST_SHOWN:
            out.done(f"  … and {len(shown) - _MOST_SHOWN} more")
    return options.yes or confirmed(f"Restore {sentences.count(len(shown), 'task')}?", out)


def _tell(outcome: Outcome, state: AppState, out: Output) -> None:
    for met in outcome.conflicts:
        out.warn(sentences.conflict(met, state.known.get(met.uid)))
    if out.json:
        restored = [task_document(task) for uid, task in state.known.items() if uid in outcome.changed]
        out.document({"restored": outcome.label, "tasks": restored})
    else:
        out.done(f"Restored {sentences.count(len(outcome.changed), 'task')}. todurable undo takes that back.")


def _number_of(pair: tuple[Task | None, Task | None]) -> int:
    then, now = pair
    task = now or then
    return task.id if task else 0
