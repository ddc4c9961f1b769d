"""Starting, stopping, completing, cancelling, reopening; and the tasks that come again."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.lifecycle import following, next_uid
from core.state import AppState
from core.task import Priority, Status, Task
from tests.instances import Instance, a_task, new_state, opened

NOW = "2026-11-21T12:00:00.000000Z"
TODAY = date(2026, 11, 21)
"""A Saturday."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tasks.json"


def fields(state: AppState, task: Task) -> tuple[Status, bool, bool]:
    now = state.find(task.id)
    return now.status, now.started is not None, now.completed is not None


def test_each_action_is_one_record_that_says_what_was_done_and_can_be_undone() -> None:
    state = new_state()
    task = state.add_task("a")
    actions = (
        (state.start, "start", (Status.ACTIVE, True, False)),
        (state.stop, "stop", (Status.PENDING, False, False)),
        (state.start, "start", (Status.ACTIVE, True, False)),
        (state.complete, "done", (Status.DONE, True, True)),
        (state.reopen, "reopen", (Status.PENDING, False, False)),
        (state.cancel, "cancel", (Status.CANCELLED, False, True)),
        (state.start, "start", (Status.ACTIVE, True, False)),
        (state.trash_tasks, "trash", (Status.DELETED, True, False)),
        (state.reopen, "reopen", (Status.PENDING, False, False)),
    )
    for act, label, expected in actions:
        before, records = fields(state, task), len(state.pending)
        assert act([task]).label == f"{label} “a”"
        assert fields(state, task) == expected
        assert len(state.pending) == records + 1
        state.undo()
        assert fields(state, task) == before
        state.redo()
        assert fields(state, task) == expected


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("start", Status.ACTIVE),
        ("stop", Status.PENDING),
        ("stop", Status.DONE),
        ("complete", Status.DONE),
        ("cancel", Status.CANCELLED),
        ("reopen", Status.ACTIVE),
    ],
)
def test_what_is_so_already_is_no_record(name: str, status: Status) -> None:
    state = new_state()
    task = state.add_task("a", status=status, completed=NOW, started=NOW)
    outcome = getattr(state, name)([task])
    assert (outcome.changed, len(state.pending)) == (frozenset(), 1)
    assert state.find(1) == task


def test_each_task_gets_fields_of_its_own_in_one_record() -> None:
    state = new_state()
    a, b, c = (state.add_task(name, tags=["x"]) for name in "abc")
    outcome = state.edit_each([(a, {"tags": ["x", "y"]}), (b, {"tags": []}), (c, {"tags": ["x"]})], "tag")
    assert (outcome.label, len(state.pending)) == ("tag 2 tasks", 4)
    assert [task.tags for task in state.tasks] == [("x", "y"), (), ("x",)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"recur": "FREQ=WEEKLY", "due": "2026-11-25"}, {"due": "2026-12-02"}),
        ({"recur": "FREQ=WEEKLY", "due": "2026-11-21T17:00"}, {"due": "2026-11-28T17:00"}),
        # what was missed is left out, but not what is not over yet
        ({"recur": "FREQ=DAILY", "due": "2026-01-01"}, {"due": "2026-11-21"}),
        ({"recur": "FREQ=DAILY", "due": "2026-11-20T08:00"}, {"due": "2026-11-21T08:00"}),
        ({"recur": "FREQ=WEEKLY", "due": "2026-11-05"}, {"due": "2026-11-26"}),
        ({"recur": "FREQ=MONTHLY;BYMONTHDAY=-1", "due": "2026-02-28"}, {"due": "2026-11-30"}),
        # the other dates keep their distance
        (
            {"recur": "FREQ=WEEKLY", "due": "2026-11-25", "wait": "2026-11-20", "scheduled": "2026-11-24T09:00"},
            {"due": "2026-12-02", "wait": "2026-11-27", "scheduled": "2026-12-01T09:00"},
        ),
        ({"recur": "FREQ=WEEKLY", "scheduled": "2026-11-25"}, {"scheduled": "2026-12-02"}),
        ({"recur": "FREQ=WEEKLY", "wait": "2026-11-25"}, {"wait": "2026-12-02"}),
        ({"recur": "FREQ=WEEKLY"}, {"due": "2026-11-28"}),
        ({"recur": "FREQ=WEEKLY", "due": "2026-11-25", "until": "2026-12-02"}, {"due": "2026-12-02"}),
        ({"recur": "FREQ=WEEKLY", "due": "2026-11-25T10:00", "until": "2026-12-02"}, {"due": "2026-12-02T10:00"}),
        ({"recur": "FREQ=WEEKLY", "due": "2026-11-25", "until": "2026-12-01"}, None),
        ({"recur": "FREQ=WEEKLY", "due": "2026-11-25T10:00", "until": "2026-12-02T09:00"}, None),
        ({"due": "2026-11-25"}, None),
    ],
)
def test_when_a_task_comes_again(given: dict[str, Any], expected: dict[str, Any] | None) -> None:
    made = following(a_task(**given), 7, NOW, TODAY)
    if expected is None:
        assert made is None
    else:
        assert made is not None
        assert {name: getattr(made, name) for name in ("due", "scheduled", "wait") if getattr(made, name)} == expected


