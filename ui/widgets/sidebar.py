"""The pane of views: the fixed ones, projects as a tree, tags and saved filters, each with its count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from core.display import literal
from ui.views import DONE, FIXED, OVERDUE, TRASH, View, title
from ui.widgets.task_line import cut

if TYPE_CHECKING:
    from textual.events import Click

NUMBERED = 9
"""Views that have a number key."""
_UNCOUNTED = (DONE, TRASH)


class Entry(NamedTuple):
    """One line: a view, or a heading where `view` is None."""

    view: View | None
    text: str
    depth: int = 0


class _Line(NamedTuple):
    """What a line shows."""

    entry: Entry
    number: str
    opened: bool
    at_cursor: bool


class Sidebar(ScrollView, can_focus=True):
    """Shows views. `open_view` is the one that the list shows."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"cursor", "open", "heading", "count", "urgent"}
    DEFAULT_CSS = """
    Sidebar {
        width: 26;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        scrollbar-background: $surface;
        scrollbar-color: $panel;
        background: $surface;
        & > .cursor { background: $primary 28%; }
        & > .open { color: $text-primary; text-style: bold; }
        & > .heading { color: $text-muted; text-style: bold; }
        & > .count { color: $foreground 45%; }
        & > .urgent { color: $text-error; }
    }
    """

    class Chosen(Message):
        """A view is to be opened; `stay` where the keys remain with the sidebar."""

        def __init__(self, view: View, *, stay: bool) -> None:
            super().__init__()
            self.view = view
            self.stay = stay

    def __init__(self) -> None:
        super().__init__()
        self._entries: Sequence[Entry] = ()
        self._named: tuple[View, ...] = ()
        self._filters: tuple[str, ...] = ()
        self._counts: Mapping[View, int] = {}
        self._numbers: dict[View, int] = {}
        self._drawn: dict[int, _Line] = {}
        self._row = 0
        self.open_view = FIXED[0]

    @property
    def views(self) -> list[View]:
        """All views, from top to bottom."""
        return [entry.view for entry in self._entries if entry.view is not None]

    def show(self, counts: Mapping[View, int], filters: Iterable[str], open_view: View) -> None:
        """Show how many tasks each view has; projects and tags without any are left out."""
        named = tuple(
            sorted(view for view in counts if view.kind in ("project", "tag") and _wanted(view, counts, open_view))
        )
        filters = tuple(filters)
        self._counts, self.open_view = counts, open_view
        if (named, filters) != (self._named, self._filters) or not self._entries:
            self._named, self._filters = named, filters
            self._entries = _entries(named, filters)
            self._numbers = dict(zip(self.views, range(1, NUMBERED + 1), strict=False))
            self.virtual_size = Size(0, len(self._entries))
            self._row = self._row_of(open_view)
        if not self.has_focus:
            self._row = self._row_of(open_view)
        self._refresh_changed()

    # The cursor

    def move_to(self, row: int, direction: int = 1) -> None:
        """Put the cursor on a line, or on the nearest view, and open that."""
        row = min(max(row, 0), len(self._entries) - 1)
        while 0 <= row < len(self._entries) and self._entries[row].view is None:
            row += direction
        view = self._entries[row].view if 0 <= row < len(self._entries) else None
        if view is None:
            return
        self._row = row
        self._reveal()
        self._refresh_changed()
        self.post_message(self.Chosen(view, stay=True))

    def move_to_last(self) -> None:
        """Put the cursor on the last view."""
        self.move_to(len(self._entries) - 1, -1)

    def move(self, rows: int) -> None:
        """Move the cursor down, or up where `rows` is negative."""
        self.move_to(self._row + rows, 1 if rows > 0 else -1)

    def move_pages(self, pages: float) -> None:
        """Move the cursor by parts of what is visible."""
        self.move(int(self.size.height * pages))

    def view_at(self, y: int) -> View | None:
        """The view that is shown `y` lines below the top."""
        row = y + self.scroll_offset.y
        return self._entries[row].view if row < len(self._entries) else None

    def on_click(self, event: Click) -> None:
        view = self.view_at(event.y)
        if view is not None:
            self.post_message(self.Chosen(view, stay=False))

    def on_focus(self) -> None:
        self._refresh_changed()

    def on_blur(self) -> None:
        self._refresh_changed()

    # Drawing

    def render_line(self, y: int) -> Strip:
        row, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if row >= len(self._entries):
            self._drawn.pop(y, None)
            return Strip.blank(width, self.rich_style)
        line = self._drawn[y] = self._line(row)
        if line.entry.view is None:
            text = Segment(f" {cut(literal(line.entry.text), width - 2)}", self.get_component_rich_style("heading"))
            return Strip([text]).adjust_cell_length(width, self.rich_style)
        return self._view_line(line, line.entry.view, width)

    def _view_line(self, line: _Line, view: View, width: int) -> Strip:
        base = self.get_component_rich_style("cursor") if line.at_cursor else self.rich_style
        room = max(width - len(line.number) - 5, 1)
        label = set_cell_size(cut("  " * line.entry.depth + literal(line.entry.text), room), room)
        pieces = [
            ("▌" if line.opened else " ", "open"),
            (f"{self._numbers.get(view, ' ')} ", "count"),
            (label, "open" if line.opened else ""),
            (f" {line.number} ", "urgent" if view == OVERDUE else "count"),
        ]
        ground = Style(bgcolor=base.bgcolor)
        segments = [
            Segment(text, self.get_component_rich_style(name) + ground if name else base) for text, name in pieces
        ]
        return Strip(segments).adjust_cell_length(width, base)

    def _line(self, row: int) -> _Line:
        entry = self._entries[row]
        number = self._counts.get(entry.view, 0) if entry.view and entry.view not in _UNCOUNTED else 0
        return _Line(entry, str(number or ""), entry.view == self.open_view, self.has_focus and row == self._row)

    def _row_of(self, view: View) -> int:
        return next((row for row, entry in enumerate(self._entries) if entry.view == view), 0)

    def _reveal(self) -> None:
        top, height = self.scroll_offset.y, self.size.height
        if self._row < top:
            self.scroll_to(y=self._row, animate=False, force=True)
        elif height and self._row >= top + height:
            self.scroll_to(y=self._row - height + 1, animate=False, force=True)

    def _refresh_changed(self) -> None:
        """Draw anew each visible line that does not show what it should."""
        top = self.scroll_offset.y
        for y in range(self.size.height):
            line = self._line(top + y) if top + y < len(self._entries) else None
            if self._drawn.get(y) != line:
                self.refresh_line(top + y)


def _wanted(view: View, counts: Mapping[View, int], open_view: View) -> bool:
    return counts[view] > 0 or view == open_view


def _entries(named: Iterable[View], filters: Iterable[str]) -> list[Entry]:
    entries = [Entry(view, title(view)) for view in FIXED]
    groups = (
        ("Filters", [Entry(View("filter", name), name) for name in filters]),
        (
            "Projects",
            [
                Entry(view, view.name.rpartition("/")[2], view.name.count("/"))
                for view in named
                if view.kind == "project"
            ],
        ),
        ("Tags", [Entry(view, title(view)) for view in named if view.kind == "tag"]),
    )
    for heading, members in groups:
        if members:
            entries += [Entry(None, ""), Entry(None, heading), *members]
    return entries
