"""The last line: which list this is, how many tasks are in it, and whether all of it is saved."""

from __future__ import annotations

from msgspec import Struct
from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from core.display import literal
from ui.widgets.task_line import cut

_GAP = "  "
_LEAST_WORDS = 20
"""Cells that the words about saving may claim before the counts."""


class ListStatus(Struct, frozen=True):
    """What the line tells. `phase` is what is going on where the list is not open yet, or no more.

    `problem` says why the `unsaved` changes are not saved, or, where there are none, what else does not work.
    """

    name: str
    phase: str = ""
    open: int = 0
    done: int = 0
    unsaved: int = 0
    problem: str = ""
    read_only: bool = False
    others: int = 0
    """How many other screens have this list open."""
    copied: str = ""
    """When the last backup was made, in words."""


class StatusLine(Widget):
    """Shows `status`."""

    DEFAULT_CSS = """
    StatusLine {
        height: 1;
        padding: 0 1;
        background: $panel;
        color: $text-muted;
    }
    """

    status: reactive[ListStatus] = reactive(ListStatus(""))

    def render(self) -> Content:
        """The name and the counts at the left, the saving at the right; where it is narrow the counts give way."""
        status, width = self.status, self.content_size.width
        words, style = saving(status)
        name = cut(literal(status.name), width // 3)
        counts = "" if status.phase else f"  {status.open} open · {status.done} done{_screens(status.others)}"
        copied = f" · backup {status.copied}" if status.copied and not status.phase else ""
        if cell_len(name) + len(counts) + len(copied) + len(_GAP) + cell_len(words) <= width:
            counts += copied
        if cell_len(name) + len(counts) + len(_GAP) + min(cell_len(words), _LEAST_WORDS) > width:
            counts = ""
        words = cut(literal(words), max(width - cell_len(name) - len(counts) - len(_GAP), 0))
        blank = " " * (width - cell_len(name) - len(counts) - cell_len(words))
        return Content.assemble((name, "bold $text"), counts, blank, (words, style))


def _screens(others: int) -> str:
    return f" · {others + 1} screens" if others else ""


def saving(status: ListStatus) -> tuple[str, str]:
    """Whether all is saved, in words and in a style."""
    if status.phase:
        return status.phase, ""
    if status.unsaved and status.problem:
        return f"{status.unsaved} unsaved: {status.problem}", "bold $text-error"
    if status.problem:
        return status.problem, "$text-warning"
    if status.read_only:
        return "read-only", "$text-warning"
    return ("saving…", "") if status.unsaved else ("saved", "$text-success")
