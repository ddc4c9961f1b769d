"""What another program's edit of the file becomes: a record of what differs, or nothing but damage."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.changes import OUTSIDE, Change, Record, creation, inverse
from core.checkpoint import decode, encode
from core.outside import is_damage, key_of, outside_record
from core.task import SET_FIELDS, Status, Task
from core.tasklist import TaskList
from tests.instances import a_task, uid
from tests.valid_tasks import tasks

SAVED_AT = "2026-01-01T00:00:00.000000Z"
NOW = "2027-07-07T07:07:07.000000Z"


def a_list(*some: Task) -> TaskList:
    return TaskList(9, 1 + max((task.id for task in some), default=0), {task.uid: task for task in some})


THREE = a_list(a_task(1, "one", tags=("a",)), a_task(2, "two"), a_task(3, "three"))


def edited(
    change: Callable[[dict[str, Any]], object], known: TaskList = THREE, *, since: TaskList | None = None
) -> Record | None:
    """What becomes of `change` to the file that holds `known`, where the list went on to be `since`."""
    document = json.loads(encode(known, SAVED_AT))
    change(document)
    raw = json.dumps(document).encode()
    found = decode(raw, Path("tasks.json"))
    return outside_record(raw, found, known if found.seq is not None else None, since or known, NOW)


def test_an_edit_that_says_nothing_new_is_none() -> None:
    assert edited(len) is None
    assert edited(lambda document: document.update(saved_at="", next_id=1, checksum="x")) is None
    assert edited(lambda document: document["tasks"].reverse()) is None
    assert edited(lambda document: document["tasks"][0].update(id=77, modified=NOW)) is None


def test_an_edit_names_who_when_and_what() -> None:
    record = edited(lambda document: document["tasks"][1].update(name="zwei"))
    assert record is not None
    assert (record.by, record.at, record.label) == (OUTSIDE, NOW, "1 task changed outside")
    assert record.changes == (Change(uid(0, 2), {"name": "two"}, {"name": "zwei"}),)
    record = edited(lambda document: [task.update(name="x") for task in document["tasks"]])
    assert record is not None
    assert record.label == "3 tasks changed outside"


def test_the_same_edit_has_the_same_key_whoever_sees_it() -> None:
    def change(document: dict[str, Any]) -> None:
        document["tasks"].append({"name": "by hand"})

    one, two = edited(change), edited(change, since=a_list(a_task(1, "renamed since")))
    assert one is not None
    assert two is not None
    assert one.key == two.key
    assert one.changes == two.changes
    assert key_of(b"a") != key_of(b"b")


def test_a_line_that_is_gone_is_in_the_trash() -> None:
    record = edited(lambda document: document["tasks"].pop(1))
    assert record is not None
    assert record.changes == (Change(uid(0, 2), {"status": "pending"}, {"status": "deleted"}),)
    trashed = a_list(a_task(1), a_task(2, status=Status.DELETED))
    assert edited(lambda document: document["tasks"].pop(1), trashed) is None


def test_what_the_file_could_not_know_stays() -> None:
    since = a_list(*THREE.tasks.values(), a_task(4, "four"))
    assert edited(len, since=since) is None
    assert edited(lambda document: document.pop("seq"), since=since) is None


@pytest.mark.parametrize("field", ["uid", "id"])
def test_a_task_that_cannot_be_read_stays_as_it_was(field: str) -> None:
    def spoil(document: dict[str, Any]) -> None:
        other = {"uid": "id", "id": "uid"}[field]
        document["tasks"][1].update({"due": "soon", other: None})

    assert edited(spoil) is None


def test_a_line_by_hand_gets_what_it_leaves_out() -> None:
    record = edited(lambda document: document["tasks"].append({"name": "by hand"}))
    assert record is not None
    [change] = record.changes
    assert change.creates
    assert change.after is not None
    assert (change.after["created"], change.after["modified"], change.after["id"]) == (NOW, NOW, 4)


def test_times_that_are_gone_stay_as_they_were() -> None:
    assert edited(lambda document: [task.pop("created") and task.pop("modified") for task in document["tasks"]]) is None


def test_who_knows_only_ids_says_nothing_of_what_he_leaves_out() -> None:
    full = a_task(
        1,
        "one",
        status=Status.DONE,
        due="2026-05-05",
        tags=("a",),
        description="long",
        priority=2,
        extra={"x": 1, "y": 1},
    )
    known = a_list(full)

    def bare(*entries: dict[str, Any]) -> Record | None:
        raw = json.dumps(entries).encode()
        return outside_record(raw, decode(raw, Path("tasks.json")), None, known, NOW)

    assert bare({"id": 1, "name": "one"}) is None
    assert bare({"id": 1, "name": "one", "tag": "a", "comment": "", "description": ""}) is None
    record = bare({"id": 1, "name": "uno", "tag": "b", "priority": 1, "x": 2})
    assert record is not None
    assert record.changes == (
        Change(
            full.uid,
            {"name": "one", "priority": 2, "extra": {"x": 1, "y": 1}},
            {"name": "uno", "priority": 1, "tags": {"add": ["b"], "remove": []}, "extra": {"x": 2, "y": 1}},
        ),
    )
    record = bare({"name": "without an id"})
    assert record is not None
    assert [change.creates for change in record.changes] == [True]
    record = bare({"id": 1, "name": "one", "status": "cancelled"})
    assert record is not None
    assert record.changes == (Change(full.uid, {"status": "done"}, {"status": "cancelled"}),)


def unordered(listed: TaskList) -> dict[str, Task]:
    return {
        key: replace(task, modified="", **{name: tuple(sorted(getattr(task, name))) for name in SET_FIELDS})
        for key, task in listed.tasks.items()
    }


@given(
    st.lists(tasks(), max_size=3, unique_by=lambda task: task.uid),
    st.lists(tasks(), max_size=3, unique_by=lambda task: task.uid),
)
def test_any_edit_is_applied_and_taken_back(before: list[Task], after: list[Task]) -> None:
    old, new = (
        a_list(*(replace(task, id=number, parent=None, depends=()) for number, task in enumerate(some, 1)))
        for some in (before, after)
    )
    record = edited(lambda document: document.update(tasks=json.loads(encode(new, ""))["tasks"]), old)
    now = old.copy()
    if record is not None:
        now.apply(record)
    gone = {key: replace(task, status=Status.DELETED) for key, task in old.tasks.items() if key not in new.tasks}
    same_ids = {key: replace(task, id=now.tasks[key].id) for key, task in new.tasks.items()}
    assert unordered(now) == unordered(TaskList(tasks={**same_ids, **gone}))
    if record is not None:
        back = Record(0, NOW, "me", "undo", 0, inverse(record.changes), "u", record.key)
        assert now.apply(back).conflicts == ()
    assert unordered(now) == unordered(old)


# Damage


def test_a_single_wrong_bit_is_damage_wherever_it_is() -> None:
    raw = encode(THREE, SAVED_AT)
    for bit in range(len(raw) * 8):
        wrong = raw[: bit // 8] + bytes([raw[bit // 8] ^ 1 << bit % 8]) + raw[bit // 8 + 1 :]
        assert is_damage(wrong, THREE, NOW), bit


def test_more_than_a_bit_is_an_edit() -> None:
    raw = encode(THREE, SAVED_AT)
    assert not is_damage(raw.replace(b'"two"', b'"2"'), THREE, NOW)
    assert not is_damage(raw.replace(b'"two"', b'"owt"'), THREE, NOW)
    assert not is_damage(json.dumps(json.loads(raw)).encode(), THREE, NOW)
    assert not is_damage(raw, a_list(*list(THREE.tasks.values())[:2]), NOW)
    assert not is_damage(b"", THREE, NOW)
    assert not is_damage(raw, replace(THREE, seq=7), NOW)


def test_a_creation_is_the_task() -> None:
    record = edited(lambda document: document["tasks"].append(json.loads(encode(a_list(a_task(8)), ""))["tasks"][0]))
    assert record is not None
    assert record.changes == (creation(a_task(8)),)
