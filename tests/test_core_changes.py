"""Changes and records as values: what they say, how they are written, numbered and taken back."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from core.changes import (
    Change,
    Record,
    checked_creation,
    creation,
    decode_record,
    difference,
    edit,
    encode_record,
    ids_given,
    inverse,
    json_fields,
    new_record,
    number,
    purge,
    renumbered,
)
from core.errors import BadValueError, TaskError
from core.task import FIELDS, SET_FIELDS, Priority, Status, Task
from tests.instances import a_task, uid
from tests.valid_tasks import json_values, tasks, values

AT = "2026-01-01T00:00:00Z"


def a_record(*changes: Change, **fields: Any) -> Record:
    given_: dict[str, Any] = {
        "seq": 0,
        "at": AT,
        "by": "here:1:-",
        "label": "edit",
        "next_id": 0,
        "changes": changes,
        "key": "k",
    }
    return Record(**(given_ | fields))


def undone(*changes: Change) -> Record:
    return a_record(*inverse(changes), undoes="k")


# Lines


def changes() -> st.SearchStrategy[Change]:
    fields = st.dictionaries(st.sampled_from(FIELDS), json_values(), max_size=3)
    return st.builds(Change, st.text(st.characters(exclude_categories=["Cs"])), st.none() | fields, st.none() | fields)


def records() -> st.SearchStrategy[Record]:
    text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    numbers = st.integers(0, 2**70)
    return st.builds(Record, numbers, text, text, text, numbers, st.lists(changes(), max_size=3).map(tuple), text, text)


@given(records())
def test_every_record_is_written_as_one_line_and_read_as_itself(record: Record) -> None:
    line = encode_record(record)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert decode_record(line[:-1]) == record


def test_the_form_of_a_line() -> None:
    record = a_record(Change("u", {"name": "a"}, {"name": "ü"}), seq=42, next_id=7, by="kitchen:1:pts/3")
    line = encode_record(record)
    assert json.loads(line) == {
        "seq": 42,
        "at": AT,
        "by": "kitchen:1:pts/3",
        "label": "edit",
        "next_id": 7,
        "changes": [{"uid": "u", "before": {"name": "a"}, "after": {"name": "ü"}}],
        "key": "k",
        "crc": json.loads(line)["crc"],
    }
    assert line.startswith(b'{"seq":42,"at":"')
    assert [*json.loads(line)][-1] == "crc"


def test_nothing_before_and_nothing_touched_before_are_two_things() -> None:
    record = a_record(Change("u", {}, {"tags": {"add": ["a"], "remove": []}}), Change("v", after={}), Change("w", {}))
    read = decode_record(encode_record(record)[:-1])
    assert [(change.creates, change.purges) for change in read.changes] == [
        (False, False),
        (True, False),
        (False, True),
    ]
    assert read == record


def test_a_line_with_a_wrong_bit_is_none() -> None:
    line = encode_record(a_record(creation(a_task()), seq=1))[:-1]
    for bit in range(len(line) * 8):
        wrong = line[: bit // 8] + bytes([line[bit // 8] ^ 1 << bit % 8]) + line[bit // 8 + 1 :]
        with pytest.raises(ValueError, match=r"."):
            decode_record(wrong)


@given(st.binary(max_size=60) | st.integers(0, 300).map(lambda end: encode_record(a_record(purge(a_task())))[:end]))
def test_what_is_no_line_is_none(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_record(raw)


@pytest.mark.parametrize("body", [b"{}", b'{"seq":"1"}', b"[]", b"\xff", b"", b'{"seq":1,"at":"\xff"}', b'{"seq":1}'])
def test_a_right_checksum_is_not_enough(body: bytes) -> None:
    from zlib import crc32

    with pytest.raises(ValueError, match=r"."):
        decode_record(body[:-1] + b',"crc":"%08x"}' % crc32(body[:-1]))


def test_half_a_character_is_not_written() -> None:
    with pytest.raises(ValueError, match="surrogates not allowed"):
        encode_record(a_record(label="\ud800"))


def test_fields_of_a_newer_program_do_not_spoil_a_line() -> None:
    from zlib import crc32

    body = encode_record(a_record(creation(a_task()), seq=1))[:-19] + b',"mood":{"a":[1]}'
    assert decode_record(body + b',"crc":"%08x"}' % crc32(body)) == a_record(
        replace(creation(a_task()), after=json.loads(json.dumps(creation(a_task()).after))), seq=1
    )


# What changes say


@given(tasks())
def test_a_creation_holds_the_task_and_a_purge_too(task: Any) -> None:
    made = creation(task)
    assert (made.uid, made.before, made.creates, made.purges) == (task.uid, None, True, False)
    assert made.after == json_fields(task)
    assert purge(task) == Change(task.uid, before=json_fields(task))
    assert purge(task).purges
    assert inverse([made]) == (purge(task),)


@given(tasks(), st.data())
def test_an_edit_names_only_what_it_touches(task: Any, data: st.DataObject) -> None:
    names = data.draw(st.sets(st.sampled_from([name for name in FIELDS if name not in ("uid", "id", "modified")])))
    fields = {name: data.draw(values(name)) for name in names}
    change = edit(task, **fields)
    differing = {
        name
        for name in names
        if (
            set(fields[name]) != set(getattr(task, name)) if name in SET_FIELDS else fields[name] != getattr(task, name)
        )
    }
    if change is None:
        assert not differing
    else:
        assert change.after is not None
        assert change.before is not None
        assert set(change.after) == differing
        assert set(change.before) == differing - SET_FIELDS


def test_sets_change_by_what_came_and_what_went() -> None:
    change = edit(a_task(tags=("a", "b", "c")), tags=["c", "d"])
    assert change == Change(uid(0, 1), {}, {"tags": {"add": ["d"], "remove": ["a", "b"]}})


def test_an_edit_of_nothing_is_none() -> None:
    task = a_task(tags=("a", "b"), due="2026-01-01")
    assert edit(task) is None
    assert edit(task, name=task.name, tags=["b", "a"], due="2026-01-01", priority=Priority.NONE) is None


@given(tasks(), tasks())
def test_a_difference_is_none_only_between_tasks_that_say_the_same(one: Any, two: Any) -> None:
    two = replace(two, uid=one.uid)
    said = {name for name in FIELDS if name not in ("uid", "id", "modified")}
    same = all(
        (set if name in SET_FIELDS else lambda value: value)(getattr(one, name)) == getattr_as_set(two, name)
        for name in said
    )
    assert (difference(one, two) is None) == same
    assert difference(one, replace(one, id=one.id + 1, modified=AT)) is None


def getattr_as_set(task: Any, name: str) -> Any:
    return set(getattr(task, name)) if name in SET_FIELDS else getattr(task, name)


@given(tasks(), tasks())
def test_taking_back_twice_is_doing_again(one: Any, two: Any) -> None:
    change = difference(one, replace(two, uid=one.uid))
    if change is not None:
        assert inverse(inverse([change])) == (change,)
    assert inverse(inverse([creation(one), purge(one)])) == (creation(one), purge(one))


def test_what_is_taken_back_goes_backwards() -> None:
    first, second = a_task(1), a_task(2)
    assert inverse([creation(first), creation(second)]) == (purge(second), purge(first))


# Numbers


def keys() -> Any:
    numbers = count()
    return lambda: f"{next(numbers)}"


def test_records_are_numbered_and_what_they_create_gets_ids_in_order() -> None:
    new_key = keys()
    waiting = [
        new_record("add", [creation(a_task(1)), creation(a_task(2))], AT, "me", new_key),
        new_record("edit", [Change(uid(0, 1), {"name": "a"}, {"name": "b"})], AT, "me", new_key),
        new_record("add", [creation(a_task(3))], AT, "me", new_key),
    ]
    numbered = number(waiting, 41, 100)
    assert [(record.seq, record.next_id) for record in numbered] == [(42, 102), (43, 102), (44, 103)]
    assert ids_given(numbered) == {uid(0, 1): 100, uid(0, 2): 101, uid(0, 3): 102}
    assert [record.key for record in numbered] == ["0", "1", "2"]
    assert number([], 41, 100) == ()


def test_what_is_undone_and_done_again_in_the_same_batch_has_the_same_id() -> None:
    add = a_record(creation(a_task(1, id=5)), key="add")
    undo = a_record(*inverse(add.changes), key="undo", undoes="add")
    redo = a_record(*inverse(undo.changes), key="redo", undoes="undo")
    numbered = number([add, undo, redo], 0, 9)
    assert [change.before or change.after for record in numbered for change in record.changes] == [
        json_fields(a_task(1, id=9))
    ] * 3
    assert [record.next_id for record in numbered] == [10, 10, 10]


def test_what_comes_back_after_a_purge_keeps_its_id() -> None:
    back = undone(purge(a_task(1, id=3)))
    [numbered] = number([back], 7, 50)
    assert (ids_given([numbered]), numbered.next_id) == ({uid(0, 1): 3}, 50)


def test_a_provisional_id_gives_way_in_what_waits() -> None:
    waiting = a_record(purge(a_task(1)), Change(uid(0, 1), {"name": "a"}, {"name": "b"}), creation(a_task(2)))
    changed = renumbered(waiting, {uid(0, 1): 77})
    assert changed.changes[0] == purge(a_task(1, id=77))
    assert changed.changes[1:] == waiting.changes[1:]


def test_defaults_are_not_written() -> None:
    assert json_fields(a_task(status=Status.DONE)) == {
        "id": 1,
        "name": "water the plants",
        "status": "done",
        "created": "2026-01-01T00:00:00.000000Z",
        "modified": "2026-01-01T00:00:00.000000Z",
    }
    assert json_fields(a_task(estimate=0))["estimate"] == 0


# What a creation makes


@given(tasks())
def test_a_checked_creation_makes_what_whoever_reads_it_makes(task: Task) -> None:
    made = checked_creation(asdict(task), "It")
    assert made == creation(task)
    assert made.made is made.made
    assert made.made == task
    [read] = decode_record(encode_record(a_record(made))[:-1]).changes
    assert read.made == task


def test_a_checked_creation_is_of_values_that_are_allowed() -> None:
    with pytest.raises(BadValueError, match="The new one: “name” must not be empty"):
        checked_creation(asdict(a_task(name=" ")), "The new one")


@pytest.mark.parametrize("fields", [{"name": ""}, {"name": 1}, {"colour": "red"}, {"uid": "x"}, {"created": None}])
def test_what_came_from_elsewhere_is_checked_when_it_is_made(fields: dict[str, Any]) -> None:
    change = creation(a_task())
    with pytest.raises((TaskError, KeyError)):
        _ = Change(fields.pop("uid", change.uid), after=(change.after or {}) | fields).made


def test_a_creation_that_gets_its_own_id_stays_the_same_object() -> None:
    made = checked_creation(asdict(a_task(1, id=5)), "It")
    [same] = number([a_record(made, next_id=5)], 0, 5)
    [other] = number([a_record(made, next_id=5)], 0, 7)
    assert same.changes[0] is made
    assert other.changes[0].made == a_task(1, id=7)
