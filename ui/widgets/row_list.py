"""Rows to choose from, by the keys of the list of tasks; at an end the cursor stays, where Textual's goes round."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.widgets import OptionList

if TYPE_CHECKING:
    from textual.binding import BindingType


class RowList(OptionList):
    """Its rows are `Content`, and never markup."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("j", "cursor_down", "Down"),
        ("k", "cursor_up", "Up"),
        ("G", "last", "Last"),
        ("g", "first", "First"),
        ("ctrl+d", "page_down", "Page down"),
        ("ctrl+u", "page_up", "Page up"),
    ]

    def __init__(self, **settings: str) -> None:
        super().__init__(markup=False, **settings)  # type: ignore[arg-type]

    def action_cursor_down(self) -> None:
        before = self.highlighted
        super().action_cursor_down()
        if before is not None and self.highlighted is not None and self.highlighted < before:
            self.highlighted = before

    def action_cursor_up(self) -> None:
        before = self.highlighted
        super().action_cursor_up()
        if before is not None and self.highlighted is not None and self.highlighted > before:
            self.highlighted = before
