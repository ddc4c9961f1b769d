"""AppState: the list in memory, as its user sees it: what is committed, and on top of it what waits to be.

Every action is applied at once and waits as a pending record until a store has committed it. When news from the disk
come in between, the pending records are taken back, the news applied, and the pending ones put on top again; so what
is shown is at every moment what the disk will hold once they are committed. It costs what changed, not the list.

AppState does no input or output of its own: `load_from_file` and `save_to_file` are for those who have no worker.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from msgspec.structs import replace

from core import durable
from core.changes import (
    OUTSIDE,
    Change,
    Record,
    creation,
    difference,
    edit,
    ids_given,
    inverse,
    new_record,
    number,
    purge,
    renumbered,
)
from core.errors import FileSafetyError, NothingToUndoError, ReadOnlyListError, UnknownTaskError, UnsavedError
from core.task import Status, Task, check_fields, name_of
from core.tasklist import Applied, Conflict, TaskList, place
from core.undo import HISTORY, redoable, undoable

if TYPE_CHECKING:
    from core.file_safety import Console
    from core.store import News, TaskStore


class Outcome(NamedTuple):
    """What an action or news did: in words, which tasks changed, and where it met somebody else's change."""

    label: str
    changed: frozenset[str]
    conflicts: tuple[Conflict, ...] = ()


class _Pending(NamedTuple):
    record: Record
    previous: dict[str, Task | None]
    next_id: int


def _now() -> datetime:
    return datetime.now(UTC)


