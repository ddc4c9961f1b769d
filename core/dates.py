"""Words for dates: `fri`, `+3d`, `eom`, `next friday`, `in 3 days`, `24.12.`, each with a time or without.

What is read is the text that `Task.due` holds: a day (`2026-12-24`) or a local wall time (`2026-12-24T17:00`).
`today`, the first day of the week (0 is Monday) and the zone are arguments; there is no clock here.

- `fri` is the next Friday, never today. `next friday` is the Friday of next week; `next week`, `next month`,
  `next quarter`, `next year` are their first days. `eow eom eoq eoy` are last days, and may be today.
- Months end right: a day that the month lacks becomes its last (`+1m` from January 31 is February 28 or 29).
- `24.12.` is the next 24th of December, or today. What can be more than one day (`3.4`, `1/2`, `3d`) is refused, and
  the readings are offered; what can be only one (`24/12`) is taken.
- A time alone (`17:00`, `5pm`) is today's.
- A wall time that the zone skips is moved by the length of the gap, and one that comes twice means the first
  (RFC 5545, section 3.3.5). Without a zone the time is kept as written.

No library reads these: those that know words (dateparser, parsedatetime) guess where we must refuse, and cost more to
import than a whole command does; the rest is a few lines of arithmetic.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice

from core.errors import TodurableError


class DateError(TodurableError):
    """`text` is no date, or more than one; the trouble begins at `position`. Each of `suggestions` would do."""

    def __init__(self, text: str, position: int, problem: str, suggestions: Sequence[str] = ()) -> None:
        offer = f" Write {' or '.join(suggestions)}." if suggestions else ""
        super().__init__(f"“{text}” {problem}.{offer}")
        self.text = text
        self.position = position
        self.problem = problem
        self.suggestions = tuple(suggestions)


class _Refusal(Exception):  # noqa: N818 - never leaves this module: it becomes a DateError, which knows the whole text
    def __init__(self, problem: str, suggestions: Sequence[str] = (), word: int = 0) -> None:
        super().__init__(problem)
        self.problem = problem
        self.suggestions = suggestions
        self.word = word


WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            ("mon", "monday"),
            ("tue", "tues", "tuesday"),
            ("wed", "wednesday"),
            ("thu", "thur", "thurs", "thursday"),
            ("fri", "friday"),
            ("sat", "saturday"),
            ("sun", "sunday"),
        )
    )
    for name in names
}
"""What a day of the week may be called, in lower case, with its number; Monday is 0."""

SHORT_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
UNITS = {name: unit for unit in ("day", "week", "month", "year") for name in (unit[0], unit, f"{unit}s")}
"""What a unit of time may be called, in lower case."""

# Texts: `re` compiles each when it is needed first, and keeps it.
_TIME = r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?"
_CLOCK = rf"t?{_TIME}"
_HALF_DAY = r"(1[0-2]|0?[1-9])(?::([0-5][0-9]))?([ap])m"
_WORD = rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?=[tT]{_TIME}(?!\S))|\S+"
_LONGEST = 5
"""Words of the longest date: `in 3 days at 17:00`."""

_OFFSET = r"([+-]?)([0-9]{1,6})([dwmy])"
_YEAR_FIRST = r"([0-9]{4})([-/])([0-9]{1,2})\2([0-9]{1,2})"
_DAY_FIRST = r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})?"
_EITHER_FIRST = r"([0-9]{1,2})([-./])([0-9]{1,2})(?:\2(?P<year>[0-9]{4})|\2(?P<short>[0-9]{2}))?"
_EXAMPLES = "today, fri, +3d, eom, next friday, in 3 days, 24.12. or 2026-12-24"


def parse_date(text: str, *, today: date, week_start: int = 0, zone: tzinfo | None = None) -> str:
    """The day or time that `text` names. Raises DateError."""
    found, end = parse_leading_date(text, today=today, week_start=week_start, zone=zone)
    rest = text[end:].strip()
    if rest:
        position = len(text) - len(text[end:].lstrip())
        raise DateError(text, position, f"is a date only up to “{rest}”; a time is written 17:00")
    return found


def parse_leading_date(text: str, *, today: date, week_start: int = 0, zone: tzinfo | None = None) -> tuple[str, int]:
    """The longest date that `text` begins with, in whole words, and where it ends. Raises DateError."""
    found = list(islice(re.finditer(_WORD, text), _LONGEST))
    words = [match[0].lower() for match in found]
    try:
        day, used = _day(words, today, week_start)
        clock, more = _time(words[used:])
    except _Refusal as refusal:
        first, last = found[:1], found[: refusal.word + 1]
        start, end = (first[0].start(), last[-1].end()) if first and last else (0, len(text))
        position = last[-1].start() - start if last else 0
        raise DateError(text[start:end], position, refusal.problem, refusal.suggestions) from None
    end = found[used + more - 1].end()
    if clock is None:
        return day.isoformat(), end
    return _wall_time(datetime.combine(day, clock), zone), end


def with_weekday(text: str, style: str = "iso") -> str:
    """A day or time as `parse_date` gives it, for people to check: `Thu 2026-12-24 17:00`."""
    return f"{SHORT_WEEKDAYS[date.fromisoformat(text[:10]).weekday()]} {written(text, style)} {text[11:]}".rstrip()


def local_time(instant: str) -> str:
    """The local time of the system at `instant`, to the second; that of UTC where it is in no year there."""
    moment = datetime.fromisoformat(instant)
    with suppress(OverflowError, ValueError):
        moment = moment.astimezone()
    return moment.replace(tzinfo=None).isoformat(timespec="seconds")


def written(text: str, style: str, today: date | None = None) -> str:
    """The day of `text`, as `parse_date` gives it, in a style of the profile: 2026-12-24, 24.12.2026, 12/24/2026.

    The last two without the year where it is that of `today`. “words” is for whoever has words; else as “iso”.
    """
    year, month, day = text[:4], text[5:7], text[8:10]
    short = today is not None and today.year == int(year)
    if style == "day-month":
        return f"{day}.{month}." if short else f"{day}.{month}.{year}"
    if style == "month-day":
        return f"{month}/{day}" if short else f"{month}/{day}/{year}"
    return text[:10]


def _wall_time(moment: datetime, zone: tzinfo | None) -> str:
    if zone is not None:
        # To UTC and back is the whole rule of RFC 5545: fold=0 takes the offset before a gap, and the first of two.
        # It can overflow only within a day of the year 1 or 9999.
        with suppress(OverflowError):
            moment = moment.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    return moment.isoformat(timespec="seconds" if moment.second else "minutes")


def _day(words: Sequence[str], today: date, week_start: int) -> tuple[date, int]:
    """The day that `words` begin with, and how many of them it takes: none where they begin with a time."""
    if not words:
        raise _Refusal(f"holds no date: write {_EXAMPLES}")
    if words[0] == "next":
        return _next(words, today, week_start), 2
    if words[0] == "in":
        return _moved(today, 1, words, 1), 3
    if words[2:3] == ["ago"]:
        return _moved(today, -1, words, 0), 3
    if _clock(words[0]) is not None:
        return today, 0
    return _one_word(words[0], today, week_start), 1


def _one_word(word: str, today: date, week_start: int) -> date:
    if word in _NAMED:
        return _NAMED[word](today, week_start)
    if word in WEEKDAYS:
        return _weekday_after(today, WEEKDAYS[word])
    for pattern, read in _FORMS:
        if match := re.fullmatch(pattern, word):
            return read(match, today)
    from difflib import get_close_matches

    near = get_close_matches(word, [*_NAMED, *WEEKDAYS], n=2)
    raise _Refusal("is not understood as a date" + ("" if near else f": write {_EXAMPLES}"), near)


def _time(words: Sequence[str]) -> tuple[time | None, int]:
    """The time that `words` begin with, if they do, and how many of them it takes."""
    skipped = 1 if words[:1] == ["at"] else 0
    clock = _clock(words[skipped]) if len(words) > skipped else None
    return (None, 0) if clock is None else (clock, skipped + 1)


def _clock(word: str) -> time | None:
    if match := re.fullmatch(_CLOCK, word):
        return time(int(match[1]), int(match[2]), int(match[3] or 0))
    if match := re.fullmatch(_HALF_DAY, word):
        return time(int(match[1]) % 12 + (12 if match[3] == "p" else 0), int(match[2] or 0))
    return None


def _weekday_after(day: date, weekday: int) -> date:
    return _plus_days(day, (weekday - day.weekday() - 1) % 7 + 1)


def _next(words: Sequence[str], today: date, week_start: int) -> date:
    what = words[1] if len(words) > 1 else ""
    if what in WEEKDAYS:
        return _plus_days(_weekday_after(today, week_start), (WEEKDAYS[what] - week_start) % 7)
    if what == "week":
        return _weekday_after(today, week_start)
    if what == "month":
        return _plus_months(today.replace(day=1), 1)
    if what == "quarter":
        return _plus_months(today.replace(day=1), 3 - (today.month - 1) % 3)
    if what == "year":
        return _plus_months(today.replace(month=1, day=1), 12)
    raise _Refusal("needs a day of the week, week, month, quarter or year after “next”", word=1)


def _moved(today: date, sign: int, words: Sequence[str], start: int) -> date:
    """`today`, moved by the number and the unit at `start` of `words`."""
    count, unit = [*words[start : start + 2], "", ""][:2]
    if count in ("a", "an"):
        count = "1"
    if not re.fullmatch("[0-9]{1,6}", count):
        raise _Refusal("needs a number of days, weeks, months or years: in 3 days", word=start)
    if unit not in UNITS:
        raise _Refusal("needs days, weeks, months or years after the number", word=start + 1)
    return _shifted(today, sign * int(count), UNITS[unit])


def _shifted(day: date, count: int, unit: str) -> date:
    if unit in ("day", "week"):
        return _plus_days(day, count * (7 if unit == "week" else 1))
    return _plus_months(day, count * (12 if unit == "year" else 1))


def _plus_days(day: date, count: int) -> date:
    try:
        return day + timedelta(days=count)
    except OverflowError:
        raise _Refusal("lies outside the years 1 to 9999") from None


def _plus_months(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    if not MINYEAR <= year <= MAXYEAR:
        raise _Refusal("lies outside the years 1 to 9999")
    end = _end_of_month(date(year, month + 1, 1))
    return end.replace(day=min(day.day, end.day))


def _end_of_month(day: date) -> date:
    # `calendar` knows it too, but brings `locale` along: importing that costs more than importing this module.
    if day.month == 12:  # noqa: PLR2004 - December, whose end may be the end of all dates
        return day.replace(day=31)
    return day.replace(month=day.month + 1, day=1) - timedelta(days=1)


def _offset(match: re.Match[str], today: date) -> date:
    sign, count, unit = match.groups()
    if not sign:
        raise _Refusal("may lie ahead or behind", [f"+{match[0]}", f"-{match[0]}"])
    return _shifted(today, int(f"{sign}{count}"), UNITS[unit])


def _year_first(match: re.Match[str], today: date) -> date:
    return _only(_on(int(match[4]), int(match[3]), match[1], today))


def _day_first(match: re.Match[str], today: date) -> date:
    return _only(_on(int(match[1]), int(match[2]), match[3], today))


def _either_first(match: re.Match[str], today: date) -> date:
    first, second, short = int(match[1]), int(match[3]), match["short"]
    year = f"20{short}" if short else match["year"]
    days = (_on(first, second, year, today), _on(second, first, year, today))
    readings = sorted({day for day in days if day is not None})
    if short and readings:
        raise _Refusal("has a year of two digits", [day.isoformat() for day in readings])
    if len(readings) > 1:
        raise _Refusal("can be more than one day", [day.isoformat() for day in readings])
    return _only(readings[0] if readings else None)


def _on(day: int, month: int, year: str | None, today: date) -> date | None:
    """That day of that year, else the first one that is not before today, if there is any."""
    # February 29 may be eight years away: 2096 and 2104 are leap years, 2100 is none.
    for candidate in [int(year)] if year else range(today.year, today.year + 9):
        with suppress(ValueError):
            found = date(candidate, month, day)
            if year or found >= today:
                return found
    return None


def _only(day: date | None) -> date:
    if day is None:
        raise _Refusal("is no day of the calendar")
    return day


_FORMS = (
    (_OFFSET, _offset),
    (_YEAR_FIRST, _year_first),
    (_DAY_FIRST, _day_first),
    (_EITHER_FIRST, _either_first),
)
_NAMED: dict[str, Callable[[date, int], date]] = {
    "today": lambda today, _week_start: today,
    "tomorrow": lambda today, _week_start: _plus_days(today, 1),
    "yesterday": lambda today, _week_start: _plus_days(today, -1),
    "eow": lambda today, week_start: _plus_days(today, (week_start - 1 - today.weekday()) % 7),
    "eom": lambda today, _week_start: _end_of_month(today),
    "eoq": lambda today, _week_start: _end_of_month(_plus_months(today.replace(day=1), -(today.month % -3))),
    "eoy": lambda today, _week_start: today.replace(month=12, day=31),
}
