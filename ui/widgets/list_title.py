"""The line above the list: what it shows, how much of it, and how that is filtered and sorted."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from core.display import literal
from ui.widgets.task_line import cut


class ListTitle(Widget):
    """Shows `title`, then `count`; `note` at the right."""

    DEFAULT_CSS = """
    ListTitle { height: 1; padding: 0 1; color: $text-muted; }
    """

    title: reactive[str] = reactive("")
    count: reactive[str] = reactive("")
    note: reactive[str] = reactive("")

    def render(self) -> Content:
        """Where it is narrow the note gives way."""
        width = self.content_size.width
        title = cut(literal(self.title), max(width - cell_len(self.count) - 2, 1))
        left = Content.assemble((title, "bold $text"), f"  {self.count}" if self.count else "")
        note = cut(literal(self.note), max(width - left.cell_length - 2, 0)) if self.note else ""
        return Content.assemble(left, " " * max(width - left.cell_length - cell_len(note), 0), note)
