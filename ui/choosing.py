"""Which tasks a command is for: named by ids, ranges and uids, or found by a query, and confirmed where that counts."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Sequence
from datetime import datetime

from core.display import literal
from core.errors import TodurableError, UnknownTaskError
from core.list_state import ListState
from core.query import Query, QueryError, parse
from core.task import Status, Task, task_name
from core.uids import uid_named
from ui.arguments import UsageError
from ui.asking import confirmed
from ui.columns import cell_width
from ui.output import Output
from ui.sentences import count

_RANGE = re.compile(r"([0-9]{1,7})(?:-|\.\.)([0-9]{1,7})")
_SHOWN = 20
"""How many tasks are listed before the question whether to go on."""


class BadQueryError(UsageError):
    """A query cannot be understood. `fields` are for programs, `lines` show people where."""

    def __init__(self, text: str, error: QueryError) -> None:
        super().__init__(str(error))
        self.lines = (text, " " * cell_width(literal(text[: error.position])) + "^" * max(1, error.length))
        self.fields = {"position": error.position, "length": error.length, "suggestion": error.suggestion}


class NothingFoundError(TodurableError):
    """No task is what a query asks for."""

    def __init__(self, query: str) -> None:
        super().__init__(f"No task matches “{query}”. Nothing was changed.")
        self.query = query


class InTrashError(TodurableError):
    """A task that was asked for is in the trash."""

    def __init__(self, task: Task) -> None:
        super().__init__(f"{task_name(task)} is in the trash. Nothing was changed.")
        self.task = task


class RefusedError(TodurableError):
    """Who was asked said no."""

    def __init__(self) -> None:
        super().__init__("Nothing was changed.")


def query(text: str, week_start: int) -> Query:
    """What `text` asks for now. Raises BadQueryError."""
    try:
        # without a zone: words for dates are about wall times, and the system knows the zone of each
        return parse(text, now=datetime.now(), week_start=week_start)  # noqa: DTZ005 - see above
    except QueryError as error:
        raise BadQueryError(text, error) from None


def chosen(state: ListState, options: Namespace, out: Output, week_start: int, *, trash: bool = False) -> list[Task]:
    """The tasks that `options.tasks` or `options.where` mean, each once; those of a query after asking.

    Those in the trash only with `trash`. Raises UsageError, UnknownTaskError, AmbiguousTaskError, NothingFoundError,
    InTrashError, NotConfirmedError, RefusedError.
    """
    if bool(options.tasks) == (options.where is not None):
        raise UsageError("Name tasks by their ids, or use --where QUERY: one of the two.")
    if options.where is None:
        return named(state, options.tasks, trash=trash)
    tasks = query(options.where, week_start).search(state.known)
    if not tasks:
        raise NothingFoundError(options.where)
    for task in tasks:
        if task.status is Status.DELETED and not trash:
            raise InTrashError(task)
    if not options.yes:
        _confirm(options.verb, tasks, out)
    return tasks


def named(state: ListState, names: Sequence[str], *, trash: bool = False) -> list[Task]:
    """The tasks that `names` (`3`, `5-8`, `3,7`, the start of a uid) mean, each once, in that order.

    A range is those of its ids that there are. Raises UnknownTaskError with all that are not there, AmbiguousTaskError,
    InTrashError.
    """
    wanted = [part for name in names for part in name.split(",") if part]
    by_id = {task.id: task for task in state.known.values()}
    tasks: dict[str, Task] = {}
    unknown = []
    for name in wanted:
        try:
            these = _of_range(by_id, name, trash=trash) or [_one(state, by_id, name)]
        except UnknownTaskError:
            unknown.append(name)
        else:
            tasks |= {task.uid: task for task in these}
    if unknown or not wanted:
        raise UnknownTaskError(", ".join(unknown or names))
    for task in tasks.values():
        if task.status is Status.DELETED and not trash:
            raise InTrashError(task)
    return list(tasks.values())


def _one(state: ListState, by_id: dict[int, Task], name: str) -> Task:
    return state.known[uid_named(name, state.known, lambda id_: [by_id[id_].uid] if id_ in by_id else [])]


def _of_range(by_id: dict[int, Task], name: str, *, trash: bool) -> list[Task]:
    match = _RANGE.fullmatch(name)
    if match is None:
        return []
    first, last = int(match[1]), int(match[2])
    these = [task for task in by_id.values() if first <= task.id <= last]
    return sorted((task for task in these if trash or task.status is not Status.DELETED), key=lambda task: task.id)


def _confirm(verb: str, tasks: Sequence[Task], out: Output) -> None:
    """Show `tasks` and ask. Raises NotConfirmedError, RefusedError where the answer is no or nobody can give one."""
    lines = [f"{task.id:>4}  {task.name}" for task in tasks[:_SHOWN]]
    if len(tasks) > _SHOWN:
        lines.append(f"and {len(tasks) - _SHOWN} more")
    out.remark(lines)
    if not confirmed(f"{verb}: {count(len(tasks), 'task')}. Go on?", out):
        raise RefusedError
