"""Every key of the list, made from the table of commands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from core.task import Status
from ui.commands import Command, shown_keys
from ui.widgets.task_line import BLOCKED, NOTED, RECURS, SIGNS

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

_WIDE = 116
"""Cells from which on there is room for two columns."""
_KEYS = 12
"""Cells for keys."""

SIGNS_TOLD = (
    *((SIGNS[status], f"A task that is {status}") for status in Status),
    ("!1 !2 !3", "Priority high, medium, low"),
    ("*", "Marked: an action takes all marked ones"),
    (BLOCKED, "Waits for another task that is open"),
    (RECURS, "Comes again when it is done"),
    (NOTED, "Has a description or a comment"),
)


class HelpScreen(ModalScreen[None]):
    """Any of the keys that people try closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q,question_mark,enter", "dismiss", "Close"),
        ("j", "move('scroll_down')", "Down"),
        ("k", "move('scroll_up')", "Up"),
        ("ctrl+d,space", "move('page_down')", "Page down"),
        ("ctrl+u", "move('page_up')", "Page up"),
        ("G", "move('scroll_end')", "End"),
        ("g", "move('scroll_home')", "Top"),
    ]
    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        & > VerticalScroll {
            width: 58;
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
        &.-wide > VerticalScroll { width: 112; }
        & Horizontal { height: auto; }
        & Static { width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    def __init__(self, commands: Sequence[Command]) -> None:
        super().__init__()
        self._commands = commands

    def compose(self) -> ComposeResult:
        groups = [_group(name, list(members)) for name, members in groupby(self._commands, key=attrgetter("group"))]
        groups.append(_titled("Signs", SIGNS_TOLD))
        self.set_class(self.app.size.width >= _WIDE, "-wide")
        with VerticalScroll() as box:
            box.border_title, box.border_subtitle = "Keys", "j k scroll, esc closes"
            with Horizontal():
                if self.app.size.width >= _WIDE:
                    for half in _halves(groups):
                        yield Static(Content("\n\n").join(half))
                else:
                    yield Static(Content("\n\n").join(groups))

    async def action_move(self, how: str) -> None:
        """Scroll, by that action of the box."""
        await self.query_one(VerticalScroll).run_action(how)


def _group(name: str, commands: Sequence[Command]) -> Content:
    """The commands of a group; those that differ in their key only share a line."""
    lines = []
    for words, same in groupby(commands, key=attrgetter("help")):
        members = list(same)
        keys = shown_keys(members[0])
        if len(members) > 1:
            keys += f"-{shown_keys(members[-1])}"
        lines.append((keys, words))
    return _titled(name, lines)


def _titled(name: str, lines: Iterable[tuple[str, str]]) -> Content:
    shown = [Content.styled(name, "bold $text-accent")]
    for keys, words in lines:
        blank = " " * max(_KEYS - cell_len(keys), 1)
        shown.append(Content.assemble("  ", (keys, "bold"), blank, (words, "$foreground 70%")))
    return Content("\n").join(shown)


def _halves(groups: Sequence[Content]) -> Iterable[Sequence[Content]]:
    """The groups in two columns, which are about equally long."""
    heights = [len(group.plain.splitlines()) + 1 for group in groups]
    first = min(range(len(groups) + 1), key=lambda count: abs(sum(heights[:count]) - sum(heights[count:])))
    return groups[:first], groups[first:]
