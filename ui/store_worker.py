"""The thread that owns a list's files, so that the screen never waits for a disk or a lock. Knows no screen.

It is handed the records that wait, whenever there are new ones, and answers what became of them. A record is
committed once, however often it is handed over. What fails is tried again, at longer and longer intervals; new
records are tried at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from threading import Condition, Thread
from time import monotonic
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from core.archive import copies
from core.changes import Record
from core.errors import DiskFullError, FileSafetyError
from core.opened import News, Opened
from core.recovery import RecoveryReport
from core.safekeeping import copy_before, copy_if_due, daily_copy, is_dangerous
from core.store import TaskStore
from core.surroundings import little_space
from ui.large_blocks import MANY, give_back_large_blocks

Doing = Literal["commit", "refresh", "checkpoint", "copy"]


class Loaded(Struct, frozen=True):
    """The list was read. Its tasks are a copy; `history` is what can be undone."""

    opened: Opened
    history: tuple[Record, ...]


class Unreadable(Struct, frozen=True):
    """The list could not be read; it is tried again when `load` is called."""

    error: FileSafetyError


class Changed(Struct, frozen=True):
    """Records were committed, by us or by others."""

    news: News


class Trouble(Struct, frozen=True):
    """What is done in the background failed, and is tried again; `error` is None where it works again."""

    doing: Doing
    error: FileSafetyError | None


class Recovered(Struct, frozen=True):
    """Something of the list had to be recovered or repaired while it was open, or the report grew."""

    report: RecoveryReport


class Copied(Struct, frozen=True):
    """The newest timestamped copy is of that time."""

    at: datetime


class Looked(Struct, frozen=True):
    """All is told that others had committed when `look` was called, as far as it could be read."""

    then: Callable[[], None]


class Stopped(Struct, frozen=True):
    """The thread ended: nothing more is saved."""


Answer = Loaded | Unreadable | Changed | Trouble | Recovered | Copied | Looked | Stopped

POLL = 0.12
"""Seconds between two looks at the files. A look that finds nothing new costs three system calls, and waking up."""
QUIET = 1.0
"""Seconds without news after which a checkpoint that somebody else may be writing is written by us."""
IDLE = 30.0
"""Seconds without news after which what we committed is checkpointed, due or not."""
FIRST_DELAY, LONGEST_DELAY = 0.25, 5.0
"""Seconds after which what failed is tried again: the first time, doubling each time, and at most."""
_LAST_LOCK_TIMEOUT = 0.5


class _Attempts:
    """When a thing that may fail is tried next."""

    def __init__(self) -> None:
        self._delay = 0.0
        self._next = 0.0

    def due(self) -> bool:
        return monotonic() >= self._next

    def worked(self) -> bool:
        """Note a success; whether it ends a row of failures."""
        failing = self._delay > 0
        self._delay = self._next = 0.0
        return failing

    def failed(self) -> None:
        self._delay = min(max(FIRST_DELAY, self._delay * 2), LONGEST_DELAY)
        self._next = monotonic() + self._delay


class StoreWorker:
    """See the module. `open_store` and `tell` are called in the thread; `tell` must not wait."""

    def __init__(self, open_store: Callable[[], TaskStore], tell: Callable[[Answer], None]) -> None:
        self._open_store = open_store
        self._tell = tell
        # A daemon: leaving must be possible while a dead network drive holds a system call for ever.
        self._thread = Thread(target=self._run, name="store", daemon=True)
        self._changed = Condition()
        self._offered: tuple[Record, ...] = ()
        self._acknowledged: set[str] = set()
        self._fresh = self._asked_to_load = self._stopping = self._ended = False
        self._copied: datetime | None = None
        self._asked_to_look: list[Callable[[], None]] = []
        self._attempts: dict[Doing, _Attempts] = {
            "commit": _Attempts(),
            "refresh": _Attempts(),
            "checkpoint": _Attempts(),
            "copy": _Attempts(),
        }
        self._report: RecoveryReport | None = None
        self._checkpoint_soon = True
        self._unwritten = False
        self._last_news = monotonic()

    # For any thread; none of these waits for files

    def start(self) -> None:
        """Begin with reading the list."""
        self._thread.start()

    def load(self) -> None:
        """Try once more to read a list that was unreadable."""
        with self._changed:
            self._asked_to_load = True
            self._changed.notify_all()

    def look(self, then: Callable[[], None]) -> None:
        """Take in what others have committed by now, then tell `Looked`."""
        with self._changed:
            self._asked_to_look.append(then)
            self._changed.notify_all()

    def offer(self, records: Sequence[Record]) -> None:
        """Hand over all records that wait, in order, in place of what was handed over before."""
        with self._changed:
            self._offered, self._fresh = tuple(records), True
            self._acknowledged &= {record.key for record in records}
            self._changed.notify_all()

    def wait_until_saved(self) -> bool:
        """Wait, in another thread than the screen's, until what is handed over now is committed; False: this ended."""
        with self._changed:
            keys = {record.key for record in self._offered}
            self._changed.wait_for(lambda: self._ended or self._committed(keys))
            return self._committed(keys)

    def _committed(self, keys: set[str]) -> bool:
        return all(record.key in self._acknowledged for record in self._offered if record.key in keys)

    def stop(self) -> None:
        """Commit what waits if that can be done now, write a checkpoint, close the files, end."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the end; whether it came."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    # The thread

    def _run(self) -> None:
        try:
            store = self._open_store()
            try:
                if self._load(store):
                    self._serve(store)
            finally:
                store.close()
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()
            self._tell(Stopped())

    def _load(self, store: TaskStore) -> bool:
        """Read the list; False where we are to stop before that worked."""
        while True:
            try:
                opened = store.load()
                loaded = Loaded(replace(opened, tasks=opened.tasks.copy()), store.history())
            except FileSafetyError as error:
                self._tell(Unreadable(error))
            else:
                self._report = store.report
                self._tell(loaded)
                if len(loaded.opened.tasks.tasks) > MANY:
                    give_back_large_blocks()
                return True
            with self._changed:
                self._changed.wait_for(lambda: self._asked_to_load or self._stopping)
                self._asked_to_load = False
                if self._stopping:
                    return False

    def _serve(self, store: TaskStore) -> None:
        with suppress(FileSafetyError):  # told when the next copy is made
            self._tell_copy(store)
        self._look_at_space(store)
        while not self._stopping:
            with self._changed:
                asked, self._asked_to_look = self._asked_to_look, []
            self._commit(store)
            self._checkpoint(store)
            self._refresh(store)
            for then in asked:
                self._tell(Looked(then))
            with self._changed:
                self._changed.wait_for(lambda: self._fresh or self._asked_to_look or self._stopping, POLL)
        self._finish(store)

    def _commit(self, store: TaskStore) -> None:
        with self._changed:
            records = [record for record in self._offered if record.key not in self._acknowledged]
            fresh, self._fresh = self._fresh, False
        if not records or not (fresh or self._attempts["commit"].due()):
            return
        news = self._try("commit", lambda: _commit_safely(store, records))
        if news is not None:
            self._checkpoint_soon = self._unwritten = True
            with self._changed:
                self._acknowledged |= {record.key for record in records}
                self._changed.notify_all()
            self._pass_on(news, store)

    def _refresh(self, store: TaskStore) -> None:
        if self._attempts["refresh"].due():
            news = self._try("refresh", store.refresh)
            if news is not None:
                self._pass_on(news, store)

    def _checkpoint(self, store: TaskStore) -> None:
        if self._attempts["checkpoint"].due() and self._checkpoint_wanted(store):
            self._write_checkpoint(store)

    def _checkpoint_wanted(self, store: TaskStore) -> bool:
        """Who committed writes the checkpoint; others only where that does not happen."""
        quiet = monotonic() - self._last_news
        if store.checkpoint_due:
            return self._checkpoint_soon or quiet >= QUIET
        return self._unwritten and quiet >= IDLE

    def _finish(self, store: TaskStore) -> None:
        store.files.lock.timeout = min(store.files.lock.timeout, _LAST_LOCK_TIMEOUT)  # who leaves does not wait long
        self._fresh = True
        self._commit(store)
        if self._unwritten or store.checkpoint_due:
            self._write_checkpoint(store)

    # Steps

    def _write_checkpoint(self, store: TaskStore) -> None:
        self._checkpoint_soon = False
        error: FileSafetyError | None
        try:
            self._pass_on(store.checkpoint(), store)
            error = store.put_off
        except FileSafetyError as raised:
            error = raised
        self._note("checkpoint", error)
        self._unwritten = self._unwritten and error is not None
        if error is None:
            self._copy(store)

    def _copy(self, store: TaskStore) -> None:
        try:
            if copy_if_due(store) is not None and (copy := daily_copy(store)) is not None:
                Thread(target=self._copy_daily, args=(copy,), name="second place", daemon=True).start()
            self._tell_copy(store)
        except FileSafetyError as error:
            self._note("copy", error)
        else:
            self._look_at_space(store)

    def _look_at_space(self, store: TaskStore) -> None:
        """Tell that there is hardly any, before a change cannot be saved."""
        file = store.files.path
        warning = little_space(file.parent)
        self._note("copy", DiskFullError(warning, file) if warning else None)

    def _copy_daily(self, copy: Callable[[], object]) -> None:
        """In a thread of its own: the second place may be slow."""
        try:
            copy()
        except FileSafetyError as error:
            self._tell(Trouble("copy", error))

    def _tell_copy(self, store: TaskStore) -> None:
        newest = next(iter(copies(store.files.path)), None)
        if newest is not None and newest.at != self._copied:
            self._copied = newest.at
            self._tell(Copied(newest.at))

    def _try(self, doing: Doing, attempt: Callable[[], News]) -> News | None:
        """What `attempt` gives; None where it failed."""
        try:
            news = attempt()
        except FileSafetyError as error:
            self._note(doing, error)
            return None
        self._note(doing, None)
        return news

    def _note(self, doing: Doing, error: FileSafetyError | None) -> None:
        """Tell what failed, and that it works again, and plan the next attempt."""
        attempts = self._attempts[doing]
        if error is not None:
            attempts.failed()
            self._tell(Trouble(doing, error))
        elif attempts.worked():
            self._tell(Trouble(doing, None))

    def _pass_on(self, news: News, store: TaskStore) -> None:
        if news != News():
            self._last_news = monotonic()
            self._checkpoint_soon |= news.anew is not None
            self._tell(Changed(news))
        if store.report is not None and store.report != self._report:
            self._report = store.report
            self._tell(Recovered(store.report))


def _commit_safely(store: TaskStore, records: Sequence[Record]) -> News:
    """Commit `records`, after a copy of the list where they change much of it."""
    if is_dangerous(records):
        copy_before(store)
    return store.commit(records)
