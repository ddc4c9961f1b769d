"""`todurable done`: tasks completed, as one step of undo."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from core.errors import TodurableError, UnknownTaskError
from core.state import AppState
from core.task import Status, Task
from ui import exit_codes
from ui.output import Output
from ui.session import called, load, save, store_for, task_document


class InTrashError(TodurableError):
    """A task that was asked for is in the trash."""

    def __init__(self, task: Task) -> None:
        super().__init__(f"{called(task)} is in the trash. Nothing was changed.")
        self.task = task


def run(options: Namespace, out: Output) -> int:
    """Complete all the tasks that are named, or none. One that is done already stays as it is, and that is told."""
    with store_for(options, out) as store:
        state = load(store, out)
        named = _find_all(state, options.tasks)
        open_ones = [task for task in named if task.status is not Status.DONE]
        if open_ones:
            state.complete(open_ones)
            save(state, store, out)
    for task in named:
        if task in open_ones:
            out.done(f"Done: {task.id} {task.name}")
        else:
            out.note(f"{called(task)} is done already.")
    if options.json:
        now = {task.uid: task for task in (*state.tasks, *state.trash)}
        out.document([task_document(now.get(task.uid, task)) for task in named])
    return exit_codes.DONE


def _find_all(state: AppState, wanted: Sequence[str]) -> list[Task]:
    """The tasks that `wanted` names, each once. Raises UnknownTaskError with all that are not there, InTrashError."""
    found: dict[str, Task] = {}
    unknown = []
    for text in wanted:
        try:
            task = state.find(text)
        except UnknownTaskError:
            unknown.append(text)
        else:
            found[task.uid] = task
    if unknown:
        raise UnknownTaskError(", ".join(unknown))
    for task in found.values():
        if task.status is Status.DELETED:
            raise InTrashError(task)
    return list(found.values())
