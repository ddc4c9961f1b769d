"""The lists that the profile names, to go to one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from core.display import literal

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

_OWN = "your own list"


class ListsScreen(ModalScreen[str | None]):
    """Answers with the name of a list, empty for the user's own one; None where nothing was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q", "dismiss", "Close"),
        ("j", "down", "Down"),
        ("k", "up", "Up"),
    ]
    DEFAULT_CSS = """
    ListsScreen {
        align: center middle;
        & > Vertical {
            width: 60;
            max-width: 100%;
            height: auto;
            max-height: 100%;
            padding: 0 1;
            background: $surface;
            border: round $primary;
            border-title-color: $text;
            border-subtitle-color: $text-muted;
        }
        OptionList {
            height: auto;
            background: $surface;
            padding: 0;
            text-wrap: nowrap;
            text-overflow: ellipsis;
            &, &:focus { border: none; }
        }
    }
    """

    def __init__(self, lists: Mapping[str, str], opened: str | None) -> None:
        """`lists` are names and paths, `opened` is the one that is open: its name, or empty for the user's own."""
        super().__init__()
        self._names = ["", *lists]
        self._opened = opened
        prompts = [self._prompt(name, lists.get(name, "")) for name in self._names]
        self._list = OptionList(*map(Option, prompts), markup=False)

    def _prompt(self, name: str, path: str) -> Content:
        here = "  open now" if name == self._opened else ""
        return Content.assemble(literal(name) or _OWN, (here, "bold"), (f"  {literal(path)}".rstrip(), "$text-muted"))

    def on_mount(self) -> None:
        self._list.highlighted = self._names.index(self._opened) if self._opened in self._names else 0

    def compose(self) -> ComposeResult:
        box = Vertical(self._list)
        box.border_title, box.border_subtitle = "Lists", "enter opens, esc closes; more of them: settings"
        yield box

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        _ = self.dismiss(self._names[event.option_index])

    def action_down(self) -> None:
        self._list.action_cursor_down()

    def action_up(self) -> None:
        self._list.action_cursor_up()
