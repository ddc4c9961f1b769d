"""Which tasks of a list are marked: one by one, and as a range from where it was begun to the cursor."""

from __future__ import annotations

from core.task import Task
from ui.found_rows import FoundRows
from ui.rows import Rows


class Marks:
    """Marks are held by uid, so that they stay on their tasks; what is not shown is not chosen."""

    def __init__(self) -> None:
        self._uids: set[str] = set()
        self._start = ""
        """The task where a range was begun."""

    @property
    def spanning(self) -> bool:
        """Whether a range is being made."""
        return bool(self._start)

    def __bool__(self) -> bool:
        return bool(self._uids) or self.spanning

    def has(self, uid: str, row: int, rows: Rows | FoundRows, cursor: int) -> bool:
        """Whether the task `uid`, which stands at `row`, is marked."""
        return uid in self._uids or row in self._span(rows, cursor)

    def chosen(self, rows: Rows | FoundRows, cursor: int) -> list[Task]:
        """The marked tasks of `rows`, in order."""
        places = {row for uid in self._uids if (row := rows.row_of(uid)) is not None}
        places.update(self._span(rows, cursor))
        items = (rows.items[row] for row in sorted(places) if row < len(rows.items))
        return [item for item in items if isinstance(item, Task)]

    def toggle(self, uid: str) -> None:
        """Mark a task, or unmark it."""
        self._uids ^= {uid}

    def begin(self, uid: str) -> None:
        """Begin a range at a task."""
        self._start = uid

    def end(self, rows: Rows | FoundRows, cursor: int) -> None:
        """Keep the range as marks."""
        self._uids = {task.uid for task in self.chosen(rows, cursor)}
        self._start = ""

    def mark_all(self, rows: Rows | FoundRows) -> None:
        """Mark all that is shown."""
        self._uids, self._start = {item.uid for item in rows.items if isinstance(item, Task)}, ""

    def invert(self, rows: Rows | FoundRows, cursor: int) -> None:
        """Mark what is not marked, and nothing else."""
        marked = {task.uid for task in self.chosen(rows, cursor)}
        self.mark_all(rows)
        self._uids -= marked

    def clear(self) -> None:
        """Mark nothing."""
        self._uids, self._start = set(), ""

    def _span(self, rows: Rows | FoundRows, cursor: int) -> range:
        start = rows.row_of(self._start) if self._start else None
        return range(0) if start is None else range(min(start, cursor), max(start, cursor) + 1)
