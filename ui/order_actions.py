"""Arranging tasks by hand: up and down among their siblings, beneath another one, and out again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.order import keys_between
from core.state import Outcome
from core.task import Task
from ui.changing import Changing
from ui.rows import Rows
from ui.showing import Showing
from ui.views import Heading, is_tree, usual_order

_BY_HAND = "Tasks are arranged by hand where they stand as arranged: S m shows them so."
_TOGETHER = "These tasks do not stand under the same one: move them one by one."
_NO_PARENT = "There is no task above it to stand under."


class OrderActions:
    """The commands whose action begins with `order.`"""

    def __init__(self, changing: Changing, showing: Showing) -> None:
        self._changing = changing
        self._showing = showing
        self._state = changing.state
        self._tasks = changing.screen.tasks

    def action_move(self, direction: int) -> None:
        """Move what is chosen past the sibling below (1) or above (-1)."""
        chosen = self._chosen()
        if not chosen:
            return
        further = self._siblings(chosen[-1 if direction > 0 else 0], direction, chosen)
        passed = next(further, None)
        if passed is not None:
            ends = (passed, next(further, None))
            self._place(chosen, *(ends if direction > 0 else reversed(ends)))

    def action_indent(self) -> None:
        """Put what is chosen under the sibling above."""
        chosen = self._chosen()
        above = next(self._siblings(chosen[0], -1, chosen), None) if chosen else None
        if above is not None:
            self._place(chosen, self._last_child(above), None, parent=above.uid)
        elif chosen:
            self._changing.refuse(_NO_PARENT)

    def action_outdent(self) -> None:
        """Take what is chosen out from under its parent, and put it below that."""
        chosen = self._chosen()
        parent = self._state.known.get(chosen[0].parent or "") if chosen else None
        if parent is not None:
            self._place(chosen, parent, next(self._siblings(parent, 1, chosen), None), parent=parent.parent)

    def put_beside(self, task: Task, target: Task, *, below: bool) -> None:
        """Move `task` to the place just above or `below` another one, under the same parent."""
        if self._by_hand() and task.uid != target.uid:
            ends = (target, next(self._siblings(target, 1 if below else -1, [task]), None))
            self._place([task], *(ends if below else reversed(ends)), parent=target.parent)

    def ends_beside(self, task: Task, *, below: bool) -> tuple[Task | None, Task | None]:
        """The siblings between which what is added just `below` or above `task` stands; none where they are sorted."""
        if not self._is_by_hand():
            return None, None
        near = next(self._siblings(task, 1 if below else -1, [task]), None)
        return (task, near) if below else (near, task)

    # Steps

    def _by_hand(self) -> bool:
        by_hand = self._is_by_hand()
        if not by_hand:
            self._changing.refuse(_BY_HAND)
        return by_hand

    def _is_by_hand(self) -> bool:
        shown = self._showing.shown
        return isinstance(self._tasks.rows, Rows) and is_tree(shown.order or usual_order(shown.view))

    def _chosen(self) -> list[Task]:
        """What is to be moved; nothing where it cannot be."""
        chosen = self._tasks.chosen if self._by_hand() else []
        rows = self._tasks.rows
        if any(rows.line(task) != rows.line(chosen[0]) for task in chosen):
            self._changing.refuse(_TOGETHER)
            return []
        return chosen

    def _siblings(self, task: Task, direction: int, but: Sequence[Task]) -> Iterator[Task]:
        """The tasks below (1) or above (-1) `task` that stand under the same one, the nearest first."""
        rows, row = self._tasks.rows, self._tasks.rows.row_of(task.uid)
        depth, apart = rows.depth(task) if row is not None else 0, {one.uid for one in but}
        while row is not None and 0 <= (row := row + direction) < len(rows.items):
            item = rows.items[row]
            if isinstance(item, Heading) or rows.depth(item) < depth:
                return
            if rows.depth(item) == depth and item.uid not in apart:
                yield item

    def _last_child(self, parent: Task) -> Task | None:
        rows, row, last = self._tasks.rows, self._tasks.rows.row_of(parent.uid), None
        depth = rows.depth(parent)
        while row is not None and (row := row + 1) < len(rows.items):
            item = rows.items[row]
            if isinstance(item, Heading) or rows.depth(item) <= depth:
                break
            last = item if item.parent == parent.uid else last
        return last

    def _place(self, tasks: Sequence[Task], before: Task | None, after: Task | None, **parent: str | None) -> None:
        """Put `tasks` between two others."""

        def move() -> Outcome:
            keys = keys_between(before, after, len(tasks))
            edits = [(task, {"order": key, **parent}) for task, key in zip(tasks, keys, strict=True)]
            return self._state.edit_each(edits, "move")

        self._changing.do(move)
