"""The list at one moment: what replaying records makes of it.

`apply` is deterministic and total: the same records in the same order give the same list everywhere, whatever
they hold, and a record that was applied already changes nothing. What cannot stand is left out and told as a
`Conflict`, never raised, for a committed record is a fact.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from functools import lru_cache
from operator import attrgetter
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from core.changes import Change, Record
from core.errors import TaskError
from core.task import FIXED, RULES, SET_FIELDS, NotAllowedError, Task


class Conflict(Struct, frozen=True):
    """A field where two instances met. `kept` is what the list has now, `other` what it does not have.

    `reason` is `overtaken` (a later record replaced a value that its author had not seen), `changed` (an undo left
    it, for it has been changed since), `cycle` (a parent or dependency that would lead back), `invalid`, or
    `unrepeated` (its rule for recurring cannot be understood or names no next date, so that no next task was made).
    """

    uid: str
    field: str
    kept: Any
    other: Any
    reason: str


class Applied(Struct, frozen=True, gc=False):
    """What a record did: each task it touched as it was before (None: there was none), and the conflicts."""

    previous: dict[str, Task | None]
    conflicts: tuple[Conflict, ...]


_DIGITS = 62
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""Digits of keys, in order."""
_FEW = 200
"""Where fewer than one task in so many has an `order`, it costs less to insert those."""
_EDITABLE = {name: rule for name, rule in RULES.items() if name not in FIXED}
"""The rules of the fields that an edit changes."""
_RELATIONS = frozenset({"parent", "depends"})
"""Fields that must not lead back to the task."""
_QUIET = frozenset({"completed", "started", "order"})
"""Fields that follow from another one or from a move: overtaking them is not worth a word."""


def place(task: Task) -> tuple[str, int]:
    """What sorts tasks. A task without an `order` stands where its id puts it: at its number's fractional key."""
    return (task.order or _integer_key(task.id), task.id)


def in_order(tasks: Iterable[Task]) -> list[Task]:
    """`tasks` sorted by `place`. Those without an `order` stand by id, which is found out without making their keys."""
    tasks = list(tasks)
    arranged = [task for task in tasks if task.order]
    if len(arranged) * _FEW > len(tasks):
        return sorted(tasks, key=place)
    found = sorted([task for task in tasks if not task.order], key=attrgetter("id"))
    for task in arranged:
        found.insert(bisect_left(found, place(task), key=place), task)
    return found


