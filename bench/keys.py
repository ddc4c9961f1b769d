"""From a key, or a change from elsewhere, to its paint, beside what an empty Textual app takes to answer a key.

All apps are open at the same time, and are asked in turns.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from itertools import count, cycle
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

from bench.figures import Figure, figure, in_turns, measured
from bench.lists import write_list
from bench.our_app import adds, all_read, empty_app, id_at_cursor, in_search, moves, our_app, titled, toggle
from bench.processes import environment
from bench.terminal import Terminal, showing
from core.state import AppState
from core.store import TaskStore
from ui.store_worker import IDLE

SIZES = (10, 1_000, 10_000, 100_000)
KEYS, ADDED, CHANGES = 40, 12, 25
POLLED = 0.5
"""Seconds within which a change from elsewhere comes at any moment, so that it matters not when the app looks."""
_ECHO = "an empty app"
_SEARCH = "e dentist #home"
_VIEWS = (("3", "Today"), ("4", "Upcoming"), ("7", "Done"), ("1", "All tasks"))


def figures(directory: Path) -> Iterator[Figure]:
    """Each kind of key with lists of all sizes, then what comes from elsewhere."""
    environ = environment(directory / "home")
    files = {size: write_list(size, directory) for size in SIZES}
    with ExitStack() as stack:
        empty = stack.enter_context(empty_app(environ))
        apps = {size: stack.enter_context(our_app(file, environ)) for size, file in files.items()}
        for terminal in apps.values():
            terminal.until(all_read)
        echo = _echoes(empty)
        echo()
        yield from _at_all_sizes("cursor down or up", apps, moves, KEYS, echo)
        yield from _at_all_sizes("done or undo", apps, lambda terminal: partial(toggle, terminal), KEYS, echo)
        yield from _at_all_sizes("quick add", apps, adds, ADDED, echo)
        yield from _searches(apps, echo)
        yield from _at_all_sizes("another view", apps, _views, len(_VIEWS) * 3, echo)
        changed = {terminal: _changes(terminal, files[size]) for size, terminal in apps.items()}
        yield from _at_all_sizes("a change by another process", apps, lambda terminal: changed[terminal], CHANGES, echo)
        largest = apps[SIZES[-1]]
        largest.work(IDLE + 2)  # until it has written a checkpoint of what was changed
        what = f"memory with {SIZES[-1]:,} tasks, after all this and a checkpoint"
        yield measured(what, largest.memory, "MB", (_ECHO, empty.memory))


def _echoes(empty: Terminal) -> Callable[[], float]:
    numbers = count(1)
    return lambda: empty.answer("a", showing(f"pressed: {next(numbers)} "))


def _at_all_sizes(
    what: str,
    apps: Mapping[int, Terminal],
    act: Callable[[Terminal], Callable[[], float]],
    turns: int,
    echo: Callable[[], float],
) -> Iterator[Figure]:
    calls = {f"{what}, {size:,} tasks": act(terminal) for size, terminal in apps.items()}
    times = in_turns({_ECHO: echo, **calls}, turns)
    base = median(times.pop(_ECHO))
    least = median(times[f"{what}, {SIZES[0]} tasks"])
    for name, found in times.items():
        yield figure(name, found, (_ECHO, base), (f"with {SIZES[0]}", least), tail=True)


def _searches(apps: Mapping[int, Terminal], echo: Callable[[], float]) -> Iterator[Figure]:
    """From a key to its letter in the line, and to what is found by it."""
    base = _ECHO, median(echo() for _ in range(KEYS))
    for size, terminal in apps.items():
        terminal.press("/")
        typed, found = [], []
        for place, key in enumerate(_SEARCH, start=1):
            pressed = terminal.press(key)
            if key not in " #":  # which are not seen, or find nothing yet
                typed.append(terminal.until(in_search(_SEARCH[:place])) - pressed)
                found.append(terminal.until(titled(f"/{_SEARCH[:place]}")) - pressed)
        yield figure(f"search, a key to its letter, {size:,} tasks", typed, base, tail=True)
        yield figure(f"search, a key to what it finds, {size:,} tasks", found, base, tail=True)
        terminal.press("\x1b")
        terminal.until(titled("All tasks"))


def _views(terminal: Terminal) -> Callable[[], float]:
    views = cycle(_VIEWS)

    def show() -> float:
        key, title = next(views)
        return terminal.answer(key, titled(title))

    return show


def _changes(terminal: Terminal, file: Path) -> Callable[[], float]:
    """Changes the task at the top, and gives the seconds from its being on the disk to its being shown."""
    state, store = AppState(by="bench:1:-"), TaskStore(file)
    state.adopt(store.load().tasks, store.history())
    terminal.press("gg")
    terminal.settle()
    task = next(task for task in state.tasks if task.id == id_at_cursor(terminal))
    chance, numbers = random.Random(0), count(1)  # noqa: S311 - no secret

    def change() -> float:
        name = f"changed elsewhere {next(numbers)}"
        terminal.settle()
        sleep(chance.random() * POLLED)
        state.rename(task, name)
        state.receive(store.commit(state.pending))
        committed = perf_counter()
        return terminal.until(showing(f"{name} ")) - committed

    return change
