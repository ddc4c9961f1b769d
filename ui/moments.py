"""Moments as people write them on a command line: the number of a change, or a day or time of theirs."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, time

from core.dates import DateError, local_time, parse_date


def parse_moment(text: str, now: datetime, *, end: bool) -> str:
    """The time that `text` names, in UTC as records have it; of a day its start, or with `end` its last moment.

    What is written in UTC, with a Z, is taken as it is; all else is on the user's clock, as `now`. Raises DateError.
    """
    if text.endswith("Z"):
        try:
            return _utc(datetime.fromisoformat(text))
        except ValueError as error:
            raise DateError(text, 0, "is no time", ["2026-12-24T17:00:00Z"]) from error
    found = parse_date(text, today=now.date())
    if "T" in found:
        moment = datetime.fromisoformat(found)
    else:
        moment = datetime.combine(date.fromisoformat(found), time.max if end else time.min)
    return _utc(moment)  # without a zone: that of `now` may have another offset then, which the system knows


def shown_moment(at: str) -> str:
    """The time `at`, as records have it, on the clock of whoever reads it."""
    try:
        day, _, time_of_day = local_time(at).partition("T")
    except ValueError:  # another program wrote it
        return at
    return f"{day} {time_of_day[:5]}"


def _utc(moment: datetime) -> str:
    with suppress(OverflowError, ValueError, OSError):  # at the ends of time there is no other zone
        moment = moment.astimezone(UTC)
    return f"{moment.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
