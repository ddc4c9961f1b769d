"""Which records the bytes of a journal hold. Pure: bytes in, records out.

A line counts only when it is whole, its crc holds and its seq is the next. `lines_after` is the straight way, and
says None where anything is wrong; `salvage` then gets out all that can be read, and says what cannot.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from core.changes import Record, decode_record, encode_record


class Replay(Struct, frozen=True):
    """Records in order, in words what is missing among them, and where in the bytes the last of them ends."""

    records: tuple[Record, ...]
    lost: tuple[str, ...]
    end: int


_START_OF_LINE = rb'\{"seq":\d+,"at":'
_END_OF_LINE = rb',"crc":"[0-9a-f]{8}"\}$'
_LOOKALIKES = 8
"""How often a record may hold what looks like the start of one, and is still found in a damaged line."""


def decoded(line: bytes) -> Record | None:
    """The record of a line without its newline; None where it does not count."""
    try:
        return decode_record(line)
    except ValueError:
        return None


def lines_after(raw: bytes, after: int) -> tuple[Record, ...] | None:
    """The records after `after` at the end of `raw`; None where something is wrong among them.

    Reads backwards, and no further than it must. What stands behind the last newline is a line in the writing, or
    torn: it does not count, unless only its newline was damaged.
    """
    *lines, rest = raw.split(b"\n")
    if decoded(rest[:-1]) is not None:
        return None
    records: list[Record] = []
    expected = None
    for line in reversed(lines):
        record = decoded(line)
        if expected == after and (record is None or record.seq <= after):
            break
        if record is None or (expected is not None and record.seq != expected):
            return None
        if record.seq <= after:
            break
        records.append(record)
        expected = record.seq - 1
    if expected is not None and expected != after:
        return None
    return tuple(reversed(records))


def salvage(raw: bytes, after: int) -> Replay:
    """All records after `after` that are anywhere in `raw`, whatever stands between them."""
    records: list[Record] = []
    lost: list[str] = []
    keys: set[str] = set()
    seq, newest, end = after, 0, 0
    for record, stop in _readable(raw):
        newest, end = max(newest, record.seq), stop
        if record.seq < seq or record.seq <= after or (record.key and record.key in keys):
            continue  # of two writers that had no lock between them, both lines count
        if record.seq > seq + 1:
            lost.append(_missing(seq + 1, record.seq - 1))
        keys.add(record.key)
        records.append(record)
        seq = record.seq
    unread = raw[end : raw.rfind(b"\n") + 1]
    return Replay(tuple(records), (*lost, *_unreadable_end(unread, newest, seq)), end + len(unread))


def _readable(raw: bytes) -> Iterator[tuple[Record, int]]:
    """Each record in `raw`, and where it ends."""
    start = 0
    while start < len(raw):
        stop = raw.find(b"\n", start) + 1 or len(raw)
        record = decoded(raw[start : stop - 1])  # of the last line, its newline may be what is damaged
        if record is not None:
            yield record, stop
        else:
            yield from _readable_parts(raw, start, stop)
        start = stop


def _readable_parts(raw: bytes, start: int, stop: int) -> Iterator[tuple[Record, int]]:
    """The records in what is one line only because a newline is damaged, or begins with something else."""
    starts = [found.start() for found in re.compile(_START_OF_LINE).finditer(raw, start, stop)]
    ends, done = [*starts[1:], stop], start
    for index, begin in enumerate(starts):
        if begin < done:
            continue
        for end in ends[index : index + _LOOKALIKES]:
            if (record := decoded(raw[begin : end - 1])) is not None:
                yield record, end
                done = end
                break


def mended(raw: bytes) -> bytes:
    """`raw` without what cannot be read; `raw` itself where there is no such thing but a torn end."""
    *lines, rest = raw.split(b"\n")
    if all(decoded(line) for line in lines) and decoded(rest[:-1]) is None:
        return raw
    return b"".join(map(encode_record, salvage(raw, 0).records))


def _missing(first: int, last: int) -> str:
    which = f"Change {first}" if first == last else f"Changes {first} to {last}"
    return f"{which} could not be read."


def _unreadable_end(unread: bytes, newest: int, seq: int) -> Iterator[str]:
    """What is lost in the lines behind `newest`, the last record that can be read; up to `seq` the list has it."""
    lines = unread.split(b"\n")[:-1]
    last = newest + len(lines)  # by their place: the number in a damaged line may be what is damaged
    if newest and any(re.match(_START_OF_LINE, line) or re.search(_END_OF_LINE, line) for line in lines):
        if last > seq:
            yield _missing(max(newest, seq) + 1, last)
    elif lines:
        yield f"{sum(map(len, lines))} bytes at the end of the journal could not be read."
