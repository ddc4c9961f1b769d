"""How a command changes tasks: on the list as it is under the lock where that matters, and telling who was faster."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Sequence

from core.changes import Record
from core.errors import TodurableError
from core.opened import News
from core.safekeeping import BULK, copy_before
from core.state import AppState, Outcome
from core.store import TaskStore
from core.task import Task, task_name
from core.tasklist import Conflict
from ui.output import Output
from ui.sentences import conflict
from ui.session import save, saved, task_document


class ChangedMeanwhileError(TodurableError):
    """A task is not any more what the caller knew; nothing was changed. `task` is what it is now, if it is there."""

    def __init__(self, known: Task, task: Task | None) -> None:
        what = f"was changed at {task.modified}" if task else "is gone"
        super().__init__(f"{task_name(known)} {what}, and is not what you know of it. Nothing was changed.")
        self.task = task


def commit(
    act: Callable[[], Outcome],
    tasks: Sequence[Task],
    state: AppState,
    store: TaskStore,
    options: Namespace,
    out: Output,
) -> Outcome:
    """Do `act`, which changes `tasks`, save it, and tell where it could not be done as asked.

    With --if-unchanged, raises ChangedMeanwhileError where a task was changed since, with the present state of all
    printed for programs.
    """
    known: str | None = options.if_unchanged
    if known is None:
        outcome = act()
        conflicts = save(state, store, out)
    else:
        if len(tasks) > BULK:
            copy_before(store)
        outcome, conflicts = commit_decided(lambda: _if_unchanged(act, tasks, known, state, out), state, store, out)
    for met in (*(one for one in outcome.conflicts if one not in conflicts), *conflicts):
        out.warn(conflict(met, state.known.get(met.uid)))
    return outcome


def commit_decided(
    decide: Callable[[], Outcome], state: AppState, store: TaskStore, out: Output
) -> tuple[Outcome, tuple[Conflict, ...]]:
    """Do and save what `decide` does to `state` once that is up to date and the lock held: nobody comes in between."""
    outcomes: list[Outcome] = []

    def made(news: News) -> tuple[Record, ...]:
        state.receive(news)
        outcomes.append(decide())
        return state.pending

    conflicts = saved(state, store.commit_decided(made), store, out)
    return outcomes[0], conflicts


def _if_unchanged(
    act: Callable[[], Outcome], tasks: Sequence[Task], known: str, state: AppState, out: Output
) -> Outcome:
    for task in tasks:
        now = state.known.get(task.uid)
        if now is None or now.modified != known:
            if out.json:
                present = (state.known.get(task.uid) for task in tasks)
                out.document([task_document(task) for task in present if task is not None])
            raise ChangedMeanwhileError(task, now)
    return act()
