"""The lines of one view, kept in order while tasks change: what a change costs follows the change, not the list."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from core.task import Task
from ui.views import Heading, Key

Item: TypeAlias = Task | Heading


class Arrangement(NamedTuple):
    """How lines stand: by `key`, in groups where there are any, children beneath parents in a `tree`."""

    key: Callable[[Task], Key]
    group: Callable[[Task], str] | None
    heading: Callable[[str], Heading]
    tree: bool


class Rows:
    """`items` in order, headings among them. Nobody else changes `items`."""

    def __init__(self, arrangement: Arrangement, tasks: Sequence[Task] = ()) -> None:
        self._arrangement = arrangement
        self._children: dict[str, set[str]] = {}
        self._groups: Counter[str] = Counter()
        self._key_of: dict[str, Key] = {}
        self.having = {
            "due": sum(task.due is not None for task in tasks),
            "priority": sum(task.priority != 0 for task in tasks),
            "labels": sum(task.project != "" or task.tags != () for task in tasks),
        }
        """How many of the tasks have a due date, a priority, a project or tags."""
        keys = self._tree_keys(tasks) if arrangement.tree else self._flat_keys(tasks)
        self._key_of = {task.uid: key for task, key in zip(tasks, keys, strict=True)}
        pairs: list[tuple[Key, Item]] = list(zip(keys, tasks, strict=True))
        pairs += [((group,), arrangement.heading(group)) for group in self._groups]
        pairs.sort(key=itemgetter(0))
        self._keys: list[Key] = [key for key, _item in pairs]
        self.items: list[Item] = [item for _key, item in pairs]

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
        keys = {uid: self._key(task, tasks) for uid, task in tasks.items() if task is not None}
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

    def _flat_keys(self, tasks: Sequence[Task]) -> list[Key]:
        """The place of each of `tasks`, which are all there are; their groups are counted."""
        key, group = self._arrangement.key, self._arrangement.group
        if group is None:
            return [("", key(task)) for task in tasks]
        groups = [group(task) for task in tasks]
        self._groups.update(groups)
        return [(sort, key(task)) for sort, task in zip(groups, tasks, strict=True)]

    def _tree_keys(self, tasks: Sequence[Task]) -> list[Key]:
        """As `_flat_keys`; who stands beneath whom is noted."""
        key = self._arrangement.key
        known = {task.uid: task for task in tasks if task.parent is not None}
        for task in known.values():
            self._children.setdefault(task.parent or "", set()).add(task.uid)
        known |= {task.uid: task for task in tasks if task.uid in self._children}
        return [("", key(task)) if task.parent is None else self._key(task, known) for task in tasks]

    def _key(self, task: Task, changed: Mapping[str, Task | None]) -> Key:
        """The group of `task`, then its place behind those of its parents, as far as they are shown."""
        part, parent = self._arrangement.key(task), task.parent
        if not self._arrangement.tree:
            return (self._arrangement.group(task) if self._arrangement.group else "", part)
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
            self._insert((group,), self._arrangement.heading(group))
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
        self.having["priority"] += sign * (task.priority != 0)
        self.having["labels"] += sign * (task.project != "" or task.tags != ())
        if task.parent is not None and self._arrangement.tree:
            children = self._children.setdefault(task.parent, set())
            (children.add if sign > 0 else children.discard)(task.uid)
            if not children:
                del self._children[task.parent]
