"""The list as it was after any change: the nearest file that holds an earlier state, and the changes since.

Only replaying gives it exactly, for a record says what was asked, not all that came of it. Where we stand, steps back
are taken by what the last steps replaced, so that moving along costs what each change costs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from core import archive, checkpoint, durable
from core.changes import Record
from core.errors import FileSafetyError, TodurableError
from core.file_safety import SafeFileManager
from core.history import Gap, GapError, backwards, forwards, search
from core.progress import Progress, unheard
from core.task import Task
from core.tasklist import TaskList
from core.wanted import Wanted

_REMEMBERED = 2_000
"""Steps that can be taken back without reading."""
_TOLD = 5_000
"""Changes after which it is told how far it is."""


class NoSuchMomentError(TodurableError):
    """The list has no change of that number, or none so early."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"{problem} Nothing was changed.")


class _Base(NamedTuple):
    """A file that holds the list after change `seq`; without a path, the list before its first change."""

    seq: int
    path: Path | None


class _Step(Struct, frozen=True, gc=False):
    seq: int
    next_id: int
    previous: dict[str, Task | None]


class Timeline:
    """The states of the list whose files are `files`. One thread at a time may use it."""

    def __init__(self, files: SafeFileManager) -> None:
        self._files = files
        self._journal = files.sibling(".journal")
        self._now: TaskList | None = None
        self._steps: deque[_Step] = deque(maxlen=_REMEMBERED)
        self._progress: Progress = unheard

    def at(self, seq: int, progress: Progress = unheard) -> TaskList:
        """The list after change `seq`, a copy. 0 is before the first change.

        `progress` is told how many changes of how many were done again, where they are many; it may raise to stop.
        Raises GapError or NoSuchMomentError where it cannot be made, FileSafetyError where a file cannot be read.
        """
        self._progress = progress
        self._go_back(seq)
        now = self._now
        try:
            if now is None or now.seq > seq or self._has_nearer_base(now.seq, seq):
                self._start_from(self._base(seq), seq)
            self._go_on(seq)
        except GapError:
            last = self._last()
            if seq > last:
                raise NoSuchMomentError(f"There is no change {seq}: the last one is {last}.") from None
            raise
        if self._now is None:
            raise NoSuchMomentError(f"There is no state of the list after change {seq}.")
        return self._now.copy()

    def last_before(self, moment: str) -> int:
        """The number of the last change at or before `moment`, UTC as records have it; 0 where all came later."""
        for entry in search(self._journal, Wanted(until=moment)):
            if isinstance(entry, Record):
                return entry.seq
        return 0

    def _last(self) -> int:
        """The number of the last change that anything tells of."""
        newest = next((entry.seq for entry in backwards(self._journal) if isinstance(entry, Record)), 0)
        return max(newest, *(base.seq for base in self._bases()), 0)

    def _go_back(self, seq: int) -> None:
        if self._now is not None and self._steps and self._steps[0].seq <= seq:
            while self._now.seq > seq:
                step = self._steps.pop()
                self._now.restore(step.previous)
                self._now.seq, self._now.next_id = step.seq, step.next_id

    def _has_nearer_base(self, now: int, seq: int) -> bool:
        return seq - now > _REMEMBERED and any(now < base.seq <= seq for base in self._bases())

    def _start_from(self, bases: Iterator[TaskList], seq: int) -> None:
        """The newest base from which every change up to `seq` can be read."""
        missing: Gap | None = None
        for base in bases:
            self._stand_at(base)
            try:
                self._go_on(seq)
            except GapError as error:
                missing = missing or error.gap
            else:
                return
        self._stand_at(None)
        if missing is not None:
            raise GapError(missing)
        raise NoSuchMomentError(f"The history does not go back to change {seq}.")

    def _stand_at(self, base: TaskList | None) -> None:
        self._now = base
        self._steps.clear()

    def _go_on(self, seq: int) -> None:
        now = self._now
        if now is None or now.seq >= seq:
            return
        total = seq - now.seq
        for done, record in enumerate(forwards(self._journal, now.seq, seq), 1):
            before = now.seq, now.next_id
            self._steps.append(_Step(*before, now.apply(record).previous))
            if done % _TOLD == 0:
                self._progress(done, total)

    def _base(self, seq: int) -> Iterator[TaskList]:
        for base in sorted(self._bases(), key=lambda base: base.seq, reverse=True):
            if base.seq <= seq:
                if base.path is None:
                    yield TaskList()
                    continue
                with suppress(FileSafetyError):  # one that is damaged serves nobody; an older one does
                    yield self._read(base.path)

    def _bases(self) -> Iterator[_Base]:
        for path in (self._files.path, *self._files.backup_paths):
            read = durable.read_file(path, limit=checkpoint.HEADER_SIZE)
            header = checkpoint.read_header(read[0]) if read else None
            if header is not None:
                yield _Base(header.seq, path)
        for copy in archive.copies(self._files.path):
            yield _Base(copy.seq, copy.path)
        for name in durable.names_in(self._files.path.parent):
            if name.startswith(f"{self._files.path.name}.schema-"):
                yield _Base(0, self._files.path.with_name(name))  # what was migrated, before its first change
        if self._begins_empty():
            yield _Base(0, None)

    def _read(self, path: Path) -> TaskList:
        if ".schema-" in path.name:
            read = durable.read_file(path, follow=False)
            return checkpoint.decode(read[0] if read else b"", path).tasks
        raw = archive.unpacked(_bytes(path), path)
        checkpoint.accept_ours(raw, path)
        return checkpoint.decode(raw, path).tasks

    def _begins_empty(self) -> bool:
        """Whether the first change was made to an empty list: tasks of an older format were made by no change."""
        with suppress(GapError):
            for record in forwards(self._journal, 0, 1):
                return record.next_id == 1 + sum(change.creates for change in record.changes)
        return False


def _bytes(path: Path) -> bytes:
    read = durable.read_file(path)
    return read[0] if read else b""
