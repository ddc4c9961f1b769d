"""What whole commands cost, from their start to their end, beside rivals that this machine has installed.

In turns, so that all meet the same machine; what Python has to compile was compiled before.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median

from bench.figures import Figure, figure, in_turns, timed
from bench.lists import made_list, write_list
from core.task import Status

TURNS = 11
SIZES = (10, 1_000, 10_000, 100_000)
QUERY = ("#home/garden", "due<2026-02-01", "p1")
_NOTHING = "Python that does nothing"


def figures(directory: Path) -> Iterator[Figure]:
    """Our commands at all sizes, each beside a Python that does nothing; then the rivals, beside ours."""
    environ = _environment(directory)
    commands = {_NOTHING: [sys.executable, "-c", "pass"]} | _ours(directory)
    rivals = _taskwarrior(directory) | _todo_txt(directory)
    calls = {what: timed(partial(_run, command, environ)) for what, command in (commands | rivals).items()}
    for call in calls.values():
        call()
    times = in_turns(calls, TURNS)
    base = median(times[_NOTHING])
    for what in commands:
        yield figure(what, times[what], (_NOTHING, base))
    for what in rivals:
        ours = "todurable " + what.split(" ", 1)[1]
        yield figure(what, times[what], (ours, median(times[ours])))
    for verb, small in (("add", 10), ("list, narrow,", 10)):
        most = median(times[f"todurable {verb} at {SIZES[-1]:,}"])
        least = median(times[f"todurable {verb} at {small}"])
        yield Figure(f"todurable {verb} at {SIZES[-1]:,}", most * 1000, beside=f"at {small}", ratio=most / least)


def _run(command: list[str], environ: dict[str, str]) -> None:
    subprocess.run(command, env=environ, check=True, stdin=subprocess.DEVNULL, capture_output=True)  # noqa: S603 - ours


def _ours(directory: Path) -> dict[str, list[str]]:
    commands = {}
    for size in SIZES:
        program = [str(Path(sys.executable).with_name("todurable")), "--file", str(write_list(size, directory))]
        commands[f"todurable add at {size:,}"] = [*program, "add", "Buy milk"]
        commands[f"todurable done at {size:,}"] = [*program, "done", "3"]
        commands[f"todurable list, narrow, at {size:,}"] = [*program, "list", *QUERY]
        commands[f"todurable list, all, at {size:,}"] = [*program, "list"]
        commands[f"todurable list --json at {size:,}"] = [*program, "list", "--json"]
    return commands


def _taskwarrior(directory: Path) -> dict[str, list[str]]:
    """Its `add` and a narrow `list` of the same tasks, in its own format (version 2)."""
    program = shutil.which("task")
    commands = {}
    for size in SIZES if program else ():
        place = directory / f"task-{size}"
        place.mkdir()
        with open(place / "pending.data", "w", encoding="utf-8") as data:
            for task in made_list(size).tasks.values():
                due = f' due:"{_stamp(task.due)}"' if task.due else ""
                project = f' project:"{task.project.replace("/", ".")}"' if task.project else ""
                status = "completed" if task.status is Status.DONE else "pending"
                fields = f'description:"{task.name}"{due} entry:"1767323045"{project} status:"{status}"'
                data.write(f'[{fields} uuid:"{task.uid}"]\n')
        start = [str(program), f"rc.data.location={place}", "rc.confirmation=off", "rc.verbose=nothing"]
        commands[f"Taskwarrior add at {size:,}"] = [*start, "add", "Buy milk"]
        commands[f"Taskwarrior list, narrow, at {size:,}"] = [
            *start,
            "project:home.garden",
            "due.before:2026-02-01",
            "count",
        ]
    return commands


def _stamp(due: str) -> int:
    from datetime import UTC, datetime

    return int(datetime.fromisoformat(due).replace(tzinfo=UTC).timestamp())


def _todo_txt(directory: Path) -> dict[str, list[str]]:
    """Its `add`, which appends without a lock and without waiting for the disk."""
    program = shutil.which("todo-txt") or shutil.which("todo.sh")
    commands = {}
    for size in SIZES if program else ():
        place = directory / f"todo-{size}"
        place.mkdir()
        (place / "config").write_text(f"export TODO_DIR={place}\nexport TODO_FILE={place}/todo.txt\n", encoding="utf-8")
        names = (task.name for task in made_list(size).tasks.values())
        (place / "todo.txt").write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
        commands[f"todo.txt add at {size:,}"] = [str(program), "-d", str(place / "config"), "add", "Buy milk"]
    return commands


def _environment(directory: Path) -> dict[str, str]:
    """As on a user's machine: what was compiled once is kept."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    home = directory / "home"
    home.mkdir()
    (home / "taskrc").touch()
    return environ | {
        "PYTHONPYCACHEPREFIX": str(home / "compiled"),
        "HOME": str(home),
        "TODURABLE_HOME": str(home),
        "TASKRC": str(home / "taskrc"),
    }
