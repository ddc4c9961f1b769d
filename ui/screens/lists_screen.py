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

    def __init__(self, lists: Mapping[str, str]) -> None:
        super().__init__()
        self._names = ["", *lists]
        prompts = [
            Content.assemble(literal(name), (f"  {literal(path)}", "$text-muted")) for name, path in lists.items()
        ]
        self._list = OptionList(Option(_OWN), *map(Option, prompts), markup=False)

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
