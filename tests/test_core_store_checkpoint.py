"""Checkpoints: when one is due, what it leaves on the disk, and that none is written over a newer format."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from core import checkpoint, store
from core.errors import NewerSchemaError
from core.store import TaskStore
from tests import lists, places
from tests.instances import Instance, opened
from tests.lists import adding, files_in

file = places.tasks
light = lists.light


# Checkpoint


def test_a_checkpoint_is_due_after_each_commit_of_a_small_list(file: Path) -> None:
    here = opened(file)
    here.state.add_task("a")
    here.commit()
    assert here.store.checkpoint_due
    here.checkpoint()
    assert not here.store.checkpoint_due
    assert not opened(file).store.checkpoint_due


def test_a_large_list_waits_for_a_long_tail(file: Path, light: TaskStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "SMALL_FILE", 100)
    monkeypatch.setattr(store, "LONG_TAIL", 5)
    here = opened(file)
    here.add("a")
    for number in range(1, 5):
        here.state.add_task(f"b{number}")
        here.commit()
        light.commit([])
        assert (here.store.checkpoint_due, light.checkpoint_due) == (False, False)
    here.state.add_task("c")
    here.commit()
    light.commit([])
    assert (here.store.checkpoint_due, light.checkpoint_due) == (True, True)
    light.checkpoint()
    here.refresh()
    assert not here.store.checkpoint_due
    monkeypatch.setattr(store, "LONG_TAIL_BYTES", 1)
    here.state.add_task("d")
    here.commit()
    assert here.store.checkpoint_due


def test_a_checkpoint_of_nothing_new_writes_nothing(file: Path) -> None:
    here = opened(file)
    here.add("a", "b", "c", "d", "e")
    before = files_in(file.parent)
    here.checkpoint()
    opened(file).checkpoint()
    TaskStore(file).checkpoint()
    assert files_in(file.parent) == before


def test_exactly_three_backups_each_of_which_loads(file: Path) -> None:
    here = opened(file)
    here.add(*map(str, range(7)))
    paths = [file, *here.store.files.backup_paths]
    assert [path.name for path in paths[1:]] == ["tasks.json.backup", "tasks.json.backup.1", "tasks.json.backup.2"]
    assert [len(checkpoint.decode(path.read_bytes(), path).tasks.tasks) for path in paths] == [7, 6, 5, 4]
    assert sorted(path.name for path in file.parent.iterdir() if "backup" in path.name) == sorted(
        path.name for path in paths[1:]
    )


def test_times_are_utc_whatever_the_clock_says(file: Path) -> None:
    zone = timezone(timedelta(hours=5, minutes=30))
    one = TaskStore(file, clock=lambda: datetime(2026, 1, 1, 2, 0, tzinfo=zone))
    one.commit([adding(1)])
    one.checkpoint()
    assert json.loads(file.read_bytes())["saved_at"] == "2025-12-31T20:30:00.000000Z"


def test_a_repair_reads_the_list_first_where_that_was_not_done(file: Path) -> None:
    opened(file).add("one", "two")
    backup = file.with_name(f"{file.name}.backup")
    backup.write_bytes(b"garbage")
    again = TaskStore(file)
    (kept,) = again.repair()
    assert kept.read_bytes() == b"garbage"
    assert opened(file).names == ["one", "two"]
    again.close()


# A newer program's file


def newer(file: Path) -> bytes:
    """Make `file` one of a newer format; returns its bytes."""
    raw = file.read_bytes().replace(b'"schema_version":1', b'"schema_version":2').replace(b'"name"', b'"new":[],"name"')
    file.write_bytes(raw)
    return raw


@pytest.mark.parametrize("loaded", [False, True])
def test_a_newer_format_is_shown_and_never_written(file: Path, *, loaded: bool) -> None:
    opened(file).add("a", "b")
    newer(file)
    before = files_in(file.parent)
    here = Instance(file)
    if loaded:
        assert isinstance(here.load().newer, NewerSchemaError)
        assert here.names == ["a", "b"]
    here.state.add_task("c")
    for act in (here.commit, here.checkpoint):
        with pytest.raises(NewerSchemaError, match="newer version"):
            act()
    assert not here.store.checkpoint_due
    assert files_in(file.parent) == before
    assert len(here.state.pending) == 1


def test_an_instance_that_was_open_before_the_newer_program_came(file: Path) -> None:
    here = opened(file)
    here.add("a", "b")
    raw = newer(file)
    here.state.add_task("c")
    for act in (here.commit, here.checkpoint):
        with pytest.raises(NewerSchemaError):
            act()
    assert file.read_bytes() == raw
    here.refresh()
    assert here.names == ["a", "b", "c"]
    with pytest.raises(NewerSchemaError):
        here.commit()
    assert file.read_bytes() == raw
