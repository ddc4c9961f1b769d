"""The rules of each field, and that a missing field, a wrong type and a bad value are told apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.changes import json_fields
from core.checkpoint import decode, encode
from core.errors import BadValueError, MissingFieldError, TaskError, TodurableError, WrongTypeError
from core.task import (
    FIELDS,
    SET_FIELDS,
    Priority,
    Status,
    Task,
    check_field,
    check_fields,
    name_of,
    one_line,
    task_from_json,
)
from core.tasklist import TaskList
from tests.instances import a_task, uid
from tests.valid_tasks import json_values, tasks

WHOLE = {
    "uid": uid(1, 1),
    "id": 1,
    "name": "a",
    "status": "pending",
    "created": "2026-01-01T00:00:00Z",
    "modified": "2026-01-01T00:00:00.5Z",
}

TEXTS = ("name", "comment", "description", "project", "order", "uid", "status", "created", "modified")
OPTIONAL_TEXTS = ("due", "scheduled", "wait", "until", "recur", "started", "completed", "parent")
INTEGERS = ("id", "priority", "estimate")
SETS = ("tags", "depends", "attachments")
NO_TEXTS: tuple[Any, ...] = (1, 1.5, True, [], ["a"], {}, {"a": "b"})
NO_INTEGERS: tuple[Any, ...] = ("1", 1.0, True, False, [], {})
NO_SETS: tuple[Any, ...] = ("a", 1, True, {}, {"a": 1}, None)


def read(**fields: Any) -> Task:
    return task_from_json({**WHOLE, **fields}, 0)


# What is told apart


@pytest.mark.parametrize("field", WHOLE)
def test_a_missing_field_is_named(field: str) -> None:
    document = {name: value for name, value in WHOLE.items() if name != field}
    with pytest.raises(MissingFieldError, match=f"“{field}” is missing") as caught:
        task_from_json(document, 4)
    assert caught.value.field == field
    task = {"id": "A task “a”", "name": "Task 1"}.get(field, "Task 1 “a”")
    assert caught.value.task == task
    assert str(caught.value).startswith(task)


@pytest.mark.parametrize(
    ("field", "value"),
    [(field, value) for field in TEXTS for value in (*NO_TEXTS, None)]
    + [(field, value) for field in OPTIONAL_TEXTS for value in NO_TEXTS]
    + [(field, value) for field in INTEGERS for value in NO_INTEGERS]
    + [("id", None), ("priority", None)]
    + [(field, value) for field in SETS for value in NO_SETS]
    + [(field, [value]) for field in SETS for value in (*NO_TEXTS, None)],
)
def test_a_wrong_type_is_named(field: str, value: Any) -> None:
    with pytest.raises(WrongTypeError, match=f"“{field}” must be") as caught:
        read(**{field: value})
    assert caught.value.field == field
    assert caught.value.found in (value, value[0] if isinstance(value, list) and value else value)
    with pytest.raises(WrongTypeError):
        check_fields({field: value}, "Task 1")


BAD_VALUES: dict[str, tuple[Any, ...]] = {
    "uid": ("", "x", uid(1, 1).upper().replace("0", "A"), uid(1, 1) + "\n", uid(1, 1)[:-1], f"{{{uid(1, 1)}}}"),
    "id": (0, -1, 2**53, 10**400),
    "name": ("", " ", "\t", "a\nb", "a\rb", "a\x85b", "a\u2028b", "a\x1cb", "\ud800", "a\udfff"),
    "status": ("", "Pending", "todo", "pending "),
    "created": ("", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00+00:00", "2026-13-01T00:00:00Z", "٢"),
    "modified": (
        "2026-01-01T00:00:00.1234567Z",
        "2026-02-30T00:00:00Z",
        "2026-01-01T24:00:01Z",
        "2026-01-01t00:00:00z",
    ),
    "priority": (-1, 4, 99),
    "project": ("/", "a/", "/a", "a//b", " ", "a/ /b", "a\nb"),
    "tags": (["a", ""], [" "], ["a\nb"], ["\ud800"]),
    "due": ("", "today", "2026-1-1", "2026-02-29", "2026-12-24T25:00", "2026-12-24 17:00", "2026-12-24T17:00Z"),
    "scheduled": ("2026-W01-1", "20260101"),
    "wait": ("2026-01-01T1:00", "２０２６-01-01"),
    "until": ("2026-01-01T00:00+01:00", "0000-01-01"),
    "recur": ("", " ", "every\nday"),
    "estimate": (-1, 2**53),
    "started": ("", "2026-01-01", "now"),
    "completed": ("2026-01-01T00:00:00", "9999-99-99T99:99:99Z"),
    "parent": ("", "1", "no uid"),
    "depends": ([""], ["1"], [uid(1, 1), "x"]),
    "order": ("a\nb", "\ud800"),
    "comment": ("a\nb", "a\u2029b", "\udc00"),
    "description": ("\ud800",),
    "attachments": ([""], ["a\nb"]),
}


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field, values in BAD_VALUES.items() for value in values]
)
def test_a_bad_value_is_named(field: str, value: Any) -> None:
    with pytest.raises(BadValueError, match=f"“{field}” ") as caught:
        read(**{field: value})
    assert caught.value.field == field
    assert isinstance(caught.value, TodurableError)
    str(caught.value).encode(errors="surrogatepass")


@pytest.mark.parametrize("document", [None, 1, 1.5, True, "a", [], ["a"]])
def test_what_is_no_object_is_told_with_its_place(document: Any) -> None:
    with pytest.raises(WrongTypeError, match="Entry 5"):
        task_from_json(document, 4)


def test_every_field_has_its_rule_tried_here() -> None:
    assert {*TEXTS, *OPTIONAL_TEXTS, *INTEGERS, *SETS, "extra"} == set(FIELDS)
    assert {*BAD_VALUES, "extra"} == set(FIELDS)
    assert frozenset(SETS) == SET_FIELDS


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("due", "2026-12-24"),
        ("due", "2026-12-24T17:00"),
        ("wait", "2024-02-29T23:59:59"),
        ("scheduled", "0001-01-01"),
        ("until", "9999-12-31T23:59"),
        ("started", "2026-01-01T23:59:59.123456Z"),
        ("estimate", 0),
        ("estimate", 2**53 - 1),
        ("id", 2**53 - 1),
        ("priority", 0),
        ("project", "home/garden"),
        ("project", ""),
        ("name", "[/] [@click=app.x] \x1b[31m \x07 \u202e ✓ \U0001f600"),
        ("name", "x" * 10_000),
        ("name", " with space around "),
        ("name", "a\tb"),
        ("description", "# Title\r\n\n\x85\u2028 text"),
        ("comment", ""),
        ("order", "a0"),
        ("parent", uid(1, 1)),
    ],
)
def test_what_is_allowed_stays_as_it_is(field: str, value: Any) -> None:
    assert getattr(read(**{field: value}), field) == value


@pytest.mark.parametrize("field", FIELDS)
def test_a_value_that_was_allowed_before_is_still_told_from_one_that_is_not(field: str) -> None:
    for _ in range(2):
        for value in BAD_VALUES.get(field, ()):
            with pytest.raises(BadValueError, match=rf"^It: “{field}” "):
                check_field(field, value, "It")
        if field in WHOLE:
            assert check_field(field, WHOLE[field]) == WHOLE[field]


@given(st.text() | st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Zs"]), max_size=3))
def test_a_line_is_whatever_text_has_no_line_break(text: str) -> None:
    breaks = len(f"{text}x".splitlines()) > 1
    halves = any("\ud800" <= letter <= "\udfff" for letter in text)
    try:
        assert check_field("comment", text) == text
    except BadValueError:
        assert breaks or halves
    else:
        assert not breaks
        assert not halves


def test_sets_are_ordered_without_what_comes_twice() -> None:
    assert read(tags=["b", "a", "b"]).tags == ("b", "a")
    assert check_fields({"depends": (uid(1, 2), uid(1, 2))}, "")["depends"] == (uid(1, 2),)


# What we do not know


def test_unknown_fields_are_kept_and_written_back_beside_ours() -> None:
    theirs = {"energy": {"level": 3, "of": [1, None, 2**70]}, "extra": {"id": 9}, "": "", "UID": "x", "naïve": 1e22}
    task = read(**theirs)
    assert task.extra == theirs
    [entry] = json.loads(encode(TaskList(1, 2, {task.uid: task}), "2026-01-01T00:00:00Z"))["tasks"]
    assert entry == {**WHOLE, **theirs}


@pytest.mark.parametrize("value", [None, 1, {}, {"extra": {"extra": None}}, {"name": "not ours"}, []])
def test_a_field_named_extra_is_one_that_we_do_not_know(value: Any) -> None:
    task = read(extra=value)
    assert task.extra == {"extra": value}
    raw = encode(TaskList(1, 2, {task.uid: task}), "2026-01-01T00:00:00Z")
    for _ in range(2):
        found = decode(raw, Path("tasks.json"))
        assert found.verified
        assert found.tasks.tasks == {task.uid: task}
        raw = encode(found.tasks, "2026-01-01T00:00:00Z")
    assert json.loads(raw)["tasks"] == [{**WHOLE, "extra": value}]


@pytest.mark.parametrize("field", [name for name in FIELDS if name != "extra"])
def test_what_we_do_not_know_never_takes_the_place_of_a_field_of_ours(field: str) -> None:
    with pytest.raises(BadValueError, match=f"“extra” must not hold “{field}”"):
        check_fields({"extra": {field: "x"}}, "Task 1")


@pytest.mark.parametrize("value", ["", 1, True, [], "text"])
def test_extra_itself_is_an_object(value: Any) -> None:
    with pytest.raises(WrongTypeError, match="“extra” must be an object"):
        check_fields({"extra": value}, "Task 1")
    assert check_fields({"extra": None}, "") == check_fields({"extra": {}}, "") == {"extra": None}


# Any task, any document


@given(tasks())
def test_every_valid_task_is_encoded_and_decoded_to_itself(task: Task) -> None:
    entry = json.loads(encode(TaskList(1, 2, {task.uid: task}), ""))["tasks"][0]
    assert task_from_json(entry, 0) == task
    assert task_from_json({**json_fields(task), **(task.extra or {}), "uid": task.uid}, 0).name == task.name
    if task.extra is None:
        assert msgspec.json.decode(msgspec.json.encode(task), type=Task) == task


@given(tasks())
def test_a_valid_task_passes_its_own_rules(task: Task) -> None:
    fields = {name: getattr(task, name) for name in FIELDS}
    assert check_fields(fields, "") == fields
    assert all(type(check_fields({name: value}, "")[name]) is type(value) for name, value in fields.items())


_documents = st.one_of(
    json_values(),
    st.dictionaries(st.sampled_from([*FIELDS, "other"]), json_values(), max_size=8),
    st.dictionaries(st.sampled_from([*FIELDS, "other"]), json_values(), max_size=4).map(lambda some: {**WHOLE, **some}),
)


def attempt(document: Any) -> Task | TaskError:
    try:
        return task_from_json(document, 0)
    except TaskError as error:
        return error


@given(_documents)
def test_any_document_is_a_task_or_a_task_error(document: Any) -> None:
    found = attempt(document)
    if isinstance(found, TaskError):
        assert found.field in {*FIELDS, "task"}
        assert found.task
        assert str(found)
    else:
        entry = json.loads(encode(TaskList(1, 2, {found.uid: found}), ""))["tasks"][0]
        assert task_from_json(entry, 0) == found


# Words


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"id": 7, "name": "a"}, "Task 7 “a”"),
        ({"id": 7}, "Task 7"),
        ({"name": "a" * 100}, f"A task “{'a' * 60}”"),
        ({"id": True, "name": ["a"]}, "A task"),
        ({}, "A task"),
    ],
)
def test_how_messages_name_a_task(fields: dict[str, Any], named: str) -> None:
    assert name_of(fields) == named


@pytest.mark.parametrize(
    ("text", "line"),
    [("a\nb", "a b"), ("a\r\nb", "a b"), (" a\x85 ", "a"), ("\n", ""), ("a\u2028\u2029b", "a  b"), ("a\tb", "a\tb")],
)
def test_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


def test_values_are_frozen_and_sort_by_what_matters() -> None:
    task = a_task()
    with pytest.raises(AttributeError):
        task.name = "b"  # type: ignore[misc]  # that is what is tried
    assert [*Status] == ["pending", "active", "done", "cancelled", "deleted"]
    assert Priority.NONE < Priority.HIGH < Priority.MEDIUM < Priority.LOW
