"""The list: one task a line, drawn a line at a time, so that only what is visible costs anything."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Offset, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from core.display import literal
from core.facts import is_blocked
from core.task import Task
from ui.found_rows import FoundRows
from ui.rows import Item, Rows
from ui.views import Heading, heading_words
from ui.widgets.marks import Marks
from ui.widgets.task_line import STYLES, Columns, Look, cut, fit_columns, task_line

if TYPE_CHECKING:
    from textual.events import Click, MouseDown, MouseMove, MouseUp, Resize

_TWICE = 2
FLASH = 0.8
"""Seconds for which a line that changed elsewhere stands out."""


class _Drawn(NamedTuple):
    """What a line shows: a task, at which depth, and whether it is blocked; or a heading, or nothing."""

    item: Item | None = None
    depth: int = 0
    blocked: bool = False


_NO_TASKS: Mapping[str, Task] = MappingProxyType({})


class TaskList(ScrollView, can_focus=True):
    """Shows tasks, and a cursor that stays on its task whatever happens around it.

    `today` is asked whenever a line is drawn.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"cursor", "edge", "empty", "heading", "flash", "marked", "target", *STYLES}
    DEFAULT_CSS = """
    TaskList {
        height: 1fr;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        scrollbar-background: $background;
        scrollbar-color: $panel;
        & > .cursor { background: $boost; }
        &:focus > .cursor { background: $primary 28%; }
        & > .marked { background: $secondary 18%; }
        & > .target { background: $accent 40%; }
        & > .flash { background: $warning 30%; }
        & > .edge { color: $primary; text-style: bold; }
        & > .empty { color: $text-muted; }
        & > .heading { color: $text-accent; text-style: bold; }
        & > .id { color: $foreground 45%; }
        & > .sign { color: $text-muted; }
        & > .active { color: $text-warning; text-style: bold; }
        & > .closed { color: $foreground 45%; }
        & > .late { color: $text-error; text-style: bold; }
        & > .soon { color: $text-warning; }
        & > .due { color: $text-muted; }
        & > .high { color: $text-error; text-style: bold; }
        & > .low { color: $text-muted; }
        & > .project { color: $text-primary; }
        & > .label { color: $text-secondary; }
        & > .quiet { color: $foreground 45%; }
        & > .mark { color: $text-secondary; text-style: bold; }
        & > .match { color: $text-warning; text-style: bold underline; }
    }
    """

    class Moved(Message):
        """The cursor is on another task now, or its task has changed."""

    class Opened(Message):
        """The task under the cursor was clicked twice."""

    class Dropped(Message):
        """A task was dragged to a place of the screen."""

        def __init__(self, task: Task, offset: Offset) -> None:
            super().__init__()
            self.task = task
            self.offset = offset

    def __init__(self, today: Callable[[], date], empty: Sequence[str]) -> None:
        super().__init__()
        self._today = today
        self.date_style = "words"
        """How dates are written: a style of the profile. Refresh after a change of it."""
        self._empty = empty
        self._rows: Rows | FoundRows = FoundRows(())
        self._id_width = 1
        self._words: tuple[str, ...] = ()
        self._known: Mapping[str, Task] = _NO_TASKS
        self._columns: Columns | None = None
        self._columns_width = 0
        self._row = 0
        self._uid = ""
        self._drawn: dict[int, _Drawn] = {}
        self._flashing: set[str] = set()
        self._dragged: Task | None = None
        self._target = -1
        """The row where what is dragged would be put."""
        self.marks = Marks()

    @property
    def current(self) -> Task | None:
        """The task under the cursor; None where there is no task."""
        item = self._rows.items[self._row] if self._row < len(self._rows.items) else None
        return item if isinstance(item, Task) else None

    @property
    def chosen(self) -> list[Task]:
        """The tasks that an action is for: the marked ones, in order; else the one under the cursor."""
        marked = self.marks.chosen(self._rows, self._row)
        return marked or ([self.current] if self.current else [])

    @property
    def rows(self) -> Rows | FoundRows:
        """The lines that are shown."""
        return self._rows

    # Told what to show

    def show(
        self,
        rows: Rows | FoundRows,
        empty: Sequence[str],
        *,
        id_width: int = 1,
        words: tuple[str, ...] = (),
        known: Mapping[str, Task] = _NO_TASKS,
        stay: bool = False,
    ) -> None:
        """Show `rows`, or the lines of `empty` where there are none; `words` stand out in names.

        `known` are all tasks by uid, which tells what is blocked.
        The cursor stays on its task; where that is not among them, it goes to the first one. `stay`: they are more of
        what is shown, so that the lines stay where they are.
        """
        same, self._rows = stay or rows is self._rows, rows
        self._empty, self._words, self._known = empty, words, known
        if not same:
            self._row, self._columns = 0, None
            self.scroll_to(y=0, animate=False, force=True)
        self._follow(id_width)
        if not same:
            self.refresh()

    def flash(self, uids: Iterable[str]) -> None:
        """Let the lines of these tasks stand out for a moment, where they are visible."""
        visible = {drawn.item.uid for drawn in self._drawn.values() if isinstance(drawn.item, Task)} & set(uids)
        if visible:
            self._flashing |= visible
            self._refresh_lines_of(visible)
            self.set_timer(FLASH, lambda: self._stop_flashing(visible))

    def _stop_flashing(self, uids: set[str]) -> None:
        self._flashing -= uids
        self._refresh_lines_of(uids)

    def _follow(self, id_width: int) -> None:
        """Put the cursor where its task is now, and draw anew what is not as it was drawn."""
        old_row, top = self._row, self.scroll_offset.y
        row = self._rows.row_of(self._uid)
        self._row = self._nearest_task(old_row if row is None else row)
        self._uid = self.current.uid if self.current else ""
        self._id_width, columns = id_width, self._columns
        self.virtual_size = Size(0, len(self._rows.items))
        if top:
            self._scroll(top + self._row - old_row)
        self._reveal()
        self._columns = None
        if columns != self._fit() or top != self.scroll_offset.y:
            self.refresh()
        else:
            self._refresh_changed()
        self.post_message(self.Moved())

    # The cursor

    def go_to(self, uid: str) -> None:
        """Put the cursor on the task `uid`, if it is shown."""
        row = self._rows.row_of(uid)
        if row is not None:
            self.move_to(row)

    def go_to_one_of(self, uids: Collection[str]) -> None:
        """Put the cursor on the first of these tasks that is shown, unless it is on one of them."""
        rows = [row for uid in uids if (row := self._rows.row_of(uid)) is not None]
        if rows and self._row not in rows:
            self.move_to(min(rows))

    def move_to(self, row: int, direction: int = 1) -> None:
        """Put the cursor on a row, or on the nearest one with a task, preferably further in `direction`."""
        old, self._row = self._row, self._nearest_task(row, direction)
        self._uid = self.current.uid if self.current else ""
        self._reveal()
        if self.marks.spanning:
            self.refresh()
        else:
            self.refresh_line(old)
            self.refresh_line(self._row)
        self.post_message(self.Moved())

    def move_to_last(self) -> None:
        """Put the cursor on the last task."""
        self.move_to(len(self._rows.items) - 1, -1)

    def move(self, rows: int) -> None:
        """Move the cursor down, or up where `rows` is negative."""
        self.move_to(self._row + rows, 1 if rows > 0 else -1)

    def move_pages(self, pages: float) -> None:
        """Move the cursor by parts of what is visible."""
        self.move(int(self._view.height * pages))

    def move_round(self, rows: int) -> None:
        """Move the cursor, from the end on to the beginning."""
        self.move_to((self._row + rows) % max(len(self._rows.items), 1), 1 if rows > 0 else -1)

    def end_range(self) -> None:
        """Keep the range that is being made as marks."""
        self.marks.end(self._rows, self._row)

    def invert_marks(self) -> None:
        """Mark what is not marked, and nothing else."""
        self.marks.invert(self._rows, self._row)

    def _nearest_task(self, row: int, direction: int = 1) -> int:
        items = self._rows.items
        row = min(max(row, 0), max(len(items) - 1, 0))
        for step in (direction, -direction):
            place = row
            while 0 <= place < len(items) and isinstance(items[place], Heading):
                place += step
            if 0 <= place < len(items):
                return place
        return row

    # The mouse

    def task_at(self, y: int) -> Task | None:
        """The task that is shown `y` lines below the top."""
        row = y + self.scroll_offset.y
        item = self._rows.items[row] if 0 <= row < len(self._rows.items) else None
        return item if isinstance(item, Task) else None

    def on_mouse_down(self, event: MouseDown) -> None:
        """Put the cursor there; from now on the task can be dragged."""
        task = self.task_at(event.y)
        if task is not None and event.button == 1:
            self.move_to(event.y + self.scroll_offset.y)
            self._dragged = task
            self.capture_mouse()

    def on_click(self, event: Click) -> None:
        if event.chain == _TWICE and self.task_at(event.y) is not None:
            self.post_message(self.Opened())

    def on_mouse_move(self, event: MouseMove) -> None:
        if self._dragged is not None:
            self._show_target(event.y + self.scroll_offset.y if self.region.contains_point(event.screen_offset) else -1)

    def on_mouse_up(self, event: MouseUp) -> None:
        """Let go of what was dragged, wherever that is."""
        dragged, self._dragged = self._dragged, None
        self.release_mouse()
        self._show_target(-1)
        if dragged is not None and self.task_at(event.y) is not dragged:
            self.post_message(self.Dropped(dragged, event.screen_offset))

    def _show_target(self, row: int) -> None:
        old, self._target = self._target, row
        if old != row:
            self.refresh_line(old)
            self.refresh_line(row)

    def on_resize(self, _event: Resize) -> None:
        self._reveal()

    # Drawing

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        width = self._view.width
        if not self._rows.items:
            return self._empty_line(y, width)
        if row >= len(self._rows.items):
            self._drawn.pop(y, None)
            return Strip.blank(width, self.rich_style)
        item = self._rows.items[row]
        if isinstance(item, Heading):
            self._drawn[y] = self._to_draw(item)
            text = cut(literal(heading_words(item, self._today(), self.date_style)), max(width - 2, 1))
            line = Strip([Segment(f" {text}", self.get_component_rich_style("heading"))])
            return line.adjust_cell_length(width, self.rich_style)
        self._drawn[y] = drawn = self._to_draw(item)
        return self._task_line(item, row, drawn, width)

    def _task_line(self, task: Task, row: int, drawn: _Drawn, width: int) -> Strip:
        selected, marked = row == self._row, self.marks.has(task.uid, row, self._rows, self._row)
        grounds = {
            "target": row == self._target and task is not self._dragged,
            "flash": task.uid in self._flashing,
            "cursor": selected,
            "marked": marked,
        }
        back = next((name for name, holds in grounds.items() if holds), "")
        base = self.get_component_rich_style(back) if back else self.rich_style
        look = Look("▌" if selected else " ", marked, drawn.depth, self._words, drawn.blocked)
        ground = Style(bgcolor=base.bgcolor)
        segments = [
            Segment(text, self.get_component_rich_style(name) + ground if name else base)
            for text, name in task_line(task, self._fit(), self._today(), look, self.date_style)
        ]
        return Strip(segments).adjust_cell_length(width, base)

    @property
    def _view(self) -> Size:
        """The cells that lines can be drawn in: beside the scroll bar."""
        return self.scrollable_content_region.size

    def _empty_line(self, y: int, width: int) -> Strip:
        first = max((self._view.height - len(self._empty)) // 2 - 1, 0)
        text = literal(self._empty[y - first]) if first <= y < first + len(self._empty) else ""
        return Strip([Segment(text.center(width), self.get_component_rich_style("empty"))]).adjust_cell_length(width)

    def _fit(self) -> Columns:
        width = self._view.width
        if self._columns is None or self._columns_width != width:
            self._columns, self._columns_width = fit_columns(self._rows.having, self._id_width, width), width
        return self._columns

    def _reveal(self) -> None:
        top, height = self.scroll_offset.y, self._view.height
        if self._row < top:
            above = self._row > 0 and isinstance(self._rows.items[self._row - 1], Heading)
            self._scroll(self._row - above)
        elif height and self._row >= top + height:
            self._scroll(self._row - height + 1)

    def _scroll(self, top: int) -> None:
        # forced: until the scroll bar is laid out, Textual drops what does not ask for more
        self.scroll_to(y=top, animate=False, force=True)

    def _refresh_lines_of(self, uids: set[str]) -> None:
        for y, drawn in self._drawn.items():
            if isinstance(drawn.item, Task) and drawn.item.uid in uids:
                self.refresh_line(y + self.scroll_offset.y)

    def _refresh_changed(self) -> None:
        """Draw anew each visible line that shows another task, or another state of it, than it should."""
        top, items = self.scroll_offset.y, self._rows.items
        for y in range(self._view.height):
            row = top + y
            item = items[row] if row < len(items) else None
            drawn, wanted = self._drawn.get(y, _Drawn()), self._to_draw(item)
            if item is not drawn.item or wanted[1:] != drawn[1:] or not items:
                self.refresh_line(row)

    def _to_draw(self, item: Item | None) -> _Drawn:
        if isinstance(item, Task):
            return _Drawn(item, self._rows.depth(item), is_blocked(item, self._known))
        return _Drawn(item)
