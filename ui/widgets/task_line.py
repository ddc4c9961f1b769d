"""One task as pieces of one line: which words, in which columns, in which style. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from core.dates import written
from core.display import literal
from core.task import Priority, Status, Task, tag_words


class Piece(NamedTuple):
    """Some text, and the name of its style ("" is the ordinary one)."""

    text: str
    style: str = ""


class Columns(NamedTuple):
    """How many cells each column takes; 0 where it is not shown. Without a column for tags, they share labels."""

    id: int
    name: int
    due: int
    priority: int
    labels: int
    tags: int


class Look(NamedTuple):
    """How a line is to stand out: its first cell, whether it is marked, how deep it stands, and words to find in it.

    `blocked`: it waits for another task.
    """

    edge: str = " "
    marked: bool = False
    depth: int = 0
    words: tuple[str, ...] = ()
    blocked: bool = False


_PLAIN = Look()
SIGNS = {
    Status.PENDING: "[ ]",
    Status.ACTIVE: "[>]",
    Status.DONE: "[x]",
    Status.CANCELLED: "[-]",
    Status.DELETED: "[d]",
}
BLOCKED, RECURS, NOTED = "⊘", "↻", "≡"
"""Signs behind a name."""
STYLES = frozenset(
    {
        "id",
        "sign",
        "active",
        "closed",
        "late",
        "soon",
        "due",
        "high",
        "low",
        "project",
        "label",
        "quiet",
        "mark",
        "match",
    }
)
"""The names of all styles."""

_GAP = 2
_DUE_WIDTH, _PRIORITY_WIDTH = 11, 2
_NARROW = 50
"""Cells below which a line is the task's name alone."""
_ROOM_FOR_LABELS, _ROOM_FOR_TAGS = 45, 84
_FAR = 999
_WEEK = 7
_DEEPEST = 8
"""Levels beneath which children are indented no further."""
_PRIORITY_STYLES = {Priority.HIGH: "high", Priority.LOW: "low"}
_CLOSED = (Status.DONE, Status.CANCELLED, Status.DELETED)


def fit_columns(having: Mapping[str, object], id_width: int, width: int) -> Columns:
    """The columns for tasks `having` those fields in a line of `width` cells, the last of which stays free.

    What no task has takes no room; what does not fit beside the name gives way: first tags of their own, then labels,
    then all.
    """
    room = width - 1 - _width_before_name(id_width)
    due = priority = labels = tags = 0
    if width >= _NARROW:
        due = _DUE_WIDTH if having.get("due") else 0
        priority = _PRIORITY_WIDTH if having.get("priority") else 0
        room -= sum(column + _GAP for column in (due, priority) if column)
        if having.get("labels") and room >= _ROOM_FOR_TAGS:
            labels, tags = room // 5, room // 5
            room -= labels + tags + 2 * _GAP
        elif having.get("labels") and room >= _ROOM_FOR_LABELS:
            labels = room // 3
            room -= labels + _GAP
    return Columns(id_width, max(room, 1), due, priority, labels, tags)


def _width_before_name(id_width: int) -> int:
    return 1 + len("[ ]") + 1 + id_width + _GAP


def task_line(task: Task, columns: Columns, today: date, look: Look = _PLAIN, date_style: str = "words") -> list[Piece]:
    """The pieces of the line of `task`. All text is literal."""
    closed = task.status in _CLOSED
    sign_style = "closed" if closed else "active" if task.status is Status.ACTIVE else "sign"
    pieces = [
        Piece(look.edge, "edge"),
        Piece(SIGNS[task.status], sign_style),
        Piece("*" if look.marked else " ", "mark"),
        Piece(f"{task.id:>{columns.id}}{' ' * _GAP}", "id"),
        *_name(task, columns.name, look, "closed" if closed else ""),
    ]
    if columns.due:
        words, style = due_words(task.due, today, date_style) if task.due else ("", "")
        pieces.append(Piece(" " * _GAP + _cell(words, columns.due), "closed" if closed else style))
    if columns.priority:
        words = f"!{task.priority}" if task.priority else ""
        style = _PRIORITY_STYLES.get(task.priority, "")
        pieces.append(Piece(" " * _GAP + _cell(words, columns.priority), "closed" if closed else style))
    if columns.labels:
        for text, style in _labels(task, columns):
            pieces += _highlighted(text, look.words, "closed" if closed else style)
    return pieces


