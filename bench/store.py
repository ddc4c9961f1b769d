"""What a commit and an opening cost, beside SQLite.

A commit is timed from the call to the acknowledgement, in turns with a commit of one row by SQLite (connection open,
10,000 rows in; see `bench.sqlite` for its two speeds) and with a bare append of as many bytes and its fdatasync, so
that all of them meet the same disk.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from uuid import uuid4

from bench import sqlite
from bench.figures import Figure, figure, in_turns, timed
from bench.lists import write_list
from core.changes import Record, creation, encode_record, new_record
from core.store import TaskStore
from core.task import Status, Task

SIZES = (10, 1_000, 10_000, 100_000)
TURNS = 40
PER_TURN = 25
OPENINGS = 7
_TIME = "2026-01-02T03:04:05.678901Z"
_SQLITE = "SQLite, one row"
_ROWS, _BYTES = "SQLite, reading all rows", "reading its bytes"


def figures(directory: Path) -> Iterator[Figure]:
    """Commits and openings of lists of all sizes."""
    files = {size: write_list(size, directory) for size in SIZES}
    yield from _openings(directory, files)
    calls = {f"commit to {size:,} tasks": _committer(file) for size, file in files.items()}
    calls |= {
        _SQLITE: sqlite.committer(directory / "sessions.db", per_session=PER_TURN),
        "SQLite, its log used again": sqlite.committer(directory / "long.db", per_session=TURNS * PER_TURN),
        "bare append and fdatasync": _bare(directory),
    }
    times = in_turns(calls, TURNS, PER_TURN)
    base = median(times[_SQLITE])
    least = median(times[f"commit to {SIZES[0]:,} tasks"])
    for what, found in times.items():
        flat = [(f"to {SIZES[0]}", least)] if what.startswith("commit") else []
        yield figure(what, found, (_SQLITE, base), *flat, tail=True)


def _openings(directory: Path, files: dict[int, Path]) -> Iterator[Figure]:
    for size, file in files.items():
        rows = sqlite.table(directory / f"{size}.db", size)
        others = {_ROWS: timed(partial(sqlite.read_all, rows)), _BYTES: timed(file.read_bytes)}
        times = in_turns({"ours": timed(partial(_open, file)), **others}, OPENINGS)
        rows.close()
        beside = [(name, median(times[name])) for name in others]
        yield figure(f"open a list of {size:,} tasks", times["ours"], *beside)


def _open(file: Path) -> None:
    TaskStore(file).load()


def _record_bytes() -> bytes:
    return encode_record(_record())


def _record() -> Record:
    task = Task(uuid4().hex, 1, "Buy milk and bread", Status.PENDING, _TIME, _TIME)
    return new_record("add “Buy milk and bread”", [creation(task)], _TIME, "host:1:tty", lambda: os.urandom(8).hex())


def _committer(file: Path) -> Callable[[], float]:
    store = TaskStore(file)
    store.load()

    def commit() -> float:
        record = _record()
        start = perf_counter()
        store.commit([record])
        return perf_counter() - start

    commit()
    return commit


def _bare(directory: Path) -> Callable[[], float]:
    descriptor = os.open(directory / "bare", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    line = _record_bytes()

    def append() -> float:
        start = perf_counter()
        os.write(descriptor, line)
        os.fdatasync(descriptor)
        return perf_counter() - start

    return append
