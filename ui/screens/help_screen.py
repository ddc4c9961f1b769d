"""Every key of the list, made from the table of commands."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from ui.commands import Command, shown_keys

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


class HelpScreen(ModalScreen[None]):
    """Any of the keys that people try closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q,question_mark,enter", "dismiss", "Close")]
    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        & > VerticalScroll {
            width: 64;
            max-width: 100%;
            height: auto;
            max-height: 100%;
            padding: 0 2;
            scrollbar-size-vertical: 1;
            background: $surface;
            border: round $primary;
            border-title-color: $text;
            border-subtitle-color: $text-muted;
        }
        & Static { text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    def __init__(self, commands: Sequence[Command]) -> None:
        super().__init__()
        self._commands = commands

    def compose(self) -> ComposeResult:
        box = VerticalScroll(Static(_page(self._commands)))
        box.border_title, box.border_subtitle = "Keys", "esc closes"
        yield box


def _page(commands: Sequence[Command]) -> Content:
    width = max(cell_len(shown_keys(command)) for command in commands)
    lines: list[Content] = []
    for group, members in groupby(commands, key=lambda command: command.group):
        lines.append(Content.styled(group, "bold $text-accent"))
        for command in members:
            keys = shown_keys(command)
            blank = " " * (width - cell_len(keys) + 3)
            lines.append(Content.assemble("  ", (keys, "bold"), blank, (command.help, "$foreground 70%")))
    return Content("\n").join(lines)
