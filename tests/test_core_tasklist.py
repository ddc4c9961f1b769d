"""Replaying records: always the same list, whatever they hold, and no change of somebody else undone by it."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.changes import Change, Record, creation, difference, edit, inverse, purge
from core.task import FIELDS, SET_FIELDS, Task
from core.tasklist import Conflict, TaskList, in_order, place
from tests.instances import a_task, uid
from tests.valid_tasks import json_values, tasks, uids

AT = "2027-01-01T00:00:00Z"


def record(*changes: Change | None, seq: int = 0, undoes: str = "", next_id: int = 0) -> Record:
    kept = tuple(change for change in changes if change is not None)
    return Record(seq, AT, "here:1:-", "edit", next_id, kept, "k", undoes)


def holding(*some: Task) -> TaskList:
    return TaskList(1, 1 + max((task.id for task in some), default=0), {task.uid: task for task in some})


def reasons(listed: TaskList, *changes: Change | None, undoes: str = "") -> list[tuple[str, str]]:
    return [(found.field, found.reason) for found in listed.apply(record(*changes, undoes=undoes)).conflicts]


def said(task: Task | None) -> Task | None:
    """A task but for what undoing does not bring back: when it was modified, and the order within its sets."""
    if task is None:
        return None
    return replace(task, modified=AT, **{name: tuple(sorted(getattr(task, name))) for name in SET_FIELDS})


# There and back


@given(tasks(), tasks())
def test_an_edit_gives_what_it_says_and_taking_it_back_what_was(one: Task, two: Task) -> None:
    one, two = (replace(task, uid=uid(9, 9), parent=None, depends=()) for task in (one, two))
    two = replace(two, id=one.id)
    listed = holding(one)
    change = difference(one, two)
    listed.apply(record(change))
    assert said(listed.tasks[one.uid]) == said(two)
    assert change is None or listed.tasks[one.uid].modified == AT
    if change is not None:
        assert listed.apply(record(*inverse([change]), undoes="k")).conflicts == ()
    assert said(listed.tasks[one.uid]) == said(one)


@given(tasks())
def test_adding_and_purging_are_each_others_inverse(task: Task) -> None:
    task = replace(task, parent=None, depends=())
    listed = TaskList()
    listed.apply(record(creation(task)))
    assert listed.tasks == {task.uid: task}
    assert listed.apply(record(*inverse([creation(task)]), undoes="k")).conflicts == ()
    assert listed.tasks == {}
    listed = holding(task)
    listed.apply(record(purge(task)))
    assert listed.tasks == {}
    listed.apply(record(*inverse([purge(task)]), undoes="k"))
    assert listed.tasks == {task.uid: task}


@given(tasks(), tasks())
def test_previous_puts_back_exactly_what_was(one: Task, two: Task) -> None:
    two = replace(two, uid=uid(9, 9))
    listed = holding(one)
    before = dict(listed.tasks)
    applied = listed.apply(record(purge(one), creation(two), creation(one), edit(one, name="other"), purge(two)))
    listed.restore(applied.previous)
    assert listed.tasks == before


SETS = ("a", "b", "c", "d")


@given(st.lists(st.tuples(st.sets(st.sampled_from(SETS)), st.sets(st.sampled_from(SETS))), min_size=2, max_size=4))
def test_changes_of_sets_that_do_not_contradict_each_other_commute(deltas: list[tuple[set[str], set[str]]]) -> None:
    start = a_task(tags=("a", "b"))
    added = {item for add, _ in deltas for item in add}
    changes = [
        Change(start.uid, {}, {"tags": {"add": sorted(add), "remove": sorted(remove - added)}})
        for add, remove in deltas
    ]
    results = set()
    for order in permutations(changes):
        listed = holding(start)
        for change in order:
            assert reasons(listed, change) == []
        results.add(frozenset(listed.tasks[start.uid].tags))
    assert len(results) == 1


# Whatever they hold


def any_change() -> st.SearchStrategy[Change]:
    names = st.sampled_from([*FIELDS, "unknown", "__class__", "seq"])
    deltas = st.fixed_dictionaries({}, optional={"add": json_values(), "remove": json_values()})
    anything = json_values() | deltas | st.fixed_dictionaries({"add": st.lists(uids()), "remove": st.lists(uids())})
    fields = st.none() | st.dictionaries(names, anything | uids() | st.sampled_from(["a", 1, None]), max_size=4)
    whole = tasks().map(creation) | tasks().map(purge)
    return whole | st.builds(Change, uids() | st.text(max_size=3), fields, fields)


@given(st.lists(st.tuples(st.lists(any_change(), max_size=4), st.booleans()), max_size=5))
def test_anything_can_be_applied_and_again_changes_nothing(actions: list[tuple[list[Change], bool]]) -> None:
    one, two = TaskList(), TaskList()
    for seq, (changes, undoes) in enumerate(actions, 1):
        made = record(*changes, seq=seq, undoes="x" if undoes else "")
        before = dict(one.tasks)
        applied = one.apply(made)
        assert one.seq == seq
        assert all(key == task.uid for key, task in one.tasks.items())
        assert {key for key in {*before, *one.tasks} if before.get(key) != one.tasks.get(key)} <= {*applied.previous}
        once = dict(one.tasks)
        if not undoes and len({change.uid for change in changes}) == len(changes):
            one.apply(made)
            assert one.tasks == once
        two.apply(made)
        assert (two.tasks, two.seq) == (one.tasks, one.seq)
        assert not leads_back(one)


def leads_back(listed: TaskList) -> bool:
    """Whether some task is its own ancestor, or waits for itself."""
    for name in ("parent", "depends"):
        for start in listed.tasks:
            seen: set[str] = set()
            waiting = [start]
            while waiting:
                task = listed.tasks.get(waiting.pop())
                value = () if task is None else getattr(task, name) or ()
                for target in (value,) if isinstance(value, str) else value:
                    if target == start:
                        return True
                    if target not in seen:
                        seen.add(target)
                        waiting.append(target)
    return False


@pytest.mark.parametrize("field", ["uid", "id", "modified"])
def test_no_edit_changes_what_a_task_is_known_by(field: str) -> None:
    listed = holding(a_task())
    value = {"uid": uid(5, 5), "id": 7, "modified": AT}[field]
    assert reasons(listed, Change(uid(0, 1), {}, {field: value})) == [(field, "invalid")]
    assert listed.tasks == {uid(0, 1): a_task()}


def test_a_creation_is_known_by_the_uid_of_its_change() -> None:
    listed = TaskList()
    fields = creation(a_task(1)).after or {}
    listed.apply(record(Change(uid(0, 2), after={**fields, "uid": uid(0, 3)})))
    assert [(key, task.uid) for key, task in listed.tasks.items()] == [(uid(0, 2), uid(0, 2))]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", 7),
        ("status", "gone"),
        ("tags", ["a"]),
        ("tags", {"add": ["a"]}),
        ("tags", {"add": [""], "remove": []}),
        ("tags", {"add": [["a"]], "remove": []}),
        ("nothing", 1),
        ("__class__", 1),
        ("extra", {"id": 7}),
    ],
)
def test_a_bad_value_is_left_out_and_the_rest_done(field: str, value: Any) -> None:
    task = a_task(tags=("t",))
    listed = holding(task)
    change = Change(task.uid, {"due": None}, {field: value, "due": "2026-05-05"})
    assert reasons(listed, change) == [(field, "invalid")]
    assert listed.tasks[task.uid] == replace(task, due="2026-05-05", modified=AT)


def test_a_bad_creation_is_left_out() -> None:
    listed = TaskList()
    bad = Change(uid(0, 1), after={"name": "no id"})
    assert reasons(listed, bad, creation(a_task(2))) == [("name", "invalid")]
    assert list(listed.tasks) == [uid(0, 2)]


def test_a_pending_record_leaves_seq_as_it_is_and_next_id_never_falls() -> None:
    listed = TaskList(seq=7, next_id=20)
    listed.apply(record(creation(a_task(1)), seq=0, next_id=5))
    assert (listed.seq, listed.next_id) == (7, 20)
    listed.apply(record(seq=8, next_id=21))
    assert (listed.seq, listed.next_id) == (8, 21)


def test_a_copy_is_independent() -> None:
    listed = holding(a_task(1))
    copy = listed.copy()
    copy.apply(record(purge(a_task(1)), seq=9, next_id=9))
    assert (listed.tasks, listed.seq, listed.next_id) == ({uid(0, 1): a_task(1)}, 1, 2)


# Beside others


def test_the_later_record_wins_and_says_what_it_overtook() -> None:
    listed = holding(a_task(name="theirs"))
    applied = listed.apply(record(Change(uid(0, 1), {"name": "a", "due": None}, {"name": "mine", "due": "2026-05-05"})))
    assert applied.conflicts == (Conflict(uid(0, 1), "name", "mine", "theirs", "overtaken"),)
    assert listed.tasks[uid(0, 1)].name == "mine"


@pytest.mark.parametrize(("field", "value"), [("completed", AT), ("started", AT), ("order", "a5")])
def test_what_only_follows_is_overtaken_without_a_word(field: str, value: str) -> None:
    listed = holding(replace(a_task(), **{field: "2020-01-01T00:00:00Z"}))
    assert reasons(listed, Change(uid(0, 1), {field: None}, {field: value})) == []
    assert getattr(listed.tasks[uid(0, 1)], field) == value


def test_the_same_value_given_twice_is_no_conflict() -> None:
    listed = holding(a_task(name="same"))
    assert reasons(listed, Change(uid(0, 1), {"name": "a"}, {"name": "same"})) == []
    assert listed.tasks[uid(0, 1)] == a_task(name="same")


def test_undo_leaves_each_field_that_was_changed_since() -> None:
    listed = holding(a_task(name="later", due="2026-05-05", tags=("mine", "theirs")))
    mine = Change(
        uid(0, 1),
        {"name": "a", "due": None},
        {"name": "b", "due": "2026-05-05", "tags": {"add": ["mine"], "remove": []}},
    )
    assert reasons(listed, *inverse([mine]), undoes="k") == [("name", "changed")]
    task = listed.tasks[uid(0, 1)]
    assert (task.name, task.due, task.tags) == ("later", None, ("theirs",))


def test_undo_of_an_add_leaves_a_task_that_was_changed_since() -> None:
    made = a_task(tags=("x", "y"))
    for changed, gone in (
        (made, True),
        (replace(made, modified=AT, id=9, tags=("y", "x")), True),
        (replace(made, comment="theirs"), False),
        (replace(made, tags=("x",)), False),
    ):
        listed = holding(changed)
        assert reasons(listed, purge(made), undoes="k") == ([] if gone else [("name", "changed")])
        assert (uid(0, 1) not in listed.tasks) == gone


def test_a_purge_goes_through_whatever_was_changed_and_an_edit_brings_nothing_back() -> None:
    listed = holding(replace(a_task(), name="theirs"))
    assert reasons(listed, purge(a_task())) == []
    assert reasons(listed, edit(a_task(), name="stale", tags=["a"])) == []
    assert reasons(listed, purge(a_task()), undoes="k") == []
    assert listed.tasks == {}


def test_a_task_that_comes_twice_is_the_first() -> None:
    listed = holding(a_task(name="first"))
    assert reasons(listed, creation(a_task(name="second"))) == []
    assert listed.tasks[uid(0, 1)].name == "first"


@pytest.mark.parametrize("length", [1, 2, 3, 5])
@pytest.mark.parametrize("field", ["parent", "depends"])
def test_a_circle_is_refused_at_the_record_that_closes_it(field: str, length: int) -> None:
    listed = holding(*(a_task(number) for number in range(length)))
    found = []
    for number in range(length):
        target = uid(0, (number + 1) % length)
        change = edit(listed.tasks[uid(0, number)], **{field: target if field == "parent" else (target,)})
        found.append(reasons(listed, change))
    assert found == [[]] * (length - 1) + [[(field, "cycle")]]
    assert not leads_back(listed)


def test_what_comes_back_into_a_circle_leaves_what_closes_it_out() -> None:
    one, two = a_task(1, parent=uid(0, 2), depends=(uid(0, 2),)), a_task(2)
    listed = holding(one, two)
    listed.apply(record(purge(one)))
    listed.apply(record(edit(two, parent=one.uid, depends=(one.uid,))))
    listed.apply(record(*inverse([purge(one)]), undoes="k"))
    assert not leads_back(listed)
    assert listed.tasks[one.uid].name == one.name


def test_parents_and_dependencies_that_are_not_there_are_allowed() -> None:
    listed = holding(a_task(1))
    assert reasons(listed, edit(a_task(1), parent=uid(7, 7), depends=(uid(7, 8),))) == []


# Order


def test_tasks_stand_in_the_order_of_their_ids_whatever_these_are() -> None:
    numbers = [*range(1, 4000), 62**3, 62**3 + 62**2 + 62 - 1, 62**5, 2**40, 2**53 - 1]
    keys = [place(a_task(number)) for number in numbers]
    assert keys == sorted(keys)
    assert len({key for key, _ in keys}) == len(keys)
    assert [place(a_task(number))[0] for number in (1, 61, 62, 62 + 62**2 - 1, 62 + 62**2)] == [
        "a1",
        "az",
        "b00",
        "bzz",
        "c000",
    ]


def test_a_key_of_its_own_goes_before_the_id() -> None:
    ordered = sorted([a_task(3, order="a1V"), a_task(1), a_task(2)], key=place)
    assert [task.id for task in ordered] == [1, 3, 2]
    same = [a_task(number, order="a1V") for number in (2, 1)]
    assert [task.id for task in sorted(same, key=place)] == [1, 2]


@given(st.lists(st.tuples(st.integers(1, 300_000), st.sampled_from(["", "", "", "a0", "b3V", "zz"])), max_size=30))
def test_tasks_stand_in_the_same_order_however_few_are_arranged(some: list[tuple[int, str]]) -> None:
    arranged = [replace(a_task(), uid=uid(1, at), id=number, order=order) for at, (number, order) in enumerate(some)]
    plain = [replace(a_task(), uid=uid(2, number), id=(number * 7919) % 9973 + 1) for number in range(len(some) * 201)]
    for listed in (arranged, plain + arranged):
        assert [place(task) for task in in_order(listed)] == sorted(map(place, listed))
