"""The journal: every committed change, one JSON line each, in one append-only file.

A last line without its end was never acknowledged: the next writer cuts it off. Whatever else cannot be read stays
where it is. Reading needs no lock. Appending and replacing need it; the store holds it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
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
        """The file was cut or replaced, and now ends before a record that we know."""
        self.diverged = False
        """The file was replaced, and another record has the number of the last one that we know. Stays until reset."""
        self._last: Record | None = None
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
        raw = earlier + self._read_afresh()
        records = lines_after(raw, after)
        replay = salvage(raw, after) if records is None else Replay(records, (), raw.rfind(b"\n") + 1)
        self.seq, self.behind = after, False
        self._stand_behind(replay.records, max(0, replay.end - len(earlier)))
        self._last = replay.records[-1] if replay.records else _at_end(raw) or self._last
        return replay

    def catch_up(self) -> tuple[Record, ...] | None:
        """The records that came since we last read; None where some are missing and the list must be read anew."""
        if self._moved():
            return self._catch_up_afresh()
        if self._end == self.size or self._failed:
            return ()
        raw = self._read(self.size, self._end - self.size)
        records = lines_after(raw, self.seq)
        if records is None or len(records) < raw.count(b"\n"):  # a line that is not new is one without a lock
            return None
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
        self._last = records[-1]
        self.seq, self.next_id = records[-1].seq, records[-1].next_id

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
        self.diverged = self.diverged or self._has_another(raw)
        return raw[: self.size] if self._failed.startswith(raw[self.size :]) else raw

    def _catch_up_afresh(self) -> tuple[Record, ...] | None:
        knew = self.size > 0
        raw = self._read_afresh()
        records = None if self.diverged else lines_after(raw, self.seq)
        if records is not None:
            last = _at_end(raw)
            self.behind = knew if last is None else last.seq < self.seq
            self._stand_behind(records, raw.rfind(b"\n") + 1)
        return records

    def _has_another(self, raw: bytes) -> bool:
        """Whether `raw` has a record with the number of the last that we know, and not that one."""
        if self._last is None or encode_record(self._last) in raw:
            return False
        start = raw.rfind(b'{"seq":%d,"at":' % self._last.seq)
        return start >= 0 and decoded(raw[start : raw.find(b"\n", start)]) is not None

    def _stand_behind(self, records: Sequence[Record], size: int) -> None:
        if records:
            self._last = records[-1]
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


def _at_end(raw: bytes) -> Record | None:
    """The record of the last whole line, if that is one."""
    end = raw.rfind(b"\n")
    return decoded(raw[raw.rfind(b"\n", 0, max(end, 0)) + 1 : end]) if end >= 0 else None
