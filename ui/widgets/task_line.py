"""One task as pieces of one line: which words, in which columns, in which style. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from core.display import literal
from core.task import Priority, Status, Task


class Piece(NamedTuple):
    """Some text, and the name of its style ("" is the ordinary one)."""

    text: str
    style: str = ""


class Columns(NamedTuple):
    """How many cells each column takes; 0 where it is not shown."""

    id: int
    name: int
    due: int
    priority: int
    labels: int


SIGNS = {
    Status.PENDING: "[ ]",
    Status.ACTIVE: "[>]",
    Status.DONE: "[x]",
    Status.CANCELLED: "[-]",
    Status.DELETED: "[d]",
}
STYLES = frozenset({"id", "sign", "active", "closed", "late", "soon", "due", "high", "low", "label"})
"""The names of all styles."""

_GAP = 2
_DUE_WIDTH, _PRIORITY_WIDTH = 11, 2
_NARROW = 50
"""Cells below which a line is the task's name alone."""
_ROOM_FOR_LABELS, _WIDEST_LABELS = 45, 40
_FAR = 999
_WEEK = 7
_PRIORITY_STYLES = {Priority.HIGH: "high", Priority.LOW: "low"}


def fit_columns(tasks: Sequence[Task], width: int) -> Columns:
    """The columns for `tasks` in a line of `width` cells, the last of which stays free.

    What no task has takes no room.
    """
    id_width = len(str(max((task.id for task in tasks), default=1)))
    room = width - 1 - _width_before_name(id_width)
    due = priority = labels = 0
    if width >= _NARROW:
        due = _DUE_WIDTH if any(task.due for task in tasks) else 0
        priority = _PRIORITY_WIDTH if any(task.priority for task in tasks) else 0
        room -= sum(column + _GAP for column in (due, priority) if column)
        if room >= _ROOM_FOR_LABELS and any(task.project or task.tags for task in tasks):
            labels = min(_WIDEST_LABELS, room // 3)
            room -= labels + _GAP
    return Columns(id_width, max(room, 1), due, priority, labels)


def _width_before_name(id_width: int) -> int:
    return 1 + len("[ ]") + 1 + id_width + _GAP


def task_line(task: Task, columns: Columns, today: date, edge: str = " ") -> list[Piece]:
    """The pieces of the line of `task`; `edge` is its first cell. All text is literal."""
    closed = task.status in (Status.DONE, Status.CANCELLED, Status.DELETED)
    sign_style = "closed" if closed else "active" if task.status is Status.ACTIVE else "sign"
    pieces = [
        Piece(edge, "edge"),
        Piece(f"{SIGNS[task.status]} ", sign_style),
        Piece(f"{task.id:>{columns.id}}{' ' * _GAP}", "id"),
        Piece(_cell(task.name, columns.name), "closed" if closed else ""),
    ]
    if columns.due:
        words, style = due_words(task.due, today) if task.due else ("", "")
        pieces.append(Piece(" " * _GAP + _cell(words, columns.due), "closed" if closed else style))
    if columns.priority:
        words = f"!{task.priority}" if task.priority else ""
        style = _PRIORITY_STYLES.get(task.priority, "")
        pieces.append(Piece(" " * _GAP + _cell(words, columns.priority), "closed" if closed else style))
    if columns.labels:
        words = " ".join([f"#{task.project}"] * bool(task.project) + [_tag(tag) for tag in task.tags])
        pieces.append(Piece(" " * _GAP + _cell(words, columns.labels), "closed" if closed else "label"))
    return pieces


def due_words(due: str, today: date) -> tuple[str, str]:
    """A due date as people say it, and its style. It is late when its day is over."""
    day = date.fromisoformat(due[:10])
    days = (day - today).days
    if days < 0:
        return (f"{-days}d late" if -days <= _FAR else day.isoformat()), "late"
    if days == 0:
        return f"today {due[11:16]}".rstrip(), "soon"
    if days == 1:
        return "tomorrow", "soon"
    if days < _WEEK:
        return f"{day:%a}", "due"
    return (f"{day.day} {day:%b}" if day.year == today.year else day.isoformat()), "due"


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


def _tag(tag: str) -> str:
    return tag if tag.startswith("@") else f"+{tag}"
