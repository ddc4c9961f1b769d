"""What other full-screen programs cost that this machine has, beside ours with the same tasks, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

from bench.figures import Figure, figure, left_out, measured
from bench.lists import made_list, without_blockers
from bench.processes import environment
from bench.rival_commands import Unfit, called, found, trying
from bench.rival_screens import OURS, RIVALS, RivalApp
from bench.terminal import Terminal
from core.task import Task

SIZE = 1_000
SITTINGS = 3
ENOUGH = 30.0
"""Seconds after which an app is not started once more: some take that long to show the tasks and have one done."""


class _Measured(NamedTuple):
    """Seconds from each start to the first task, and from each key to a task done; the most memory in MB."""

    starts: list[float]
    toggles: list[float]
    memory: float


def figures(directory: Path) -> Iterator[Figure]:
    """Starts, tasks done and memory."""
    tasks = list(without_blockers(made_list(SIZE)).tasks.values())
    ours = _measured(OURS, tasks, directory)
    yield from _told(OURS.name, ours, ours)
    for app in RIVALS:
        try:
            theirs = _measured(app, tasks, directory)
            name = called(app.name, found(*app.programs), environment(directory / app.name))
        except Unfit as reason:
            yield left_out(f"{app.name}, {SIZE:,} tasks", str(reason))
        else:
            yield from _told(name, theirs, ours)


def _told(name: str, app: _Measured, ours: _Measured) -> Iterator[Figure]:
    yield figure(f"{name}, start to the list, {SIZE:,} tasks", app.starts, (OURS.name, median(ours.starts)))
    yield figure(f"{name}, done, {SIZE:,} tasks", app.toggles, (OURS.name, median(ours.toggles)))
    yield measured(f"{name}, memory, {SIZE:,} tasks", app.memory, "MB", (OURS.name, ours.memory))


def _measured(app: RivalApp, tasks: Sequence[Task], directory: Path) -> _Measured:
    """What an app with these tasks costs. Raises Unfit."""
    program, home = found(*app.programs), directory / app.name
    environ = environment(home)
    all_found = _Measured([], [], 0)
    begun = perf_counter()
    with trying():
        command = app.prepare(program, home, tasks, environ)
        while len(all_found.starts) < SITTINGS and (not all_found.starts or perf_counter() - begun < ENOUGH):
            with Terminal(command, environ) as terminal:
                all_found.starts.append(app.until_listed(terminal) - terminal.started)
                app.until_ready(terminal)
                all_found.toggles.extend(app.toggle(terminal) for _ in range(app.times))
                all_found = all_found._replace(memory=max(all_found.memory, terminal.memory))
    return all_found
