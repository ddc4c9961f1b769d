"""`todurable history`: every change, newest first, or the list as it was."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from core.changes import Record
from core.display import literal
from core.errors import FileSafetyError
from core.history import Gap, search
from core.restoring import differences
from core.store import TaskStore
from core.task import Status, Task
from core.tasklist import TaskList, in_order
from core.timeline import Timeline
from core.wanted import Wanted
from ui import exit_codes
from ui.columns import Column, lines
from ui.finding import find_uids, find_uids_in_history
from ui.moments import parse_moment, shown_moment
from ui.output import Output
from ui.session import store_for, task_document
from ui.told_changes import names_tasks, told_difference, told_record


def run(options: Namespace, out: Output) -> int:
    """Print the changes that are asked for, or the list as it was. Writes nothing."""
    now = datetime.now(UTC).astimezone()
    with store_for(options, out) as store:
        if options.at is not None:
            return _at(store, options, out, now)
        wanted = Wanted(
            find_uids_in_history(store, options.tasks) if options.tasks else frozenset(),
            options.text,
            parse_moment(options.since, now, end=False) if options.since else "",
            parse_moment(options.until, now, end=True) if options.until else "",
            options.by,
        )
        entries = list(islice(search(store.journal.path, wanted), options.limit or None))
        known = {} if out.json else _named_in(entries, store, out)
        nothing = "" if entries else _nothing(store, wanted)
    if out.json:
        out.document([_document(entry) for entry in entries])
    elif not entries:
        out.note(nothing)
    else:
        out.lines(_rows(entries, known, out))
        if len(entries) == options.limit:
            out.note("There may be older ones. All of them: --limit 0")
    return exit_codes.DONE if entries else exit_codes.REFUSED


def moment_number(text: str, timeline: Timeline, now: datetime) -> int:
    """The number of the last change at the moment `text`: that is a number itself, or a day or time.

    Raises DateError.
    """
    return int(text) if re.fullmatch("[0-9]{1,15}", text) else timeline.last_before(parse_moment(text, now, end=True))


def _nothing(store: TaskStore, wanted: Wanted) -> str:
    """Why there is no change to print."""
    if wanted != Wanted():
        return "No change matches."
    seq = store.load().tasks.seq
    return (
        f"None of the {seq} changes can be read: the journal that had them is gone."
        if seq
        else "Nothing was changed yet."
    )


def _at(store: TaskStore, options: Namespace, out: Output, now: datetime) -> int:
    timeline = Timeline(store.files)
    then = timeline.at(moment_number(options.at, timeline, now))
    current = store.load().tasks
    uids = find_uids([then.tasks, current.tasks], options.tasks) if options.tasks else {*then.tasks, *current.tasks}
    if out.json:
        shown = [task_document(task) for task in then.tasks.values() if task.uid in uids]
        out.document({"seq": then.seq, "tasks": shown})
    else:
        out.lines(map(literal, _then(then, current, uids)))
    return exit_codes.DONE


def _then(then: TaskList, current: TaskList, uids: set[str] | frozenset[str]) -> Iterator[str]:
    tasks = in_order(task for uid, task in then.tasks.items() if uid in uids)
    for task in tasks:
        if task.status is not Status.DELETED:
            mark = {Status.DONE: "x", Status.ACTIVE: ">", Status.CANCELLED: "-"}.get(task.status, " ")
            yield f"{task.id:>4} {mark} {task.name}"
    different = {uid: pair for uid, pair in differences(current.tasks, then.tasks).items() if uid in uids}
    if different:
        yield f"What was different after change {then.seq}:"
        either = {**then.tasks, **current.tasks}
        for was, is_now in different.values():
            yield f"  {told_difference(was, is_now, either)}"
    else:
        yield f"All is as it was after change {then.seq}."


def _named_in(entries: Sequence[Record | Gap], store: TaskStore, out: Output) -> Mapping[str, Task]:
    """The tasks that `entries` may name, by uid: the list is read only where there are any, and must not be needed."""
    if not any(isinstance(entry, Record) and names_tasks(entry) for entry in entries):
        return {}
    try:
        return store.load().tasks.tasks
    except FileSafetyError as error:
        out.warn(str(error))
        return {}


def _rows(entries: Sequence[Record | Gap], known: Mapping[str, Task], out: Output) -> Iterator[str]:
    rows = [_row(entry, known) for entry in entries]
    columns = (
        Column("CHANGE", [row[0] for row in rows], drop=1, right=True),
        Column("WHEN", [row[1] for row in rows], drop=2),
        Column("BY", [row[2] for row in rows], drop=3),
        Column("WHAT", [row[3] for row in rows]),
    )
    return lines(columns, out.width)


def _row(entry: Record | Gap, known: Mapping[str, Task]) -> tuple[str, str, str, str]:
    if isinstance(entry, Gap):
        return (str(entry.last), "", "", f"({entry} could not be read)")
    return (str(entry.seq), shown_moment(entry.at), literal(entry.by), literal(told_record(entry, known)))


def _document(entry: Record | Gap) -> dict[str, Any]:
    if isinstance(entry, Gap):
        return {"missing": [entry.first, entry.last]}
    from msgspec import to_builtins

    document: dict[str, Any] = to_builtins(entry)
    return document
