"""The list in memory, as its user sees it: what is committed, and on top of it what waits to be.

Every action is applied at once and waits as a pending record until a store has committed it. When news from the disk
come in between, the pending records are taken back, the news applied, and the pending ones put on top again; so what
is shown is at every moment what the disk will hold once they are committed. It costs what changed, not the list.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from core.changes import OUTSIDE, Change, Record, ids_given, new_record, number, renumbered
from core.errors import UnknownTaskError
from core.task import Status, Task, utc
from core.tasklist import Applied, Conflict, TaskList, in_order
from core.uids import uid_named
from core.undo import HISTORY

if TYPE_CHECKING:
    from core.opened import News


class Outcome(Struct, frozen=True):
    """What an action or news did: in words, which tasks changed, and where it met somebody else's change."""

    label: str
    changed: frozenset[str]
    conflicts: tuple[Conflict, ...] = ()


class _Pending(Struct, frozen=True):
    record: Record
    applied: Applied
    next_id: int


class ListState:
    """See the module. `by` names this instance in records, `clock` gives the present time, with its zone."""

    def __init__(self, *, by: str, clock: Callable[[], datetime]) -> None:
        self.by = by
        self._clock = clock
        self._list = TaskList()
        self._pending: list[_Pending] = []
        self._history: list[Record] = []
        self._opened_at: int | None = None
        self._touched: dict[str, Mapping[str, Any]] = {}
        self._sorted: list[Task] | None = None

    # The list

    @property
    def tasks(self) -> list[Task]:
        """The tasks in order, the trash left out. Do not change this list."""
        if self._sorted is None:
            shown = (task for task in self._list.tasks.values() if task.status is not Status.DELETED)
            self._sorted = in_order(shown)
        return self._sorted

    @property
    def trash(self) -> list[Task]:
        """The tasks in the trash, in order."""
        return in_order(task for task in self._list.tasks.values() if task.status is Status.DELETED)

    @property
    def known(self) -> Mapping[str, Task]:
        """Every task by uid, the trash included."""
        return MappingProxyType(self._list.tasks)

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
        """The task that `wanted` names by its id or the start of its uid; raises as `uid_named` does."""
        tasks = self._list.tasks
        return tasks[uid_named(str(wanted), tasks, lambda id_: [uid for uid, task in tasks.items() if task.id == id_])]

    # What a store says

    def adopt(self, tasks: TaskList, history: Sequence[Record], outside: Record | None = None) -> Outcome:
        """Take `tasks` as what is committed, with `history` as its last records; what waits stays on top."""
        changed = frozenset(self._list.tasks).union(tasks.tasks)
        self._history = list(history)
        self._opened_at = tasks.seq if self._opened_at is None else self._opened_at
        waiting = [record for record in self.pending if record.by != OUTSIDE]
        self._pending, self._list = [], tasks.copy()
        self._put_on_top([*([outside] if outside else []), *waiting])
        self._sorted = None
        return Outcome("", changed)

    def receive(self, news: News) -> Outcome:
        """Take in what a store read and committed: records of others, then ours, which wait no longer."""
        if news.anew is None and not news.foreign and self._stand_already(news.own):
            return self._settle(news.own)
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

    def _stand_already(self, own: Sequence[Record]) -> bool:
        """Whether the list holds `own` as they were committed, for nothing came in between."""
        waiting = [pending.record for pending in self._pending[: len(own)]]
        return waiting == [replace(record, seq=0) for record in own]

    def _settle(self, own: Sequence[Record]) -> Outcome:
        """Let `own`, which stand in the list already, wait no longer."""
        conflicts: list[Conflict] = []
        for record, pending in zip(own, self._pending, strict=False):
            conflicts += self._concerning_us(record, pending.applied.conflicts)
            self._list.seq = record.seq
        del self._pending[: len(own)]
        self._history += own
        del self._history[:-HISTORY]
        return Outcome("", frozenset(), tuple(conflicts))

    def _concerning_us(self, record: Record, conflicts: Iterable[Conflict]) -> list[Conflict]:
        """Those where somebody overtook a value of ours, or where what we asked for could not be done."""
        ours = record.by == self.by
        if ours:
            for change in record.changes:
                before, now = self._touched.get(change.uid), change.after or {}
                self._touched[change.uid] = {**before, **now} if before else now
        return [
            conflict
            for conflict in conflicts
            if (conflict.reason == "overtaken") != ours
            and (ours or conflict.field in self._touched.get(conflict.uid, ()))
        ]

    def _take_back(self) -> set[str]:
        """Take all that waits off the list; returns the uids of what changed."""
        changed: set[str] = set()
        for waiting in reversed(self._pending):
            self._list.restore(waiting.applied.previous)
            self._list.next_id = waiting.next_id
            changed.update(waiting.applied.previous)
        self._pending = []
        return changed

    # Steps

    def _time(self) -> str:
        return utc(self._clock())

    def _today(self) -> date:
        """The day it is for the user of this machine."""
        return self._clock().astimezone().date()

    def _current(self, task: Task) -> Task:
        try:
            return self._list.tasks[task.uid]
        except KeyError:
            raise UnknownTaskError(str(task.id)) from None

    def _do(
        self, label: str, changes: Sequence[Change], undoes: str = "", returned: tuple[str, ...] | None = None
    ) -> Outcome:
        """One action. `returned` is given where it restores: the tasks that come back with their ids."""
        if not changes:
            return Outcome(label, frozenset())
        record = new_record(label, changes, self._time(), self.by, lambda: os.urandom(8).hex(), undoes)
        if returned is not None:
            record = replace(record, returned=returned, first_free=self.next_id)
        [applied] = self._put_on_top([record])
        if not (applied.previous or undoes):
            self._pending.pop()  # all of it was refused; an undo counts nevertheless, for it is done with
        self._sorted = None
        return Outcome(label, frozenset(applied.previous), applied.conflicts)

    def _put_on_top(self, records: Sequence[Record]) -> list[Applied]:
        """Apply what waits. All of it together, for an undo has the provisional ids of what it undoes."""
        effects = []
        for record in number(records, 0, self._list.next_id):
            pending, next_id = replace(record, seq=0), self._list.next_id
            effects.append(self._list.apply(pending))
            self._pending.append(_Pending(pending, effects[-1], next_id))
        return effects

    def _known(self) -> list[Record]:
        return [*self._history, *self.pending]

    def _is_ours(self, record: Record) -> bool:
        return record.by in (self.by, OUTSIDE) or 0 < record.seq <= (self._opened_at or 0)