def test_the_next_one_is_like_the_one_before_and_not_begun() -> None:
    kept: dict[str, Any] = {
        "priority": Priority.HIGH,
        "project": "home",
        "tags": ("x",),
        "estimate": 5,
        "comment": "c",
        "order": "a1",
    }
    old = a_task(due="2026-11-21", recur="FREQ=DAILY", started=NOW, depends=("x",), status=Status.ACTIVE, **kept)
    made = following(old, 7, NOW, TODAY)
    assert made == a_task(
        7, uid=next_uid(old.uid), due="2026-11-22", recur="FREQ=DAILY", created=NOW, modified=NOW, **kept
    )


def test_completing_makes_the_next_one_in_the_same_record_and_undo_takes_both_back(file: Path) -> None:
    here = Instance(file)
    here.load()
    here.state.add_task("rent", due="2026-03-01", recur="FREQ=MONTHLY")
    here.state.add_task("milk")
    outcome = here.state.complete(here.state.tasks)
    assert (outcome.label, len(outcome.changed)) == ("done 2 tasks", 3)
    here.save()
    shown = [(task.id, task.name, task.status, task.due) for task in opened(file).state.tasks]
    assert shown[0] == (1, "rent", Status.DONE, "2026-03-01")
    assert shown[2] == (3, "rent", Status.PENDING, "2026-04-01")
    here.state.undo()
    here.save()
    assert [(task.id, task.status) for task in opened(file).state.tasks] == [(1, Status.PENDING), (2, Status.PENDING)]
    here.state.redo()
    here.save()
    assert [(task.id, task.status.value) for task in opened(file).state.tasks] == [
        (1, "done"),
        (2, "done"),
        (3, "pending"),
    ]


@pytest.mark.parametrize("moved", [{}, {"due": "2026-03-05"}], ids=["as it was", "moved in one of them"])
def test_completed_in_two_instances_it_comes_again_once(file: Path, moved: dict[str, str]) -> None:
    here, there = Instance(file), Instance(file, "there:2:-")
    here.load()
    here.state.add_task("rent", due="2026-03-01", recur="FREQ=MONTHLY")
    here.save()
    there.load()
    there.state.edit(there.state.tasks, **moved)
    for instance in (here, there):
        instance.state.complete([instance.state.find(1)])
    here.save()
    there.save()
    here.refresh()
    for instance in (here, there, opened(file)):
        assert [(task.id, task.status, task.due) for task in instance.state.tasks] == [
            (1, Status.DONE, moved.get("due", "2026-03-01")),
            (2, Status.PENDING, "2026-04-01"),
        ]
    conflicts = there.state.undo().conflicts
    there.save()
    left = [task.id for task in opened(file).state.tasks if task.status is Status.PENDING]
    # what somebody else made otherwise is not ours to take back
    assert (left, len(conflicts)) == (([1, 2], 1) if moved else ([1], 0))


def test_a_next_one_that_was_worked_on_stays_when_completing_is_undone() -> None:
    state = new_state()
    state.add_task("rent", due="2026-03-01", recur="FREQ=MONTHLY")
    state.complete(state.tasks)
    made = state.find(2)
    done = state.pending[-1]
    state.rename(made, "rent and heating")
    outcome = state._reverse(done, "undo")
    assert [conflict.reason for conflict in outcome.conflicts] == ["changed"]
    assert [(task.status, task.name) for task in state.tasks] == [
        (Status.PENDING, "rent"),
        (Status.PENDING, "rent and heating"),
    ]
    state.complete([state.find(1)])
    assert len(state.tasks) == 2


def test_a_rule_that_is_none_does_not_keep_a_task_from_being_done() -> None:
    state = new_state()
    state.add_task("rent", due="2026-03-01", recur="now and then")
    (conflict,) = state.complete(state.tasks).conflicts
    assert (conflict.reason, conflict.field, conflict.kept) == ("unrepeated", "recur", "now and then")
    assert [task.status for task in state.tasks] == [Status.DONE]


@pytest.mark.parametrize(
    "dates",
    [
        {"scheduled": "9999-12-31"},
        {"due": "2026-11-21", "scheduled": "9999-12-31"},
        {"due": "2026-11-21", "wait": "9999-01-01"},
    ],
)
def test_dates_at_the_end_of_time_do_not_keep_a_task_from_being_done(dates: dict[str, Any]) -> None:
    state = new_state()
    state.add_task("rent", recur="FREQ=YEARLY", **dates)
    (conflict,) = state.complete(state.tasks).conflicts
    assert (conflict.reason, conflict.field, conflict.kept) == ("unrepeated", "recur", "FREQ=YEARLY")
    assert [task.status for task in state.tasks] == [Status.DONE]


def test_what_is_given_up_does_not_come_again() -> None:
    state = new_state()
    state.add_task("rent", due="2026-03-01", recur="FREQ=MONTHLY")
    state.cancel(state.tasks)
    assert len(state.tasks) == 1


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
def test_the_next_date_is_later_and_not_over(day: date, frequency: str) -> None:
    made = following(a_task(due=day.isoformat(), recur=f"FREQ={frequency}"), 2, NOW, TODAY)
    assert made is not None
    assert made.due is not None
    assert made.due > day.isoformat()
    assert made.due >= TODAY.isoformat()
