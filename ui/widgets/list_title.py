"""The line above the list: what it shows, how much of it, and how that is filtered and sorted."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from core.display import literal
from ui.widgets.task_line import cut


class ListTitle(Widget):
    """Shows `title`, then `count` and how many are `marked`; `note` at the right."""

    DEFAULT_CSS = """
    ListTitle { height: 1; padding: 0 1; color: $text-muted; }
    """

    title: reactive[str] = reactive("")
    count: reactive[str] = reactive("")
    note: reactive[str] = reactive("")
    marked: reactive[int] = reactive(0)

    def render(self) -> Content:
        """Where it is narrow the note gives way."""
        width = self.content_size.width
        marked = f" · {self.marked} marked" if self.marked else ""
        title = cut(literal(self.title), max(width - len(self.count) - len(marked) - 2, 1))
        count = f"  {self.count}" if self.count else ""
        left = Content.assemble((title, "bold $text"), count, (marked, "bold $text-secondary"))
        note = cut(literal(self.note), max(width - left.cell_length - 2, 0)) if self.note else ""
        return Content.assemble(left, " " * max(width - left.cell_length - cell_len(note), 0), note)
