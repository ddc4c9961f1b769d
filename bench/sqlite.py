"""SQLite as the baseline: what it costs there to have as much as safe on the same disk (WAL, synchronous=FULL).

SQLite has two speeds. The last connection to close a database removes its WAL, so that in each session of a program
the WAL grows anew, as our journal does. After its first thousand pages a connection goes back to the start of the WAL,
and a sync is then cheaper than that of any file that grows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from uuid import uuid4

_ROWS = 10_000
"""Tasks in a table into which single ones are committed."""
_DATA = "x" * 250
_INSERT = "insert into tasks (uid, data) values (?, ?)"
WRITER = """
import sys
from pathlib import Path
from time import monotonic
from bench.sqlite import insert, table
connection = table(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
print(monotonic())
for number in range(int(sys.argv[2])):
    insert(connection, 1)
print(monotonic())
"""
"""A program that commits so many rows as its second argument says, and prints when it began and ended."""


def table(file: Path, rows: int = 0) -> sqlite3.Connection:
    """A connection to a table of tasks, which gets `rows` more, that waits for other writers."""
    connection = sqlite3.connect(file, isolation_level=None, timeout=60)
    connection.execute("pragma journal_mode=wal")
    connection.execute("pragma synchronous=full")
    connection.execute("create table if not exists tasks (id integer primary key, uid text, data text)")
    insert(connection, rows)
    return connection


def insert(connection: sqlite3.Connection, rows: int) -> None:
    """Commit so many new rows at once."""
    with_data = [(uuid4().hex, _DATA) for _ in range(rows)]
    if rows == 1:
        connection.execute(_INSERT, with_data[0])
    elif rows:
        connection.execute("begin immediate")
        connection.executemany(_INSERT, with_data)
        connection.execute("commit")


def change(connection: sqlite3.Connection, rows: int) -> None:
    """Commit a change to the first so many rows."""
    data = uuid4().hex + _DATA
    connection.execute("begin immediate")
    connection.executemany("update tasks set data = ? where id = ?", [(data, number + 1) for number in range(rows)])
    connection.execute("commit")


def committer(file: Path, per_session: int) -> Callable[[], float]:
    """Commits one row, and gives the seconds that it took; the database is opened anew after so many."""
    session = _session(file, per_session)
    return lambda: next(session)


def _session(file: Path, commits: int) -> Iterator[float]:
    connection = table(file, _ROWS)
    while True:
        connection.close()
        connection = table(file)
        for _ in range(commits):
            row = (uuid4().hex, _DATA)
            start = perf_counter()
            connection.execute(_INSERT, row)
            yield perf_counter() - start


def follower(file: Path) -> Callable[[], float]:
    """Has one connection commit a row, and gives the seconds in which another one reads what is new."""
    writer, reader = table(file, _ROWS), table(file)
    seen = _ROWS

    def follow() -> float:
        nonlocal seen
        insert(writer, 1)
        start = perf_counter()
        rows = reader.execute("select id, uid, data from tasks where id > ?", (seen,)).fetchall()
        seen = rows[-1][0]
        return perf_counter() - start

    return follow


def read_all(connection: sqlite3.Connection) -> list[tuple[int, str, str]]:
    """All rows."""
    return connection.execute("select id, uid, data from tasks").fetchall()
