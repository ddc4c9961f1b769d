"""Lists on the disk as tests need them: grown, added to by a script, edited by other programs, and looked at."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from core.changes import Record, creation, new_record
from core.recovery import RecoveryReport
from core.state import AppState
from core.store import TaskStore
from tests.instances import Instance, a_task, opened, ticking

BASES = ("tasks.json", "tasks.json.backup", "tasks.json.backup.1", "tasks.json.backup.2")
FIVE = ["one", "two", "three", "four", "five"]
HOSTILE = "[/] [@click=app.bell]x\x1b[31m\u202e"

_keys = count()


@pytest.fixture
def grown(file: Path) -> Path:
    """A list of five tasks at `file`, saved one after the other, so that all backups differ."""
    opened(file).add(*FIVE)
    return file


@pytest.fixture
def light(file: Path) -> Iterator[TaskStore]:
    """A store on `file` that never read the list."""
    light = TaskStore(file, clock=ticking())
    yield light
    light.close()


@pytest.fixture
def with_a_past(tmp_path: Path) -> Path:
    """A list of three tasks that were edited, completed and purged: six changes."""
    file = tmp_path / "tasks.json"
    state = AppState(by="kitchen:1:-")
    for name in ("rent", "milk", HOSTILE):
        state.add_task(name, priority=0)
        state.save_to_file(file)
    state.edit([state.find(1)], name="pay the rent", due="2026-12-24")
    state.save_to_file(file)
    state.complete([state.find(2)])
    state.save_to_file(file)
    state.purge([state.find(3)])
    state.save_to_file(file)
    return file


def adding(number: int, name: str = "from a script") -> Record:
    """A pending record that adds a task, with a provisional id that means nothing."""
    return new_record(
        "add", [creation(a_task(number, name))], "2026-02-02T00:00:00Z", "script", lambda: f"{next(_keys)}"
    )


def names_in(file: Path) -> list[str]:
    """The names of the tasks in `file`, without the journal."""
    return [entry["name"] for entry in json.loads(file.read_bytes())["tasks"]]


def files_in(directory: Path) -> dict[str, bytes]:
    """The bytes of each file in `directory`."""
    return {path.name: path.read_bytes() for path in directory.iterdir() if path.is_file()}


def report_of(here: Instance) -> RecoveryReport:
    """What it tells of a recovery, which there must have been."""
    assert here.store.report is not None
    return here.store.report


def edit_json(file: Path, change: Callable[[dict[str, Any]], object], indent: int | None = None) -> None:
    """Rewrite `file` as another program does that knows JSON, but not us."""
    document = json.loads(file.read_bytes())
    change(document)
    file.write_text(json.dumps(document, indent=indent))


def assert_all_readers_agree(file: Path, *open_before: Instance) -> Instance:
    """Whoever reads the file, and in whatever way, ends with the same list; returns one."""
    first = opened(file, "first:11:-")
    second = Instance(file, "second:12:-")
    second.refresh()
    shown = first.state.tasks
    outside = [record for record in first.state.pending if record.by == "outside"]
    assert len(outside) <= 1
    assert len(first.state.pending) == len(outside)
    for instance in (first, second, *open_before):
        instance.save()
    for instance in (first, second, *open_before, opened(file)):
        instance.refresh()
        assert instance.state.tasks == shown
        assert instance.state.trash == first.state.trash
        assert instance.state.pending == ()
    records = [record for record in first.store.history() if record.by == "outside"]
    assert [record.key for record in records[-1:]] == [record.key for record in outside]
    assert len({record.key for record in records}) == len(records)
    return first