class TaskList(Struct):
    """Tasks by uid, trash included. `seq` is the last record that is in it, `next_id` the next id to give.

    `extra` holds the fields of the file that we do not know.
    """

    seq: int = 0
    next_id: int = 1
    tasks: dict[str, Task] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)

    def copy(self) -> TaskList:
        """An independent list; the tasks are shared, for they are frozen."""
        return TaskList(self.seq, self.next_id, dict(self.tasks), self.extra)

    def apply(self, record: Record) -> Applied:
        """Do what `record` says. A pending record (seq 0) leaves `seq` as it is."""
        previous: dict[str, Task | None] = {}
        conflicts: list[Conflict] = []
        for change in record.changes:
            before = self.tasks.get(change.uid)
            if change.before is None or change.after is None:
                after = self._created_or_purged(before, change, record, conflicts)
            elif before is None:
                continue  # purged meanwhile: an edit brings nothing back
            else:
                after = self._edited(before, change, record, conflicts)
            if after is not before:
                previous.setdefault(change.uid, before)
                self._put(change.uid, after)
        self.seq = record.seq or self.seq
        self.next_id = max(self.next_id, record.next_id)
        return Applied(previous, tuple(conflicts))

    def restore(self, previous: Mapping[str, Task | None]) -> None:
        """Put tasks back as `Applied.previous` has them."""
        for uid, task in previous.items():
            self._put(uid, task)

    def _put(self, uid: str, task: Task | None) -> None:
        if task is None:
            self.tasks.pop(uid, None)
        else:
            self.tasks[uid] = task

    def _edited(self, task: Task, change: Change, record: Record, conflicts: list[Conflict]) -> Task:
        fields: dict[str, Any] = {}
        for name, value in (change.after or {}).items():
            new = self._new_value(task, name, value, change, record, conflicts)
            if new is not _LEFT:
                fields[name] = new
        if not fields:
            return task
        fields["modified"] = record.at
        return replace(task, **fields)

    def _created_or_purged(
        self, task: Task | None, change: Change, record: Record, conflicts: list[Conflict]
    ) -> Task | None:
        if change.after is not None:
            return task or self._created(change, conflicts)
        if task is None or not record.undoes:
            return None
        created = self._created(Change(change.uid, after=change.before), conflicts)
        if created is not None and _said(created) == _said(task):
            return None
        conflicts.append(Conflict(change.uid, "name", task.name, None, "changed"))
        return task

    def _created(self, change: Change, conflicts: list[Conflict]) -> Task | None:
        try:
            task = change.made
        except (TaskError, KeyError, TypeError):
            fields = {**(change.after or {}), "uid": change.uid}
            conflicts.append(Conflict(change.uid, "name", None, fields, "invalid"))
            return None
        if task.parent is not None and self._leads_back(task.uid, [task.parent], "parent"):
            task = replace(task, parent=None)
        if task.depends and self._leads_back(task.uid, task.depends, "depends"):
            task = replace(task, depends=())
        return task

    def _new_value(
        self, task: Task, name: str, value: Any, change: Change, record: Record, conflicts: list[Conflict]
    ) -> Any:
        """The value that field `name` gets, or `_LEFT`."""
        try:
            now = getattr(task, name)
            new = _EDITABLE[name](_union(now, value) if name in SET_FIELDS else value)
        except (NotAllowedError, KeyError, TypeError, AttributeError):
            conflicts.append(Conflict(task.uid, name, None, value, "invalid"))
            return _LEFT
        if new == now:
            return _LEFT
        if name in _RELATIONS and self._leads_back(task.uid, [new] if name == "parent" else new, name):
            conflicts.append(Conflict(task.uid, name, now, new, "cycle"))
            return _LEFT
        if name not in SET_FIELDS and now != (change.before or {}).get(name):
            if record.undoes:
                conflicts.append(Conflict(task.uid, name, now, new, "changed"))
                return _LEFT
            if name not in _QUIET:
                conflicts.append(Conflict(task.uid, name, new, now, "overtaken"))
        return new

    def _leads_back(self, uid: str, following: Iterable[str | None], name: str) -> bool:
        """Whether `uid` can be reached from `following` by way of the field `name`."""
        seen: set[str] = set()
        waiting = [target for target in following if target is not None]
        while waiting:
            target = waiting.pop()
            if target == uid:
                return True
            task = self.tasks.get(target)
            if task is not None and target not in seen:
                seen.add(target)
                waiting.extend(task.depends if name == "depends" else [task.parent] if task.parent else [])
        return False


_LEFT: Any = object()


def _said(task: Task) -> Task:
    """What people gave `task`, in a form to compare: sets have no order there, and undoing restores none."""
    sets = {name: tuple(sorted(getattr(task, name))) for name in SET_FIELDS}
    return replace(task, id=0, created="", modified="", **sets)


def _union(now: tuple[str, ...], delta: Mapping[str, Any]) -> tuple[str, ...]:
    kept = tuple(item for item in now if item not in delta["remove"])
    return kept + tuple(item for item in delta["add"] if item not in kept)


def _integer_key(number: int) -> str:
    """The key that fractional indexing gives to the integer `number`: `a0`…`az`, `b00`…`bzz`, `c000`…"""
    return _all_but_last_digit(number // _DIGITS) + ALPHABET[number % _DIGITS]


@lru_cache(maxsize=1 << 14)
def _all_but_last_digit(block: int) -> str:
    """What the keys of the numbers from `block * 62` on share: each length begins with a multiple of that."""
    number, length = block * _DIGITS, 1
    while number >= _DIGITS**length:
        number -= _DIGITS**length
        length += 1
    digits = ""
    for _ in range(length):
        number, digit = divmod(number, _DIGITS)
        digits = ALPHABET[digit] + digits
    return chr(ord("a") + length - 1) + digits[:-1]
