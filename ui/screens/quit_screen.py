"""The one question that quitting may ask: when changes could not be saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from core.display import literal

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

Choice = Literal["wait", "lose", "stay"]


class QuitScreen(ModalScreen[Choice]):
    """Asks what to do about unsaved changes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("w,enter", "dismiss('wait')", "Wait"),
        ("Q", "dismiss('lose')", "Lose"),
        ("escape", "dismiss('stay')", "Stay"),
    ]
    DEFAULT_CSS = """
    QuitScreen {
        align: center middle;
        & > Static {
            width: 68;
            max-width: 100%;
            height: auto;
            padding: 1 2;
            background: $surface;
            border: round $warning;
            border-title-color: $text-warning;
        }
    }
    """

    def __init__(self, unsaved: str, problem: str) -> None:
        super().__init__()
        self._unsaved = unsaved
        self._problem = problem

    def compose(self) -> ComposeResult:
        choices = (("w", "keep waiting, and quit when saved"), ("Q", f"quit and lose {self._unsaved}"), ("esc", "stay"))
        lines = [Content.assemble((f"{key:<4}", "bold"), what) for key, what in choices]
        box = Static(Content("\n").join([Content(literal(self._problem)), Content(""), *lines]))
        box.border_title = f"{self._unsaved} not saved yet"
        yield box
