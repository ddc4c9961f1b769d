"""All that one task has: every field, the description as Markdown, what happened to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from textual.containers import VerticalScroll
from textual.widgets import Static

from core.dates import local_time, with_weekday, written
from core.display import literal, literal_block
from core.quickadd import shown_estimate
from core.recurrence import shown
from core.task import DATES, Priority, Task, tag_words
from ui.widgets.task_line import SIGNS

if TYPE_CHECKING:
    from textual.app import ComposeResult

Event = tuple[str, str]
"""When something happened to a task, and what."""
_PRIORITIES = {Priority.HIGH: "1 high", Priority.MEDIUM: "2 medium", Priority.LOW: "3 low"}
_LONGEST = 200
"""Characters of a field that are shown, where it is one line; the description is shown whole."""
_LONGEST_DESCRIPTION = 20_000


class Details(VerticalScroll, can_focus=True):
    """Shows one task."""

    DEFAULT_CSS = """
    Details {
        width: 44;
        padding: 0 1;
        scrollbar-size-vertical: 1;
        scrollbar-background: $surface;
        scrollbar-color: $panel;
        background: $surface;
        border-left: blank;
        &:focus { border-left: outer $primary; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._static = Static(markup=False)
        self._known: Mapping[str, Task] = {}
        self._shown: Task | None = None
        self._history: Sequence[Event] = ()
        self._date_style = "iso"

    def compose(self) -> ComposeResult:
        yield self._static

    def show(self, task: Task | None, known: Mapping[str, Task], date_style: str = "iso") -> None:
        """Show `task`, its dates in a style of the profile; `known` has the tasks that it refers to."""
        if task is None or self._shown is None or task.uid != self._shown.uid:
            self._history = ()
            self.scroll_home(animate=False)
        self._shown, self._known, self._date_style = task, known, date_style
        self._draw()

    def show_history(self, uid: str, events: Sequence[Event]) -> None:
        """Show what happened to the task `uid`, if it is still the one that is shown."""
        if self._shown is not None and self._shown.uid == uid:
            self._history = events
            self._draw()

    def move(self, rows: int) -> None:
        """Scroll."""
        self.scroll_relative(y=rows, animate=False)

    def move_pages(self, pages: float) -> None:
        """Scroll by parts of what is visible."""
        self.move(int(self.size.height * pages))

    def move_to(self, row: int) -> None:
        """Scroll to a line."""
        self.scroll_to(y=row, animate=False)

    def move_to_last(self) -> None:
        """Scroll to the end."""
        self.scroll_end(animate=False)

    def _draw(self) -> None:
        task = self._shown
        self._static.update("" if task is None else Group(*_page(task, self._known, self._history, self._date_style)))


def _page(task: Task, known: Mapping[str, Task], history: Iterable[Event], date_style: str) -> Iterable[RenderableType]:
    from rich.markdown import Markdown  # which costs more to import than the list costs to show

    yield Text(literal(task.name[:_LONGEST]), style="bold")
    yield Text(f"{SIGNS[task.status]} {task.status} · task {task.id}", style="dim")
    yield Text("")
    yield _table((name, value) for name, value in _fields(task, known, date_style) if value)
    if task.description:
        yield Text("")
        # Two blanks: a line that ends here ends there too, as people expect of notes.
        text = literal_block(task.description[:_LONGEST_DESCRIPTION]).replace("\n", "  \n")
        yield Markdown(text, hyperlinks=False, code_theme="ansi_dark")
    events = list(history)
    if events:
        yield Text("\nHistory", style="bold")
        yield _table(events)


def _table(rows: Iterable[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(Text(literal(name)), Text(literal(value[:_LONGEST])))
    return table


def _fields(task: Task, known: Mapping[str, Task], date_style: str) -> Iterable[tuple[str, str]]:
    for name in DATES:
        day = getattr(task, name)
        yield name, with_weekday(day, date_style) if day else ""
    yield "repeats", shown(task.recur) if task.recur else ""
    yield "priority", _PRIORITIES.get(task.priority, "")
    yield "project", task.project
    yield "tags", " ".join(map(tag_words, task.tags))
    yield "estimate", "" if task.estimate is None else shown_estimate(task.estimate)
    yield "part of", _name(task.parent, known)
    yield "blocked by", ", ".join(_name(uid, known) for uid in task.depends)
    yield "comment", task.comment
    yield "files", ", ".join(item.partition("/")[2] for item in task.attachments)
    yield "created", _instant(task.created, date_style)
    yield "started", _instant(task.started, date_style)
    yield "completed", _instant(task.completed, date_style)
    yield "changed", _instant(task.modified, date_style)
    yield "other", ", ".join(task.extra or ())


def _instant(instant: str | None, date_style: str) -> str:
    if not instant:
        return ""
    moment = local_time(instant)
    return f"{written(moment, date_style)} {moment[11:16]}"


def _name(uid: str | None, known: Mapping[str, Task]) -> str:
    if uid is None:
        return ""
    task = known.get(uid)
    return f"{task.id} {task.name}" if task else "a task that is gone"
