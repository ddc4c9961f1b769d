"""The lines of what a query found, in the order in which it found them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.task import Task
from ui.rows import Item
from ui.views import Key


class FoundRows:
    """As `ui.rows.Rows`, made at once of many tasks. What comes to match later stands at the end."""

    def __init__(self, found: Sequence[Task]) -> None:
        self.items: list[Item] = list(found)
        self._index: dict[str, int] | None = None
        self.having = {
            "due": any(task.due for task in found),
            "priority": any(task.priority for task in found),
            "labels": any(task.project or task.tags for task in found),
        }

    @property
    def count(self) -> int:
        """How many tasks there are."""
        return len(self.items)

    def __contains__(self, uid: object) -> bool:
        return uid in self._rows_by_uid()

    def row_of(self, uid: str) -> int | None:
        """Where the task `uid` stands."""
        if self._index is not None:
            return self._index.get(uid)
        return next((row for row, item in enumerate(self.items) if isinstance(item, Task) and item.uid == uid), None)

    def _rows_by_uid(self) -> dict[str, int]:
        """Made when something changes: most of what is found is gone with the next key."""
        if self._index is None:
            self._index = {item.uid: row for row, item in enumerate(self.items) if isinstance(item, Task)}
        return self._index

    def depth(self, _task: Task) -> int:
        """Nobody stands beneath anybody here."""
        return 0

    def line(self, _task: Task) -> Key:
        """All stand beside each other."""
        return ()

    def update(self, changed: Mapping[str, Task | None]) -> None:
        """Take in tasks that match now or have changed; None where one is to be shown no more."""
        index = self._rows_by_uid()
        gone = [row for uid, task in changed.items() if task is None and (row := index.get(uid)) is not None]
        for uid, task in changed.items():
            if task is not None:
                self._put(index, uid, task)
        for row in sorted(gone, reverse=True):
            del self.items[row]
        if gone:
            self._index = None

    def _put(self, index: dict[str, int], uid: str, task: Task) -> None:
        row = index.setdefault(uid, len(self.items))
        if row == len(self.items):
            self.items.append(task)
        else:
            self.items[row] = task
        self.having = {
            "due": self.having["due"] or task.due is not None,
            "priority": self.having["priority"] or bool(task.priority),
            "labels": self.having["labels"] or bool(task.project or task.tags),
        }
