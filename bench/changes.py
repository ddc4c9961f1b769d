"""What larger changes cost, several writers at once, and taking in what others changed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from subprocess import PIPE, Popen
from time import perf_counter

from bench.figures import Figure, figure, in_turns, timed
from bench.lists import write_list
from core.state import AppState
from core.store import TaskStore

SMALL, LARGE = 10, 100_000
IMPORTED, BULK = 100_000, 10_000
TURNS = 15
WRITERS, COMMITS = 4, 500
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
    yield from _refreshes(small, large)
    yield from _checkpoints(large)
    yield from _bulk(directory)
    yield from _writers(directory)


def _refreshes(small: Path, large: Path) -> Iterator[Figure]:
    calls = {
        f"taking in a foreign change to {size:,} tasks": _refresher(file)
        for size, file in ((SMALL, small), (LARGE, large))
    }
    times = in_turns(calls, TURNS, 5)
    base = median(times[f"taking in a foreign change to {SMALL:,} tasks"])
    for what, found in times.items():
        yield figure(what, found, (f"to {SMALL}", base))


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
    """Each as one change, from the call until it is on the disk."""
    state, store = AppState(), TaskStore(directory / "bulk.json")
    names = [{"name": f"task {number}", "project": "home", "tags": ["new"]} for number in range(IMPORTED)]

    def save() -> None:
        state.receive(store.commit(state.pending))

    start = perf_counter()
    state.add_tasks(names)
    save()
    yield figure(f"import of {IMPORTED:,} tasks", [perf_counter() - start])
    start = perf_counter()
    state.complete(state.tasks[:BULK])
    save()
    done = perf_counter() - start
    yield figure(f"completing {BULK:,} of them", [done])
    start = perf_counter()
    state.undo()
    save()
    yield figure("undoing that", [perf_counter() - start], ("completing them", done))


def _writers(directory: Path) -> Iterator[Figure]:
    alone, together = (_seconds(directory / f"{writers}.json", writers) for writers in (1, WRITERS))
    each = COMMITS * WRITERS
    yield Figure("commits a second, one process", COMMITS / alone, "/ s")
    yield Figure(
        f"commits a second, {WRITERS} processes",
        each / together,
        "/ s",
        "one process",
        each / together / (COMMITS / alone),
    )


def _seconds(file: Path, writers: int) -> float:
    """From the first commit of the first to the last of the last."""
    command = [sys.executable, "-c", _WRITER, str(file), str(COMMITS)]
    processes = [Popen(command, stdin=PIPE, stdout=PIPE, text=True) for _ in range(writers)]  # noqa: S603 - our own
    pipes = [(process.stdin, process.stdout) for process in processes if process.stdin and process.stdout]
    for _, out in pipes:
        out.readline()
    for given, _ in pipes:
        given.write("\n")
        given.flush()
    times = [[float(line) for line in process.communicate()[0].split()] for process in processes]
    return max(end for _, end in times) - min(start for start, _ in times)
