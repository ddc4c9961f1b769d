"""Tasks as rows of fields: for pipes, where a line is always the same; for people, where it fits and has colours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from msgspec.structs import replace

from core import facts
from core.dates import SHORT_WEEKDAYS, written
from core.display import literal
from core.task import DATES, Priority, Status, Task, tag_words
from ui.columns import Column, cut, lines

PIPED = ("id", "status", "priority", "due", "name", "project", "tags")
"""The fields of a line where none are asked for."""

_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"
_STYLES = {"overdue": "\x1b[31m", "today": "\x1b[33m", "active": "\x1b[32m", "high": "\x1b[1m", "over": _DIM}
_MARKS = {Status.PENDING: "", Status.ACTIVE: ">", Status.DONE: "x", Status.CANCELLED: "-", Status.DELETED: "~"}
_HEADINGS = {"id": "ID", "priority": "P", "mark": ""}
_RIGHT = ("id", "estimate", "parent")
_DROPPED_FIRST = ("labels", "due", "priority", "mark", "id")
"""Of the columns that people see unasked: which goes where there is no room."""


class Listing:
    """Tasks on their way out. `known` has every task by uid, `now` is the present in the user's zone.

    People see dates in a style of the profile, `date_style`; programs as they are.
    """

    def __init__(self, known: Mapping[str, Task], now: facts.Moment, date_style: str = "words") -> None:
        self._known = known
        self._now = now
        self._date_style = date_style
        self._depths: dict[str, int] = {}

    def beneath(self, tasks: Sequence[Task]) -> list[Task]:
        """`tasks`, each child right beneath its parent where that is among them."""
        children: dict[str, list[Task]] = {}
        found = {task.uid for task in tasks}
        for task in tasks:
            children.setdefault(task.parent if task.parent in found else "", []).append(task)
        arranged, waiting = [], [(task, 0) for task in reversed(children.get("", ()))]
        while waiting:
            task, depth = waiting.pop()
            arranged.append(task)
            self._depths[task.uid] = depth
            waiting += [(child, depth + 1) for child in reversed(children.get(task.uid, ()))]
        return arranged

    def for_pipes(self, tasks: Iterable[Task], fields: Sequence[str]) -> Iterator[str]:
        """A line a task; no field can hold the tab between them, for `literal` replaces it."""
        for task in tasks:
            yield "\t".join(literal(self._field(task, field)) for field in fields)

    def for_people(self, tasks: Sequence[Task], fields: Sequence[str], width: int, *, color: bool) -> Iterator[str]:
        """Columns that fit into `width` cells, with a heading. Names are indented as `beneath` put them."""
        shown = tuple(fields) or ("id", "mark", "priority", "due", "name", "labels")
        columns = [self._column(tasks, field, width, asked=bool(fields)) for field in shown]
        if not any(column.drop == 0 for column in columns):
            columns[-1] = replace(columns[-1], drop=0)
        heading, *rows = lines(columns, width)
        yield _styled(heading, _DIM) if color else heading
        for task, row in zip(tasks, rows, strict=True):
            yield _styled(row, _STYLES.get(self._urgency(task), "")) if color else row

    def _column(self, tasks: Sequence[Task], field: str, width: int, *, asked: bool) -> Column:
        cells = [self._cell(task, field) for task in tasks]
        if field == "labels":
            cells = [cut(cell, width // 3) for cell in cells]
        heading = _HEADINGS.get(field, field.upper())
        if field == "name":
            return Column(heading, cells)
        drop = 1 if asked else len(_DROPPED_FIRST) - _DROPPED_FIRST.index(field)
        return Column(heading, cells, drop=drop, right=field in _RIGHT)

    def _cell(self, task: Task, field: str) -> str:
        if field in DATES and (day := getattr(task, field)):
            return shown_day(day, self._now.day, self._date_style)
        if field == "priority":
            return str(task.priority.value or "")
        indent = "  " * self._depths.get(task.uid, 0) if field == "name" else ""
        return indent + literal(self._field(task, field))

    def _field(self, task: Task, field: str) -> str:
        build = _BUILT.get(field)
        return build(task, self._known) if build else _text(getattr(task, field))

    def _urgency(self, task: Task) -> str:
        if not facts.is_open(task):
            return "over"
        if facts.is_overdue(task, self._now):
            return "overdue"
        if task.status is Status.ACTIVE:
            return "active"
        if facts.is_today(task, self._now):
            return "today"
        return "high" if task.priority is Priority.HIGH else ""


def grouped(tasks: Iterable[Task], field: str, today: str, date_style: str = "words") -> list[tuple[str, list[Task]]]:
    """`tasks` under headings; where a task has several tags it stands under each."""
    groups: dict[tuple[bool, str], tuple[str, list[Task]]] = {}
    for task in tasks:
        for key, heading in _group(task, field, today, date_style):
            groups.setdefault((not key, key), (heading, []))[1].append(task)
    return [groups[key] for key in sorted(groups)]


def shown_day(day: str, today: str, date_style: str) -> str:
    """A date with its time as people want to see it."""
    return day_in_words(day, today) if date_style == "words" else f"{written(day, date_style)} {day[11:]}".rstrip()


def day_in_words(day: str, today: str) -> str:
    """A date near `today` as people say it, with its time; another one as it is."""
    away = date.fromisoformat(day[:10]) - date.fromisoformat(today)
    words = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(away.days, day[:10])
    if timedelta(1) < away < timedelta(7):
        words = SHORT_WEEKDAYS[date.fromisoformat(day[:10]).weekday()]
    return f"{words} {day[11:]}".rstrip()


def _group(task: Task, field: str, today: str, date_style: str) -> list[tuple[str, str]]:
    """What sorts the groups that `task` is in, empty for the last one, and their headings."""
    if field == "tag":
        return [(tag.casefold(), tag_words(tag)) for tag in task.tags] or [("", "No tag")]
    if field == "project":
        return [(task.project.casefold(), f"#{task.project}" if task.project else "No project")]
    if field == "priority":
        return [(str(task.priority.value or ""), f"Priority {task.priority.name.lower()}")]
    if field == "status":
        return [(str(list(Status).index(task.status) + 1), task.status.capitalize())]
    return [_group_of_day(task.due, today, date_style)]


def _group_of_day(due: str | None, today: str, date_style: str) -> tuple[str, str]:
    if due is None:
        return "", "No date"
    day = due[:10]
    if day < today:
        return "0", "Overdue"
    words = shown_day(day, today, date_style)
    return day, f"{words.capitalize()} {day}" if words[0].isalpha() else words


def _labels(task: Task) -> str:
    """Project and tags, as they are typed."""
    tags = [tag_words(tag) for tag in task.tags]
    return " ".join([f"#{task.project}", *tags] if task.project else tags)


def _ids(uids: Iterable[str | None], known: Mapping[str, Task]) -> str:
    return " ".join(str(known[uid].id) for uid in uids if uid is not None and uid in known)


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return "" if value is None else str(value)


_BUILT: dict[str, Callable[[Task, Mapping[str, Task]], str]] = {
    "priority": lambda task, _known: str(task.priority.value),
    "parent": lambda task, known: _ids([task.parent], known),
    "depends": lambda task, known: _ids(task.depends, known),
    "labels": lambda task, _known: _labels(task),
    "mark": lambda task, _known: _MARKS[task.status],
}


def _styled(line: str, style: str) -> str:
    return f"{style}{line}{_PLAIN}" if style else line
