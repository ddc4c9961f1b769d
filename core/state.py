"""AppState: what its user can do to a list, each action one record and one step of undo.

AppState does no input or output of its own: `load_from_file` and `save_to_file` are for those who have no worker.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from core import durable
from core.changes import Change, Record, checked_creation, creation, difference, edit, inverse, purge
from core.display import literal
from core.errors import FileSafetyError, NothingToUndoError, ReadOnlyListError, UnsavedError
from core.lifecycle import cancelled, completed, following, reopened, started, stopped
from core.list_state import ListState, Outcome
from core.task import Status, Task, check_field, check_fields, name_of
from core.tasklist import Conflict
from core.uids import random_uid
from core.undo import redoable, undoable

if TYPE_CHECKING:
    from core.file_safety import Console
    from core.store import TaskStore

__all__ = ["AppState", "Outcome"]


_NOT_TOLD = ("uid", "id", "created", "modified")
"""Fields of a task that another program cannot change."""


def _now() -> datetime:
    return datetime.now(UTC)


class AppState(ListState):
    """See the module. `by` names this instance in records, `clock` and `new_uid` give times, with a zone, and uids."""

    def __init__(
        self,
        *,
        by: str | None = None,
        clock: Callable[[], datetime] = _now,
        new_uid: Callable[[], str] = random_uid,
    ) -> None:
        super().__init__(by=by or _this_instance(), clock=clock)
        self._new_uid = new_uid
        self._store: TaskStore | None = None
        self._unreadable: dict[Path, FileSafetyError] = {}

    # Actions: each is one record, one step of undo

    def add_task(
        self, name: str, comment: str = "", description: str = "", priority: int = 2, tag: str = "", **fields: Any
    ) -> Task:
        """Add a task at the end; `fields` are those of `Task`. Raises TaskError, and then adds nothing."""
        given = {"name": name, "comment": comment, "description": description, "priority": priority}
        [task] = self.add_tasks([given | {"tags": [tag] if tag else []} | fields])
        return task

    def add_tasks(self, given: Iterable[dict[str, Any]]) -> list[Task]:
        """Add tasks at the end, as one action; each is given by fields of `Task`, of which `name` is needed.

        Raises TaskError, and then adds none.
        """
        now = self._time()
        usual = {"status": Status.PENDING, "created": now, "modified": now}
        changes = []
        for id_, fields in enumerate(given, self.next_id):
            whole = {"uid": self._new_uid(), "id": id_, **usual, **fields, "name": _stripped(fields["name"])}
            changes.append(checked_creation(whole, name_of(fields)))
        self._do(_label("add", [change.made for change in changes]), changes)
        return [self._list.tasks[change.uid] for change in changes]

    def edit(self, tasks: Iterable[Task], label: str = "edit", **fields: Any) -> Outcome:
        """Give all of `tasks` these fields. Raises TaskError, and then changes nothing."""
        return self.edit_each([(task, fields) for task in tasks], label)

    def rename(self, task: Task, name: str) -> Outcome:
        """Give `task` another name."""
        return self.edit([task], "rename", name=_stripped(name))

    def edit_each(self, edits: Iterable[tuple[Task, Mapping[str, Any]]], label: str = "edit") -> Outcome:
        """Give each of the tasks fields of its own, as one action. Raises TaskError, and then changes nothing."""
        current = [(self._current(task), fields) for task, fields in edits]
        checked = [
            (task, check_fields(fields, name_of({"id": task.id, "name": task.name}))) for task, fields in current
        ]
        return self._do_each(label, [task for task, _fields in checked], [edit(task, **new) for task, new in checked])

    def take_in(self, entries: Iterable[Mapping[str, Any]]) -> Outcome:
        """Add tasks that another program tells of, as one action; those whose uid is here get the fields it tells.

        An entry that says when it was changed does not overwrite what was changed here since. Raises TaskError, and
        then changes nothing.
        """
        now = self._time()
        usual = {"status": Status.PENDING, "created": now, "modified": now}
        changes: list[Change] = []
        for given in entries:
            name = name_of(given)
            known = self._list.tasks.get(check_field("uid", given["uid"], name))
            if known is None:
                changes.append(checked_creation({**usual, **given, "id": self.next_id + len(changes)}, name))
                continue
            fields = check_fields(given, name)
            if fields.get("modified", now) > known.modified:
                told = {field: value for field, value in fields.items() if field not in _NOT_TOLD}
                if told.get("extra"):
                    told["extra"] = {**(known.extra or {}), **told["extra"]}
                changes += [change for change in [edit(known, **told)] if change is not None]
        return self._do(f"import {len(changes)} task{'s' * (len(changes) != 1)}", changes)

    def start(self, tasks: Iterable[Task]) -> Outcome:
        """Begin work on `tasks`, now; those that are done or cancelled are open again."""
        current, now = self._all_current(tasks), self._time()
        return self._do_each("start", current, [started(task, now) for task in current])

    def stop(self, tasks: Iterable[Task]) -> Outcome:
        """Let those of `tasks` rest that are being worked on."""
        current = self._all_current(tasks)
        return self._do_each("stop", current, [stopped(task) for task in current])

    def complete(self, tasks: Iterable[Task]) -> Outcome:
        """Mark `tasks` as done, now; each that recurs is followed by its next one.

        A rule that names no next date makes no next one, and is told as a conflict with the reason `unrepeated`.
        """
        current, now = self._all_current(tasks), self._time()
        done = [completed(task, now) for task in current]
        recurring = [task for task, change in zip(current, done, strict=True) if change and task.recur is not None]
        nexts, unrepeated = self._following(recurring, now) if recurring else ([], [])
        outcome = self._do_each("done", current, [*done, *map(creation, nexts)])
        return replace(outcome, conflicts=(*outcome.conflicts, *unrepeated))

    def cancel(self, tasks: Iterable[Task]) -> Outcome:
        """Give `tasks` up, now; those that recur do not come again."""
        current, now = self._all_current(tasks), self._time()
        return self._do_each("cancel", current, [cancelled(task, now) for task in current])

    def reopen(self, tasks: Iterable[Task]) -> Outcome:
        """Make those of `tasks` pending again that are done, cancelled or in the trash."""
        current = self._all_current(tasks)
        return self._do_each("reopen", current, [reopened(task) for task in current])

    def trash_tasks(self, tasks: Iterable[Task]) -> Outcome:
        """Put `tasks` into the trash."""
        return self.edit(tasks, "trash", status=Status.DELETED)

    def purge(self, tasks: Iterable[Task]) -> Outcome:
        """Remove `tasks` for good; the journal keeps what they were."""
        purged = [self._current(task) for task in tasks]
        return self._do(_label("purge", purged), [purge(task) for task in purged])

    def change(self, label: str, changes: Sequence[Change]) -> Outcome:
        """Do `changes` as one action."""
        return self._do(label, changes)

    def restore(
        self,
        then: Mapping[str, Task],
        label: str,
        uids: Collection[str] | None = None,
        fields: Collection[str] | None = None,
        *,
        ours: bool = True,
    ) -> Outcome:
        """Make the tasks `uids` (all where None), or only these `fields` of them, as they are in `then`.

        One record; a task that is not there goes to the trash. `ours`: `then` is of this list's own past. Undo takes
        it back.
        """
        from core.restoring import restoration

        changes, returned = restoration(self.known, then, self.next_id, uids, fields, ours=ours)
        return self._do(label, changes, returned=returned)

    def undo(self) -> Outcome:
        """Take back the last action of this instance, then what there was before it started.

        A field that was changed since by somebody else is left, and told as a conflict. Raises NothingToUndoError.
        """
        return self._reverse(undoable(self._known(), self._is_ours), "undo")

    def redo(self) -> Outcome:
        """Do again what was undone last, unless something new was done since. Raises NothingToUndoError."""
        return self._reverse(redoable(self._known(), self._is_ours), "redo")

    def _following(self, tasks: Sequence[Task], now: str) -> tuple[list[Task], list[Conflict]]:
        """The tasks that come after `tasks` and are not there yet, and whose rules name none."""
        from core.recurrence import RecurrenceError  # most tasks do not recur

        nexts, today = [], self._today()
        conflicts = []
        for task in tasks:
            try:
                made = following(task, self.next_id, now, today)
            except RecurrenceError:
                conflicts.append(Conflict(task.uid, "recur", task.recur, None, "unrepeated"))
                continue
            if made is not None and made.uid not in self._list.tasks:
                nexts.append(made)
        return nexts, conflicts

    def _all_current(self, tasks: Iterable[Task]) -> list[Task]:
        return list({task.uid: self._current(task) for task in tasks}.values())

    def _do_each(self, label: str, tasks: Sequence[Task], changes: Iterable[Change | None]) -> Outcome:
        """One action on `tasks`; those without a change are not counted in its label."""
        made = [change for change in changes if change is not None]
        touched = {change.uid for change in made}
        return self._do(_label(label, [task for task in tasks if task.uid in touched] or tasks), made)

    def _reverse(self, record: Record | None, what: str) -> Outcome:
        if record is None:
            raise NothingToUndoError(what)
        label = record.label.removeprefix("undo: ")
        outcome = self._do(f"{what}: {label}" if what == "undo" else label, inverse(record.changes), record.key)
        return replace(outcome, label=label)

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
            console.print(literal(str(opened.report)), markup=False, highlight=False)

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
                console.print(literal(str(store.put_off)), markup=False, highlight=False)

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


def _stripped(name: Any) -> Any:
    return name.strip() if isinstance(name, str) else name  # the rule for names tells what else is wrong


def _label(what: str, tasks: Sequence[Task]) -> str:
    if len(tasks) == 1:
        return f"{what} “{tasks[0].name[:60]}”"
    return f"{what} {len(tasks)} tasks"


def _this_instance() -> str:
    from core.instance import this_instance

    return this_instance()