def _name(task: Task, width: int, look: Look, style: str) -> Iterable[Piece]:
    """The name, indented, with signs of what else the task has; what was searched for stands out in it."""
    indent = min(look.depth, _DEEPEST, width // 4) * 2
    has = ((BLOCKED, look.blocked), (RECURS, task.recur), (NOTED, task.description or task.comment))
    signs = "".join(f" {sign}" for sign, holds in has if holds)
    signs = signs if width - indent > 4 * len(signs) else ""
    room = width - indent - len(signs)
    name = cut(literal(task.name[: _longest(room) + 1]), room)
    yield Piece(" " * indent, "")
    yield from _highlighted(name, look.words, style)
    yield Piece(signs, "quiet")
    yield Piece(" " * (width - indent - len(signs) - cell_len(name)), "")


def _highlighted(text: str, words: Sequence[str], style: str) -> Iterable[Piece]:
    if not words:
        return [Piece(text, style)]
    found = re.split("(" + "|".join(map(re.escape, words)) + ")", text, flags=re.IGNORECASE)
    return [Piece(part, "match" if place % 2 else style) for place, part in enumerate(found)]


def _labels(task: Task, columns: Columns) -> list[Piece]:
    project = f"#{task.project}" if task.project else ""
    tags = " ".join(map(tag_words, task.tags))
    gap = " " * _GAP
    if columns.tags:
        return [Piece(gap + _cell(project, columns.labels), "project"), Piece(gap + _cell(tags, columns.tags), "label")]
    shown = cut(literal(project[: _longest(columns.labels)]), columns.labels)
    left = columns.labels - cell_len(shown)
    between = " " * (bool(shown) and left > 0)
    return [Piece(gap + shown + between, "project"), Piece(_cell(tags, left - len(between)), "label")]


def due_words(due: str, today: date, date_style: str = "words") -> tuple[str, str]:
    """A due date as people say it, or write it, and its style. It is late when its day is over."""
    day = date.fromisoformat(due[:10])
    days = (day - today).days
    if date_style != "words":
        return _due_written(due, days, today, date_style)
    if days < 0:
        return (f"{-days}d late" if -days <= _FAR else day.isoformat()), "late"
    if days == 0:
        return f"today {due[11:16]}".rstrip(), "soon"
    if days == 1:
        return "tomorrow", "soon"
    if days < _WEEK:
        return f"{day:%a}", "due"
    return (f"{day.day} {day:%b}" if day.year == today.year else day.isoformat()), "due"


def _due_written(due: str, days: int, today: date, date_style: str) -> tuple[str, str]:
    """What is late is told by a sign, for colours are not seen by all. There is no room for a date and a time."""
    if days == 0 and due[11:]:
        return f"today {due[11:16]}", "soon"
    words = written(due, date_style, today)
    return (f"{words}!", "late") if days < 0 else (words, "soon" if days <= 1 else "due")


def cut(text: str, width: int) -> str:
    """`text`, or as much of it as fits into `width` cells with an ellipsis."""
    if len(text) <= _longest(width) and cell_len(text) <= width:
        return text
    return set_cell_size(text[: _longest(width)], max(width - 1, 0)).rstrip() + "…"


def _cell(text: str, width: int) -> str:
    return set_cell_size(cut(literal(text[: _longest(width) + 1]), width), width)


def _longest(width: int) -> int:
    """Characters beyond which no text is measured: some take no cell, but ten thousand are cut whatever they take."""
    return width * 4
