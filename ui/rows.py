"""The lines of one view, kept in order while tasks change: what a change costs follows the change, not the list."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from core.task import Task
from ui.views import Heading, Key

Item: TypeAlias = Task | Heading
_MANY = 64
"""Changes from which on it is cheaper to sort everything, which is nearly sorted, than to move each by itself."""


class Arrangement(NamedTuple):
    """How lines stand: by `key`, under the `heading` of each task, children beneath parents in a `tree`."""

    key: Callable[[Task], Key]
    heading: Callable[[Task], Heading | None]
    tree: bool


class Rows:
    """`items` in order, headings among them. Nobody else changes `items`."""

    def __init__(self, arrangement: Arrangement, tasks: Iterable[Task] = ()) -> None:
        self.items: list[Item] = []
        self.having: Counter[str] = Counter()
        """How many of the tasks have a due date, a priority, a project or tags."""
        self._arrangement = arrangement
        self._keys: list[Key] = []
        self._key_of: dict[str, Key] = {}
        self._children: dict[str, set[str]] = {}
        self._groups: Counter[str] = Counter()
        self._headings: dict[str, Heading] = {}
        self.update({task.uid: task for task in tasks})

    @property
    def count(self) -> int:
        """How many tasks there are."""
        return len(self._key_of)

    def __contains__(self, uid: object) -> bool:
        return uid in self._key_of

    def row_of(self, uid: str) -> int | None:
        """Where the task `uid` stands."""
        key = self._key_of.get(uid)
        return None if key is None else bisect_left(self._keys, key)

    def depth(self, task: Task) -> int:
        """How many parents stand above `task`."""
        return len(self._key_of[task.uid]) - 2

    def line(self, task: Task) -> Key:
        """What is the same for tasks that stand under the same one."""
        return self._key_of[task.uid][:-1]

    def update(self, changed: Mapping[str, Task | None]) -> None:
        """Take in tasks that are new here or have changed; None where one is to be shown no more."""
        tasks = {uid: task for uid, task in changed.items() if task is not None or uid in self._key_of}
        for uid in self._beneath(tasks):
            tasks.setdefault(uid, self._task(uid))
        if len(tasks) >= _MANY:
            self._replace_many(tasks)
            return
        keys = self._new_keys(tasks)
        for uid in tasks:
            self._take_out(uid)
        for uid, task in tasks.items():
            if task is not None:
                self._put_in(task, keys[uid])

    # Steps

    def _task(self, uid: str) -> Task | None:
        key = self._key_of.get(uid)
        item = None if key is None else self.items[bisect_left(self._keys, key)]
        return item if isinstance(item, Task) else None

    def _beneath(self, uids: Iterable[str]) -> list[str]:
        """All that stand beneath `uids`: they move with them."""
        found: list[str] = []
        waiting = [uid for uid in uids if uid in self._children]
        while waiting:
            children = self._children[waiting.pop()]
            found += children
            waiting += [uid for uid in children if uid in self._children]
        return found

    def _new_keys(self, changed: Mapping[str, Task | None]) -> dict[str, Key]:
        """The place of each task that is to be shown."""
        return {uid: self._key(task, changed) for uid, task in changed.items() if task is not None}

    def _key(self, task: Task, changed: Mapping[str, Task | None]) -> Key:
        """The group of `task`, then its place behind those of its parents, as far as they are shown."""
        part, parent = self._arrangement.key(task), task.parent
        if parent is None or not self._arrangement.tree:
            heading = self._arrangement.heading(task)
            if heading is None:
                return ("", part)
            self._headings[heading.sort] = heading
            return (heading.sort, part)
        line = [part]
        while parent is not None and (above := changed[parent] if parent in changed else self._task(parent)):
            line.append(self._arrangement.key(above))
            parent = above.parent
        return ("", *reversed(line))

    def _take_out(self, uid: str) -> None:
        task = self._task(uid)
        if task is not None:
            key = self._key_of.pop(uid)
            self._delete(key)
            self._count(task, key, -1)
            if key[0] and not self._groups[str(key[0])]:
                self._delete((key[0],))

    def _put_in(self, task: Task, key: Key) -> None:
        group = str(key[0])
        if group and not self._groups[group]:
            self._insert((group,), self._headings[group])
        self._insert(key, task)
        self._key_of[task.uid] = key
        self._count(task, key, 1)

    def _insert(self, key: Key, item: Item) -> None:
        row = bisect_left(self._keys, key)
        self._keys.insert(row, key)
        self.items.insert(row, item)

    def _delete(self, key: Key) -> None:
        row = bisect_left(self._keys, key)
        del self._keys[row], self.items[row]

    def _count(self, task: Task, key: Key, sign: int) -> None:
        """Count `task` in, or out."""
        if key[0]:
            self._groups[str(key[0])] += sign
        self.having["due"] += sign * (task.due is not None)
        self.having["priority"] += sign * bool(task.priority)
        self.having["labels"] += sign * bool(task.project or task.tags)
        if task.parent is not None:
            children = self._children.setdefault(task.parent, set())
            (children.add if sign > 0 else children.discard)(task.uid)
            if not children:
                del self._children[task.parent]

    def _replace_many(self, changed: Mapping[str, Task | None]) -> None:
        keys = self._new_keys(changed)
        pairs: list[tuple[Key, Item]] = []
        for key, item in zip(self._keys, self.items, strict=True):
            if isinstance(item, Task) and item.uid not in changed:
                pairs.append((key, item))
            elif isinstance(item, Task):
                self._count(item, self._key_of.pop(item.uid), -1)
        for uid, task in changed.items():
            if task is not None:
                pairs.append((keys[uid], task))
                self._key_of[uid] = keys[uid]
                self._count(task, keys[uid], 1)
        pairs += [((group,), self._headings[group]) for group, count in self._groups.items() if count]
        pairs.sort(key=itemgetter(0))
        self._keys, self.items = [key for key, _item in pairs], [item for _key, item in pairs]
