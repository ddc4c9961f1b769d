"""What a search looks through: made when a search begins, and used for each key of it.

Most of what it costs to look for a word is to bring each task to one text in lower case; the first key does not wait
for that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from core.task import Task
from core.tasklist import in_order

if TYPE_CHECKING:
    from core.query import Query  # imported when something is searched


class Searched:
    """`tasks`, all of a list at that `version` of it."""

    def __init__(self, version: int, tasks: Iterable[Task] = ()) -> None:
        self.version = version
        self._tasks = in_order(tasks)
        self._texts: list[str] | None = None

    def read(self) -> None:
        """Have words found fast from now on; some 100 bytes a task."""
        from core.query import text_of

        self._texts = self._texts or list(map(text_of, self._tasks))

    def find(self, query: Query, known: Mapping[str, Task]) -> list[Task]:
        """The tasks to show for `query`."""
        return query.select(self._tasks, known, self._texts)
