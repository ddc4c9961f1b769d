"""Moments as people write them on a command line: the number of a change, or a day or time of theirs."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from core.dates import DateError, parse_date


def parse_moment(text: str, now: datetime, *, end: bool) -> str:
    """The time that `text` names, in UTC as records have it; of a day its start, or with `end` its last moment.

    What is written in UTC, with a Z, is taken as it is. `now` has a zone: that of the user. Raises DateError.
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
    return _utc(moment.replace(tzinfo=now.tzinfo))


def shown_moment(at: str, now: datetime) -> str:
    """The time `at`, as records have it, on the clock of whoever reads it."""
    try:
        moment = datetime.fromisoformat(at).astimezone(now.tzinfo)
    except ValueError:  # another program wrote it
        return at
    return f"{moment:%Y-%m-%d %H:%M}"


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
