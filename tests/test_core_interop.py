"""Other programs' files: what is read of them, that it is the same each time, and that nothing of it is lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.errors import TodurableError
from core.interop import NAMES, Entry, ImportedFileError, format_called, guess
from core.task import Priority, Status
from tests.instances import a_task, new_state
from tests.valid_tasks import tasks
from tests.zones import system_zone

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def read(name: str, raw: str) -> list[Entry]:
    return format_called(name).read(raw.encode(), NOW)


def without_uid(entry: Entry) -> Entry:
    return {field: value for field, value in entry.items() if field != "uid"}


def test_todo_txt() -> None:
    lines = (
        "\ufeff(A) 2026-11-20 Pay rent +home @desk due:2026-12-01 rec:+1m",
        "",
        "x 2026-11-21 2026-11-19 Old +a +b t:2026-11-30",
        "see http://x.org due:soon tags:c,d",
    )
    first, second, third = map(without_uid, read("todo.txt", "\n".join(lines)))
    assert first == {
        "name": "Pay rent",
        "status": Status.PENDING,
        "priority": Priority.HIGH,
        "created": "2026-11-20T00:00:00Z",
        "project": "home",
        "tags": ["@desk"],
        "due": "2026-12-01",
        "recur": "FREQ=MONTHLY",
    }
    assert (second["status"], second["completed"], second["created"]) == (
        Status.DONE,
        "2026-11-21T00:00:00Z",
        "2026-11-19T00:00:00Z",
    )
    assert (second["project"], second["tags"], second["wait"]) == ("a", ["b"], "2026-11-30")
    assert (third["name"], third["tags"]) == ("see http://x.org due:soon", ["c", "d"])


def test_todo_txt_knows_a_task_again_once_it_is_done() -> None:
    [before] = read("todo.txt", "(A) 2026-11-20 Pay rent +home\n")
    for done in ("Pay rent +home", "Pay rent +home pri:A", "Pay rent pri:A +home", "pri:A Pay rent +home"):
        [after] = read("todo.txt", f"x 2026-11-22 2026-11-20 {done}\n")
        assert before["uid"] == after["uid"]
    assert len({entry["uid"] for entry in read("todo.txt", "same\nsame\n")}) == 2


@pytest.mark.parametrize(
    ("line", "name", "priority"),
    [
        ("x 2026-11-21 2026-11-20 Pay rent pri:A", "Pay rent", Priority.HIGH),
        ("x (B) 2026-11-21 2026-11-20 Pay rent", "Pay rent", Priority.MEDIUM),
        ("x 2026-11-21 Pay pri:Z rent", "Pay rent", Priority.LOW),
        ("x (B) 2026-11-21 Pay rent pri:A", "Pay rent pri:A", Priority.MEDIUM),
        ("x 2026-11-21 pri:A", "pri:A", Priority.HIGH),
        ("x 2026-11-21 Pay pri:AB spri:A pri:a", "Pay pri:AB spri:A pri:a", None),
        ("2026-11-21 Pay rent pri:A", "Pay rent pri:A", None),
    ],
)
def test_what_is_done_in_todo_txt_has_its_priority_behind(line: str, name: str, priority: Priority | None) -> None:
    [entry] = read("todo.txt", line)
    assert (entry["name"], entry.get("priority")) == (name, priority)


@pytest.mark.parametrize("status", [Status.PENDING, Status.DONE, Status.CANCELLED])
@pytest.mark.parametrize("priority", Priority)
def test_todo_txt_keeps_the_priority(status: Status, priority: Priority) -> None:
    written = format_called("todo.txt").write([a_task(status=status, priority=priority)]).decode()
    [entry] = read("todo.txt", written)
    assert (entry["name"], entry.get("priority", Priority.NONE)) == (a_task().name, priority)


TASKWARRIOR = {
    "uuid": "0B9C4D2E-5f1a-4c3b-8d7e-6a5f4e3d2c1b",
    "id": 3,
    "description": "Pay\nrent",
    "status": "waiting",
    "entry": "20261120T080000Z",
    "modified": "20261120T090000Z",
    "due": "20261201T000000Z",
    "wait": "20261130T101500Z",
    "project": "home.garden",
    "tags": ["a", "b"],
    "priority": "M",
    "recur": "weekly",
    "depends": ["0b9c4d2e-5f1a-4c3b-8d7e-6a5f4e3d2c1c"],
    "annotations": [{"entry": "20261120T080000Z", "description": "said"}],
    "urgency": 4.2,
    "jiraid": "X-1",
}


def test_taskwarrior() -> None:
    [entry] = read("taskwarrior", json.dumps([TASKWARRIOR]))
    assert entry == {
        "uid": "0b9c4d2e-5f1a-4c3b-8d7e-6a5f4e3d2c1b",
        "name": "Pay rent",
        "status": Status.PENDING,
        "created": "2026-11-20T08:00:00Z",
        "modified": "2026-11-20T09:00:00Z",
        "due": "2026-12-01",
        "wait": "2026-11-30T10:15",
        "project": "home/garden",
        "tags": ["a", "b"],
        "priority": Priority.MEDIUM,
        "recur": "FREQ=WEEKLY",
        "depends": ["0b9c4d2e-5f1a-4c3b-8d7e-6a5f4e3d2c1c"],
        "description": "said",
        "extra": {"jiraid": "X-1"},
    }
    [odd] = read(
        "taskwarrior",
        json.dumps([TASKWARRIOR | {"recur": "every so often", "start": "20261120T080000Z", "status": "pending"}]),
    )
    assert (odd["status"], odd["extra"]["taskwarrior_recur"]) == (Status.ACTIVE, "every so often")


def test_a_template_of_taskwarrior_is_a_task_unless_an_open_one_carries_it_on() -> None:
    child = TASKWARRIOR | {"parent": "1B9C4D2E-5f1a-4c3b-8d7e-6a5f4e3d2c1b"}
    template = TASKWARRIOR | {"uuid": child["parent"], "status": "recurring", "recur": "monthly", "mask": "-"}
    for others in ([], [child | {"status": "completed"}]):
        taken = read("taskwarrior", json.dumps([*others, template]))[-1]
        assert (taken["uid"], taken["status"], taken["recur"]) == (
            "1b9c4d2e-5f1a-4c3b-8d7e-6a5f4e3d2c1b",
            Status.PENDING,
            "FREQ=MONTHLY",
        )
    [open_] = read("taskwarrior", json.dumps([template, child]))
    assert (open_["uid"], open_["recur"]) == ("0b9c4d2e-5f1a-4c3b-8d7e-6a5f4e3d2c1b", "FREQ=WEEKLY")


def test_taskwarrior_needs_no_more_than_a_description() -> None:
    raw = '[{"description": "a", "status": "pending"}, {"description": "a"}]'
    assert guess("tasks.json", raw.encode()) == "taskwarrior"
    first, second = read("taskwarrior", raw)
    assert first["uid"] != second["uid"]
    assert read("taskwarrior", raw) == [first, second]


@pytest.mark.parametrize(
    ("zone", "time"), [("Asia/Tokyo", "99991231T235959Z"), ("America/New_York", "00010101T000000Z")]
)
def test_a_time_that_is_in_no_year_of_its_user_is_refused_and_one_that_is_in_no_other_zone_is_written(
    zone: str, time: str
) -> None:
    with system_zone(zone):
        taskwarrior = format_called("taskwarrior")
        with pytest.raises(ImportedFileError, match="Entry 1 has a time that is none"):
            taskwarrior.read(json.dumps([{"description": "a", "due": time}]).encode(), NOW.astimezone(ZoneInfo(zone)))
        ends = ("0001-01-01T00:00", "9999-12-31T23:59")
        written = taskwarrior.write([replace(a_task(), due=due) for due in ends])
        assert all(f'"due":"{due[:4]}'.encode() in written.replace(b" ", b"") for due in ends)


def test_csv() -> None:
    first, second = map(
        without_uid, read("csv", 'name,due,priority,tags,colour\r\n"a, b",2026-12-01,1,x y,red\r\nc,,,,\r\n')
    )
    assert first == {"name": "a, b", "due": "2026-12-01", "priority": 1, "tags": ["x", "y"], "extra": {"colour": "red"}}
    assert second == {"name": "c"}


def test_json_takes_a_list_of_ours_a_file_and_a_legacy_one() -> None:
    task = {"uid": "0b9c4d2e-5f1a-4c3b-8d7e-6a5f4e3d2c1b", "name": "a", "due": "2026-12-01", "colour": "red"}
    expected = {**{key: task[key] for key in ("uid", "name", "due")}, "extra": {"colour": "red"}}
    assert read("json", json.dumps([task])) == read("json", json.dumps({"tasks": [task]})) == [expected]
    [legacy] = read(
        "json", '[{"id": 1, "name": "old", "comment": "", "description": "", "priority": 2, "tag": "home"}]'
    )
    assert (legacy["name"], legacy["tags"]) == ("old", ["home"])


@pytest.mark.parametrize(
    ("name", "raw", "line"),
    [
        ("json", "[", 0),
        ("json", "3", 0),
        ("json", '[{"id": 1}]', 0),
        ("taskwarrior", '[{"description": "x", "uuid": "y"}]', 0),
        ("taskwarrior", json.dumps([TASKWARRIOR | {"due": "soon"}]), 0),
        ("csv", "title\nx\n", 1),
        ("csv", "title,due\n", 1),
        ("csv", "", 1),
        ("csv", "name,due\nx,3d\n", 2),
        ("csv", "name,priority\nx,high\n", 2),
        ("csv", "name,estimate\nx," + "9" * 5000, 2),
        ("csv", "name\nx,y\n", 2),
        ("csv", 'name\n"x\n', 0),
    ],
)
def test_what_is_not_of_the_format_is_refused_with_its_place(name: str, raw: str, line: int) -> None:
    with pytest.raises(ImportedFileError) as raised:
        read(name, raw)
    assert raised.value.line == line
    assert str(raised.value).endswith("Nothing was imported.")


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("json", {"name": "a", "tag": "b", "tags": 5}),
        ("json", {"name": "a", "tag": "b", "tags": "cd"}),
        ("taskwarrior", TASKWARRIOR | {"tags": 5}),
        ("taskwarrior", TASKWARRIOR | {"depends": 5}),
        ("taskwarrior", TASKWARRIOR | {"depends": {}}),
        ("taskwarrior", TASKWARRIOR | {"annotations": 5}),
        ("taskwarrior", TASKWARRIOR | {"priority": []}),
    ],
)
def test_a_value_of_another_kind_is_refused_with_its_entry(name: str, fields: Entry) -> None:
    good = {"name": "a", "description": "b"}
    with pytest.raises(ImportedFileError, match=r"^Entry 2 .* Nothing was imported\.$"):
        read(name, json.dumps([good, fields]))


def test_null_is_as_good_as_nothing() -> None:
    [legacy] = read("json", '[{"name": "a", "tag": "b", "tags": null}]')
    assert legacy["tags"] == ["b"]
    fields = {"uuid": TASKWARRIOR["uuid"], "description": "a", "colour": None}
    nothing = dict.fromkeys((name for name in TASKWARRIOR if name not in (*fields, "jiraid")), None)
    assert read("taskwarrior", json.dumps([fields | nothing])) == read("taskwarrior", json.dumps([fields]))


def test_older_taskwarriors_wrote_lists_as_texts() -> None:
    [entry] = read("taskwarrior", json.dumps([TASKWARRIOR | {"tags": "a,b", "depends": ""}]))
    assert (entry["tags"], entry["depends"]) == (["a", "b"], [])


@pytest.mark.parametrize(
    ("file", "raw", "name"),
    [
        ("x.json", b"[]", "json"),
        ("-", b' [{"name": "x"}]', "json"),
        ("-", json.dumps([TASKWARRIOR]).encode(), "taskwarrior"),
        ("todo.txt", b"x", "todo.txt"),
        ("X.CSV", b"name", "csv"),
    ],
)
def test_a_format_is_guessed(file: str, raw: bytes, name: str) -> None:
    assert guess(file, raw) == name


def test_what_cannot_be_guessed_is_asked_for() -> None:
    with pytest.raises(ImportedFileError, match="--format"):
        guess("-", b"milk")


@settings(max_examples=40)
@given(tasks(), st.sampled_from(NAMES))
def test_what_is_written_is_read_again(task: Any, name: str) -> None:
    form = format_called(name)
    if task.status is Status.DELETED and name == "todo.txt":
        assert form.write([task]) == b""
        return
    state = new_state()
    try:
        entries = form.read(form.write([task]), NOW)
        state.take_in(entries)
    except TodurableError:
        # what the format cannot say at all: a name of marks alone, an instant of a year that it does not know
        assert name != "json"
        return
    again = state.pending
    state.take_in(form.read(form.write([task]), NOW))
    assert state.pending == again
    if name == "json":
        [taken] = state.known.values()
        assert (taken.name, taken.tags, taken.due, taken.extra) == (task.name, task.tags, task.due, task.extra)


@given(st.sampled_from(NAMES), st.text(max_size=60) | st.sampled_from(["[{}]", '[{"name":1}]', "name,tags\n,", "x \n"]))
def test_anything_at_all_is_read_or_refused(name: str, text: str) -> None:
    try:
        new_state().take_in(read(name, text))
    except TodurableError as error:
        assert str(error)  # noqa: PT017 - refusing is as good as reading


def test_what_was_changed_here_since_is_kept() -> None:
    state = new_state()
    uid = "0b9c4d2e-5f1a-4c3b-8d7e-6a5f4e3d2c1b"
    entry = {"uid": uid, "name": "a", "modified": "2025-01-01T00:00:00Z", "extra": {"colour": "red"}}
    assert state.take_in([entry]).label == "import 1 task"
    state.rename(state.known[uid], "b")
    assert not state.take_in([entry]).changed
    state.take_in([entry | {"name": "c", "modified": "2027-01-01T00:00:00Z", "extra": {"size": 3}}])
    assert (state.known[uid].name, state.known[uid].extra) == ("c", {"colour": "red", "size": 3})


def test_a_long_description_goes_to_csv_and_back() -> None:
    form = format_called("csv")
    task = a_task(description="x" * 200_000)
    [entry] = form.read(form.write([task]), datetime(2026, 11, 21))  # noqa: DTZ001 - a wall time
    assert entry["description"] == task.description
