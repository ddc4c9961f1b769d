"""What had to be recovered, before the list is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from core.display import literal
from core.recovery import RecoveryReport
from ui.widgets.key_line import shown

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


Answer = Literal["backups"]


class RecoveryScreen(Screen[Answer | None]):
    """Shows a report; one key leads to the list, another (the answer) to the other copies that there are.

    `found` says what is in the list that was recovered.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        ("enter,escape", "dismiss", "Go on"),
        ("b", "dismiss('backups')", "Other copies"),
    ]
    DEFAULT_CSS = """
    RecoveryScreen {
        align: center middle;
        & > VerticalScroll {
            width: 76;
            max-width: 100%;
            height: auto;
            max-height: 100%;
            padding: 1 2;
            border: round $warning;
            border-title-color: $text-warning;
            border-subtitle-color: $text;
            scrollbar-size-vertical: 1;
        }
    }
    """

    def __init__(self, report: RecoveryReport, found: str) -> None:
        super().__init__()
        self._found = found
        self._text = Static(_page(report, found))

    def compose(self) -> ComposeResult:
        box = VerticalScroll(self._text)
        box.border_title = "This list was damaged"
        box.border_subtitle = shown((("enter", "go on to the list"), ("b", "look at the other copies first")))
        yield box

    def show(self, report: RecoveryReport) -> None:
        """Show `report` in place of the one before."""
        self._text.update(_page(report, self._found))


def _page(report: RecoveryReport, found: str) -> Content:
    parts = [
        *_part("Damaged", [f"{attempt.path.name}: {attempt.problem}" for attempt in report.refused]),
        *_part("Recovered from", [report.source or "nothing could be used"]),
        *_part("Done again", [_changes(report.replayed)]),
        *_part("In the list now", [found]),
        *_part("Missing", list(report.lost) or ["nothing"], "$text-error" if report.lost else ""),
        *_part("The damaged bytes are in", [str(path) for path in report.kept]),
    ]
    return Content("\n").join(parts[:-1])


def _part(title: str, lines: list[str], style: str = "") -> list[Content]:
    if not lines:
        return []
    shown = [Content.styled(f"  {literal(line)}", style) for line in lines]
    return [Content.styled(title, "$foreground 60%"), *shown, Content("")]


def _changes(number: int) -> str:
    return f"{number} change{'s' * (number != 1)} from the journal"
