"""What follows from a task and the present time: overdue, waiting, blocked... Derived, never stored.

Days and times are compared as the texts that they are. A day without a time lasts until it is over: so something due
today is not overdue. What waits for a day, or is scheduled for it, is there when the day begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from core.task import Status, Task


class Moment(Struct, frozen=True):
    """The present, in the zone of whoever looks, as days and times of tasks are written."""

    day: str
    time: str


def moment(now: datetime) -> Moment:
    """`now`, which is in the zone that counts."""
    return Moment(now.date().isoformat(), now.replace(tzinfo=None).isoformat(timespec="seconds"))


def is_open(task: Task) -> bool:
    """Whether it is still to be done."""
    return task.status is Status.PENDING or task.status is Status.ACTIVE


def is_overdue(task: Task, now: Moment) -> bool:
    """Whether it is open, and was due before today or before the present time."""
    due = task.due
    return due is not None and due < (now.time if len(due) > len(now.day) else now.day) and is_open(task)


def is_waiting(task: Task, now: Moment) -> bool:
    """Whether it is open and hidden until later."""
    return task.wait is not None and task.wait > now.time and is_open(task)


def is_scheduled(task: Task, now: Moment) -> bool:
    """Whether it is open, and work on it is to begin later."""
    return task.scheduled is not None and task.scheduled > now.time and is_open(task)


def is_today(task: Task, now: Moment) -> bool:
    """Whether it is open, and due or scheduled today or earlier."""
    end = f"{now.day}U"  # sorts behind each time of the day, which begins with T
    due, scheduled = task.due, task.scheduled
    return ((due is not None and due < end) or (scheduled is not None and scheduled < end)) and is_open(task)


def is_upcoming(task: Task, now: Moment) -> bool:
    """Whether it is open, and due or scheduled after today."""
    end = f"{now.day}U"
    due, scheduled = task.due, task.scheduled
    return ((due is not None and due > end) or (scheduled is not None and scheduled > end)) and is_open(task)


def is_blocked(task: Task, known: Mapping[str, Task]) -> bool:
    """Whether it is open, and depends on a task that is open too. `known` has all tasks, by uid."""
    if not task.depends or not is_open(task):
        return False
    return any((other := known.get(uid)) is not None and is_open(other) for uid in task.depends)


def is_ready(task: Task, now: Moment, known: Mapping[str, Task]) -> bool:
    """Whether work on it could begin: open, and neither waiting, nor scheduled for later, nor blocked."""
    if not is_open(task) or is_blocked(task, known):
        return False
    return (task.wait is None or task.wait <= now.time) and (task.scheduled is None or task.scheduled <= now.time)
