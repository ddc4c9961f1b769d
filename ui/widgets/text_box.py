"""A field for text of several lines, which shows what is in it and lets the terminal obey none of it."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import TextArea

from core.display import literal_block


class TextBox(TextArea):
    """Textual's, but literal."""

    def get_line(self, line_index: int) -> Text:
        """What Textual draws."""
        return Text(literal_block(self.document.get_line(line_index)), end="")
