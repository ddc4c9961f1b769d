"""What larger changes cost, several writers at once, and taking in what others changed, beside SQLite."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from subprocess import PIPE, Popen

from bench import sqlite
from bench.figures import Figure, figure, in_turns, measured, timed
from bench.lists import write_list
from core.state import AppState
from core.store import TaskStore

SMALL, LARGE = 10, 100_000
IMPORTED, BULK = 100_000, 10_000
TURNS = 15
WRITERS, COMMITS = 4, 500
_SQLITE = "SQLite"
_WRITER = """
import sys
from pathlib import Path
from time import monotonic
from core.state import AppState
from core.store import TaskStore
state, store = AppState(), TaskStore(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
print(monotonic())
for number in range(int(sys.argv[2])):
    state.add_task(f"task {number}")
    state.receive(store.commit(state.pending))
print(monotonic())
"""


def figures(directory: Path) -> Iterator[Figure]:
    """Refreshing, checkpoints, importing, undoing, and several processes that commit at once."""
    small, large = write_list(SMALL, directory), write_list(LARGE, directory)
    yield from _refreshes(directory, small, large)
    yield from _checkpoints(large)
    yield from _bulk(directory)
    yield from _writers(directory)


def _refreshes(directory: Path, small: Path, large: Path) -> Iterator[Figure]:
    """Beside another connection to SQLite that reads a new row."""
    calls = {
        f"taking in a foreign change to {size:,} tasks": _refresher(file)
        for size, file in ((SMALL, small), (LARGE, large))
    }
    times = in_turns(calls | {_SQLITE: sqlite.follower(directory / "followed.db")}, TURNS, 5)
    base, least = median(times.pop(_SQLITE)), median(next(iter(times.values())))
    for what, found in times.items():
        yield figure(what, found, (_SQLITE, base), (f"to {SMALL}", least))


def _refresher(file: Path) -> Callable[[], float]:
    state, store = _opened(file)
    reader = TaskStore(file)
    reader.load()
    names = count()

    def refresh() -> float:
        state.rename(state.tasks[0], f"name {next(names)}")
        state.receive(store.commit(state.pending))
        return timed(reader.refresh)()

    return refresh


def _opened(file: Path) -> tuple[AppState, TaskStore]:
    store, state = TaskStore(file), AppState(by="bench:1:-")
    opened = store.load()
    state.adopt(opened.tasks, store.history())
    return state, store


def _checkpoints(file: Path) -> Iterator[Figure]:
    """Beside writing and syncing as many bytes."""
    state, store = _opened(file)
    raw, names = file.read_bytes(), count()
    target = file.with_name("bare")

    def checkpoint() -> float:
        state.rename(state.tasks[0], f"name {next(names)}")
        state.receive(store.commit(state.pending))
        return timed(store.checkpoint)()

    times = in_turns({"ours": checkpoint, "bare": timed(partial(_write, target, raw))}, 5)
    yield figure(f"checkpoint of {LARGE:,} tasks", times["ours"], ("bare write and fsync of it", median(times["bare"])))


def _write(path: Path, raw: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.write(descriptor, raw)
    os.fsync(descriptor)
    os.close(descriptor)


def _bulk(directory: Path) -> Iterator[Figure]:
    """Each as one change, from the call until it is on the disk, beside a transaction of SQLite with as many rows."""
    state, store = AppState(), TaskStore(directory / "bulk.json")
    names = [{"name": f"task {number}", "project": "home", "tags": ["new"]} for number in range(IMPORTED)]

    def saved(change: Callable[[], object]) -> Callable[[], float]:
        def save() -> None:
            change()
            state.receive(store.commit(state.pending))

        return timed(save)

    rows = sqlite.table(directory / "bulk.db")
    insert, update = (
        partial(call, rows, number) for call, number in ((sqlite.insert, IMPORTED), (sqlite.change, BULK))
    )
    added, inserted = saved(lambda: state.add_tasks(names))(), timed(insert)()
    yield figure(f"adding {IMPORTED:,} tasks", [added], (_SQLITE, inserted))
    done, updated = saved(lambda: state.complete(state.tasks[:BULK]))(), timed(update)()
    yield figure(f"completing {BULK:,} of them", [done], (_SQLITE, updated))
    undone, updated = saved(state.undo)(), timed(update)()
    yield figure("undoing that", [undone], ("completing them", done), (_SQLITE, updated))
    rows.close()


def _writers(directory: Path) -> Iterator[Figure]:
    """Beside SQLite with as many processes."""
    for number in (1, WRITERS):
        ours, theirs = (
            number * COMMITS / _seconds(program, directory / f"{number}.{ending}", number)
            for program, ending in ((_WRITER, "json"), (sqlite.WRITER, "db"))
        )
        processes = "one process" if number == 1 else f"{number} processes"
        yield measured(f"commits a second, {processes}", ours, "/ s", (f"{_SQLITE}, {processes}", theirs))


def _seconds(program: str, file: Path, writers: int) -> float:
    """From the first commit of the first to the last of the last."""
    command = [sys.executable, "-c", program, str(file), str(COMMITS)]
    processes = [Popen(command, stdin=PIPE, stdout=PIPE, text=True) for _ in range(writers)]  # noqa: S603 - our own
    pipes = [(process.stdin, process.stdout) for process in processes if process.stdin and process.stdout]
    for _, out in pipes:
        out.readline()
    for given, _ in pipes:
        given.write("\n")
        given.flush()
    times = [[float(line) for line in process.communicate()[0].split()] for process in processes]
    return max(end for _, end in times) - min(start for start, _ in times)
