"""`todurable list`: the tasks that a query finds, for people, for pipes and for programs."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

from core.display import literal
from core.errors import TodurableError, UnavailableError
from core.facts import moment
from core.list_state import ListState
from core.paths import data_directory
from core.query import Query
from core.task import FIELDS, Task
from ui import exit_codes
from ui.arguments import UsageError
from ui.choosing import query
from ui.columns import cut
from ui.listing import PIPED, Listing, grouped
from ui.output import Output
from ui.session import list_for, load, task_document

_COLUMNS = (*(field for field in FIELDS if field != "extra"), "labels", "mark")


class UnknownFilterError(TodurableError):
    """The profile has no such filter."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Your profile has no filter “{name}”. Make it: todurable profile set filters.{name} QUERY")
        self.name = name


def run(options: Namespace, out: Output) -> int:
    """Print the tasks in order. Writes nothing, whatever state the files are in."""
    columns = _columns(options.columns)
    with list_for(options, out) as (store, profile):
        asked = query(_text(options, profile.filters), profile.week_start)
        state = load(store, out)
    _refuse_lost_folder(state, store.files.path)
    tasks = asked.search(state.known)
    today = moment(datetime.now())  # noqa: DTZ005 - the user's own clock
    groups = grouped(tasks, options.group, today.day, profile.date_style) if options.group else [("", tasks)]
    if options.json:
        in_order = {task.uid: task for _heading, group in groups for task in group}
        out.document([task_document(task) for task in in_order.values()])
    elif not tasks:
        out.note(_nothing(state, store.files.path, asked, everything=options.all))
    else:
        listing = Listing(state.known, today, profile.date_style)
        if out.to_terminal:
            if not (options.group or asked.sort):
                groups = [("", listing.beneath(tasks))]
            out.lines(_for_people(groups, listing, columns, out))
        else:
            out.lines(line for _heading, group in groups for line in listing.for_pipes(group, columns or PIPED))
    return exit_codes.DONE


def _text(options: Namespace, filters: dict[str, str]) -> str:
    """The query that `options` make together."""
    text = " ".join(options.query)
    if options.filter is not None:
        if options.filter not in filters:
            raise UnknownFilterError(options.filter)
        text = f"({filters[options.filter]}) {text}"
    if options.all:
        text = f"({text}) status!=deleted" if text else "status!=deleted"
    text += f" sort:{options.sort}" if options.sort else ""
    return text + (f" limit:{options.limit}" if options.limit else "")


def _columns(text: str | None) -> tuple[str, ...]:
    names = tuple(name.strip().lower() for name in text.split(",")) if text else ()
    for name in names:
        if name not in _COLUMNS:
            raise UsageError(f"There is no column “{name}”. There are {', '.join(_COLUMNS)}.")
    return names


def _for_people(
    groups: Sequence[tuple[str, list[Task]]], listing: Listing, columns: Sequence[str], out: Output
) -> Iterator[str]:
    tasks = [task for _heading, group in groups for task in group]
    rows = listing.for_people(tasks, columns, out.width, color=out.color)
    yield next(rows)
    for heading, group in groups:
        if heading:
            yield cut(literal(heading), out.width)
        yield from islice(rows, len(group))


def _refuse_lost_folder(state: ListState, path: Path) -> None:
    """Refuse to call a list empty whose drive is not connected."""
    if state.seq == 0 and not os.path.isdir(path.parent) and path.parent != data_directory(os.environ):
        raise UnavailableError(
            f"The folder of your list, {path.parent}, is not there. Connect its drive, or make the folder.", path
        )


def _nothing(state: ListState, path: Path, asked: Query, *, everything: bool) -> str:
    if state.seq == 0 and not os.path.lexists(path):
        return f"There is no list at {path} yet: the first task that you add makes it."
    if everything and not asked.text.removesuffix("status!=deleted"):
        return "There are no tasks."
    besides = f" ({asked.implied})" if asked.implied else ""
    return f"No task matches{besides}." if asked.text else "There are no open tasks."
