"""What programs are promised of `list --json` holds, and the promise names every field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # stubs would be one package more
from msgspec.structs import replace

from core.task import FIELDS, Priority, Status, Task
from tests.command_line import make_list
from tests.in_process import call, shown
from tests.valid_tasks import tasks
from ui.session import task_document

SCHEMA: dict[str, Any] = json.loads((Path(__file__).parent.parent / "docs" / "list.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)


def test_the_schema_is_one_and_names_every_field() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    task = SCHEMA["$defs"]["task"]
    assert set(task["properties"]) == set(task["required"]) == set(FIELDS) - {"extra"}
    assert task["properties"]["status"]["enum"] == [str(status) for status in Status]
    assert sorted(task["properties"]["priority"]["enum"]) == [priority.value for priority in Priority]


@given(tasks())
def test_any_task_is_as_promised(task: Task) -> None:
    document = task_document(replace(task, extra=None))
    VALIDATOR.validate([json.loads(msgspec.json.encode(document))])


def test_what_is_printed_is_as_promised(home: Path) -> None:
    file = home / "todurable" / "tasks.json"
    make_list(file, "one", "two", due="2031-01-01T17:00", tags=["a", "@b"], recur="FREQ=WEEKLY", estimate=5)
    file.write_bytes(file.read_bytes().replace(b'"name":"one"', b'"name":"one","colour":{"deep":[1,2.5]}'))
    call("edit", "2", "depends:1", "parent:1", "wait:tomorrow")
    call("done", "1")
    printed = shown("list", "--all")
    assert len(printed) == 3
    VALIDATOR.validate(printed)
    VALIDATOR.validate([shown("add", "three #home due:fri !1")])


@pytest.mark.parametrize(
    "broken", [{"priority": 4}, {"uid": "x"}, {"due": "tomorrow"}, {"name": ""}, {"status": "gone"}]
)
def test_the_schema_refuses_what_is_not_promised(broken: dict[str, object]) -> None:
    assert not VALIDATOR.is_valid([shown("add", "x") | broken])
