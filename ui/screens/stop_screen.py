"""A list that cannot be read at all: why, and what can be done. There is no list to show, and an empty one is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from core.display import literal
from core.errors import FileSafetyError

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


class StopScreen(Screen[None]):
    """Shows why the list could not be read."""

    BINDINGS: ClassVar[list[BindingType]] = [("r", "try_again", "Try again"), ("q", "app.quit", "Quit")]
    DEFAULT_CSS = """
    StopScreen {
        align: center middle;
        & > VerticalScroll {
            width: 76;
            max-width: 100%;
            height: auto;
            max-height: 100%;
            padding: 1 2;
            border: round $error;
            border-title-color: $text-error;
        }
    }
    """

    class TryAgain(Message):
        """The list should be read once more."""

    def __init__(self, error: FileSafetyError) -> None:
        super().__init__()
        self._text = Static(_page(error))

    def compose(self) -> ComposeResult:
        box = VerticalScroll(self._text)
        box.border_title = "This list cannot be read"
        yield box

    def show(self, error: FileSafetyError) -> None:
        """Show that it failed again."""
        self._text.update(_page(error))

    def action_try_again(self) -> None:
        self._text.update("Reading once more…")
        self.post_message(self.TryAgain())


def _page(error: FileSafetyError) -> Content:
    keys = Content.assemble(("r", "bold"), " try again   ", ("q", "bold"), " quit")
    path = Content.styled(literal(str(error.path)), "$foreground 60%")
    return Content("\n\n").join([Content(literal(str(error))), path, keys])
