"""The form of `tasks.json`, and that nothing that is not ours to the last bit passes for ours."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core import checkpoint
from core.checkpoint import accept_ours, complaint, decode, encode, read_header, unknown_fields, verify
from core.errors import InvalidContentError, NewerSchemaError
from core.task import Status, Task
from core.tasklist import TaskList
from tests.instances import a_task
from tests.valid_tasks import json_values, tasks

FILE = Path("tasks.json")
SAVED_AT = "2026-01-01T00:00:00.000000Z"


def a_list(*some: Task, seq: int = 42, **extra: Any) -> TaskList:
    next_id = 1 + max((task.id for task in some), default=0)
    return TaskList(seq, next_id, {task.uid: task for task in some}, extra)


def signed(raw: bytes) -> bytes:
    """`raw`, which has a checksum of 64 digits, with the one that holds."""
    start = raw.index(b'"checksum":"') + len(b'"checksum":"')
    rest = raw[:start] + raw[start + 64 :]
    return raw[:start] + hashlib.sha256(rest).hexdigest().encode() + raw[start + 64 :]


# The form


def test_one_task_a_line_after_one_line_of_header() -> None:
    raw = encode(a_list(a_task(2, "zwei"), a_task(1, "ünï ✓ \u2028 \x1b")), SAVED_AT)
    lines = raw.decode().split("\n")
    assert len(lines) == 5
    assert lines[0].startswith('{"schema_version":1,"seq":42,"next_id":3,"checksum":"')
    assert lines[0].endswith(f'","saved_at":"{SAVED_AT}","tasks":[')
    assert [json.loads(line.removesuffix(","))["id"] for line in lines[1:3]] == [1, 2]
    assert lines[3:] == ["]}", ""]
    document = json.loads(raw)
    assert list(document) == ["schema_version", "seq", "next_id", "checksum", "saved_at", "tasks"]
    assert [task["name"] for task in document["tasks"]] == ["ünï ✓ \u2028 \x1b", "zwei"]


def test_the_checksum_is_what_the_module_says() -> None:
    raw = encode(a_list(a_task()), SAVED_AT)
    digits = json.loads(raw)["checksum"]
    assert hashlib.sha256(raw.replace(digits.encode(), b"")).hexdigest() == digits
    assert signed(raw) == raw


def test_an_empty_list() -> None:
    raw = encode(TaskList(), SAVED_AT)
    assert json.loads(raw)["tasks"] == []
    assert decode(raw, FILE).tasks == TaskList()
    assert decode(raw, FILE).verified


def test_fields_stand_in_the_same_order_with_and_without_unknown_ones() -> None:
    task = a_task(due="2026-05-05", tags=("a",))
    known = list(json.loads(encode(a_list(task), ""))["tasks"][0])
    assert list(json.loads(encode(a_list(replace(task, extra={"x": 1})), ""))["tasks"][0]) == [*known, "x"]


@given(
    st.lists(tasks(), max_size=4),
    st.dictionaries(st.text("abc/"), json_values(), max_size=3),
    st.integers(0, 2**53 - 1),
)
def test_what_is_written_is_read_as_itself_fast_and_strictly(some: list[Task], extra: dict[str, Any], seq: int) -> None:
    some = [replace(task, id=number) for number, task in enumerate(some, 1)]
    listed = a_list(*some, seq=seq, **extra)
    raw = encode(listed, SAVED_AT)
    assert json.loads(raw)["tasks"] is not None
    fast = decode(raw, FILE)
    assert (fast.verified, fast.tasks, fast.seq, fast.saved_at, fast.problems) == (True, listed, seq, SAVED_AT, ())
    assert encode(fast.tasks, SAVED_AT) == raw
    slow = decode(json.dumps(json.loads(raw)).encode(), FILE)
    assert (slow.verified, slow.tasks.tasks, slow.seq, slow.problems) == (False, listed.tasks, seq, ())
    assert slow.tasks.extra == extra
    assert read_header(raw) is not None
    assert unknown_fields(raw) == extra


@pytest.mark.parametrize("size", range(8))
def test_however_many_tasks_are_encoded_at_once_the_file_is_the_same(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = [
        a_task(number, "two\nlines, and }\n", extra={"x": "\n"} if number % 3 == 1 else None) for number in range(size)
    ]
    whole = encode(a_list(*some), SAVED_AT)
    monkeypatch.setattr(checkpoint, "_AT_ONCE", 2)
    assert encode(a_list(*reversed(some)), SAVED_AT) == whole
    assert whole.count(b"\n") == max(size, 1) + 2
    assert [entry["id"] for entry in json.loads(whole)["tasks"]] == list(range(size))
    accept_ours(whole, FILE)


# Nothing else passes for ours


def test_no_wrong_bit_is_taken_for_ours() -> None:
    raw = encode(a_list(a_task(1, "a", extra={"x": [1]}), a_task(2, "b"), mine={"a": 1}), SAVED_AT)
    for bit in range(len(raw) * 8):
        wrong = raw[: bit // 8] + bytes([raw[bit // 8] ^ 1 << bit % 8]) + raw[bit // 8 + 1 :]
        assert not verify(wrong), bit
        with pytest.raises(InvalidContentError):
            accept_ours(wrong, FILE)
        try:
            assert not decode(wrong, FILE).verified
        except InvalidContentError:
            continue
    accept_ours(raw, FILE)


@pytest.mark.parametrize("cut", range(0, 400, 7))
def test_no_part_of_a_file_is_taken_for_ours(cut: int) -> None:
    raw = encode(a_list(a_task(1), a_task(2)), SAVED_AT)
    assert not verify(raw[:cut])
    with pytest.raises(InvalidContentError):
        decode(raw[:cut], FILE)


@pytest.mark.parametrize(
    ("raw", "words"),
    [(b"", "it is empty"), (b'{"a":1', "it ends early"), (b'{"a":1}\n', "its checksum does not hold")],
)
def test_what_is_wrong_in_a_few_words(raw: bytes, words: str) -> None:
    assert complaint(raw) == words


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw.replace(b'"name":"water', b'"name":water'),
        lambda raw: raw.replace(b'"id":1', b'"id":"1"'),
        lambda raw: raw.replace(b'"seq":42', b'"seq":-'),
        lambda raw: raw.replace(b'"next_id":2', b'"next_id":2.5'),
        lambda raw: raw.replace(b'"saved_at":"2', b'"saved_at":"\xff'),
        lambda raw: raw.replace(b'"name":"water', b'"name":"\xff'),
        lambda raw: raw.replace(b'"saved_at"', b'"x":' + b"[" * 2000 + b"]" * 2000 + b',"saved_at"'),
        lambda raw: raw.replace(b'"name"', b'"x":' + b"[" * 5000 + b"]" * 5000 + b',"name"'),
        lambda raw: raw.replace(b'"status":"pending"', b'"status":"pending","x":1e999'),
        lambda raw: raw.replace(b'"status":"pending"', b'"status":"todo","status":"pending"'),
        lambda raw: raw.replace(b"\n]}\n", b"\n"),
        lambda raw: raw.replace(b'"tasks":[\n', b'"tasks":[ \n'),
    ],
)
def test_a_checksum_that_somebody_else_made_opens_no_door(spoil: Any) -> None:
    raw = signed(spoil(encode(a_list(a_task()), SAVED_AT)))
    assert verify(raw)
    try:
        found = decode(raw, FILE)
    except InvalidContentError:
        return
    encode(found.tasks, SAVED_AT)
    assert len(found.tasks.tasks) + len(found.problems) == 1


# Salvage


def test_one_bad_task_never_costs_the_others() -> None:
    listed = a_list(*(a_task(number, f"task {number}") for number in range(1, 6)))
    document = json.loads(encode(listed, SAVED_AT))
    document["tasks"][2]["due"] = "soon"
    found = decode(json.dumps(document).encode(), FILE)
    assert [task.id for task in found.tasks.tasks.values()] == [1, 2, 4, 5]
    assert [(problem.task, problem.field) for problem in found.problems] == [("Task 3 “task 3”", "due")]
    assert found.damaged == {document["tasks"][2]["uid"], 3}


def test_a_task_that_is_bad_in_a_file_that_is_ours_costs_the_others_nothing_either() -> None:
    listed = a_list(a_task(1), replace(a_task(2), extra={"x": 1}), a_task(3))
    raw = signed(encode(listed, SAVED_AT).replace(b'"id":2', b'"id":"2"'))
    found = decode(raw, FILE)
    assert found.verified
    assert [task.id for task in found.tasks.tasks.values()] == [1, 3]
    assert len(found.problems) == 1


@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.parametrize("every", [0, 1, 2])
def test_lists_longer_than_a_chunk(count: int, every: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunk boundaries must not lose, double or mix tasks, wherever unknown fields stand."""
    some = [
        a_task(
            number,
            f"task {number}",
            description="x,\n" * (number % 7),
            extra={"x": number} if every and not number % every else None,
        )
        for number in range(1, 60)
    ]
    listed = a_list(*some)
    raw = encode(listed, SAVED_AT)
    for chunk in (1, 100, 1000, len(raw) // count, len(raw)):
        monkeypatch.setattr(checkpoint, "_CHUNK", chunk)
        assert decode(raw, FILE).tasks == listed


def test_a_list_of_more_than_the_real_chunk() -> None:
    listed = a_list(*(a_task(number, description="y" * 300, status=Status.DONE) for number in range(1, 2500)))
    raw = encode(listed, SAVED_AT)
    assert len(raw) > 4 * (1 << 18)
    assert decode(raw, FILE).tasks == listed


def test_next_id_is_above_every_id_whatever_the_file_says() -> None:
    document = json.loads(encode(a_list(a_task(7)), SAVED_AT))
    for said, expected in ((1, 8), (100, 100), (None, 8), ("x", 8), (2.5, 8), (-5, 8), (2**60, 8)):
        found = decode(json.dumps({**document, "next_id": said}).encode(), FILE)
        assert found.tasks.next_id == expected


@pytest.mark.parametrize("seq", [None, -1, "1", 1.0, True, 2**53])
def test_a_sequence_that_is_none(seq: object) -> None:
    document = json.loads(encode(a_list(a_task()), SAVED_AT)) | {"seq": seq}
    assert decode(json.dumps(document).encode(), FILE).seq is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"1",
        b'"a"',
        b"{}",
        b'{"tasks":{}}',
        b'{"tasks":null}',
        b'{"schema_version":"1","tasks":[]}',
        b'{"schema_version":true,"tasks":[]}',
        b'{"schema_version":-1,"tasks":[]}',
        b'{"schema_version":1.0,"tasks":[]}',
        b'{"schema_version":null,"tasks":[]}',
        b'{"tasks":[],"tasks":[]}',
        b'{"tasks":[NaN]}',
        b'{"tasks":["\\ud800"]}',
        b'[{"label":"not ours"}]',
        b"[1,2]",
        b"\xff\xfe[\x00]\x00",
    ],
)
def test_what_is_no_list_of_tasks_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidContentError, match=r"tasks\.json is damaged: "):
        decode(raw, FILE)


@pytest.mark.parametrize("tasks_", [b"{}", b"null", b"7", b'"a"'])
def test_a_newer_format_whose_tasks_are_no_list_is_no_damage(tasks_: bytes) -> None:
    with pytest.raises(NewerSchemaError) as caught:
        decode(b'{"schema_version":2,"tasks":' + tasks_ + b"}", FILE)
    assert (caught.value.found, caught.value.known) == (2, 1)


@given(st.binary(max_size=40) | json_values().map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_a_list_or_refused(raw: bytes) -> None:
    try:
        found = decode(raw, FILE)
    except (InvalidContentError, NewerSchemaError):
        return
    assert not found.verified
    encode(found.tasks, SAVED_AT)


@given(st.binary(max_size=200))
def test_any_bytes_may_stand_where_a_header_should(raw: bytes) -> None:
    for whole in (raw, b'{"schema_version":1,' + raw + b'"tasks":[\n', raw + b'"tasks":[\n' + raw):
        assert read_header(whole) is None or b'"seq"' in whole


def test_a_header_that_is_too_deep_is_none() -> None:
    assert read_header(b'{"x":' + b"[" * 100_000 + b'"tasks":[\n') is None
