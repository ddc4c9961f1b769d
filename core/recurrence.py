"""When a task comes again: the words people write, the rule that `Task.recur` holds, and the next occurrence.

A rule is RFC 5545 RRULE text (`FREQ=WEEKLY;BYDAY=MO,TH`), which every calendar reads, without COUNT and UNTIL: each
occurrence is a task of its own, and when they end is the field `until`. dateutil evaluates it, for RRULE has more
corners than we should mend ourselves; it is imported only where an occurrence is asked for.

RFC 5545 leaves out the months that lack a day; a rent due on the 31st must come each month. So a plain monthly or
yearly rule takes the last day of such a month, and `anchored` writes the day itself into the rule, so that February 28
is followed by March 31. Occurrences are wall times: one that daylight saving skips stays as it is, so that those after
it keep their time; whoever compares it to the clock takes the offset before the gap (see `core.dates`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, cast

from core.dates import SHORT_WEEKDAYS, UNITS, WEEKDAYS
from core.errors import TodurableError

if TYPE_CHECKING:
    from dateutil.rrule import rrule


class RecurrenceError(TodurableError):
    """`text` is no rule for recurring that we know. Each of `suggestions` would do."""

    def __init__(self, text: str, problem: str, suggestions: Sequence[str] = ()) -> None:
        offer = f" Write {' or '.join(suggestions)}." if suggestions else ""
        super().__init__(f"“{text}” {problem}.{offer}")
        self.text = text
        self.problem = problem
        self.suggestions = tuple(suggestions)


_FREQUENCIES = {"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "year": "YEARLY"}
_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WORDS = {
    "day": "FREQ=DAILY",
    "week": "FREQ=WEEKLY",
    "month": "FREQ=MONTHLY",
    "quarter": "FREQ=MONTHLY;INTERVAL=3",
    "year": "FREQ=YEARLY",
    "weekday": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "eom": "FREQ=MONTHLY;BYMONTHDAY=-1",
}
_ADVERBS = {"daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year"}
_COUNT_AND_UNIT = re.compile(r"([1-9][0-9]{0,2}) ?([a-z]+)")
_EXAMPLES = "day, week, month, year, 2w, weekday or mon,thu"

_DAY_CODE = f"(?:{'|'.join(_CODES)})"
_PARTS = {
    "FREQ": "DAILY|WEEKLY|MONTHLY|YEARLY",
    "INTERVAL": "[1-9][0-9]{0,2}",
    "BYDAY": f"(?:[+-]?[1-5])?{_DAY_CODE}(?:,(?:[+-]?[1-5])?{_DAY_CODE})*",
    "BYMONTHDAY": "-?[1-9][0-9]?(?:,-?[1-9][0-9]?)*",
    "BYMONTH": "(?:1[0-2]|[1-9])(?:,(?:1[0-2]|[1-9]))*",
    "BYSETPOS": "-?[1-9][0-9]?(?:,-?[1-9][0-9]?)*",
    "WKST": _DAY_CODE,
}
_PLAIN = re.compile(r"FREQ=(MONTHLY|YEARLY)(;INTERVAL=[0-9]+)?")
_ANCHORS = {29: ";BYMONTHDAY=28,29;BYSETPOS=-1", 30: ";BYMONTHDAY=28,29,30;BYSETPOS=-1", 31: ";BYMONTHDAY=-1"}
"""For each day that some months lack, what means it or the last day before it: the last of those that there are."""

_LEAP_DAY = ";BYMONTH=2;BYMONTHDAY=-1"
_ANCHOR_WORDS = {
    _LEAP_DAY: " on the last day of February",
    _ANCHORS[31]: " on the last day",
    _ANCHORS[30]: " on the 30th",
    _ANCHORS[29]: " on the 29th",
}
_SHOWN = re.compile(r"FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(?:;INTERVAL=([0-9]+))?(?:;BYDAY=([A-Z]{2}(?:,[A-Z]{2})*))?")


def parse_recurrence(text: str) -> str:
    """The rule that `text` (`month`, `2w`, `mon,thu`, `weekly`; or a rule) stands for. Raises RecurrenceError."""
    word = " ".join(text.lower().split())
    word = _ADVERBS.get(word, word)
    if word in _WORDS:
        return _WORDS[word]
    if match := _COUNT_AND_UNIT.fullmatch(word):
        return _every(int(match[1]), match[2], text)
    if word.startswith("freq="):
        rule = _checked(word.upper())
        next_occurrence(rule, "2000-01-01")  # refuses what never comes
        return rule
    return _on_weekdays(word, text)


def anchored(recur: str, day: str) -> str:
    """The rule, with the day of the month kept for good if it counts months and some of them lack that day.

    To be asked with the first date of a task. Up to the 28th a plain rule stays plain, and follows a changed date.
    """
    first = date.fromisoformat(day[:10])
    plain = _PLAIN.fullmatch(recur)
    if plain and plain[1] == "MONTHLY":
        return recur + _ANCHORS.get(first.day, "")
    if plain and (first.month, first.day) == (2, 29):
        return recur + _LEAP_DAY
    return recur


def next_occurrence(recur: str, after: str, *, not_before: date = date.min) -> str:
    """The first date of the rule after the date `after`; intervals count from there, and its time of day is kept.

    Both are dates as `Task.due` holds them. Dates before the day `not_before` are passed over. Raises RecurrenceError
    where `recur` is no rule or never comes again.
    """
    from dateutil.rrule import rrulestr

    rule = anchored(_checked(recur) if recur.startswith("FREQ=") else parse_recurrence(recur), after)
    start = datetime.fromisoformat(after)
    try:
        dates = cast("rrule", rrulestr(rule, dtstart=start))
        day = datetime.combine(not_before, time())
        found = dates.after(day, inc=True) if day > start else dates.after(start)
    except ValueError:
        raise RecurrenceError(recur, "is no rule that makes sense") from None
    if found is None:
        raise RecurrenceError(recur, f"does not come again after {after}")
    return found.date().isoformat() + after[10:]


def shown(recur: str) -> str:
    """The rule in words (`every 2 weeks`), or as it is where there are none for it."""
    anchor = next((anchor for anchor in _ANCHOR_WORDS if recur.endswith(anchor)), "")
    plain = recur.removesuffix(anchor)
    match = _SHOWN.fullmatch(plain)
    if match is None or (anchor and not _PLAIN.fullmatch(plain)):
        return recur
    frequency, interval, codes = match.groups()
    unit = next(unit for unit, name in _FREQUENCIES.items() if name == frequency)
    every = f"every {interval} {unit}s" if interval else f"every {unit}"
    if codes is None:
        return every + _ANCHOR_WORDS.get(anchor, "")
    if plain == _WORDS["weekday"]:
        return "every weekday"
    days = ", ".join(SHORT_WEEKDAYS[_CODES.index(code)] for code in codes.split(","))
    return f"every {days}" if every == "every week" else f"{every} on {days}"


def _every(count: int, unit: str, text: str) -> str:
    if unit not in UNITS:
        raise RecurrenceError(text, "needs days, weeks, months or years after the number")
    return f"FREQ={_FREQUENCIES[UNITS[unit]]}" + (f";INTERVAL={count}" if count > 1 else "")


def _on_weekdays(word: str, text: str) -> str:
    names = [name.strip() for name in word.split(",")]
    unknown = next((name for name in names if name not in WEEKDAYS), None)
    if unknown is None:
        numbers = sorted({WEEKDAYS[name] for name in names})
        return f"FREQ=WEEKLY;BYDAY={','.join(_CODES[number] for number in numbers)}"
    from difflib import get_close_matches

    near = get_close_matches(unknown, [*_WORDS, *_ADVERBS, *WEEKDAYS], n=2) if len(names) == 1 else []
    raise RecurrenceError(text, "is not understood" + ("" if near else f": write {_EXAMPLES}"), near)


def _checked(rule: str) -> str:
    """`rule`, if each of its parts is one that we know, and stands there once. Raises RecurrenceError."""
    seen: set[str] = set()
    for part in rule.split(";"):
        name, _equals, value = part.partition("=")
        if name in ("COUNT", "UNTIL"):
            raise RecurrenceError(rule, f"has {name}: when a task stops coming is said by its “until”")
        if name in seen or name not in _PARTS or not re.fullmatch(_PARTS[name], value):
            raise RecurrenceError(rule, f"is no rule of RFC 5545 that is known here, because of “{part}”")
        seen.add(name)
    if rule.startswith("FREQ=DAILY") and seen & {"BYMONTHDAY", "BYSETPOS"}:
        # Where no day matches, each day up to the year 9999 would be tried: seconds. By months that is soon over.
        raise RecurrenceError(rule, "picks days of the month: say so with FREQ=MONTHLY")
    return rule
