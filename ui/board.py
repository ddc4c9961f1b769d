"""What the screen shows of a list: the lines of the view that is open, and how many tasks are in each other one.

`Board` is told which tasks changed, and looks at those only. What has to look at all of them is made by `build`, which
any thread may call, and is then installed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple, TypeAlias

from core.facts import Moment
from core.task import Status, Task
from ui.found_rows import FoundRows
from ui.rows import Arrangement, Rows
from ui.views import ALL, View, changes_today, grouping, heading, is_tree, sort_key, usual_order, views_of

Views: TypeAlias = dict[str, tuple[View, ...]]
Matches: TypeAlias = Callable[[Task], bool]
_CLOSED = (Status.DONE, Status.CANCELLED)


class Shown(NamedTuple):
    """What is open: a view, in an order (empty: the usual one)."""

    view: View = ALL
    order: str = ""


class Built(NamedTuple):
    """The lines of `shown`, and the views of each task, as they were at `now`."""

    shown: Shown
    now: Moment
    rows: Rows | FoundRows
    views: Views
    matches: Matches | None = None


def sort_into_views(tasks: Iterable[Task], now: Moment) -> Views:
    """The views of each of `tasks`."""
    return {task.uid: views_of(task, now) for task in tasks}


def build(shown: Shown, known: Mapping[str, Task], now: Moment, views: Views) -> Built:
    """The lines of those tasks that are in the view `shown`."""
    pairs = list(views.items())  # in one step, so that whoever changes `views` meanwhile does not come between
    each = {id(some): some for _uid, some in pairs}  # equal ones are one object: few have to be looked at
    inside = {identity for identity, some in each.items() if shown.view in some}
    found = (known.get(uid) for uid, some in pairs if id(some) in inside)
    chosen = [task for task in found if task is not None]
    return Built(shown, now, Rows(_arrangement(shown, now), chosen), views)


def build_found(shown: Shown, found: Sequence[Task], now: Moment, views: Views, matches: Matches) -> Built:
    """The lines of what a query found: in the order of `found`, where `shown` names none."""
    rows = Rows(_arrangement(shown, now), found) if shown.order else FoundRows(found)
    return Built(shown, now, rows, views, matches)


def _arrangement(shown: Shown, now: Moment) -> Arrangement:
    view, order, today = shown.view, shown.order or usual_order(shown.view), date.fromisoformat(now.day)
    return Arrangement(
        sort_key(order), grouping(view, order, now.day), lambda sort: heading(view, sort, today), is_tree(order)
    )


class Board:
    """See the module."""

    def __init__(self, now: Moment) -> None:
        self._built = build(Shown(), {}, now, {})
        self.counts: Counter[View] = Counter()
        """How many tasks each view has."""
        self._soon: set[str] = set()

    @property
    def shown(self) -> Shown:
        """What is open."""
        return self._built.shown

    @property
    def rows(self) -> Rows | FoundRows:
        """The lines of the view that is open."""
        return self._built.rows

    @property
    def views(self) -> Views:
        """The views of each task. For `build`."""
        return self._built.views

    @property
    def now(self) -> Moment:
        """The time as of which tasks are late, or today's."""
        return self._built.now

    def install(self, built: Built, known: Mapping[str, Task]) -> None:
        """Show what was built."""
        if built.views is not self._built.views:
            self.counts = Counter(view for views in built.views.values() for view in views)
            self._soon = {task.uid for task in known.values() if changes_today(task, built.now)}
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
        self.update([uid for uid in self._soon if uid in known and self._moved(known[uid])], known)
        return True

    def _moved(self, task: Task) -> bool:
        return self.views.get(task.uid) != views_of(task, self.now)

    def _sort_into_views(self, uid: str, task: Task | None) -> None:
        self.counts.subtract(self.views.pop(uid, ()))
        self._soon.discard(uid)
        if task is not None:
            self.views[uid] = views_of(task, self.now)
            self.counts.update(self.views[uid])
            if changes_today(task, self.now):
                self._soon.add(uid)

    def _belongs(self, task: Task) -> bool:
        """Whether `task` is shown. What was completed stays, until another view is opened: it may have been a slip."""
        if task.status in _CLOSED and task.uid in self.rows:
            return True
        if self._built.matches is not None:
            return self._built.matches(task)
        return self.shown.view in self.views[task.uid]
