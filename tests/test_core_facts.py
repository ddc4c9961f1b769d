"""What follows from a task and the present time."""

from __future__ import annotations

from datetime import datetime

import pytest

from core import facts
from core.task import Status
from tests.instances import a_task as task

NOW = facts.moment(datetime(2026, 11, 21, 12, 30))  # noqa: DTZ001 - facts are about wall times


@pytest.mark.parametrize(
    ("value", "overdue", "today", "upcoming", "later"),
    [
        (None, False, False, False, False),
        ("2026-11-20", True, True, False, False),
        ("2026-11-20T23:59", True, True, False, False),
        ("2026-11-21", False, True, False, False),
        ("2026-11-21T12:29", True, True, False, False),
        ("2026-11-21T12:30", True, True, False, False),
        ("2026-11-21T12:31", False, True, False, True),
        ("2026-11-22", False, False, True, True),
        ("2026-11-22T00:00", False, False, True, True),
        ("9999-12-31", False, False, True, True),
    ],
)
def test_days_and_times(value: str | None, *, overdue: bool, today: bool, upcoming: bool, later: bool) -> None:
    due = task(due=value)
    assert (facts.is_overdue(due, NOW), facts.is_today(due, NOW), facts.is_upcoming(due, NOW)) == (
        overdue,
        today,
        upcoming,
    )
    scheduled = task(scheduled=value)
    assert (facts.is_today(scheduled, NOW), facts.is_upcoming(scheduled, NOW)) == (today, upcoming)
    assert facts.is_scheduled(scheduled, NOW) == later == facts.is_waiting(task(wait=value), NOW)
    assert facts.is_ready(scheduled, NOW, {}) != later != facts.is_ready(task(wait=value), NOW, {})


@pytest.mark.parametrize("status", [Status.DONE, Status.CANCELLED, Status.DELETED])
def test_nothing_of_the_kind_holds_of_what_is_over(status: Status) -> None:
    past = task(status=status, due="2026-11-20", scheduled="2026-11-20", depends=(task(2).uid,))
    future = task(status=status, due="2026-11-23", scheduled="2026-11-23", wait="2026-11-23")
    known = {task(2).uid: task(2)}
    for one in (past, future):
        assert not any(
            [
                facts.is_open(one),
                facts.is_overdue(one, NOW),
                facts.is_today(one, NOW),
                facts.is_upcoming(one, NOW),
                facts.is_waiting(one, NOW),
                facts.is_scheduled(one, NOW),
                facts.is_blocked(one, known),
                facts.is_ready(one, NOW, known),
            ]
        )


@pytest.mark.parametrize(
    ("status", "blocks"), [(Status.PENDING, True), (Status.ACTIVE, True), (Status.DONE, False), (Status.DELETED, False)]
)
def test_only_open_tasks_block(status: Status, *, blocks: bool) -> None:
    first, second = task(1, status=status), task(2, depends=(task(1).uid,))
    assert facts.is_blocked(second, {first.uid: first}) == blocks
    assert facts.is_ready(second, NOW, {first.uid: first}) != blocks
    assert not facts.is_blocked(second, {})
