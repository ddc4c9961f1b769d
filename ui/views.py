"""The views of a list: which tasks each shows, in which order, under which headings. Plain values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple, TypeAlias

from core.dates import written
from core.facts import Moment, is_overdue, is_today, is_upcoming, is_waiting
from core.task import Status, Task, tag_words
from core.tasklist import place


class View(NamedTuple):
    """What the list can show. `name` is a project's path, a tag, the name of a saved filter, or a query's text."""

    kind: str
    name: str = ""


ALL, INBOX, TODAY = View("all"), View("inbox"), View("today")
UPCOMING, OVERDUE, SOMEDAY = View("upcoming"), View("overdue"), View("someday")
DONE, TRASH = View("done"), View("trash")
FIXED = (ALL, INBOX, TODAY, UPCOMING, OVERDUE, SOMEDAY, DONE, TRASH)
OPEN = View("open")
"""Not shown by itself: all that is open, also what waits. The status line counts it."""
FINISHED = View("finished")
"""Not shown by itself: what is done, without what was cancelled."""

_TITLES = {
    ALL: "All tasks",
    INBOX: "Inbox",
    TODAY: "Today",
    UPCOMING: "Upcoming",
    OVERDUE: "Overdue",
    SOMEDAY: "Someday",
    DONE: "Done",
    TRASH: "Trash",
}
_SOMEDAY_TAGS = ("someday", "@someday")


def title(view: View) -> str:
    """What `view` is called."""
    if view.kind == "project":
        return f"#{view.name}"
    if view.kind == "tag":
        return tag_words(view.name)
    return _TITLES.get(view) or view.name


_TRASHED, _DONE, _CANCELLED, _WAITING = (TRASH,), (DONE, FINISHED), (DONE,), (SOMEDAY, OPEN)


def views_of(task: Task, now: Moment) -> tuple[View, ...]:
    """The views that show `task`."""
    if task.status is Status.DELETED:
        return _TRASHED
    if task.status is Status.DONE:
        return _DONE
    if task.status is Status.CANCELLED:
        return _CANCELLED
    if task.wait is not None and is_waiting(task, now):
        return _WAITING
    someday = any(tag.lower() in _SOMEDAY_TAGS for tag in task.tags)
    inbox = not (someday or task.project or task.due or task.scheduled)
    dated = [TODAY] * is_today(task, now) + [UPCOMING] * is_upcoming(task, now) + [OVERDUE] * is_overdue(task, now)
    projects = [View("project", path) for path in _paths(task.project)]
    tags = [View("tag", tag) for tag in task.tags]
    return (ALL, OPEN, *[SOMEDAY] * someday, *[INBOX] * inbox, *dated, *projects, *tags)


def views_of_all(tasks: Iterable[Task], now: Moment) -> dict[str, tuple[View, ...]]:
    """The views of each task, by uid. Equal answers are one object, so that few have to be made and looked at."""
    views: dict[str, tuple[View, ...]] = {}
    of_days: dict[tuple[str | None, str | None, str | None, int], _ByLabels] = {}
    of_facts: dict[tuple[object, ...], _ByLabels] = {}
    for task in tasks:
        days = (task.due, task.scheduled, task.wait, id(task.status))
        by_labels = of_days.get(days)
        if by_labels is None:
            by_labels = of_days[days] = of_facts.setdefault(_facts(task, now), {})
        labels = (task.project, task.tags)
        found = by_labels.get(labels)
        if found is None:
            found = by_labels[labels] = views_of(task, now)
        views[task.uid] = found
    return views


def count_views(views: Mapping[str, tuple[View, ...]]) -> Counter[View]:
    """How many tasks each view has; `views` as `views_of_all` makes them."""
    each = {id(some): some for some in views.values()}
    counts: Counter[View] = Counter()
    for identity, number in Counter(map(id, views.values())).items():
        for view in each[identity]:
            counts[view] += number
    return counts


_ByLabels: TypeAlias = dict[tuple[str, tuple[str, ...]], tuple[View, ...]]


def _facts(task: Task, now: Moment) -> tuple[object, ...]:
    """All that the views of `task` follow from, beside its project and tags."""
    undated = task.due is None and task.scheduled is None
    dated = (is_today(task, now), is_upcoming(task, now), is_overdue(task, now))
    return (task.status, is_waiting(task, now), undated, *dated)


def _paths(project: str) -> list[str]:
    parts = project.split("/") if project else []
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]


def changes_today(task: Task, now: Moment) -> bool:
    """Whether the views of `task` change before this day is over, though nobody changes it."""
    due, wait = task.due, task.wait
    return (due is not None and _is_time_of(due, now)) or (wait is not None and _is_time_of(wait, now))


def _is_time_of(day: str, now: Moment) -> bool:
    return len(day) > len(now.day) and day.startswith(now.day)


_QUERY_MARKS = re.compile(r"[:#+@!<>=/\"()\s]")


def is_query(text: str) -> bool:
    """Whether `text` is meant as a query, rather than as the name of a view."""
    return _QUERY_MARKS.search(text.strip()) is not None


# Orders

Key: TypeAlias = tuple[Any, ...]
ORDERS = {
    "manual": "as arranged",
    "due": "by due date",
    "priority": "by priority",
    "name": "by name",
    "created": "newest first",
    "modified": "last changed first",
}
"""Each order by the name of its command, as people read it."""

_REVERSED = str.maketrans("0123456789", "9876543210")
_LAST = "~"
"""Sorts behind every date."""


def usual_order(view: View) -> str:
    """The order that `view` has unless another is asked for."""
    if view in (TODAY, UPCOMING, OVERDUE):
        return "due"
    if view == DONE:
        return "completed"
    return "modified" if view == TRASH else "manual"


def sort_key(order: str) -> Callable[[Task], Key]:
    """What sorts tasks in that order; equal ones are as arranged."""
    return _SORT_KEYS[order]


def is_tree(order: str) -> bool:
    """Whether children stand beneath their parents there."""
    return order == "manual"


def _newest(instant: str | None) -> str:
    """Sorts instants the other way round: with each digit replaced by what it lacks to nine."""
    return (instant or "").translate(_REVERSED) or _LAST


def _day(task: Task) -> str:
    if task.due is None or task.scheduled is None:
        return task.due or task.scheduled or _LAST
    return min(task.due, task.scheduled)


_SORT_KEYS: dict[str, Callable[[Task], Key]] = {
    "manual": place,
    "due": lambda task: (_day(task), task.priority or 9, *place(task)),
    "priority": lambda task: (task.priority or 9, task.due or _LAST, *place(task)),
    "name": lambda task: (task.name.casefold(), *place(task)),
    "created": lambda task: (_newest(task.created), *place(task)),
    "modified": lambda task: (_newest(task.modified), *place(task)),
    "completed": lambda task: (_newest(task.completed or task.modified), *place(task)),
}


# Headings


class Heading(NamedTuple):
    """A line above a group of tasks. `sort` is where the group stands among the others, `day` what it is about."""

    sort: str
    text: str
    day: str = ""


def grouping(view: View, order: str, today: str) -> Callable[[Task], str] | None:
    """What says to which group a task belongs, by where that stands; None where there are no groups."""
    if view == UPCOMING and order == "due":
        return lambda task: _next_day(task, today)
    if view == TODAY and order == "due":
        return lambda task: _LATE if _day(task)[:10] < today else _ON_TIME
    if view == DONE and order == "completed":
        return lambda task: _newest((task.completed or task.modified)[:10])
    return None


def heading(view: View, sort: str, today: date) -> Heading:
    """What stands above the group at `sort`."""
    if sort in (_LATE, _ON_TIME):
        return Heading(sort, "Late" if sort == _LATE else "Today")
    if sort == _LAST:
        return Heading(sort, "Without a date")
    day = sort.translate(_REVERSED) if view == DONE else sort
    return Heading(sort, _day_words(day, today, "words"), day)


def heading_words(heading: Heading, today: date, date_style: str) -> str:
    """What `heading` says, with its day in a style of the profile."""
    return _day_words(heading.day, today, date_style) if heading.day else heading.text


_LATE, _ON_TIME = "0", "1"


def _next_day(task: Task, today: str) -> str:
    """The first day after today on which something of `task` is planned."""
    if task.scheduled is None:
        return task.due[:10] if task.due is not None and task.due[:10] > today else _LAST
    return min((day[:10] for day in (task.due, task.scheduled) if day is not None and day[:10] > today), default=_LAST)


def _day_words(day: str, today: date, date_style: str) -> str:
    when = date.fromisoformat(day)
    near = {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}.get((when - today).days)
    if date_style == "words":
        shown = f"{when.day} {when:%B}" + (f" {when.year}" if when.year != today.year else "")
    else:
        shown = written(day, date_style)
    return f"{near} · {when:%A} {shown}" if near else f"{when:%A} {shown}"
