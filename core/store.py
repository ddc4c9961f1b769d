"""TaskStore: the one owner of a list's files. Everything that is acknowledged went through `commit`.

- A commit appends to the journal under the lock and returns when the disk has it. It costs what the change costs,
  whatever the size of the list, which it neither reads nor needs.
- A checkpoint writes the whole list anew and keeps the old one as a backup. It can be put off: the journal has it all.
- A refresh takes in what others committed. It needs no lock, writes nothing, and never fails because others write.

One thread at a time may use a store, any thread. Errors are FileSafetyErrors; what was not acknowledged then is the
caller's to keep and to commit again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from core import checkpoint, durable
from core.changes import OUTSIDE, Record, number
from core.durable import Identity
from core.errors import FileCorruptionError, FileSafetyError, NamedErrors, UnavailableError
from core.file_safety import SafeFileManager
from core.journal import Journal
from core.migrations import SCHEMA_VERSION
from core.opened import Anew, News, Opened
from core.recovery import RecoveryReport
from core.replay import mended
from core.task import utc
from core.tasklist import TaskList
from core.undo import HISTORY


class Kept(Struct, frozen=True):
    """How many copies stay: the last ones, and the newest of so many hours, days and months.

    `place` is a directory for one ZIP a day, in which the settings in `profile` are, too.
    """

    last: int = 10
    hourly: int = 24
    daily: int = 14
    monthly: int = 12
    place: Path | None = None
    profile: Path | None = None

    @property
    def most(self) -> int:
        """How many there can be of all these."""
        return self.last + self.hourly + self.daily + self.monthly


LARGE_JOURNAL = 4_000_000
"""Bytes of a journal from which on it is worth a compaction."""
SMALL_FILE = 1_000_000
"""Bytes up to which a checkpoint follows each commit."""
LONG_TAIL = 1_000
"""Records after the last checkpoint that make one due for any list."""
LONG_TAIL_BYTES = 4_000_000
"""Bytes of records that do so."""


class TaskStore:
    """The files of the list at `file`. Opening it reads nothing; `load` does, and `commit` where it must.

    `clock` gives the present time.
    """

    def __init__(
        self,
        file: Path,
        *,
        lock_timeout: float = 5.0,
        backup_count: int = 3,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        kept: Kept = Kept(),  # noqa: B008 - it is frozen
    ) -> None:
        self.kept = kept
        """How many timestamped copies stay, for whoever makes them."""
        self.files = SafeFileManager(file, lock_timeout, backup_count)
        self.journal = Journal(self.files.sibling(".journal"))
        self.report: RecoveryReport | None = None
        """What was recovered when the list was loaded, and what is missing; None where all was well."""
        self.put_off: FileSafetyError | None = None
        """Why the last checkpoint could not be written."""
        self.unsure = False
        """Whether a commit failed half-way, so that the journal may hold records that are committed again."""
        self.clock = clock
        self._reading = NamedErrors(self.files.path, "read")
        self._saving = NamedErrors(self.files.path, "saved")
        self._tasks: TaskList | None = None
        self._unapplied: list[Record] = []
        self._news = News()
        self._opened = Opened(TaskList())
        self._main: Identity | None = None
        self._started = False
        self._ahead = False
        """Whether the list goes on where the files ended: they are damaged, or others took their place."""
        self._known_tail = 0

    @property
    def tasks(self) -> TaskList | None:
        """The list as committed; None until it was loaded."""
        if self._unapplied and self._tasks is not None:
            for record in self._unapplied:
                self._tasks.apply(record)
        self._unapplied = []
        return self._tasks

    # Reading: no lock, and nothing is written

    def load(self) -> Opened:
        """Read the whole list; `tasks` and `report` tell the result.

        Raises FileCorruptionError where there are files but none can be used, or another FileSafetyError where they
        cannot be read; `tasks` is then what it was. A list that we have already is never given up for an older one.
        """
        self._started, self._news = False, News()
        with self._reading:
            opened = self._open()
        ours, found = self.tasks, opened.tasks
        self._ahead = ours is not None and (found.seq < ours.seq or bool(self.journal.strangers))
        if ours is not None and self._ahead:
            opened = replace(opened, tasks=ours, outside=None, stale=True, replaced="damaged")
            self.journal.stand_at(max(ours.seq, found.seq), max(ours.next_id, found.next_id))
        self._opened, self._tasks, self._started = opened, opened.tasks, True
        self._unapplied = []
        self.report = opened.report or self.report
        self._known_tail = self.journal.size
        return opened

    def refresh(self) -> News:
        """Take in what others committed since."""
        with self._reading:
            self._catch_up()
        return self._told()

    def history(self) -> tuple[Record, ...]:
        """The last records, oldest first: what can still be undone."""
        with self._reading:
            return self.journal.recent(HISTORY)

    @property
    def checkpoint_due(self) -> bool:
        """Whether `checkpoint` should be called soon."""
        if self._opened.newer is not None:
            return False
        if self._opened.stale or self._opened.outside is not None:
            return True
        size = self._main.size if self._main else 0
        tail = self.journal.seq - self._opened.seq_on_disk
        long = tail >= LONG_TAIL or self.journal.size - self._known_tail >= LONG_TAIL_BYTES
        return tail > 0 and (size < SMALL_FILE or long)

    # Writing, under the lock

    def commit(self, records: Sequence[Record]) -> News:
        """Give `records` their numbers and put them on the disk; on return they are acknowledged.

        Raises FileLockTimeoutError, DiskFullError or another FileSafetyError: then none of them is, and they can be
        committed again. An edit of the file by another program is committed before them.
        """
        with self._saving, self.files.lock:
            self._prepare()
            self._append(records)
        self.unsure = False
        return self._told()

    def commit_decided(self, decide: Callable[[News], Sequence[Record]]) -> News:
        """As `commit`, of the records that `decide` makes of the list as it is then: nobody comes in between.

        `decide` is told the news up to there, and is called under the lock: it must not wait for anything.
        """
        with self._saving, self.files.lock:
            self._prepare()
            self._append(decide(self._told()))
        self.unsure = False
        return self._told()

    def checkpoint(self) -> News:
        """Write the list as it is now, unless the file holds that already, and thin the journal.

        Where that fails it is put off, for the journal has it all; `put_off` then says why.
        """
        self.put_off = None
        with self._saving, self.files.lock:
            self._prepare()
            if self.tasks is None:
                self.load()
            self._append(())
            try:
                with self._saving:
                    self._write()
            except FileSafetyError as error:
                self.put_off = error
        return self._told()

    def repair(self) -> tuple[Path, ...]:
        """Write the list anew whatever the file holds, and the journal without what cannot be read.

        What was damaged is set aside, the backups too; returns the files that keep it.
        """
        with self._saving, self.files.lock:
            self._prepare()
            if self.tasks is None:
                self.load()
            self._append(())
            self._opened = replace(self._opened, stale=True)
            return (*self._write(), *self._mend_journal())

    def close(self) -> None:
        """Let go of the files."""
        self.journal.close()
        self.files.lock.close()

    # Steps

    def _open(self) -> Opened:
        """The list, and which file it came from: read again where a writer replaced that meanwhile."""
        from core.opening import open_list  # a commit does without

        opened = self._opened
        for _attempt in range(5):
            self._main = durable.identity(self.files.path)
            try:
                opened = open_list(self.files, self.journal, utc(self.clock()))
            except FileCorruptionError as error:
                if self.tasks is None or self.tasks == TaskList():
                    raise
                return Opened(TaskList(seq=-1), error.report)
            if durable.identity(self.files.path) == self._main:
                return opened
        self._main = None
        return opened

    def _told(self) -> News:
        """What happened since somebody was told last; news outlive a call that fails."""
        news, self._news = self._news, News()
        return news

    def _prepare(self) -> None:
        """Be up to date, under the lock."""
        self.journal.take_back()
        if self._started or self._tasks is not None or not self._find_end():
            self._catch_up()
        if self._opened.newer is not None:
            raise self._opened.newer
        if self._ahead:
            self._take_over()

    def _take_over(self) -> None:
        """Write what we have beyond the files, with what came to them on top: what is appended goes on from there."""
        tasks = self.tasks
        if tasks is not None and self._opened.stale:
            put = number(self.journal.strangers, self.journal.seq, self.journal.next_id)
            self.journal.strangers = ()
            for record in put:
                tasks.apply(record)
            self._news = replace(self._news, foreign=self._news.foreign + put)
            if put:
                self.journal.stand_at(tasks.seq, tasks.next_id)
            self._write()
            if put:
                self.journal.append(put)
        self._ahead = False

    def _find_end(self) -> bool:
        """Whether the ends of the files tell where to go on: the list itself is not needed for that."""
        self._started = (last := self.journal.last()) is not None and not self._needs_reading(last.seq)
        return self._started

    def _catch_up(self) -> None:
        records = self.journal.catch_up() if self._started else None
        if records is None:
            self._load_anew()
            return
        if records:
            self._unapplied += records
            self._news = replace(self._news, foreign=self._news.foreign + records)
        outside = self._opened.outside
        if outside is not None and any(record.key == outside.key for record in records):
            self._opened = replace(self._opened, outside=None)  # another instance was the first to commit it
        if self.journal.behind:
            self.journal.behind = False
            self._ahead = self._tasks is not None
            self._opened = replace(self._opened, stale=True)
        if self._needs_reading(self.journal.seq):
            self._load_anew()

    def _load_anew(self) -> None:
        tasks = self.load().tasks
        self._started = False  # until all of it is told
        self._news = News(anew=Anew(tasks.copy(), self.journal.recent(HISTORY)))
        self._started = True

    def _needs_reading(self, seq: int) -> bool:
        """Whether the checkpoint is another one than we know, and not simply a later one of ours."""
        if self._started and durable.identity(self.files.path) == self._main:
            return False
        read = durable.read_file(self.files.path, limit=checkpoint.HEADER_SIZE if self.tasks is None else None)
        if read is None:
            return True
        header = checkpoint.read_header(read[0])
        if header is None or header.schema_version != SCHEMA_VERSION or header.seq > seq:
            return True
        if self._opened.outside is not None:
            return True  # of the file as it was before
        if self.tasks is not None:
            if not checkpoint.verify(read[0]):
                return True
            self.tasks.extra = checkpoint.unknown_fields(read[0])
        self._main = read[1]
        stale = self._opened.stale and (header.seq < seq or bool(self.journal.strangers))
        self._opened = replace(self._opened, seq_on_disk=header.seq, stale=stale)
        self._known_tail = self.journal.size
        return False

    def _append(self, records: Sequence[Record]) -> None:
        outside, waiting = self._opened.outside, self._unwritten(records)
        own = number([outside, *waiting] if outside else waiting, self.journal.seq, self.journal.next_id)
        if not own:
            return
        self.unsure = True
        self.journal.append(own)
        self._started = False  # until all is taken note of: whatever comes between, the files are read anew
        self._check_lock()
        self._unapplied += own
        if outside is not None:
            self._opened = replace(self._opened, outside=None, stale=True)
        self._news = replace(self._news, own=self._news.own + own)
        self._started = True

    def _unwritten(self, records: Sequence[Record]) -> list[Record]:
        """Those of `records` that a commit which failed half-way did not leave in the journal; others are synced."""
        waiting = [record for record in records if record.by != OUTSIDE]
        if not self.unsure or not waiting:
            return waiting
        written = {record.key for record in self.journal.recent(HISTORY)}
        if not written.isdisjoint(record.key for record in waiting):
            self.journal.sync()
        return [record for record in waiting if record.key not in written]

    def _check_lock(self) -> None:
        """Refuse to acknowledge what somebody may have written beside, for the lock had been removed."""
        try:
            ours = self.files.lock.still_ours()
        except OSError:  # only a name that is gone says that the lock was removed; the change is on the disk
            return
        if not ours:
            self._started = False
            raise UnavailableError(
                f"{self.files.lock.path.name} was removed by another program. Look whether your change is in the list.",
                self.files.path,
            )

    def _write(self) -> tuple[Path, ...]:
        tasks = self.tasks
        if tasks is None or (tasks.seq == self._opened.seq_on_disk and not self._opened.stale):
            return ()
        raw = checkpoint.encode(tasks, utc(self.clock()))
        if self._opened.migrates:
            from core import archive

            if archive.of_change(self.files.path, tasks.seq) is None:
                archive.write(self.files.path, raw)  # where that fails, the old file stays
        kept = self.files.save_bytes(raw, checkpoint.accept_ours, expected=self._main, replaced=self._opened.replaced)
        self._main = self.files.known_good()
        self._opened = replace(self._opened, stale=False, migrates=False, replaced="damaged", seq_on_disk=tasks.seq)
        if self.journal.size > LARGE_JOURNAL:
            from core.compaction import compact

            compact(self.journal, self._oldest_base(), self.clock)
        self._known_tail = self.journal.size
        if self.report is not None and kept:
            self.report = replace(self.report, kept=(*self.report.kept, *kept))
        return kept

    def _mend_journal(self) -> tuple[Path, ...]:
        read = durable.read_file(self.journal.path, follow=False)
        if read is None or (whole := mended(read[0])) == read[0]:
            return ()
        kept = durable.set_aside(self.journal.path, f"damaged-{self.clock().astimezone(UTC):%Y%m%dT%H%M%SZ}")
        self.journal.replace(whole)
        self._known_tail = self.journal.size
        return (kept,)

    def _oldest_base(self) -> int:
        """The seq of the oldest backup: what came after it must stay in the journal."""
        seqs = [self._opened.seq_on_disk]
        for path in self.files.backup_paths:
            read = durable.read_file(path, follow=False, limit=checkpoint.HEADER_SIZE)
            header = checkpoint.read_header(read[0]) if read else None
            seqs += [header.seq if header else 0] if read else []
        return min(seqs)
