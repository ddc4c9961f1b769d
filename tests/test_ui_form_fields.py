"""Fields of a task as people write them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.errors import TodurableError, UnknownTaskError
from core.task import Priority, Task
from tests.instances import a_task, uid
from ui.widgets.form_fields import FORM_FIELDS, Around, values

TODAY = date(2026, 11, 18)  # a Wednesday
TASKS = {uid(0, number): a_task(number, f"task {number}") for number in (1, 2, 3)}


def _find(wanted: int | str) -> Task:
    for task in TASKS.values():
        if str(task.id) == str(wanted):
            return task
    raise UnknownTaskError(str(wanted))


AROUND = Around(TODAY, 0, TASKS, _find)
FIELDS = {field.name: field for field in FORM_FIELDS}


@pytest.mark.parametrize(
    ("name", "text", "value", "told"),
    [
        ("name", " Pay ", "Pay", ""),
        ("project", "#home/garden", "home/garden", ""),
        ("tags", "+a, b  @c a", ("a", "b", "@c"), ""),
        ("priority", "!1", Priority.HIGH, ""),
        ("priority", "", Priority.NONE, ""),
        ("due", "fri 17:00", "2026-11-20T17:00", "Fri 20 Nov 17:00, in 2 days"),
        ("due", "", None, ""),
        ("recur", "every 2w", "FREQ=WEEKLY;INTERVAL=2", "every 2 weeks"),
        ("estimate", "1h30", 90, ""),
        ("parent", "2", uid(0, 2), "task 2"),
        ("depends", "1, 3", (uid(0, 1), uid(0, 3)), "task 1, task 3"),
        ("description", "a\n b ", "a\n b", ""),
    ],
)
def test_text_is_read_and_told(name: str, text: str, value: Any, told: str) -> None:
    field = FIELDS[name]
    assert field.value_of(text, AROUND) == value
    assert field.tell(value, AROUND) == told or not told


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("name", "  "),
        ("project", "home//garden"),
        ("priority", "urgent"),
        ("due", "3.4"),
        ("recur", "sometimes"),
        ("estimate", "long"),
        ("parent", "99"),
        ("depends", "1 99"),
    ],
)
def test_what_is_no_value_is_refused_in_a_sentence(name: str, text: str) -> None:
    with pytest.raises(TodurableError, match=r"\.$"):
        FIELDS[name].value_of(text, AROUND)


@pytest.mark.parametrize(
    "fields",
    [
        {"due": "2026-12-24T17:00", "wait": "2026-12-01"},
        {"recur": "FREQ=WEEKLY;BYDAY=MO,TH", "due": "2026-12-24"},
        {"recur": "FREQ=MONTHLY;INTERVAL=3"},
        {"recur": "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR"},
        {"estimate": 0},
        {"estimate": 61},
        {"estimate": 120},
        {"priority": Priority.LOW, "project": "a/b", "tags": ("x", "@y"), "parent": uid(0, 2), "depends": (uid(0, 3),)},
    ],
)
def test_what_is_shown_is_read_as_the_same(fields: dict[str, Any]) -> None:
    task = a_task(9, **fields)
    for name, value in fields.items():
        assert FIELDS[name].value_of(FIELDS[name].text_of(task, AROUND), AROUND) == value


def test_only_what_was_changed_is_saved() -> None:
    task = a_task(9, due="2026-12-24", comment="kept")
    before = {name: field.text_of(task, AROUND) for name, field in FIELDS.items()}
    assert values(before, before, task, AROUND) == {}
    texts = before | {"priority": "high", "comment": ""}
    assert values(texts, before, task, AROUND) == {"priority": Priority.HIGH, "comment": ""}


def test_a_monthly_rule_keeps_the_day_of_its_date() -> None:
    texts = {"due": "2026-12-31", "recur": "month"}
    assert values(texts, {}, a_task(9), AROUND)["recur"] == "FREQ=MONTHLY;BYMONTHDAY=-1"


def test_tags_that_came_meanwhile_stay() -> None:
    task = a_task(9, tags=("b", "theirs"))
    assert values({"tags": "b mine"}, {"tags": "a b"}, task, AROUND)["tags"] == ("b", "theirs", "mine")
