"""The journal: every committed change, one JSON line each, in one append-only file.

A last line without its end was never acknowledged: the next writer cuts it off. Whatever else cannot be read stays
where it is. Reading needs no lock. Appending and replacing need it; the store holds it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from core import durable
from core.changes import Record, encode_record
from core.errors import NotAFileError, UnavailableError, from_os_error
from core.replay import Replay, decoded, lines_after, salvage

_FLAGS = os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NO_WAITING = getattr(os, "O_NONBLOCK", 0)
_BLOCK = 1 << 16


class Journal:
    """One process's hold on a journal: a descriptor kept open, and the last record that was read.

    While the descriptor is open its inode is not used again: so the inode tells whether the name still leads to the
    same file, and the size whether there is more to read. Raises FileSafetyError where the file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.seq = 0
        self.next_id = 1
        self.size = 0
        """The number of bytes that were read; the next line starts there."""
        self.behind = False
        """The file was cut or replaced: it ends before a record that we know, or has others in its place."""
        self.strangers: tuple[Record, ...] = ()
        """What was written to a file that was replaced, by whoever did not know what we know. Kept until taken out."""
        self._known: dict[tuple[str, ...], int] = {}
        self._latest = ""
        self._end = 0
        self._failed = b""
        """What a failed append may have left behind our place: it was not acknowledged, and is not read."""
        self._descriptor: int | None = None
        self._inode = (0, 0)
        self._writable = False

    def __del__(self) -> None:
        self.close()

    # Reading

    def replay(self, after: int, earlier: bytes = b"") -> Replay:
        """Every record after `after` that can be read from the file, and from the `earlier` lines that left it.

        Our place is then behind all that is whole.
        """
        raw = self._read_afresh()
        self._note_strangers(raw)
        raw = earlier + raw
        records = lines_after(raw, after)
        replay = salvage(raw, after) if records is None else Replay(records, (), raw.rfind(b"\n") + 1)
        self.seq, self.behind = after, False
        self._stand_behind(replay.records, max(0, replay.end - len(earlier)))
        return replay

    def catch_up(self) -> tuple[Record, ...] | None:
        """The records that came since we last read; None where some are missing and the list must be read anew."""
        if self._moved():
            return self._catch_up_afresh()
        if self._end == self.size or self._failed:
            return ()
        raw = self._read(self.size, self._end - self.size)
        records = lines_after(raw, self.seq)
        if records is None or len(records) < raw.count(b"\n") or self._comes_again(records):
            return None  # a line that is not new is one without a lock
        self._stand_behind(records, self.size + raw.rfind(b"\n") + 1)
        return records

    def last(self) -> Record | None:
        """The last record, read from the end of the file without the rest; None where that does not tell it."""
        self._open_to_read()
        start, tail = self._end, b""
        while start > 0 and tail.count(b"\n") < 2:  # noqa: PLR2004 - the newline before the last line, and its own
            step = min(start, max(_BLOCK, len(tail)))
            start -= step
            tail = self._read(start, step) + tail
        *lines, rest = tail.split(b"\n")
        record = decoded(lines[-1]) if lines and decoded(rest[:-1]) is None else None
        if record is not None:
            self.seq = 0
            self._stand_behind([record], start + len(tail) - len(rest))
        return record

    def stand_at(self, seq: int, next_id: int) -> None:
        """Go on after `seq`, which the file does not hold any more."""
        self.seq, self.next_id = seq, next_id

    def recent(self, count: int) -> tuple[Record, ...]:
        """Up to `count` records before our place, oldest first, as far back as they can be read."""
        records: list[Record] = []
        for line in reversed(self.read_all().split(b"\n")[:-1]):
            record = decoded(line)
            if record is None or len(records) == count:
                break
            records.append(record)
        self._know(records)
        return tuple(reversed(records))

    def read_all(self) -> bytes:
        """All bytes up to our place."""
        if self._descriptor is None:
            self._open_to_read()
        return self._read(0, self.size)

    # Writing, under the lock

    def take_back(self) -> None:
        """Cut off what a failed append left, where that failed too; call it before anything else under the lock.

        Where others have written behind it, they have taken it over, and it stays.
        """
        if self._failed:
            self.close()
            descriptor = self._open_to_append()
            if self._failed.startswith(self._read(self.size, self._end - self.size)):
                self._cut(descriptor)
            self._failed = b""

    def append(self, records: Sequence[Record]) -> None:
        """Write `records` behind our place, having caught up; on return they are on the disk.

        Raises OSError where that fails, UnavailableError where there are lines that we have not read, for then the
        lock was not ours alone; the file is then cut back to what it was. After a failed sync nothing that
        the descriptor wrote is trusted, and it is not synced again: it is closed, the file opened anew and cut.
        """
        descriptor = self._open_to_append()
        self._cut_torn_line(descriptor)
        raw = b"".join(map(encode_record, records))
        try:
            durable.write_all(descriptor, raw)
            durable.sync_data(descriptor)
        except BaseException:  # Ctrl-C too must leave nothing that was not acknowledged
            self._failed = raw
            with suppress(OSError):  # else it is taken back before the next change
                self.take_back()
            raise
        self.size = self._end = self.size + len(raw)
        self.seq, self.next_id = records[-1].seq, records[-1].next_id
        self._know(records)

    def sync(self) -> None:
        """Bring what stands before our place to the disk, where somebody else may have failed to."""
        durable.sync_data(self._open_to_append())

    def replace(self, raw: bytes) -> None:
        """Put `raw`, which ends with the same record, in the place of all lines."""
        like = os.stat(self.path)
        durable.replace_with(durable.write_temporary(self.path, raw, like), self.path)
        self.close()
        self.size = len(raw)

    def close(self) -> None:
        """Close the file; the next use opens it again, and goes on after the last record that was read."""
        descriptor, self._descriptor = self._descriptor, None
        self._inode, self._writable = (0, 0), False
        if descriptor is not None:
            durable.close_synced(descriptor)  # or what it wrote is to be cut off

    # Steps

    def _read_afresh(self) -> bytes:
        self._open_to_read()
        try:
            raw = self._read(0, self._end)
        except OSError:
            self.close()  # our place is not one in this file
            raise
        return raw[: self.size] if self._failed.startswith(raw[self.size :]) else raw

    def _catch_up_afresh(self) -> tuple[Record, ...] | None:
        knew = self.size > 0
        raw = self._read_afresh()
        if self._note_strangers(raw):
            if not self.strangers:
                return None
            self.behind = True
            self._stand_behind((), raw.rfind(b"\n") + 1)
            return ()
        records = lines_after(raw, self.seq)
        if records is not None and self._comes_again(records):
            return None
        if records is not None:
            last = decoded(raw[: raw.rfind(b"\n") + 1].split(b"\n")[-2]) if b"\n" in raw else None
            self.behind = knew and (last is None or last.seq < self.seq)
            self._stand_behind(records, raw.rfind(b"\n") + 1)
        return records

    def _note_strangers(self, raw: bytes) -> bool:
        """Note what of `raw` was written where records stood that we know; whether there is anything of that kind.

        What another instance has put on top of what we know already is none.
        """
        unknown = self._unknown(raw) if self._known else []
        later = {_identity(record) for record in unknown if record.seq > self.seq}
        if all(record.seq > self.seq or _identity(record) in later for record in unknown):
            return any(record.seq <= self.seq for record in unknown)
        self.strangers += tuple({_identity(record): record for record in unknown}.values())
        self._know(unknown)
        self.seq = max(self.seq, unknown[-1].seq)
        self.next_id = max(self.next_id, unknown[-1].next_id)
        return True

    def _unknown(self, raw: bytes) -> list[Record]:
        """The records that we do not know. Of a time before all that we know, only what is younger than all of it."""
        first = min(self._known.values())
        found = (decoded(line) for line in raw.split(b"\n")[:-1])
        return [
            record
            for record in found
            if record is not None
            and record.key
            and _identity(record) not in self._known
            and (record.seq >= first or record.at > self._latest)
        ]

    def _comes_again(self, records: Iterable[Record]) -> bool:
        """Whether another instance has put what was there already on top of what it knows: it knows more than we do."""
        came = [_identity(record) for record in records if record.key]
        again = len(set(came)) < len(came) or not self._known.keys().isdisjoint(came)
        if again:
            self.strangers = ()  # they are among that
        return again

    def _know(self, records: Iterable[Record]) -> None:
        self._known |= {_identity(record): record.seq for record in records}
        self._latest = max((self._latest, *(record.at for record in records)))

    def _stand_behind(self, records: Sequence[Record], size: int) -> None:
        self._know(records)
        if records:
            self.seq, self.next_id = records[-1].seq, max(self.next_id, records[-1].next_id)
        self.size = size

    # The descriptor

    def _moved(self) -> bool:
        """Whether the name leads to another file than the open one, or that was cut before our place."""
        try:
            status = os.lstat(self.path)
        except FileNotFoundError:
            self._end = 0
            return self._descriptor is not None or self.size > 0
        except OSError as error:
            raise from_os_error(error, self.path, "read") from error
        self._end = status.st_size
        return (status.st_dev, status.st_ino) != self._inode or self._end < self.size

    def _open_to_read(self) -> None:
        self.close()
        try:
            self._open(os.O_RDONLY)
        except FileNotFoundError:
            self.size = self._end = 0
        except OSError as error:
            raise from_os_error(error, self.path, "read") from error

    def _open_to_append(self) -> int:
        """The descriptor to append with, its name on the disk."""
        if self._descriptor is None or not self._writable:
            self.close()
            try:
                descriptor = self._open(os.O_RDWR)
            except FileNotFoundError:
                descriptor = self._open(os.O_RDWR | os.O_CREAT | os.O_EXCL)
                self.size = 0
            # whoever made or replaced the file may have died before its name was on the disk, and with it our lines
            durable.sync_directory(self.path.parent)
            self._writable = True
            return descriptor
        return self._descriptor

    def _cut_torn_line(self, descriptor: int) -> None:
        if self._end == self.size:
            return
        if b"\n" in self._read(self.size, self._end - self.size):
            raise UnavailableError(
                f"{self.path.name} was written by another program at the same time. Nothing was written; try again.",
                self.path,
            )
        self._cut(descriptor)

    def _cut(self, descriptor: int) -> None:
        if self._end > self.size:
            os.ftruncate(descriptor, self.size)
            self._end = self.size

    def _open(self, flags: int) -> int:
        self._descriptor = descriptor = os.open(self.path, flags | _FLAGS | _NO_WAITING, 0o600)
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            self.close()
            raise NotAFileError(f"{self.path.name} is not a file. Move it away, then try again.", self.path)
        self._inode, self._end = (status.st_dev, status.st_ino), status.st_size
        return descriptor

    def _read(self, start: int, size: int) -> bytes:
        if self._descriptor is None:
            return b""
        os.lseek(self._descriptor, start, os.SEEK_SET)
        parts = []
        while size > 0 and (part := os.read(self._descriptor, size)):
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


def _identity(record: Record) -> tuple[str, ...]:
    """What a record keeps under another number. Its key alone would do, if no program ever made one twice."""
    return record.key, record.by, record.at
