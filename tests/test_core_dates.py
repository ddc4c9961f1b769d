"""Words for dates: what each means on a given day, what is refused and why, and that nothing else ever happens."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.dates import WEEKDAYS, DateError, local_time, parse_date, parse_leading_date, with_weekday, written
from core.task import check_fields
from tests.zones import system_zone

TUESDAY = date(2026, 11, 24)
MONDAY, SATURDAY, SUNDAY = 0, 5, 6
BERLIN = ZoneInfo("Europe/Berlin")

PIECES = st.sampled_from(
    [*"+-./: ", "next", "in", "ago", "at", "a", "fri", "eom", "week", "days", "am", "5pm", "17:00", "T", "2026", "29"]
)
LIKE_DATES = st.lists(PIECES | st.integers(0, 99999).map(str), max_size=8).map("".join)
DAYS = st.dates()


def read(text: str, today: date = TUESDAY) -> str:
    return parse_date(text, today=today)


def read_or_error(text: str, today: date, week_start: int, zone: tzinfo | None) -> str | DateError:
    try:
        return parse_date(text, today=today, week_start=week_start, zone=zone)
    except DateError as error:
        return error


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", "2026-11-24"),
        ("tomorrow", "2026-11-25"),
        ("yesterday", "2026-11-23"),
        ("wed", "2026-11-25"),
        ("fri", "2026-11-27"),
        ("Friday", "2026-11-27"),
        ("mon", "2026-11-30"),
        ("tue", "2026-12-01"),
        ("eow", "2026-11-29"),
        ("eom", "2026-11-30"),
        ("eoq", "2026-12-31"),
        ("eoy", "2026-12-31"),
        ("+3d", "2026-11-27"),
        ("-2w", "2026-11-10"),
        ("+1m", "2026-12-24"),
        ("-1y", "2025-11-24"),
        ("+0d", "2026-11-24"),
        ("2026-12-24", "2026-12-24"),
        ("2026-1-5", "2026-01-05"),
        ("2026/12/24", "2026-12-24"),
        ("24.12.", "2026-12-24"),
        ("24.11.", "2026-11-24"),
        ("23.11.", "2027-11-23"),
        ("3.4.", "2027-04-03"),
        ("3.4.2020", "2020-04-03"),
        ("29.2.", "2028-02-29"),
        ("24/12", "2026-12-24"),
        ("12/24/2025", "2025-12-24"),
        ("5.5", "2027-05-05"),
        ("next friday", "2026-12-04"),
        ("next tue", "2026-12-01"),
        ("next mon", "2026-11-30"),
        ("next week", "2026-11-30"),
        ("next month", "2026-12-01"),
        ("next quarter", "2027-01-01"),
        ("next year", "2027-01-01"),
        ("in 3 days", "2026-11-27"),
        ("in a week", "2026-12-01"),
        ("in 1 month", "2026-12-24"),
        ("2 years ago", "2024-11-24"),
        ("  NEXT   Friday ", "2026-12-04"),
    ],
)
def test_words_for_days(text: str, day: str) -> None:
    assert read(text) == day


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("fri 17:00", "2026-11-27T17:00"),
        ("fri 9:05", "2026-11-27T09:05"),
        ("fri at 17:00", "2026-11-27T17:00"),
        ("in 3 days at 17:00", "2026-11-27T17:00"),
        ("next friday 00:00", "2026-12-04T00:00"),
        ("24.12. 23:59", "2026-12-24T23:59"),
        ("2026-12-24T17:00", "2026-12-24T17:00"),
        ("2026-12-24t17:00:30", "2026-12-24T17:00:30"),
        ("17:00", "2026-11-24T17:00"),
        ("tomorrow 5pm", "2026-11-25T17:00"),
        ("tomorrow 5:30AM", "2026-11-25T05:30"),
        ("tomorrow 12am", "2026-11-25T00:00"),
        ("tomorrow 12pm", "2026-11-25T12:00"),
    ],
)
def test_each_may_have_a_time(text: str, moment: str) -> None:
    assert read(text) == moment


@pytest.mark.parametrize(
    ("text", "today", "day"),
    [
        ("+1m", date(2026, 1, 31), "2026-02-28"),
        ("+1m", date(2028, 1, 31), "2028-02-29"),
        ("-1m", date(2026, 3, 31), "2026-02-28"),
        ("+13m", date(2026, 1, 31), "2027-02-28"),
        ("+1y", date(2028, 2, 29), "2029-02-28"),
        ("in 4 years", date(2028, 2, 29), "2032-02-29"),
        ("eom", date(2028, 2, 1), "2028-02-29"),
        ("eom", date(2100, 2, 1), "2100-02-28"),
        ("eom", date(2026, 12, 31), "2026-12-31"),
        ("eom", date(9999, 12, 5), "9999-12-31"),
        ("eoq", date(2026, 1, 1), "2026-03-31"),
        ("eoq", date(2026, 6, 30), "2026-06-30"),
        ("eoq", date(2026, 8, 31), "2026-09-30"),
        ("next month", date(2026, 1, 31), "2026-02-01"),
        ("next quarter", date(2026, 9, 30), "2026-10-01"),
        ("29.2.", date(2096, 3, 1), "2104-02-29"),
    ],
)
def test_months_and_years_end_right(text: str, today: date, day: str) -> None:
    assert read(text, today) == day


@pytest.mark.parametrize(
    ("today", "week_start", "text", "day"),
    [
        (date(2026, 11, 29), MONDAY, "eow", "2026-11-29"),
        (date(2026, 11, 29), SUNDAY, "eow", "2026-12-05"),
        (date(2026, 11, 29), MONDAY, "next friday", "2026-12-04"),
        (date(2026, 11, 29), SUNDAY, "next friday", "2026-12-11"),
        (date(2026, 11, 29), SUNDAY, "next sun", "2026-12-06"),
        (date(2026, 11, 29), SUNDAY, "next week", "2026-12-06"),
        (date(2026, 11, 24), SATURDAY, "eow", "2026-11-27"),
        (date(2026, 11, 24), SATURDAY, "next week", "2026-11-28"),
    ],
)
def test_where_the_week_begins_is_given(today: date, week_start: int, text: str, day: str) -> None:
    assert parse_date(text, today=today, week_start=week_start) == day


@pytest.mark.parametrize(
    ("text", "suggestions"),
    [
        ("3.4", ("2027-03-04", "2027-04-03")),
        ("1/2", ("2027-01-02", "2027-02-01")),
        ("1-2-2026", ("2026-01-02", "2026-02-01")),
        ("24.12.26", ("2026-12-24",)),
        ("3d", ("+3d", "-3d")),
        ("fridy", ("friday", "fri")),
        ("tomorow 17:00", ("tomorrow",)),
    ],
)
def test_what_is_not_certain_is_refused_with_what_it_may_be(text: str, suggestions: tuple[str, ...]) -> None:
    with pytest.raises(DateError) as caught:
        read(text)
    assert caught.value.suggestions == suggestions
    for suggestion in suggestions:
        assert suggestion in str(caught.value)
        read(suggestion)


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("   ", 0),
        ("whenever", 0),
        ("2026-02-30", 0),
        ("31.4.", 0),
        ("0.1.", 0),
        ("13/13", 0),
        ("0000-01-01", 0),
        ("+999999y", 0),
        ("in", 0),
        ("in two days", 3),
        ("in 3 moons", 5),
        ("in 3", 3),
        ("next fridy", 5),
        ("next", 0),
        ("fri 25:00", 4),
        ("fri at", 4),
        ("fri  17:00 sharp", 11),
        ("2026-12-24T24:00", 0),
        ("２０２６-12-24", 0),
    ],
)
def test_what_is_no_date_is_refused_where_the_trouble_begins(text: str, position: int) -> None:
    with pytest.raises(DateError) as caught:
        read(text)
    assert caught.value.position == position


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-29 01:59", "2026-03-29T01:59"),
        ("2026-03-29 02:30", "2026-03-29T03:30"),  # does not exist: the offset before the gap (RFC 5545, 3.3.5)
        ("2026-03-29 03:00", "2026-03-29T03:00"),
        ("2026-10-25 02:30", "2026-10-25T02:30"),  # exists twice: stays, and means the first
        ("2026-03-29", "2026-03-29"),
    ],
)
def test_wall_times_that_the_zone_skips_are_moved_over_the_gap(text: str, moment: str) -> None:
    assert parse_date(text, today=TUESDAY, zone=BERLIN) == moment


def test_without_a_zone_a_wall_time_stays_as_written() -> None:
    assert read("2026-03-29 02:30") == "2026-03-29T02:30"


@pytest.mark.parametrize(
    ("text", "moment", "rest"),
    [
        ("fri 17:00 call Bob", "2026-11-27T17:00", " call Bob"),
        ("fri 25:00", "2026-11-27", " 25:00"),
        ("in 3 days days", "2026-11-27", " days"),
        ("next friday next", "2026-12-04", " next"),
        ("fri at home", "2026-11-27", " at home"),
        ("17:00 9:00", "2026-11-24T17:00", " 9:00"),
    ],
)
def test_the_longest_leading_date_is_taken(text: str, moment: str, rest: str) -> None:
    found, end = parse_leading_date(text, today=TUESDAY)
    assert (found, text[end:]) == (moment, rest)


def test_people_are_shown_the_day_of_the_week() -> None:
    assert with_weekday("2026-12-24") == "Thu 2026-12-24"
    assert with_weekday("2026-12-24T17:00") == "Thu 2026-12-24 17:00"
    assert with_weekday("2026-12-24T17:00", "day-month") == "Thu 24.12.2026 17:00"


@pytest.mark.parametrize(
    ("style", "whole", "short"),
    [
        ("words", "2026-01-05", "2026-01-05"),
        ("iso", "2026-01-05", "2026-01-05"),
        ("day-month", "05.01.2026", "05.01."),
        ("month-day", "01/05/2026", "01/05"),
    ],
)
def test_dates_are_written_in_the_style_of_the_profile(style: str, whole: str, short: str) -> None:
    assert written("2026-01-05T17:00", style) == whole
    assert written("2026-01-05", style, TUESDAY) == short
    assert written("2026-01-05", style, date(2025, 12, 31)) == whole


@given(st.text() | LIKE_DATES, DAYS, st.integers(0, 6), st.sampled_from([None, UTC, BERLIN]))
def test_any_text_is_a_date_that_reads_as_itself_or_is_refused(
    text: str, today: date, week_start: int, zone: tzinfo | None
) -> None:
    found = read_or_error(text, today, week_start, zone)
    if isinstance(found, DateError):
        assert 0 <= found.position <= len(found.text) <= len(text)
        assert found.text in text
    else:
        assert check_fields({"due": found}, "a task") == {"due": found}
        assert parse_date(found, today=today, zone=zone) == found
        assert parse_date(found.replace("T", " "), today=today, zone=zone) == found


@given(DAYS, st.sampled_from(sorted(WEEKDAYS)))
def test_a_weekday_is_one_of_the_next_seven_days(today: date, name: str) -> None:
    assume(today < date(9999, 12, 24))
    found = date.fromisoformat(read(name, today))
    assert found.weekday() == WEEKDAYS[name]
    assert timedelta(days=1) <= found - today <= timedelta(days=7)


@given(DAYS, st.integers(-5000, 5000))
def test_months_keep_the_day_or_take_the_last(today: date, count: int) -> None:
    months = today.year * 12 + today.month - 1 + count
    assume(12 <= months < 120_000)
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    assert read(f"{count:+}m", today) == date(year, month + 1, min(today.day, last)).isoformat()


@given(DAYS, DAYS)
def test_a_day_without_a_year_is_the_next_one(today: date, wanted: date) -> None:
    assume(today.year < 9990)
    found = date.fromisoformat(read(f"{wanted.day}.{wanted.month}.", today))
    assert found >= today
    assert (found.month, found.day) == (wanted.month, wanted.day)
    earlier = found.year - 1
    if (wanted.month, wanted.day) != (2, 29) and earlier > 0:
        assert date(earlier, found.month, found.day) < today


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001 - wall times
def test_with_a_zone_the_result_is_a_time_that_its_clocks_show(wall: datetime) -> None:
    found = datetime.fromisoformat(parse_date(f"{wall:%Y-%m-%d %H:%M}", today=TUESDAY, zone=BERLIN))
    assert found.replace(tzinfo=BERLIN).astimezone(UTC).astimezone(BERLIN).replace(tzinfo=None) == found


@pytest.mark.parametrize(
    ("zone", "instant", "local"),
    [
        ("Europe/Berlin", "2026-07-01T22:30:05.123456Z", "2026-07-02T00:30:05"),
        ("America/New_York", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00"),
        ("Asia/Tokyo", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59"),
    ],
)
def test_an_instant_is_told_in_local_time_where_there_is_one(zone: str, instant: str, local: str) -> None:
    with system_zone(zone):
        assert local_time(instant) == local
