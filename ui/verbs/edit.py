"""`todurable edit`: fields of tasks changed, as one step of undo."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from datetime import datetime

from core.errors import TodurableError
from core.state import AppState, Outcome
from core.task import Task, task_name
from ui import exit_codes
from ui.arguments import UsageError
from ui.choosing import chosen, named
from ui.committing import commit
from ui.edit_words import Edits, read, split
from ui.output import Output
from ui.session import list_for, load, task_document


class LeadsBackError(TodurableError):
    """A task would be its own parent, or wait for itself, by way of others or not; nothing was changed."""

    def __init__(self, task: Task, field: str) -> None:
        what = "stand beneath itself" if field == "parent" else "wait for itself"
        super().__init__(f"{task_name(task)} would {what} with this “{field}:”. Nothing was changed.")
        self.field = field


def run(options: Namespace, out: Output) -> int:
    """Change all the tasks that are meant, or none. One that is so already stays as it is, and that is told."""
    options.tasks, words = split(options.words) if options.where is None else ([], options.words)
    if not words:
        raise UsageError("Say what to change, for example: todurable edit 12 due:fri +urgent")
    with list_for(options, out) as (store, profile):
        state = load(store, out)
        today = datetime.now().date()  # noqa: DTZ005 - of the user's own clock
        find = lambda names: [task.uid for task in named(state, [names])]  # noqa: E731 - said once, beside its use
        edits = read(words, find, today=today, week_start=profile.week_start)
        tasks = chosen(state, options, out, profile.week_start)
        act = lambda: _edited(state, tasks, edits)  # noqa: E731 - as above
        commit(act, tasks, state, store, options, out)
    changed = [_now(state, task) for task in tasks]
    for before, task in zip(tasks, changed, strict=True):
        if task.modified == before.modified:
            out.note(f"{task_name(task)} is so already.")
        else:
            out.done(f"Changed: {task.id} {task.name}")
    if options.json:
        out.document([task_document(task) for task in changed])
    return exit_codes.DONE


def _edited(state: AppState, tasks: Sequence[Task], edits: Edits) -> Outcome:
    """Give `tasks` what `edits` say. Raises LeadsBackError, and what is not saved yet must then not be."""
    outcome = state.edit_each([(task, edits.of(_now(state, task))) for task in tasks])
    for met in outcome.conflicts:
        if met.reason == "cycle":
            raise LeadsBackError(state.known[met.uid], met.field)
    return outcome


def _now(state: AppState, task: Task) -> Task:
    return state.known.get(task.uid, task)
