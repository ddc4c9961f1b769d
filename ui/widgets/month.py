"""A month as a grid of days, one of them chosen."""

from __future__ import annotations

from calendar import Calendar, monthrange
from datetime import MAXYEAR, MINYEAR, date, timedelta

from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from core.dates import SHORT_WEEKDAYS

_CELL = 4
_WEEK = 7
_MONTHS = 12
_HEADER = 2
"""Lines above the first week."""


class Month(Widget):
    """Shows the month of `day`; each state of a day has a sign: [18] is chosen, (18) is today."""

    DEFAULT_CSS = """
    Month { width: 28; height: 8; }
    """
    day: reactive[date] = reactive(date.min)

    class Picked(Message):
        """A day was clicked."""

        def __init__(self, day: date) -> None:
            super().__init__()
            self.day = day

    def __init__(self, today: date, week_start: int) -> None:
        super().__init__()
        self._today = today
        self._calendar = Calendar(week_start)
        self.set_reactive(Month.day, today)

    def render(self) -> Content:
        title = Content.styled(f"{self.day:%B} {self.day.year}".center(_CELL * _WEEK), "bold")
        names = "".join(f" {SHORT_WEEKDAYS[number][:2]} " for number in self._calendar.iterweekdays())
        weeks = [Content("").join(self._cell(day) for day in week) for week in self._weeks()]
        return Content("\n").join([title, Content.styled(names, "$foreground 60%"), *weeks])

    def on_click(self, event: object) -> None:
        row, column = getattr(event, "y", 0) - _HEADER, getattr(event, "x", 0) // _CELL
        weeks = self._weeks()
        if 0 <= row < len(weeks) and column < _WEEK and (day := weeks[row][column]) is not None:
            self.post_message(self.Picked(day))

    def _weeks(self) -> list[list[date | None]]:
        """Whole weeks; None stands for the days before the year 1 and after 9999, which are no dates."""
        numbers = self._calendar.itermonthdays3(self.day.year, self.day.month)
        days = [date(*number) if MINYEAR <= number[0] <= MAXYEAR else None for number in numbers]
        return [days[start : start + _WEEK] for start in range(0, len(days), _WEEK)]

    def _cell(self, day: date | None) -> Content:
        if day is None:
            return Content(" " * _CELL)
        text = f"{day.day:>2}"
        if day == self.day:
            return Content.styled(f"[{text}]", "bold $text-accent")
        if day == self._today:
            return Content.styled(f"({text})", "$text-warning")
        return Content.styled(f" {text} ", "" if day.month == self.day.month else "$foreground 40%")


def moved(day: date, days: int = 0, months: int = 0) -> date:
    """`day` moved; a day that the month lacks becomes its last. It stays between the years 1 and 9999."""
    try:
        if days:
            return day + timedelta(days)
        number = day.year * _MONTHS + day.month - 1 + months
        year, month = number // _MONTHS, number % _MONTHS + 1
        return date(year, month, min(day.day, monthrange(year, month)[1]))
    except (OverflowError, ValueError):
        return day
