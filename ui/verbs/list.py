"""`todurable list`: the tasks, for people, for pipes and for programs."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.display import literal
from core.state import AppState
from core.task import Priority, Status, Task
from ui import exit_codes
from ui.columns import Column, cut, lines
from ui.output import Output
from ui.session import load, store_for, task_document

_OPEN = (Status.PENDING, Status.ACTIVE)
_MARKS = {Status.PENDING: "", Status.ACTIVE: ">", Status.DONE: "x", Status.CANCELLED: "-"}
_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"


def run(options: Namespace, out: Output) -> int:
    """Print the tasks in order. Writes nothing, whatever state the files are in."""
    with store_for(options, out) as store:
        state = load(store, out)
    tasks = [task for task in state.tasks if options.all or task.status in _OPEN]
    if options.json:
        out.document([task_document(task) for task in tasks])
    elif not tasks:
        out.note(_nothing(state, store.files.path, everything=options.all))
    else:
        out.lines(_for_people(tasks, out) if out.to_terminal else map(_for_pipes, tasks))
    return exit_codes.DONE


def _nothing(state: AppState, path: Path, *, everything: bool) -> str:
    if state.seq == 0 and not os.path.lexists(path):
        return f"There is no list at {path} yet: the first task that you add makes it."
    return "There are no tasks." if everything else "There are no open tasks."


def _for_pipes(task: Task) -> str:
    """Always the same fields: none can hold the tab that stands between them, for `literal` replaces it."""
    fields = (str(task.id), task.status, str(task.priority.value), task.due or "", task.name, task.project)
    return "\t".join(map(literal, (*fields, " ".join(task.tags))))


def _for_people(tasks: Sequence[Task], out: Output) -> Iterator[str]:
    width = out.width
    columns = (
        Column("ID", [str(task.id) for task in tasks], drop=1, right=True),
        Column("", [_MARKS[task.status] for task in tasks], drop=2),
        Column("P", [str(task.priority.value or "") for task in tasks], drop=3),
        Column("DUE", [task.due or "" for task in tasks], drop=4),
        Column("NAME", [literal(task.name) for task in tasks]),
        Column("LABELS", [cut(_labels(task), width // 3) for task in tasks], drop=5),
    )
    heading, *rows = lines(columns, width)
    color = out.color
    yield _styled(heading, _DIM) if color else heading
    for task, row in zip(tasks, rows, strict=True):
        yield _styled(row, _style(task)) if color else row


def _labels(task: Task) -> str:
    """Project and tags, as they are typed."""
    tags = [tag if tag.startswith("@") else f"+{tag}" for tag in task.tags]
    return literal(" ".join([f"#{task.project}", *tags] if task.project else tags))


def _style(task: Task) -> str:
    if task.status not in _OPEN:
        return _DIM
    return _BOLD if task.priority is Priority.HIGH else ""


def _styled(line: str, style: str) -> str:
    return f"{style}{line}{_PLAIN}" if style else line
