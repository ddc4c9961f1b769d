"""Full-screen programs of others: how to give them our tasks, and how to see that they show and change one."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.lists import write
from bench.our_app import first_task, remember_tour, toggle
from bench.processes import Environment, output, todurable
from bench.rival_commands import found, taskwarrior_with
from bench.terminal import Terminal, showing
from core.task import Status, Task
from core.tasklist import TaskList


class RivalApp(NamedTuple):
    """A program, found by any of `programs`.

    `prepare` gives it tasks, and returns the command that starts it. `until_listed` returns when it shows the first of
    them, at which time; `until_ready` brings the cursor to one. `toggle` has that done, or no longer done, and gives
    the seconds until this is shown; it does so `times` times after each start.
    """

    name: str
    programs: tuple[str, ...]
    prepare: Callable[[str, Path, Sequence[Task], Environment], Sequence[str]]
    until_listed: Callable[[Terminal], float]
    until_ready: Callable[[Terminal], None]
    toggle: Callable[[Terminal], float]
    times: int = 3


# todurable


def _ours(_program: str, home: Path, tasks: Sequence[Task], environ: Environment) -> Sequence[str]:
    remember_tour(environ)
    known = TaskList(len(tasks), len(tasks) + 1, {task.uid: task for task in tasks})
    return todurable(write(known, home / "list" / "tasks.json"))


# dooit: a workspace with all tasks in it


def _dooit(program: str, home: Path, tasks: Sequence[Task], environ: Environment) -> Sequence[str]:
    file = home / "dooit.db"
    command = [program, "--db", str(file)]
    with Terminal(command, environ) as terminal:  # it makes its tables
        terminal.until(showing("Welcome"))
    with sqlite3.connect(file) as rows:
        rows.execute("insert into workspace (id, order_index, description, is_root) values (1, 0, '', 1)")
        rows.execute(
            "insert into workspace (id, order_index, description, is_root, parent_workspace_id)"
            " values (2, 0, 'All tasks', 0, 1)"
        )
        rows.executemany(
            "insert into todo (order_index, description, due, effort, urgency, pending, parent_workspace_id)"
            " values (?, ?, ?, 0, ?, ?, 2)",
            [
                (
                    place,
                    task.name,
                    task.due and f"{task.due} 00:00:00.000000",
                    4 - (task.priority or 3),
                    not _is_done(task),
                )
                for place, task in enumerate(tasks)
            ],
        )
    rows.close()
    return command


def _dooit_lists(terminal: Terminal) -> float:
    terminal.until(showing("All tasks"))
    terminal.press("j")
    return terminal.until(showing(" Todos "))


def _dooit_is_ready(terminal: Terminal) -> None:
    for key in "\tj":
        terminal.rest()
        terminal.press(key)
    terminal.rest()


def _dooit_toggles(terminal: Terminal) -> float:
    before = _dooit_sign(terminal)
    return terminal.answer("c", lambda terminal: _dooit_sign(terminal) in {"x", "o", "!"} - {before})


def _dooit_sign(terminal: Terminal) -> str:
    return terminal.lines[2][27]


# kanban-tui: a board, with what is open in its first column


def _kanban(program: str, home: Path, tasks: Sequence[Task], environ: Environment) -> Sequence[str]:
    output([program, "board", "create", "Tasks"], environ)
    with sqlite3.connect(home / ".local" / "share" / "kanban_tui" / "kanban_tui.db") as rows:
        columns = dict(rows.execute("select name, column_id from columns").fetchall())
        rows.executemany(
            "insert into tasks (title, column, description, creation_date, finish_date, due_date, position)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    task.name,
                    columns["Done" if _is_done(task) else "Ready"],
                    task.description,
                    task.created[:19],
                    task.completed and task.completed[:19],
                    task.due and f"{task.due}T00:00:00",
                    place,
                )
                for place, task in enumerate(tasks)
            ],
        )
    rows.close()
    return [program]


def _kanban_toggles(terminal: Terminal) -> float:
    """Moves a task to the next column; the seconds until a title of a column has another number.

    Once after each start: some of its later answers never come.
    """
    titles = terminal.lines[3]
    return terminal.answer("L", lambda terminal: terminal.lines[3] != titles)


# vit: on Taskwarrior


def _vit(program: str, home: Path, tasks: Sequence[Task], environ: Environment) -> Sequence[str]:
    taskwarrior_with(found("task"), home, tasks, environ)
    (home / ".vit").mkdir()
    (home / ".vit" / "config.ini").touch()
    return [program]


def _vit_toggles(terminal: Terminal) -> float:
    """Done, once it has been asked whether that is meant."""
    terminal.answer("d", showing("(y/n)"))
    return terminal.answer("y", showing("marked done"))


def _is_done(task: Task) -> bool:
    return task.status is Status.DONE


OURS = RivalApp("todurable", (sys.executable,), _ours, lambda at: at.until(first_task), Terminal.rest, toggle)
RIVALS = (
    RivalApp("dooit", ("dooit",), _dooit, _dooit_lists, _dooit_is_ready, _dooit_toggles),
    RivalApp(
        "kanban-tui",
        ("kanban-tui",),
        _kanban,
        lambda at: at.until(showing("dependencies")),
        Terminal.rest,
        _kanban_toggles,
        times=1,
    ),
    RivalApp("vit", ("vit",), _vit, lambda at: at.until(showing(" tasks")), Terminal.rest, _vit_toggles),
)
