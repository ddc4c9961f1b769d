"""What a commit and an opening cost.

A commit is timed from the call to the acknowledgement, in turns with SQLite's one-row commit (WAL, synchronous=FULL,
connection open, 10,000 rows in) and with a bare append of as many bytes and its fdatasync, so that all of them meet
the same disk.

SQLite has two speeds. The last connection to close a database removes its WAL, so that in each session of a program
the WAL grows anew, as our journal does: that is the baseline. After its first thousand pages a connection goes
back to the start of the WAL, and a sync is then cheaper than that of any file that grows: that is told beside it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from uuid import uuid4

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


def figures(directory: Path) -> Iterator[Figure]:
    """Commits and openings of lists of all sizes."""
    files = {size: write_list(size, directory) for size in SIZES}
    yield from _openings(files)
    calls = {f"commit to {size:,} tasks": _committer(file) for size, file in files.items()}
    calls |= {
        _SQLITE: _sqlite(directory / "sessions.db", per_session=PER_TURN),
        "SQLite, its log used again": _sqlite(directory / "long.db", per_session=TURNS * PER_TURN),
        "bare append and fdatasync": _bare(directory),
    }
    times = in_turns(calls, TURNS, PER_TURN)
    base = median(times[_SQLITE])
    for what, found in times.items():
        yield figure(what, found, (_SQLITE, base), tail=True)
    yield _flatness(times)


def _flatness(times: dict[str, list[float]]) -> Figure:
    most, least = (median(times[f"commit to {size:,} tasks"]) for size in (SIZES[-1], SIZES[0]))
    return Figure(f"commit to {SIZES[-1]:,} tasks", most * 1000, beside=f"to {SIZES[0]}", ratio=most / least)


def _openings(files: dict[int, Path]) -> Iterator[Figure]:
    """Beside no more than reading the bytes."""
    for size, file in files.items():
        times = in_turns({"open": timed(partial(_open, file)), "read": timed(file.read_bytes)}, OPENINGS)
        yield figure(f"open a list of {size:,} tasks", times["open"], ("reading its bytes", median(times["read"])))


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


def _sqlite(file: Path, per_session: int) -> Callable[[], float]:
    connection = _connect(file)
    connection.execute("create table tasks (id integer primary key, uid text, data text)")
    connection.execute("begin")
    connection.executemany("insert into tasks (uid, data) values (?, ?)", [(uuid4().hex, "x" * 250)] * 10_000)
    connection.execute("commit")
    session = _session(file, connection, per_session)
    return lambda: next(session)


def _session(file: Path, connection: sqlite3.Connection, commits: int) -> Iterator[float]:
    """The time of each commit; the connection is opened anew after `commits` of them."""
    while True:
        for _ in range(commits):
            row = (uuid4().hex, "x" * 250)
            start = perf_counter()
            connection.execute("insert into tasks (uid, data) values (?, ?)", row)
            yield perf_counter() - start
        connection.close()
        connection = _connect(file)


def _connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("pragma journal_mode=wal")
    connection.execute("pragma synchronous=full")
    return connection


def _bare(directory: Path) -> Callable[[], float]:
    descriptor = os.open(directory / "bare", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    line = _record_bytes()

    def append() -> float:
        start = perf_counter()
        os.write(descriptor, line)
        os.fdatasync(descriptor)
        return perf_counter() - start

    return append