class AppState:
    """See the module. `by` names this instance in records, `clock` and `new_uid` give times and uids."""

    def __init__(
        self,
        *,
        by: str | None = None,
        clock: Callable[[], datetime] = _now,
        new_uid: Callable[[], str] = lambda: str(uuid4()),
    ) -> None:
        self.by = by or _this_instance()
        self._clock = clock
        self._new_uid = new_uid
        self._list = TaskList()
        self._pending: list[_Pending] = []
        self._history: list[Record] = []
        self._opened_at: int | None = None
        self._touched: set[tuple[str, str]] = set()
        self._sorted: list[Task] | None = None
        self._store: TaskStore | None = None
        self._unreadable: dict[Path, FileSafetyError] = {}

    # The list

    @property
    def tasks(self) -> list[Task]:
        """The tasks in order, the trash left out. Do not change this list."""
        if self._sorted is None:
            shown = (task for task in self._list.tasks.values() if task.status is not Status.DELETED)
            self._sorted = sorted(shown, key=place)
        return self._sorted

    @property
    def trash(self) -> list[Task]:
        """The tasks in the trash, in order."""
        return sorted((task for task in self._list.tasks.values() if task.status is Status.DELETED), key=place)

    @property
    def next_id(self) -> int:
        """The id that the next task gets, unless another instance is faster."""
        return self._list.next_id

    @property
    def seq(self) -> int:
        """The last record that is in the list."""
        return self._list.seq

    @property
    def pending(self) -> tuple[Record, ...]:
        """The records that are not committed yet, oldest first."""
        return tuple(waiting.record for waiting in self._pending)

    def find(self, wanted: int | str) -> Task:
        """The task of an id, or of a uid or the unique start of one: digits alone are always an id.

        Raises UnknownTaskError.
        """
        text = str(wanted)
        if text.isdecimal():
            found = [task for task in self._list.tasks.values() if str(task.id) == text]
        else:
            found = [task for uid, task in self._list.tasks.items() if text and uid.startswith(text)]
        if len(found) != 1:
            raise UnknownTaskError(text)
        return found[0]

    # Actions: each is one record, one step of undo

    def add_task(
        self, name: str, comment: str = "", description: str = "", priority: int = 2, tag: str = "", **fields: Any
    ) -> Task:
        """Add a task at the end; `fields` are those of `Task`. Raises TaskError, and then adds nothing."""
        now = self._time()
        given = {"name": _stripped(name), "comment": comment, "description": description, "priority": priority}
        given |= {"uid": self._new_uid(), "id": self.next_id, "status": Status.PENDING, "created": now, "modified": now}
        given |= {"tags": [tag] if tag else []} | fields
        task = Task(**check_fields(given, name_of({"name": given["name"]})))
        self._do(_label("add", [task]), [creation(task)])
        return self._list.tasks[task.uid]

    def edit(self, tasks: Iterable[Task], label: str = "edit", **fields: Any) -> Outcome:
        """Give all of `tasks` these fields. Raises TaskError, and then changes nothing."""
        edited = [self._current(task) for task in tasks]
        checked = check_fields(fields, name_of({"id": edited[0].id, "name": edited[0].name}) if edited else "")
        changes = [change for task in edited if (change := edit(task, **checked)) is not None]
        return self._do(_label(label, edited), changes)

    def rename(self, task: Task, name: str) -> Outcome:
        """Give `task` another name."""
        return self.edit([task], "rename", name=_stripped(name))

    def complete(self, tasks: Iterable[Task]) -> Outcome:
        """Mark `tasks` as done, now."""
        return self.edit(tasks, "done", status=Status.DONE, completed=self._time())

    def reopen(self, tasks: Iterable[Task]) -> Outcome:
        """Make `tasks` pending again: from done, cancelled or the trash."""
        return self.edit(tasks, "reopen", status=Status.PENDING, completed=None)

    def trash_tasks(self, tasks: Iterable[Task]) -> Outcome:
        """Put `tasks` into the trash."""
        return self.edit(tasks, "trash", status=Status.DELETED)

    def purge(self, tasks: Iterable[Task]) -> Outcome:
        """Remove `tasks` for good; the journal keeps what they were."""
        purged = [self._current(task) for task in tasks]
        return self._do(_label("purge", purged), [purge(task) for task in purged])

    def undo(self) -> Outcome:
        """Take back the last action of this instance, then what there was before it started.

        A field that was changed since by somebody else is left, and told as a conflict. Raises NothingToUndoError.
        """
        return self._reverse(undoable(self._known(), self._is_ours), "undo")

    def redo(self) -> Outcome:
        """Do again what was undone last, unless something new was done since. Raises NothingToUndoError."""
        return self._reverse(redoable(self._known(), self._is_ours), "redo")

    # What a store says

    def adopt(self, tasks: TaskList, history: Sequence[Record], outside: Record | None = None) -> Outcome:
        """Take `tasks` as what is committed, with `history` as its last records; what waits stays on top."""
        changed = frozenset(self._list.tasks) | frozenset(tasks.tasks)
        self._history = list(history)
        self._opened_at = tasks.seq if self._opened_at is None else self._opened_at
        waiting = [record for record in self.pending if record.by != OUTSIDE]
        self._pending, self._list = [], tasks.copy()
        self._put_on_top([*([outside] if outside else []), *waiting])
        self._sorted = None
        return Outcome("", changed)

    def receive(self, news: News) -> Outcome:
        """Take in what a store read and committed: records of others, then ours, which wait no longer."""
        ours = {record.key for record in self.pending}
        history = news.anew.history if news.anew else self._history
        committed = (*(record for record in history if record.key in ours), *news.foreign, *news.own)
        done, given = {record.key for record in committed}, ids_given(committed)
        waiting = [renumbered(record, given) for record in self.pending if record.key not in done]
        changed = self._take_back()
        if news.anew is not None:
            waiting = [record for record in waiting if record.by != OUTSIDE]
            changed |= self.adopt(news.anew.tasks, news.anew.history).changed
        conflicts: list[Conflict] = []
        for record in (*news.foreign, *news.own):
            applied = self._list.apply(record)
            changed.update(applied.previous)
            conflicts += self._concerning_us(record, applied.conflicts)
            self._history.append(record)
        del self._history[:-HISTORY]
        for applied in self._put_on_top(waiting):
            changed.update(applied.previous)
        self._sorted = None
        label = ", ".join(dict.fromkeys(record.label for record in news.foreign))
        return Outcome(label, frozenset(changed), tuple(conflicts))

    def _concerning_us(self, record: Record, conflicts: Iterable[Conflict]) -> list[Conflict]:
        """Those where somebody overtook a value of ours, or where what we asked for could not be done."""
        ours = record.by == self.by
        if ours:
            fields = ((change.uid, field) for change in record.changes for field in change.after or ())
            self._touched.update(fields)
        return [
            conflict
            for conflict in conflicts
            if (conflict.reason == "overtaken") != ours and (ours or (conflict.uid, conflict.field) in self._touched)
        ]

    def _take_back(self) -> set[str]:
        """Take all that waits off the list; returns the uids of what changed."""
        changed: set[str] = set()
        for waiting in reversed(self._pending):
            self._list.restore(waiting.previous)
            self._list.next_id = waiting.next_id
            changed.update(waiting.previous)
        self._pending = []
        return changed

    # Files, without a worker

    def load_from_file(self, filename: str | os.PathLike[str], console: Console | None = None) -> None:
        """Read the list at `filename`; a list that was never saved is empty.

        What was recovered is printed on `console`. Raises FileSafetyError where the list cannot be read; this state
        then refuses to be saved there.
        """
        from core.store import TaskStore

        path = durable.real_path(filename)
        if self._pending and self._store is not None and self._store.files.path != path:
            raise UnsavedError(len(self._pending), self._store.files.path)
        store = TaskStore(Path(filename), clock=self._clock)
        try:
            opened, history = store.load(), store.history()
        except FileSafetyError as error:
            store.close()
            self._unreadable[path] = error
            raise
        self._unreadable.pop(path, None)
        store.unsure = bool(self._pending)
        self._attach(store)
        self.adopt(opened.tasks, history, opened.outside)
        if opened.report is not None and console is not None:
            console.print(str(opened.report), markup=False, highlight=False)

    def save_to_file(self, filename: str | os.PathLike[str], console: Console | None = None) -> None:
        """Commit what waits to the list at `filename`, and take in what others committed there.

        Saving a list elsewhere than it was loaded from adds its tasks to what is there. Raises FileSafetyError; what
        waits then still waits.
        """
        path = durable.real_path(filename)
        if path in self._unreadable:
            raise ReadOnlyListError(self._unreadable[path])
        if self._store is None:
            self.load_from_file(filename, console)
        elif self._store.files.path != path:
            self._save_elsewhere(filename, console)
        store = self._store
        if store is None:
            return
        self.receive(store.commit(self.pending))
        if store.checkpoint_due:
            self.receive(store.checkpoint())
            if store.put_off is not None and console is not None:
                console.print(str(store.put_off), markup=False, highlight=False)

    def _save_elsewhere(self, filename: str | os.PathLike[str], console: Console | None) -> None:
        whole = self._list
        waiting, self._pending = self._pending, []
        try:
            self.load_from_file(filename, console)
        except FileSafetyError:
            self._pending = waiting
            raise
        there = self._list.tasks
        changes = [
            creation(task) if uid not in there else difference(there[uid], task) for uid, task in whole.tasks.items()
        ]
        self._do(f"copy {len(whole.tasks)} tasks", [change for change in changes if change is not None])

    def _attach(self, store: TaskStore) -> None:
        if self._store is not None:
            self._store.close()
        self._store, self._opened_at = store, None

    # Steps

    def _time(self) -> str:
        return self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def _current(self, task: Task) -> Task:
        try:
            return self._list.tasks[task.uid]
        except KeyError:
            raise UnknownTaskError(str(task.id)) from None

    def _do(self, label: str, changes: Sequence[Change], undoes: str = "") -> Outcome:
        if not changes:
            return Outcome(label, frozenset())
        record = new_record(label, changes, self._time(), self.by, lambda: os.urandom(8).hex(), undoes)
        [applied] = self._put_on_top([record])
        self._sorted = None
        return Outcome(label, frozenset(applied.previous), applied.conflicts)

    def _put_on_top(self, records: Sequence[Record]) -> list[Applied]:
        """Apply what waits. All of it together, for an undo has the provisional ids of what it undoes."""
        effects = []
        for record in number(records, 0, self._list.next_id):
            pending, next_id = replace(record, seq=0), self._list.next_id
            effects.append(self._list.apply(pending))
            self._pending.append(_Pending(pending, effects[-1].previous, next_id))
        return effects

    def _reverse(self, record: Record | None, what: str) -> Outcome:
        if record is None:
            raise NothingToUndoError(what)
        label = record.label.removeprefix("undo: ")
        outcome = self._do(f"{what}: {label}" if what == "undo" else label, inverse(record.changes), record.key)
        return outcome._replace(label=label)

    def _known(self) -> list[Record]:
        return [*self._history, *self.pending]

    def _is_ours(self, record: Record) -> bool:
        return record.by in (self.by, OUTSIDE) or 0 < record.seq <= (self._opened_at or 0)


def _stripped(name: Any) -> Any:
    return name.strip() if isinstance(name, str) else name  # the rule for names tells what else is wrong


def _label(what: str, tasks: Sequence[Task]) -> str:
    if len(tasks) == 1:
        return f"{what} “{tasks[0].name[:60]}”"
    return f"{what} {len(tasks)} tasks"


def _this_instance() -> str:
    from core.instance import this_instance

    return this_instance()
