"""Every change of a list, from the last one back: the journal, then what left it for `backups/history-*.jsonl.gz`.

What is read is what is asked for: the end of the journal in blocks, then one file of old lines at a time. So a million
changes cost no more to begin with than a few. Reading needs no lock; what a compaction moves meanwhile comes once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from core import durable
from core.changes import Record
from core.compaction import Piece, lines, pieces
from core.errors import TodurableError, from_os_error
from core.replay import decoded
from core.wanted import Wanted, sieve

_BLOCK = 1 << 16
_TOLD = 20_000
"""Changes after which it is told how far a search is."""


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


def backwards(journal: Path, before: int | None = None) -> Iterator[Record | Gap]:
    """The changes before number `before` (all where None), newest first, and what is missing among them.

    Raises FileSafetyError where a file cannot be read.
    """
    return search(journal, Wanted(), before)


def search(
    journal: Path, wanted: Wanted, before: int | None = None, looked: Callable[[int], None] = lambda _seq: None
) -> Iterator[Record | Gap]:
    """As `backwards`, only the changes that are `wanted`, and all that is missing: one of those may have been.

    `looked` is told now and then back to which number all was looked at; it may raise to stop.
    """
    expected, passed = None if before is None else before - 1, 0
    for part in _parts(journal, before, wanted):
        if expected is not None and part.first > expected:
            continue  # at or after `before`, or a second time, after a compaction that was broken off
        if expected is not None and part.last < expected:
            yield Gap(part.last + 1, expected)
        if part.record is not None and wanted.holds(part.record):
            yield part.record
        expected = part.first - 1
        passed += part.last - part.first + 1
        if passed >= _TOLD:
            looked(part.first)
            passed = 0


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


class _Part(NamedTuple):
    """What the changes with these numbers are to a search: one that may be wanted, at most, and it is the first."""

    first: int
    last: int
    record: Record | None


def _parts(journal: Path, before: int | None, wanted: Wanted) -> Iterator[_Part]:
    """All that can be read, newest first. The journal is opened first: lines leave it, none come back."""
    yield from filter(None, map(_part, _lines_backwards(journal)))
    for piece in sorted(pieces(journal), key=lambda piece: piece.last, reverse=True):
        if before is not None and piece.first >= before:
            continue
        raw = lines(piece)
        if raw and wanted != Wanted():
            yield from _wanted_parts(piece, raw, wanted)
        else:
            yield from filter(None, map(_part, reversed(raw.split(b"\n"))))


def _part(line: bytes) -> _Part | None:
    record = decoded(line)
    return None if record is None else _Part(record.seq, record.seq, record)


def _wanted_parts(piece: Piece, raw: bytes, wanted: Wanted) -> Iterator[_Part]:
    """As of the lines in `piece`, of which most are not decoded: all were whole when its own checksum was made."""
    may_hold, last = sieve(wanted), piece.last
    for line in reversed(raw.split(b"\n")) if may_hold(raw) else ():
        if may_hold(line) and (record := decoded(line)) is not None:
            yield _Part(record.seq, last, record)
            last = record.seq - 1
    if last >= piece.first:
        yield _Part(piece.first, last, None)


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
