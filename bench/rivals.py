"""What the command lines of other programs cost that this machine has, in turns with ours on the same tasks.

Each is tried first: where it fails, or does something else than what is measured, that is told instead. No task waits
for another one here, for each that does costs Taskwarrior more the more there are: minutes a command at 100,000.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.command_line import QUERY, VERBS
from bench.figures import Figure, figure, in_turns, left_out, measured, timed
from bench.lists import made_list, without_blockers, write
from bench.processes import environment, peak_memory, run, todurable
from bench.rival_commands import RIVALS, Unfit, prepared
from core.query import parse
from core.tasklist import TaskList

SIZES = (1_000, 10_000, 100_000)
TURNS = 5
_OURS = "todurable"
_LIST = "list, narrow,"


def figures(directory: Path) -> Iterator[Figure]:
    """Adding one task, listing few, the memory for that, and importing."""
    for size in SIZES:
        place = directory / f"{size}"
        place.mkdir()
        yield from _at_size(without_blockers(made_list(size)), place, f"at {size:,}")


class _Commands(NamedTuple):
    """What one program is called, where it lives, and what is measured of it."""

    name: str
    home: Path
    commands: Mapping[str, Sequence[str]]


def _at_size(known: TaskList, directory: Path, at: str) -> Iterator[Figure]:
    tasks = list(known.tasks.values())
    few = len(parse(" ".join(QUERY), now=datetime.now()).select(tasks, known.tasks))  # noqa: DTZ005 - the user's clock
    ours = todurable(write(known, directory / "list" / "tasks.json"))
    programs = [_Commands(_OURS, directory / _OURS, {verb: [*ours, *VERBS[verb]] for verb in ("add", _LIST)})]
    for rival in RIVALS:
        home = directory / rival.name
        try:
            name, made = prepared(rival, home, tasks, environment(home), few)
        except Unfit as reason:
            yield left_out(f"{rival.name} {at}", str(reason))
        else:
            programs.append(_Commands(name, home, {"add": made.add, _LIST: made.narrow}))
            if made.imported:
                yield _import(f"{name} import {at}", made.imported, home / "tasks.json")
    yield from _in_turns(programs, at)
    yield from _memory(programs, at)


def _import(what: str, seconds: float, source: Path) -> Figure:
    """Beside ours of the same file."""
    home = source.with_name("ours")
    own = timed(partial(run, todurable(home / "tasks.json", "import", str(source)), environment(home)))()
    return figure(what, [seconds], (f"{_OURS} import of the same file ({own:.1f} s)", own))


def _in_turns(programs: Sequence[_Commands], at: str) -> Iterator[Figure]:
    calls = {
        (name, verb): timed(partial(run, command, environment(home)))
        for name, home, commands in programs
        for verb, command in commands.items()
    }
    times = in_turns(calls, TURNS)
    for (name, verb), found in times.items():
        yield figure(f"{name} {verb} {at}", found, (f"{_OURS} {verb} {at}", median(times[_OURS, verb])))


def _memory(programs: Sequence[_Commands], at: str) -> Iterator[Figure]:
    memory = {name: peak_memory(commands[_LIST], environment(home)) for name, home, commands in programs}
    for name, most in memory.items():
        yield measured(f"memory of {name} {_LIST} {at}", most, "MB", (f"{_OURS} {_LIST} {at}", memory[_OURS]))
