"""Records and journals for tests."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.changes import Change, Record, encode_record
from core.journal import Journal


def record(seq: int, *, filling: str = "", key: str | None = None, extra: Any = None) -> Record:
    """A record that creates one task, whose line is longer by `filling`."""
    task = {"id": seq, "name": f"task {seq} “ä” {filling}", "created": "2030-01-01T00:00:00.000000Z"}
    change = Change(f"00000000-0000-4000-8000-{seq:012}", after=task if extra is None else task | {"extra": extra})
    at, by = "2030-01-01T00:00:00.000000Z", "host:1:-"
    return Record(seq, at, by, "add", seq + 1, (change,), key=f"key-{seq}" if key is None else key)


def records(first: int, last: int) -> tuple[Record, ...]:
    return tuple(record(seq) for seq in range(first, last + 1))


def lines(*given: Record | Iterable[Record]) -> bytes:
    """The bytes of a journal."""
    each = (one for some in given for one in ([some] if isinstance(some, Record) else some))
    return b"".join(map(encode_record, each))


def numbers(found: Iterable[Record] | None) -> list[int] | None:
    return None if found is None else [one.seq for one in found]


def ready(path: Path, after: int = 0) -> Journal:
    """A journal that has read its file."""
    journal = Journal(path)
    journal.replay(after)
    return journal


def writer(path: Path, last: int) -> Journal:
    """A journal that has written records up to `last`."""
    journal = ready(path)
    if last:
        journal.append(records(1, last))
    return journal
