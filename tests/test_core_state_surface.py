"""The surface of AppState that others rely on: what is added, edited and found, and what is refused."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from core.errors import BadValueError, TaskError, UnknownTaskError, WrongTypeError
from core.state import AppState
from core.task import Priority, Status, Task
from tests import places
from tests.instances import names, new_state, uid

file = places.tasks


def test_a_new_state_is_empty() -> None:
    state = AppState()
    assert (state.tasks, state.next_id, state.seq, state.pending, state.trash) == ([], 1, 0, (), [])


def test_add_task_takes_the_fields_of_old(file: Path) -> None:
    state = AppState()
    task = state.add_task("buy milk", "the fat one", "## Why\n\nWe are out", 1, "shop")
    assert (task.name, task.comment, task.description) == ("buy milk", "the fat one", "## Why\n\nWe are out")
    assert (task.id, task.priority, task.tags, task.status) == (1, Priority.HIGH, ("shop",), Status.PENDING)
    assert state.add_task("bread").priority is Priority.MEDIUM
    assert state.next_id == 3
    state.save_to_file(str(file))
    assert [entry["name"] for entry in json.loads(file.read_bytes())["tasks"]] == ["buy milk", "bread"]


def test_what_was_saved_is_what_is_loaded(file: Path) -> None:
    state, again = AppState(), AppState()
    state.add_task("one", tag="a")
    state.add_task("two", due="2026-12-24T17:00", estimate=0, depends=[state.tasks[0].uid], extra={"mine": [1, None]})
    state.save_to_file(file)
    again.load_from_file(file)
    assert again.tasks == state.tasks
    assert (again.next_id, again.seq, again.pending) == (3, 2, ())


def test_a_list_that_was_never_saved_is_empty_and_reading_it_writes_nothing(file: Path) -> None:
    state = AppState()
    state.load_from_file(file)
    assert state.tasks == []
    assert os.listdir(file.parent) == []


def test_tasks_are_in_order_without_the_trash() -> None:
    state = new_state()
    for name in ("a", "b", "c", "d"):
        state.add_task(name)
    a, b, _, d = state.tasks
    state.edit([d], order="Zz")
    state.trash_tasks([b])
    assert names(state) == ["d", "a", "c"]
    assert [task.name for task in state.trash] == ["b"]
    state.reopen([state.find(b.id)])
    state.complete([a])
    assert names(state) == ["d", "a", "b", "c"]
    assert state.tasks[1].status is Status.DONE
    assert state.tasks[1].completed is not None


@pytest.mark.parametrize(
    ("given", "error", "field"),
    [
        ({"name": ""}, BadValueError, "name"),
        ({"name": " \t "}, BadValueError, "name"),
        ({"name": "two\nlines"}, BadValueError, "name"),
        ({"name": None}, WrongTypeError, "name"),
        ({"name": 7}, WrongTypeError, "name"),
        ({"name": "half a character \ud800"}, BadValueError, "name"),
        ({"name": "x", "comment": 1}, WrongTypeError, "comment"),
        ({"name": "x", "priority": 4}, BadValueError, "priority"),
        ({"name": "x", "priority": "high"}, WrongTypeError, "priority"),
        ({"name": "x", "priority": True}, WrongTypeError, "priority"),
        ({"name": "x", "tag": "a\nb"}, BadValueError, "tags"),
        ({"name": "x", "due": "tomorrow"}, BadValueError, "due"),
        ({"name": "x", "extra": {"id": 7}}, BadValueError, "extra"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_added(
    given: dict[str, object], error: type[TaskError], field: str
) -> None:
    state = new_state()
    state.add_task("there before")
    with pytest.raises(error) as caught:
        state.add_task(**given)  # type: ignore[arg-type]  # that is what is tried
    assert caught.value.field == field
    assert (names(state), state.next_id, len(state.pending)) == (["there before"], 2, 1)


def test_a_bad_edit_changes_none_of_the_tasks() -> None:
    state = new_state()
    state.add_task("a")
    state.add_task("b")
    before = list(state.tasks)
    with pytest.raises(BadValueError, match="Task 1 “a”: “due”"):
        state.edit(state.tasks, name="c", due="never")
    assert state.tasks == before
    assert len(state.pending) == 2


def test_an_edit_that_changes_nothing_is_no_record() -> None:
    state = new_state()
    task = state.add_task("a", tags=["x"])
    outcome = state.edit([task], name="a", tags=("x",), due=None)
    assert (outcome.changed, len(state.pending)) == (frozenset(), 1)


def test_nobody_edits_what_names_a_task() -> None:
    state = new_state()
    task = state.add_task("a")
    assert [conflict.reason for conflict in state.edit([task], id=7, uid=uid(9, 9)).conflicts] == ["invalid"] * 2
    assert state.tasks == [task]


def test_find_takes_ids_and_beginnings_of_uids() -> None:
    numbers = iter(["12345678-0000-4000-8000-000000000001", "1abcdef0-0000-4000-8000-000000000002"])
    state = AppState(by="here:1:-", new_uid=lambda: next(numbers))
    one, two = state.add_task("one"), state.add_task("two")
    assert state.find(1) == state.find("1") == state.find(one.uid) == state.find("12345678-") == one
    assert state.find("1abc") == state.find(2) == state.find("02") == two
    state.trash_tasks([one])
    assert state.find(1).status is Status.DELETED


@pytest.mark.parametrize("wanted", ["", "1", 3, "zz", -1, "²", "9" * 5000, "x" * 5000, "1 "])
def test_what_names_no_task_or_two_is_unknown(wanted: str | int) -> None:
    state = new_state()
    state.add_task("id 1")
    state.purge(state.tasks)
    state.add_task("id 2")
    state.add_task("id 3")
    state.purge([state.tasks[1]])
    with pytest.raises(UnknownTaskError):
        state.find("0000" if wanted == "1" else wanted)


def test_a_purged_task_is_gone_and_unknown() -> None:
    state = new_state()
    task = state.add_task("a")
    state.purge([task])
    assert state.tasks == state.trash == []
    for act in (state.complete, state.purge, state.trash_tasks):
        with pytest.raises(UnknownTaskError):
            act([task])


def test_the_list_that_tasks_gives_is_not_the_state() -> None:
    state = new_state()
    task = state.add_task("a")
    assert isinstance(task, Task)
    copied = [*state.tasks]
    state.add_task("b")
    assert copied == [task]
