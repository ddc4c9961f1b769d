"""Rules for recurring: the words for them, the text that is stored, and the dates that follow."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta
from itertools import islice, pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.recurrence import RecurrenceError, anchored, next_occurrence, parse_recurrence, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

UNITS = st.sampled_from(["d", "w", "m", "y"])
PARTS = st.sampled_from(
    [
        *("FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY", "INTERVAL=2", "INTERVAL=99", "WKST=SU"),
        *(
            "BYDAY=MO",
            "BYDAY=-1FR",
            "BYDAY=+5MO,TU",
            "BYDAY=+6MO",
            "BYMONTH=2",
            "BYMONTH=1,12",
            "BYMONTHDAY=30",
            "BYMONTHDAY=-31",
        ),
        *("BYSETPOS=-1", "BYSETPOS=99", "COUNT=3", "UNTIL=20261224", "BYHOUR=3", "FREQ=HOURLY", "INTERVAL=0", ""),
    ]
)
RULES = st.tuples(st.just("FREQ=") | PARTS, st.lists(PARTS, max_size=4)).map(lambda rule: ";".join([rule[0], *rule[1]]))
DAYS = st.dates(max_value=date(9000, 1, 1))


def dates(recur: str, first: str) -> Iterator[str]:
    """`first` and those that follow, as a task that starts then has them."""
    recur = anchored(recur, first)
    while True:
        yield first
        first = next_occurrence(recur, first)


def parsed_or_error(text: str) -> str | RecurrenceError:
    try:
        return parse_recurrence(text)
    except RecurrenceError as error:
        return error


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    [
        ("day", "FREQ=DAILY", "every day"),
        ("daily", "FREQ=DAILY", "every day"),
        ("week", "FREQ=WEEKLY", "every week"),
        ("Weekly", "FREQ=WEEKLY", "every week"),
        ("month", "FREQ=MONTHLY", "every month"),
        ("monthly", "FREQ=MONTHLY", "every month"),
        ("quarter", "FREQ=MONTHLY;INTERVAL=3", "every 3 months"),
        ("year", "FREQ=YEARLY", "every year"),
        ("yearly", "FREQ=YEARLY", "every year"),
        ("1w", "FREQ=WEEKLY", "every week"),
        ("2w", "FREQ=WEEKLY;INTERVAL=2", "every 2 weeks"),
        ("10 days", "FREQ=DAILY;INTERVAL=10", "every 10 days"),
        ("weekday", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday"),
        ("mon,thu", "FREQ=WEEKLY;BYDAY=MO,TH", "every Mon, Thu"),
        ("Thursday, mon, thu", "FREQ=WEEKLY;BYDAY=MO,TH", "every Mon, Thu"),
        ("sun", "FREQ=WEEKLY;BYDAY=SU", "every Sun"),
        ("eom", "FREQ=MONTHLY;BYMONTHDAY=-1", "every month on the last day"),
        ("freq=weekly;interval=2;byday=tu", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "every 2 weeks on Tue"),
        ("FREQ=MONTHLY;BYDAY=1FR", "FREQ=MONTHLY;BYDAY=1FR", "FREQ=MONTHLY;BYDAY=1FR"),
        ("FREQ=WEEKLY;BYMONTHDAY=-1", "FREQ=WEEKLY;BYMONTHDAY=-1", "FREQ=WEEKLY;BYMONTHDAY=-1"),
    ],
)
def test_words_become_rules_and_rules_words(text: str, rule: str, words: str) -> None:
    assert parse_recurrence(text) == rule
    assert parse_recurrence(rule) == rule
    assert shown(rule) == words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "write day, week"),
        ("fortnight", "write day, week"),
        ("mont", "Write month or mon"),
        ("mon,foo", "“mon,foo” is not understood"),
        ("0w", "not understood"),
        ("2x", "needs days, weeks, months or years"),
        ("1000d", "not understood"),
        ("FREQ=MONTHLY;COUNT=3", "has COUNT"),
        ("FREQ=MONTHLY;UNTIL=20261224", "has UNTIL"),
        ("FREQ=HOURLY", "because of “FREQ=HOURLY”"),
        ("FREQ=DAILY;INTERVAL=0", "because of “INTERVAL=0”"),
        ("FREQ=DAILY;FREQ=DAILY", "because of “FREQ=DAILY”"),
        ("FREQ=DAILY;", "because of “”"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "does not come again"),
        ("FREQ=MONTHLY;BYSETPOS=9;BYDAY=MO", "does not come again"),
        ("FREQ=DAILY;BYMONTHDAY=30", "say so with FREQ=MONTHLY"),
        ("FREQ=MONTHLY;BYDAY=+60MO", "because of"),
    ],
)
def test_what_is_no_rule_is_refused_with_a_reason(text: str, said: str) -> None:
    with pytest.raises(RecurrenceError, match=said):
        parse_recurrence(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("day", ["2028-01-31", "2028-02-01", "2028-02-02"]),
        ("2w", ["2028-01-31", "2028-02-14", "2028-02-28"]),
        ("weekday", ["2028-01-27", "2028-01-28", "2028-01-31"]),
        ("mon,thu", ["2028-01-31", "2028-02-03", "2028-02-07"]),
        ("mon", ["2028-01-29", "2028-01-31", "2028-02-07"]),
        ("month", ["2028-01-15", "2028-02-15", "2028-03-15"]),
        ("month", ["2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30", "2028-05-31"]),
        ("month", ["2027-01-30", "2027-02-28", "2027-03-30"]),
        ("month", ["2027-01-29", "2027-02-28", "2027-03-29"]),
        ("month", ["2028-01-29", "2028-02-29", "2028-03-29"]),
        ("month", ["2027-12-31T17:00", "2028-01-31T17:00", "2028-02-29T17:00"]),
        ("quarter", ["2027-11-30", "2028-02-29", "2028-05-30"]),
        ("eom", ["2027-02-28", "2027-03-31"]),
        ("year", ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]),
        ("4y", ["2096-02-29", "2100-02-28", "2104-02-29"]),
        ("999y", ["2028-01-31", "3027-01-31"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU", ["2088-02-29", "2128-02-29"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", ["2028-01-28", "2028-02-25", "2028-03-31"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", ["2028-01-31", "2028-02-03", "2028-02-14", "2028-02-17"]),
    ],
)
def test_dates_that_follow(text: str, expected: list[str]) -> None:
    assert list(islice(dates(parse_recurrence(text), expected[0]), len(expected))) == expected


def test_a_time_that_daylight_saving_skips_does_not_move_those_after_it() -> None:
    expected = ["2026-03-28T02:30", "2026-03-29T02:30", "2026-03-30T02:30"]
    assert list(islice(dates("FREQ=DAILY", expected[0]), 3)) == expected


def test_without_an_anchor_a_short_month_still_has_an_occurrence() -> None:
    assert next_occurrence("FREQ=MONTHLY", "2027-01-31") == "2027-02-28"


@pytest.mark.parametrize(
    ("recur", "day", "expected"),
    [
        ("FREQ=MONTHLY", "2027-01-28", "FREQ=MONTHLY"),
        ("FREQ=MONTHLY;INTERVAL=3", "2027-01-31", "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=-1"),
        ("FREQ=YEARLY", "2028-02-29T17:00", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1"),
        ("FREQ=YEARLY", "2028-01-31", "FREQ=YEARLY"),
        ("FREQ=WEEKLY", "2027-01-31", "FREQ=WEEKLY"),
        ("FREQ=MONTHLY;BYMONTHDAY=1", "2027-01-31", "FREQ=MONTHLY;BYMONTHDAY=1"),
    ],
)
def test_only_a_day_that_some_months_lack_is_kept_in_the_rule(recur: str, day: str, expected: str) -> None:
    assert anchored(recur, day) == expected


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2027-01-29", "every month on the 29th"),
        ("2027-01-30", "every month on the 30th"),
        ("2027-01-31", "every month on the last day"),
    ],
)
def test_a_rule_with_a_kept_day_is_shown_in_words(day: str, words: str) -> None:
    assert shown(anchored("FREQ=MONTHLY", day)) == words
    assert shown(anchored("FREQ=YEARLY", "2028-02-29")) == "every year on the last day of February"


def test_words_that_another_program_stored_are_followed_too() -> None:
    assert next_occurrence("weekly", "2027-01-01") == "2027-01-08"
    with pytest.raises(RecurrenceError):
        next_occurrence("now and then", "2027-01-01")


def test_the_end_of_the_calendar_is_the_end() -> None:
    with pytest.raises(RecurrenceError, match="does not come again"):
        next_occurrence("FREQ=MONTHLY", "9999-12-31")


@given(st.text() | RULES | st.from_regex(r"[1-9][0-9]{0,2} ?[dwmyx]", fullmatch=True))
def test_any_text_is_a_rule_that_reads_as_itself_and_comes_again_or_is_refused(text: str) -> None:
    rule = parsed_or_error(text)
    if isinstance(rule, RecurrenceError):
        assert rule.text.lower() == text.lower() or text in str(rule)
    else:
        assert parse_recurrence(rule) == rule
        assert shown(rule)
        assert next_occurrence(rule, "2000-01-01") > "2000-01-01"


@given(DAYS, st.integers(1, 30), UNITS)
def test_plain_rules_count_days_and_months_exactly(first: date, interval: int, unit: str) -> None:
    found = list(islice(dates(parse_recurrence(f"{interval}{unit}"), first.isoformat()), 6))
    if unit in "dw":
        step = timedelta(days=interval * (7 if unit == "w" else 1))
        assert found == [(first + number * step).isoformat() for number in range(6)]
    else:
        months = [first.year * 12 + first.month - 1 + n * interval * (12 if unit == "y" else 1) for n in range(6)]
        lengths = [calendar.monthrange(m // 12, m % 12 + 1)[1] for m in months]
        days = [date(m // 12, m % 12 + 1, min(first.day, length)) for m, length in zip(months, lengths, strict=True)]
        assert found == [day.isoformat() for day in days]


@given(st.datetimes(max_value=datetime(9000, 1, 1)), st.sets(st.integers(0, 6), min_size=1))  # noqa: DTZ001 - wall time
def test_days_of_the_week_leave_none_out(start: datetime, weekdays: set[int]) -> None:
    text = ",".join(("mon", "tue", "wed", "thu", "fri", "sat", "sun")[number] for number in weekdays)
    first = start.isoformat(timespec="minutes")
    for before, after in pairwise(islice(dates(parse_recurrence(text), first), 5)):
        assert after[10:] == first[10:]
        day, end = date.fromisoformat(before[:10]), date.fromisoformat(after[:10])
        between = [day + timedelta(days=number) for number in range(1, (end - day).days)]
        assert end.weekday() in weekdays
        assert all(other.weekday() not in weekdays for other in between)
