"""What the app costs before a key is pressed: its start, its memory, and doing nothing, beside an empty Textual app."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from statistics import median

from bench.figures import Figure, figure, measured
from bench.lists import write_list
from bench.our_app import all_read, anything, empty_app, first_task, our_app
from bench.processes import environment
from bench.terminal import Terminal

SIZES = (10, 1_000, 10_000, 100_000)
STARTS = 5
IDLE_SECONDS = 10.0
_EMPTY = "empty Textual app"
_MARKS = {"the first paint": anything, "the first task": first_task, "all tasks read": all_read}


def figures(directory: Path) -> Iterator[Figure]:
    """Starts with lists of all sizes, and what then stays."""
    environ = environment(directory / "home")
    files = {size: write_list(size, directory) for size in SIZES}
    empty = partial(empty_app, environ)
    apps = {size: partial(our_app, file, environ) for size, file in files.items()}
    yield from _starts(empty, apps)
    yield from _at_rest(empty, apps)


def _starts(empty: Callable[[], Terminal], apps: Mapping[int, Callable[[], Terminal]]) -> Iterator[Figure]:
    base: list[float] = []
    times: dict[str, list[float]] = {}
    for _ in range(1 + STARTS):  # the first one compiles
        base += _times(empty, [anything])
        for size, app in apps.items():
            for what, seconds in zip(_MARKS, _times(app, _MARKS.values()), strict=True):
                times.setdefault(f"start to {what}, {size:,} tasks", []).append(seconds)
    yield figure(f"start to the first paint, {_EMPTY}", base[1:])
    for what, found in times.items():
        yield figure(what, found[1:], (_EMPTY, median(base[1:])), tail=True)


def _times(app: Callable[[], Terminal], marks: Iterable[Callable[[Terminal], bool]]) -> list[float]:
    with app() as terminal:
        return [terminal.until(shown) - terminal.started for shown in marks]


def _at_rest(empty: Callable[[], Terminal], apps: Mapping[int, Callable[[], Terminal]]) -> Iterator[Figure]:
    """The most memory after a start, and the share of a core that is used while nothing happens."""
    memory, idle = _rest(empty, anything)
    for size in (SIZES[1], SIZES[-1]):
        most, used = _rest(apps[size], all_read)
        yield measured(f"memory, {size:,} tasks", most, "MB", (f"{_EMPTY} ({memory:.1f} MB)", memory))
        yield measured(f"idle, {size:,} tasks", used, "% of a core", (f"{_EMPTY} ({idle:.2f} %)", idle))


def _rest(app: Callable[[], Terminal], shown: Callable[[Terminal], bool]) -> tuple[float, float]:
    with app() as terminal:
        terminal.until(shown)
        terminal.rest()
        used = 100 * terminal.work(IDLE_SECONDS)
        return terminal.memory, used
