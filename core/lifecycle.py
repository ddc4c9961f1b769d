"""What starting, stopping, completing, cancelling and reopening a task change; and the next task of one that recurs.

A task that recurs is followed by one more as soon as it is done. That has a uid made from the uid of the one before:
so whoever completes the same task, in whichever instance and however often, makes the same next one, and a creation
of what is there changes nothing (see `core.tasklist`). Cancelling ends the series, and so does a next date after
`until`.
"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid5

from msgspec.structs import replace

from core.changes import Change, edit
from core.task import Status, Task


def started(task: Task, at: str) -> Change | None:
    """Work on `task` begins at the instant `at`; None where it had begun."""
    if task.status is Status.ACTIVE:
        return None
    return edit(task, status=Status.ACTIVE, started=at, completed=None)


def stopped(task: Task) -> Change | None:
    """Work on `task` rests; None where it had not begun."""
    return edit(task, status=Status.PENDING, started=None) if task.status is Status.ACTIVE else None


def completed(task: Task, at: str) -> Change | None:
    """`task` is done at the instant `at`; None where it was already."""
    return None if task.status is Status.DONE else edit(task, status=Status.DONE, completed=at)


def cancelled(task: Task, at: str) -> Change | None:
    """`task` is given up at the instant `at`; None where it was already."""
    return None if task.status is Status.CANCELLED else edit(task, status=Status.CANCELLED, completed=at)


def reopened(task: Task) -> Change | None:
    """`task` is to be done again, as if work on it had not begun; None where it is open."""
    if task.status in (Status.PENDING, Status.ACTIVE):
        return None
    return edit(task, status=Status.PENDING, started=None, completed=None)


def next_uid(uid: str) -> str:
    """The uid of the task that follows the recurring task `uid`."""
    return str(uuid5(UUID(uid), "next"))


def following(task: Task, number: int, at: str, today: date) -> Task | None:
    """The task that comes after `task`, with `number` as its id, made at `at`; None where none comes.

    Its date is the first of the rule that is not over: what was missed in between is left out. `scheduled` and `wait`
    keep their distance. A task without any date is due again from today. Raises RecurrenceError, also where one of the
    dates would come after the year 9999.
    """
    if task.recur is None:
        return None
    from core.recurrence import next_occurrence  # most tasks do not recur

    anchor = task.due or task.scheduled or task.wait or today.isoformat()
    when = next_occurrence(task.recur, anchor, not_before=today)
    if task.until is not None and when[: len(task.until)] > task.until:
        return None
    return replace(
        task,
        uid=next_uid(task.uid),
        id=number,
        status=Status.PENDING,
        created=at,
        modified=at,
        started=None,
        completed=None,
        depends=(),
        **_next_dates(task, task.recur, anchor, when),
    )


def _next_dates(task: Task, recur: str, anchor: str, when: str) -> dict[str, str | None]:
    """The dates of the task that comes after `task` by the rule `recur`, where the date `anchor` becomes `when`."""
    from core.recurrence import RecurrenceError

    shift = date.fromisoformat(when[:10]) - date.fromisoformat(anchor[:10])
    try:
        dates = {field: _shifted(getattr(task, field), shift) for field in ("due", "scheduled", "wait")}
    except OverflowError:
        raise RecurrenceError(recur, f"does not come again: a date moved by {shift.days} days is in no year") from None
    return dates if any(dates.values()) else {**dates, "due": when}


def _shifted(day: str | None, shift: timedelta) -> str | None:
    return None if day is None else (date.fromisoformat(day[:10]) + shift).isoformat() + day[10:]
