"""A date, chosen in a month or written in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from core.dates import DateError, parse_date
from core.display import literal
from ui.widgets.entry import Entry
from ui.widgets.month import Month, moved
from ui.widgets.quick_add import QuickAddWords, day_words

if TYPE_CHECKING:
    from textual.app import ComposeResult

_HINT = "arrows: day   pgup pgdn: month\nenter: take it   ctrl+x: none"
_DAYS = {"left": -1, "right": 1, "up": -7, "down": 7}
_MONTHS = {"pageup": -1, "pagedown": 1}
_NONE = ("none", "never", "-")


class Chosen(NamedTuple):
    """A date as `Task.due` holds it, or None where there is to be none."""

    day: str | None


class DateScreen(ModalScreen[Chosen | None]):
    """Answers with what was chosen; None where nothing was. `before` is the date that there was."""

    DEFAULT_CSS = """
    DateScreen {
        align: center middle;
        & > Vertical {
            width: 36;
            max-width: 100%;
            height: auto;
            max-height: 100%;
            padding: 0 1;
            background: $surface;
            border: round $primary;
            border-title-color: $text;
            align-horizontal: center;
        }
        Entry { margin: 0 0 0 0; background: $boost; padding: 0 1; }
        #date-reading { height: auto; max-height: 4; min-height: 1; padding: 0 1; width: 1fr; }
        #date-keys { color: $text-muted; height: 2; }
    }
    """

    def __init__(self, title: str, before: str | None, words: QuickAddWords) -> None:
        super().__init__()
        self._title = title
        self._words = words
        self._value: str | None = before or words.today.isoformat()
        self._problem = ""
        self._month = Month(words.today, words.week_start)

    def compose(self) -> ComposeResult:
        box = Vertical(
            Entry(keeps=True, keys=self._keys(), placeholder="fri 17:00, +3d, eom, none"),
            Static(markup=False, id="date-reading"),
            self._month,
            Static(_HINT, markup=False, id="date-keys"),
        )
        box.border_title = Content(literal(self._title))
        yield box

    def on_mount(self) -> None:
        self._tell()

    def _keys(self) -> dict[str, Callable[[], None]]:
        days = {key: partial(self._move, days=step) for key, step in _DAYS.items()}
        return (
            days
            | {key: partial(self._move, months=step) for key, step in _MONTHS.items()}
            | {"ctrl+x": self._take_none}
        )

    def _move(self, days: int = 0, months: int = 0) -> None:
        """Go on from the day that is shown; a time that was written or given stays."""
        self._choose(moved(self._month.day, days, months))

    def _choose(self, day: date) -> None:
        self._value = day.isoformat() + (self._value or "")[10:]
        entry = self.query_one(Entry)
        with entry.prevent(Input.Changed):
            entry.put("")
        self._tell()

    def _take_none(self) -> None:
        _ = self.dismiss(Chosen(None))

    def on_month_picked(self, picked: Month.Picked) -> None:
        self._choose(picked.day)

    def on_input_changed(self, message: Input.Changed) -> None:
        """Read what is written; the month follows."""
        words = message.value.strip()
        self._problem = ""
        if words.lower() in _NONE:
            self._value = None
        elif words:
            try:
                self._value = parse_date(words, today=self._words.today, week_start=self._words.week_start)
            except DateError as error:
                self._problem = str(error)
        self._tell()

    def on_entry_entered(self) -> None:
        if not self._problem:
            _ = self.dismiss(Chosen(self._value))

    def on_entry_left(self) -> None:
        _ = self.dismiss(None)

    def _tell(self) -> None:
        if self._value:
            self._month.day = date.fromisoformat(self._value[:10])
        words = day_words(self._value, self._words.today, self._words.date_style) if self._value else "no date"
        style = "$text-error" if self._problem else "$text-warning"
        self.query_one("#date-reading", Static).update(Content.styled(literal(self._problem) or words, style))
