"""Every change of a list, from the last one back: the journal, then what left it for `backups/history-*.jsonl.gz`.

What is read is what is asked for: the end of the journal in blocks, then one file of old lines at a time. So a million
changes cost no more to begin with than a few. Reading needs no lock; what a compaction moves meanwhile comes once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from core import durable
from core.changes import Record
from core.compaction import lines, pieces
from core.errors import TodurableError, from_os_error
from core.replay import decoded

_BLOCK = 1 << 16


class Gap(NamedTuple):
    """Changes that should be there and cannot be read, by number."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"change {self.first}" if self.first == self.last else f"changes {self.first} to {self.last}"


class GapError(TodurableError):
    """What was asked for needs changes that cannot be read."""

    def __init__(self, gap: Gap) -> None:
        super().__init__(f"The list at that moment cannot be made again: {gap} could not be read. Nothing was changed.")
        self.gap = gap


class Wanted(NamedTuple):
    """Which changes are asked for: all that is given must hold. `since` and `until` are UTC, as records have them.

    `text` is looked for in labels, names and whatever else was written, in any case; `by` in who wrote it.
    """

    tasks: frozenset[str] = frozenset()
    text: str = ""
    since: str = ""
    until: str = ""
    by: str = ""

    def holds(self, record: Record) -> bool:
        """Whether `record` is asked for."""
        return (
            (not self.tasks or any(change.uid in self.tasks for change in record.changes))
            and (not self.since or record.at >= self.since)
            and (not self.until or record.at <= self.until)
            and self.by.casefold() in record.by.casefold()
            and (not self.text or self.text.casefold() in _words(record).casefold())
        )


def backwards(journal: Path, before: int | None = None) -> Iterator[Record | Gap]:
    """The changes before number `before` (all where None), newest first, and what is missing among them.

    Raises FileSafetyError where a file cannot be read.
    """
    expected = None if before is None else before - 1
    for record in _readable(journal, before):
        if before is not None and record.seq >= before:
            continue
        if expected is not None and record.seq > expected:
            continue  # a second time, after a compaction that was broken off
        if expected is not None and record.seq < expected:
            yield Gap(record.seq + 1, expected)
        yield record
        expected = record.seq - 1


def forwards(journal: Path, after: int, until: int) -> Iterator[Record]:
    """The changes after number `after` up to `until`, oldest first. Raises GapError where one is missing."""
    expected = after + 1
    for record in _oldest_first(journal, after):
        if record.seq < expected:
            continue
        if expected > until:
            return
        if record.seq > expected:
            raise GapError(Gap(expected, min(record.seq - 1, until)))
        yield record
        expected += 1
    if expected <= until:
        raise GapError(Gap(expected, until))


def _readable(journal: Path, before: int | None) -> Iterator[Record]:
    """Every record that can be read, newest first. The journal is opened first: lines leave it, none come back."""
    for line in _lines_backwards(journal):
        record = decoded(line)
        if record is not None:
            yield record
    for piece in sorted(pieces(journal), key=lambda piece: piece.last, reverse=True):
        if before is not None and piece.first >= before:
            continue
        for line in reversed(lines(piece).split(b"\n")):
            if line and (record := decoded(line)) is not None:
                yield record


def _oldest_first(journal: Path, after: int) -> Iterator[Record]:
    with _opened(journal) as descriptor:
        for piece in pieces(journal):
            if piece.last > after:
                yield from filter(None, map(decoded, lines(piece).split(b"\n")))
        if descriptor is not None:
            os.lseek(descriptor, 0, os.SEEK_SET)
            rest = b""
            while block := os.read(descriptor, _BLOCK):
                *whole, rest = (rest + block).split(b"\n")
                yield from filter(None, map(decoded, whole))


def _lines_backwards(path: Path) -> Iterator[bytes]:
    """The whole lines of the file, last first; what stands behind the last newline is not one yet."""
    with _opened(path) as descriptor:
        if descriptor is None:
            return
        start, rest, torn = os.lseek(descriptor, 0, os.SEEK_END), b"", True
        while start > 0:
            size = min(start, max(_BLOCK, len(rest)))  # a line longer than a block is not copied for each of them
            start -= size
            os.lseek(descriptor, start, os.SEEK_SET)
            first, *whole = (os.read(descriptor, size) + rest).split(b"\n")
            rest = first
            if whole and torn:
                whole, torn = whole[:-1], False
            yield from reversed(whole)
        if rest and not torn:
            yield rest


@contextmanager
def _opened(path: Path) -> Iterator[int | None]:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        yield None
        return
    except OSError as error:
        raise from_os_error(error, path, "read") from error
    try:
        yield descriptor
    except OSError as error:
        raise from_os_error(error, path, "read") from error
    finally:
        durable.close_synced(descriptor)


def _words(record: Record) -> str:
    values = (
        value for change in record.changes for fields in (change.before, change.after) for value in _texts(fields)
    )
    return "\n".join((record.label, *values))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
