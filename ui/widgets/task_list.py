"""The list: one task a line, drawn a line at a time, so that only what is visible costs anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from core.display import literal
from core.task import Task
from ui.widgets.task_line import STYLES, Columns, fit_columns, task_line

if TYPE_CHECKING:
    from textual.events import Click, Resize


class TaskList(ScrollView, can_focus=True):
    """Shows tasks, and a cursor that stays on its task whatever happens around it.

    `today` is asked whenever a line is drawn.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"cursor", "edge", "empty", *STYLES}
    DEFAULT_CSS = """
    TaskList {
        height: 1fr;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        scrollbar-background: $background;
        scrollbar-color: $panel;
        & > .cursor { background: $boost; }
        &:focus > .cursor { background: $primary 28%; }
        & > .edge { color: $primary; text-style: bold; }
        & > .empty { color: $text-muted; }
        & > .id { color: $text-muted; }
        & > .sign { color: $text-muted; }
        & > .active { color: $text-warning; text-style: bold; }
        & > .closed { color: $foreground 50%; }
        & > .late { color: $text-error; text-style: bold; }
        & > .soon { color: $text-warning; }
        & > .due { color: $text-muted; }
        & > .high { color: $text-error; text-style: bold; }
        & > .low { color: $text-muted; }
        & > .label { color: $text-secondary; }
    }
    """

    def __init__(self, today: Callable[[], date], empty: Sequence[str]) -> None:
        super().__init__()
        self._today = today
        self._empty = empty
        self._tasks: Sequence[Task] = ()
        self._columns: Columns | None = None
        self._columns_width = 0
        self._row = 0

    @property
    def current(self) -> Task | None:
        """The task under the cursor; None where there is no task."""
        return self._tasks[self._row] if self._tasks else None

    def show(self, tasks: Sequence[Task], empty: Sequence[str]) -> None:
        """Show `tasks`, which nobody may change later, or the lines of `empty` where there are none.

        The cursor stays on its task, and that where it is on the screen; where the task is gone, it stays on its row.
        """
        old, old_row, uid = self._tasks, self._row, self.current.uid if self.current else ""
        self._tasks, self._empty = tasks, empty
        self._row = _nearest(tasks, uid, old_row)
        columns, self._columns = self._columns, None
        self.virtual_size = Size(0, len(tasks))
        if self.scroll_offset.y:
            self._scroll(self.scroll_offset.y + self._row - old_row)
        self._reveal()
        if len(old) == len(tasks) and old_row == self._row and columns == self._fit():
            self._refresh_changed(old)
        else:
            self.refresh()

    def go_to(self, uid: str) -> None:
        """Put the cursor on the task `uid`, if it is shown."""
        self.move_to(_nearest(self._tasks, uid, self._row))

    def move_to(self, row: int) -> None:
        """Put the cursor on a row, or on the nearest one that there is."""
        old, self._row = self._row, min(max(row, 0), max(len(self._tasks) - 1, 0))
        self._reveal()
        self.refresh_line(old)
        self.refresh_line(self._row)

    def move_to_last(self) -> None:
        """Put the cursor on the last task."""
        self.move_to(len(self._tasks) - 1)

    def move(self, rows: int) -> None:
        """Move the cursor down, or up where `rows` is negative."""
        self.move_to(self._row + rows)

    def move_pages(self, pages: float) -> None:
        """Move the cursor by parts of what is visible."""
        self.move(int(self._view.height * pages))

    def on_click(self, event: Click) -> None:
        row = event.y + self.scroll_offset.y
        if row < len(self._tasks):
            self.move_to(row)

    def on_resize(self, _event: Resize) -> None:
        self._reveal()

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        width = self._view.width
        if not self._tasks:
            return self._empty_line(y, width)
        if row >= len(self._tasks):
            return Strip.blank(width, self.rich_style)
        selected = row == self._row
        base = self.get_component_rich_style("cursor") if selected else self.rich_style
        back = Style(bgcolor=base.bgcolor)
        pieces = task_line(self._tasks[row], self._fit(), self._today(), "▌" if selected else " ")
        segments = [
            Segment(text, self.get_component_rich_style(name) + back if name else base) for text, name in pieces
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
            self._columns, self._columns_width = fit_columns(self._tasks, width), width
        return self._columns

    def _reveal(self) -> None:
        top, height = self.scroll_offset.y, self._view.height
        if self._row < top:
            self._scroll(self._row)
        elif height and self._row >= top + height:
            self._scroll(self._row - height + 1)

    def _scroll(self, top: int) -> None:
        # forced: until the scroll bar is laid out, Textual drops what does not ask for more
        self.scroll_to(y=top, animate=False, force=True)

    def _refresh_changed(self, old: Sequence[Task]) -> None:
        top = self.scroll_offset.y
        for row in range(top, min(top + self._view.height, len(old))):
            if old[row] is not self._tasks[row]:
                self.refresh_line(row)


def _nearest(tasks: Sequence[Task], uid: str, near: int) -> int:
    """The row of the task `uid`, looked for from row `near` outwards; `near`, or the last row, where it is not."""
    for row in _outwards(near, len(tasks)):
        if tasks[row].uid == uid:
            return row
    return min(near, max(len(tasks) - 1, 0))


def _outwards(start: int, count: int) -> Iterator[int]:
    for distance in range(max(start, count - start) + 1):
        if start + distance < count:
            yield start + distance
        if distance and 0 <= start - distance < count:
            yield start - distance
