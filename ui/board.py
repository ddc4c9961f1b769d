"""What the screen shows of a list: the lines of the view that is open, and how many tasks are in each other one.

`Board` is told which tasks changed, and looks at those only. What has to look at all of them is made by `build`, which
any thread may call, and is then installed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple, TypeAlias

from core.facts import Moment
from core.task import Status, Task
from ui.found_rows import FoundRows
from ui.rows import Arrangement, Rows
from ui.views import (
    ALL,
    View,
    changes_today,
    count_views,
    grouping,
    heading,
    is_tree,
    sort_key,
    usual_order,
    views_of,
    views_of_all,
)

Matches: TypeAlias = Callable[[Task], bool]
_CLOSED = (Status.DONE, Status.CANCELLED)


class Shown(NamedTuple):
    """What is open: a view, in an order (empty: the usual one)."""

    view: View = ALL
    order: str = ""


class Sorting(NamedTuple):
    """The views of each task, how many tasks each has, and the tasks whose views change before the day is over."""

    views: dict[str, tuple[View, ...]]
    counts: Counter[View]
    soon: set[str]


class Built(NamedTuple):
    """The lines of `shown`, and all tasks sorted into views, as they were at `now`."""

    shown: Shown
    now: Moment
    rows: Rows | FoundRows
    sorting: Sorting
    matches: Matches | None = None


def sort_into_views(tasks: Collection[Task], now: Moment) -> Sorting:
    """Sort all `tasks` into views."""
    views = views_of_all(tasks, now)
    soon = {task.uid for task in tasks if changes_today(task, now)}
    return Sorting(views, count_views(views), soon)


def build(shown: Shown, tasks: Iterable[Task], now: Moment, sorting: Sorting) -> Built:
    """The lines of those of all `tasks` that are in the view `shown`."""
    views = sorting.views
    # in one step, so that no change of them comes between; equal ones are one object: few have to be looked at
    each = {id(some): some for some in list(views.values())}
    inside = {identity for identity, some in each.items() if shown.view in some}
    chosen = [task for task in tasks if id(views.get(task.uid)) in inside]
    return Built(shown, now, Rows(_arrangement(shown, now), chosen), sorting)


def build_found(shown: Shown, found: Sequence[Task], now: Moment, sorting: Sorting, matches: Matches) -> Built:
    """The lines of what a query found: in the order of `found`, where `shown` names none."""
    rows = Rows(_arrangement(shown, now), found) if shown.order else FoundRows(found)
    return Built(shown, now, rows, sorting, matches)


def _arrangement(shown: Shown, now: Moment) -> Arrangement:
    view, order, today = shown.view, shown.order or usual_order(shown.view), date.fromisoformat(now.day)
    return Arrangement(
        sort_key(order), grouping(view, order, now.day), lambda sort: heading(view, sort, today), is_tree(order)
    )


class Board:
    """See the module."""

    def __init__(self, now: Moment) -> None:
        self._built = build(Shown(), (), now, sort_into_views((), now))

    @property
    def built(self) -> Built:
        """What is shown, with all that changed since it was built."""
        return self._built

    @property
    def shown(self) -> Shown:
        """What is open."""
        return self._built.shown

    @property
    def rows(self) -> Rows | FoundRows:
        """The lines of the view that is open."""
        return self._built.rows

    @property
    def counts(self) -> Counter[View]:
        """How many tasks each view has."""
        return self._built.sorting.counts

    @property
    def sorting(self) -> Sorting:
        """All tasks, sorted into views. For `build`."""
        return self._built.sorting

    @property
    def now(self) -> Moment:
        """The time as of which tasks are late, or today's."""
        return self._built.now

    def install(self, built: Built) -> None:
        """Show what was built."""
        self._built = built

    def update(self, changed: Iterable[str], known: Mapping[str, Task]) -> None:
        """Take in what changed of the list, which is now `known`."""
        lines: dict[str, Task | None] = {}
        for uid in changed:
            task = known.get(uid)
            self._sort_into_views(uid, task)
            lines[uid] = task if task is not None and self._belongs(task) else None
        self.rows.update(lines)

    def tick(self, now: Moment, known: Mapping[str, Task]) -> bool:
        """Take in that it is `now`; False where another day began, so that all has to be built anew."""
        if now.day != self.now.day:
            return False
        self._built = self._built._replace(now=now)
        self.update([uid for uid in self.sorting.soon if uid in known and self._moved(known[uid])], known)
        return True

    def _moved(self, task: Task) -> bool:
        return self.sorting.views.get(task.uid) != views_of(task, self.now)

    def _sort_into_views(self, uid: str, task: Task | None) -> None:
        views, counts, soon = self.sorting
        counts.subtract(views.pop(uid, ()))
        soon.discard(uid)
        if task is not None:
            views[uid] = views_of(task, self.now)
            counts.update(views[uid])
            if changes_today(task, self.now):
                soon.add(uid)

    def _belongs(self, task: Task) -> bool:
        """Whether `task` is shown. What was completed stays, until another view is opened: it may have been a slip."""
        if task.status in _CLOSED and task.uid in self.rows:
            return True
        if self._built.matches is not None:
            return self._built.matches(task)
        return self.shown.view in self.sorting.views[task.uid]
