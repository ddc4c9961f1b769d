"""The command lines of other programs: how to give them our tasks, and what to have them do.

Each is as its user has it: its own default configuration, the data made by its own import or in its own format, what
is done put where it puts that. Each lists the same few tasks as `command_line.QUERY`, said in its own words.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from subprocess import CalledProcessError, SubprocessError
from time import perf_counter
from typing import NamedTuple

from bench.processes import Environment, output
from core.interop import taskwarrior, todotxt
from core.task import Priority, Status, Task

_END = datetime(2026, 3, 1)  # noqa: DTZ001 - a day of the user's
_NEW = "Buy oat milk"
"""What each adds, in the project home, as most people name one: Taskwarrior then tells how far that is."""
_PATIENCE = 300.0
"""Seconds for taking in all tasks."""


class Unfit(Exception):  # noqa: N818 - no error: a rival that cannot be measured, and why
    """Told in place of a figure."""


class Rival(NamedTuple):
    """A program, found by any of `programs`, that tells its version when it is given the option `version`.

    It is measured with at most `largest` tasks, for the reason `why`.
    """

    name: str
    programs: tuple[str, ...]
    prepare: Callable[[str, Path, Sequence[Task], Environment], Prepared]
    largest: int = 100_000
    why: str = ""
    version: str = "--version"


class Prepared(NamedTuple):
    """A rival with its tasks: the commands, how many tasks it has, and how many the output of `narrow` tells of.

    `imported` are the seconds in which it took all tasks from a file, where it did so.
    """

    add: Sequence[str]
    narrow: Sequence[str]
    counted: Callable[[], int]
    told: Callable[[str], int]
    imported: float = 0.0


def found(*programs: str) -> str:
    """Where the first of these is that this machine has. Raises Unfit."""
    path = next(filter(None, map(shutil.which, programs)), None)
    if path is None:
        raise Unfit("not on this machine")
    return path


def called(name: str, program: str, environ: Environment, version: str = "--version") -> str:
    """The name of a program with its version."""
    told = output([program, version], environ, check=False)  # some end with 1 after that
    return " ".join((name, *re.findall(r"\d+(?:\.\d+)+", told)[:1]))


@contextmanager
def trying() -> Iterator[None]:
    """Whatever fails makes a rival Unfit."""
    try:
        yield
    except (SubprocessError, OSError, ValueError, sqlite3.Error) as error:
        told = error.stderr if isinstance(error, CalledProcessError) else str(error)
        raise Unfit("it failed: " + ((told or "").strip() or type(error).__name__).splitlines()[-1]) from error


def prepared(rival: Rival, home: Path, tasks: Sequence[Task], environ: Environment, few: int) -> tuple[str, Prepared]:
    """What a rival is called, and that with these tasks, after it added one and listed `few`. Raises Unfit."""
    program = found(*rival.programs)
    if len(tasks) > rival.largest:
        raise Unfit(rival.why)
    with trying():
        name = called(rival.name, program, environ, rival.version)
        made = rival.prepare(program, home, tasks, environ)
        before = made.counted()
        output(made.add, environ)
        added = made.counted() - before
        told = made.told(output(made.narrow, environ))
    if added != 1:
        raise Unfit(f"its add makes {added} tasks")
    if told != few:
        raise Unfit(f"it lists {told} tasks where {few} fit")
    return name, made


def taskwarrior_with(program: str, home: Path, tasks: Sequence[Task], environ: Environment) -> Prepared:
    """Filled by its own import, in the configuration that it makes when it is called for the first time."""
    output([program, "rc.verbose=nothing", "count"], environ, given="yes\n")
    source = home / "tasks.json"
    source.write_bytes(taskwarrior.write(tasks))
    start = perf_counter()
    output([program, "import", str(source)], environ, timeout=_PATIENCE)
    imported = perf_counter() - start
    narrow = [program, "project:home", "due.before:2026-03-01", "priority:H", "list"]
    count = [program, "rc.verbose=nothing", "count"]
    return Prepared(
        [program, "add", _NEW, "project:home"], narrow, lambda: int(output(count, environ)), _last_number, imported
    )


def _last_number(text: str) -> int:
    """Of “12 tasks”, or of “12 of 300 tasks shown”."""
    return int(re.findall(r"(\d+)(?: of \d+)? tasks?\b", text)[-1])


def _todo_txt(program: str, home: Path, tasks: Sequence[Task], _environ: Environment) -> Prepared:
    """Its `add` appends without a lock and without waiting for the disk."""
    files = _text_files(home, tasks)
    names = dict(zip(("TODO_FILE", "DONE_FILE"), files, strict=True))
    settings = {"TODO_DIR": home, "REPORT_FILE": home / "report.txt", **names}
    config = home / "config"
    config.write_text("".join(f"export {name}={value}\n" for name, value in settings.items()), encoding="utf-8")
    start = [program, "-d", str(config)]
    narrow = [*start, "list", "+home", "due:2026-0[12]", "(A)"]
    return Prepared(
        [*start, "add", f"{_NEW} +home"], narrow, lambda: _lines(files[0].read_text(encoding="utf-8")), _last_number
    )


def _topydo(program: str, home: Path, tasks: Sequence[Task], _environ: Environment) -> Prepared:
    files = _text_files(home, tasks)
    start = [program, "-t", str(files[0]), "-d", str(files[1])]
    narrow = [*start, "ls", "+home", "due:<2026-03-01", "(A)"]
    return Prepared(
        [*start, "add", f"{_NEW} +home"], narrow, lambda: _lines(files[0].read_text(encoding="utf-8")), _lines
    )


def _text_files(home: Path, tasks: Sequence[Task]) -> tuple[Path, Path]:
    """What is to be done and what is done, as todo.txt has them."""
    files = home / "todo.txt", home / "done.txt"
    for file, done in zip(files, (False, True), strict=True):
        file.write_bytes(todotxt.write([task for task in tasks if (task.status is Status.DONE) == done]))
    return files


def _lines(text: str) -> int:
    return len(text.splitlines())


def _todoman(program: str, home: Path, tasks: Sequence[Task], environ: Environment) -> Prepared:
    """A file a task, and its cache of them, which the first list makes."""
    place = home / "lists" / "tasks"
    place.mkdir(parents=True)
    for task in tasks:
        (place / f"{task.uid}.ics").write_text("\r\n".join(_ics(task)) + "\r\n", encoding="utf-8")
    config = home / "config.py"
    config.write_text(f'path = "{home}/lists/*"\ndefault_list = "tasks"\n', encoding="utf-8")
    start = [program, "--config", str(config)]
    output([*start, "list"], environ, timeout=_PATIENCE)
    hours = int((_END - datetime.now()).total_seconds() // 3600)  # noqa: DTZ005 - of the user's own clock
    narrow = [*start, "list", "--category", "home", "--priority", "high", f"--due={hours}"]
    return Prepared([*start, "new", "--category", "home", _NEW], narrow, lambda: len(list(place.iterdir())), _lines)


def _ics(task: Task) -> Iterator[str]:
    created, modified = (re.sub(r"[-:]|\.\d+", "", moment) for moment in (task.created, task.modified))
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:bench", "BEGIN:VTODO", f"UID:{task.uid}")
    yield from (f"DTSTAMP:{modified}", f"CREATED:{created}", f"LAST-MODIFIED:{modified}", f"SUMMARY:{task.name}")
    if task.description:
        yield "DESCRIPTION:" + re.sub(r"([,;\\])", r"\\\1", task.description).replace("\n", "\\n")
    if categories := [*task.project.split("/"), *task.tags]:
        yield "CATEGORIES:" + ",".join(filter(None, categories))
    if task.priority:
        yield f"PRIORITY:{ {Priority.HIGH: 1, Priority.MEDIUM: 5, Priority.LOW: 9}[task.priority] }"
    if task.due:
        yield "DUE;VALUE=DATE:" + task.due.replace("-", "")
    done = task.status is Status.DONE
    yield from (
        ("STATUS:COMPLETED", "PERCENT-COMPLETE:100", f"COMPLETED:{modified}") if done else ("STATUS:NEEDS-ACTION",)
    )
    yield from ("END:VTODO", "END:VCALENDAR")


RIVALS = (
    Rival("Taskwarrior", ("task",), taskwarrior_with),
    Rival("todo.txt", ("todo-txt", "todo.sh"), _todo_txt, version="-V"),
    Rival("topydo", ("topydo",), _topydo, 10_000, "it fails: it has numbers for 16,000 tasks", "-v"),
    Rival("todoman", ("todo",), _todoman, 10_000, "its cache takes minutes to be made"),
)
