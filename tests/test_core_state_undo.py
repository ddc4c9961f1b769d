"""Undo and redo: across restarts, and beside others, whose work is left."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.errors import NothingToUndoError
from tests import places
from tests.instances import names, new_state, opened

file = places.tasks


def test_undo_takes_back_one_action_after_the_other_and_redo_brings_them_back(file: Path) -> None:
    here = opened(file)
    a, b = here.state.add_task("a"), here.state.add_task("b", tags=["x"])
    here.state.edit([a, b], "tag", tags=["x", "y"], project="p")
    here.state.complete([a])
    here.state.purge([b])
    shown = []
    for _ in range(5):
        shown.append(list(here.state.tasks))
        here.state.undo()
    assert here.state.tasks == []
    with pytest.raises(NothingToUndoError):
        here.state.undo()
    for before in reversed(shown):
        here.state.redo()
        assert [task.name for task in here.state.tasks] == [task.name for task in before]
        assert [(task.id, task.status, task.tags, task.project) for task in here.state.tasks] == [
            (task.id, task.status, task.tags, task.project) for task in before
        ]
    with pytest.raises(NothingToUndoError):
        here.state.redo()
    here.save()
    assert opened(file).state.tasks == here.state.tasks


def test_redo_is_over_once_something_new_was_done() -> None:
    state = new_state()
    state.add_task("a")
    state.undo()
    state.add_task("b")
    with pytest.raises(NothingToUndoError) as caught:
        state.redo()
    assert caught.value.what == "redo"
    state.undo()
    assert names(state) == []


def test_undo_after_undo_of_a_set_still_takes_the_task_back() -> None:
    state = new_state()
    task = state.add_task("a", tags=["x", "y"])
    state.edit([task], tags=["y"])
    state.undo()
    assert set(state.tasks[0].tags) == {"x", "y"}
    assert state.undo().conflicts == ()
    assert state.tasks == []


def test_undo_reaches_behind_a_restart_and_redo_too(file: Path) -> None:
    first = opened(file, "here:1:-")
    first.add("a", "b")
    second = opened(file, "here:2:-")
    assert second.state.undo().label == "add “b”"
    second.save()
    third = opened(file, "here:3:-")
    assert third.names == ["a"]
    third.state.redo()
    assert third.names == ["a", "b"]
    third.save()
    fourth = opened(file, "here:4:-")
    fourth.state.undo()
    fourth.state.undo()
    assert fourth.names == []


def test_undo_leaves_the_work_of_an_instance_beside(file: Path) -> None:
    here, there = opened(file, "here:1:-"), opened(file, "there:2:-")
    here.add("mine")
    there.add("theirs")
    here.refresh()
    here.state.undo()
    assert here.names == ["theirs"]
    with pytest.raises(NothingToUndoError):
        here.state.undo()


def test_a_list_that_was_empty_when_it_was_opened_makes_nothing_ours_when_it_is_read_anew(file: Path) -> None:
    here, there = opened(file, "here:1:-"), opened(file, "there:2:-")
    there.add("theirs")
    os.unlink(there.store.journal.path)
    there.add("theirs too")
    here.refresh()
    assert here.names == ["theirs", "theirs too"]
    with pytest.raises(NothingToUndoError):
        here.state.undo()


def test_undo_leaves_a_field_that_was_changed_since(file: Path) -> None:
    here, there = opened(file, "here:1:-"), opened(file, "there:2:-")
    here.add("a")
    here.state.edit(here.state.tasks, "edit", name="b", due="2026-05-05")
    here.save()
    there.refresh()
    there.state.rename(there.state.tasks[0], "c")
    there.save()
    here.refresh()
    outcome = here.state.undo()
    assert [(c.field, c.kept, c.other, c.reason) for c in outcome.conflicts] == [("name", "c", "a", "changed")]
    assert (here.state.tasks[0].name, here.state.tasks[0].due) == ("c", None)
    here.save()
    assert opened(file).state.tasks == here.state.tasks


def test_undo_of_an_add_leaves_a_task_that_somebody_worked_on(file: Path) -> None:
    here, there = opened(file, "here:1:-"), opened(file, "there:2:-")
    here.add("a")
    there.refresh()
    there.state.edit(there.state.tasks, tags=["theirs"])
    there.save()
    here.refresh()
    assert [conflict.reason for conflict in here.state.undo().conflicts] == ["changed"]
    assert here.state.tasks[0].tags == ("theirs",)


def test_undo_beside_an_edit_that_has_not_come_yet_leaves_it_too(file: Path) -> None:
    here, there = opened(file, "here:1:-"), opened(file, "there:2:-")
    here.add("a")
    there.refresh()
    there.state.rename(there.state.tasks[0], "theirs")
    there.save()
    here.state.undo()
    assert here.names == []
    here.save()
    assert here.names == opened(file).names == ["theirs"]
