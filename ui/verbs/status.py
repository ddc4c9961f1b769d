"""`todurable start`, `stop`, `done`, `reopen`, `cancel`, `delete`, `purge`: tasks on their way, as one step of undo."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterable

from msgspec import Struct

from core.errors import TodurableError
from core.state import AppState, Outcome
from core.task import Status, Task, task_name
from ui import exit_codes
from ui.choosing import chosen
from ui.committing import commit
from ui.output import Output
from ui.session import list_for, load, task_document


class NotInTrashError(TodurableError):
    """A task was to be removed for good that is not in the trash."""

    def __init__(self, task: Task) -> None:
        super().__init__(f"{task_name(task)} is not in the trash: delete it first. Nothing was changed.")
        self.task = task


class _Deed(Struct, frozen=True):
    """What a verb does, how that is told, and which tasks it leaves alone, for they are `already` so."""

    act: Callable[[AppState, Iterable[Task]], Outcome]
    told: str
    left: tuple[Status, ...] = ()
    already: str = ""
    trash: bool = False


_OPEN = (Status.PENDING, Status.ACTIVE)
_DEEDS = {
    "start": _Deed(AppState.start, "Started", (Status.ACTIVE,), "is started already"),
    "stop": _Deed(AppState.stop, "Stopped", (Status.PENDING, Status.DONE, Status.CANCELLED), "is not started"),
    "done": _Deed(AppState.complete, "Done", (Status.DONE,), "is done already"),
    "reopen": _Deed(AppState.reopen, "Reopened", _OPEN, "is open already", trash=True),
    "cancel": _Deed(AppState.cancel, "Cancelled", (Status.CANCELLED,), "is cancelled already"),
    "delete": _Deed(AppState.trash_tasks, "In the trash"),
    "purge": _Deed(AppState.purge, "Removed", trash=True),
}


def run(options: Namespace, out: Output) -> int:
    """Do it to all the tasks that are meant, or to none. One that is so already stays as it is, and that is told."""
    deed = _DEEDS[options.verb]
    with list_for(options, out) as (store, profile):
        state = load(store, out)
        tasks = chosen(state, options, out, profile.week_start, trash=deed.trash)
        if options.verb == "purge" and (kept := [task for task in tasks if task.status is not Status.DELETED]):
            raise NotInTrashError(kept[0])
        changing = [task for task in tasks if task.status not in deed.left]
        made: list[str] = []
        if changing:
            outcome = commit(lambda: deed.act(state, changing), changing, state, store, options, out)
            made = sorted(outcome.changed - {task.uid for task in changing} & state.known.keys())
    _tell(deed, tasks, changing, out)
    for task in (state.known[uid] for uid in made):
        from core.dates import with_weekday

        day = with_weekday(task.due or task.scheduled or task.wait or "", profile.date_style)
        out.done(f"Comes again: {task.id} {task.name}, {day}")
    if options.json:
        found = [state.known.get(task.uid, task) for task in tasks]
        out.document([task_document(task) for task in (*found, *(state.known[uid] for uid in made))])
    return exit_codes.DONE


def _tell(deed: _Deed, tasks: Iterable[Task], changed: list[Task], out: Output) -> None:
    for task in tasks:
        if task in changed:
            out.done(f"{deed.told}: {task.id} {task.name}")
        else:
            out.note(f"{task_name(task)} {deed.already}.")
