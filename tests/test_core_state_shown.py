"""What is shown is what the disk will hold, whatever others do meanwhile."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from core.changes import Record
from core.errors import UnavailableError
from core.journal import Journal
from core.state import Outcome
from core.task import Task
from core.tasklist import TaskList
from tests import places
from tests.instances import Instance, opened

file = places.tasks


def assert_shown_is_what_comes(here: Instance, file: Path) -> None:
    """The list does not change by committing it, and is what a fresh instance reads."""
    here.refresh()
    shown, next_id = list(here.state.tasks), here.state.next_id
    here.commit()
    assert (here.state.tasks, here.state.next_id, here.state.pending) == (shown, next_id, ())
    fresh = opened(file, "fresh:9:-")
    assert (fresh.state.tasks, fresh.state.next_id, fresh.state.trash) == (shown, next_id, here.state.trash)


def test_what_was_committed_as_it_stood_is_not_applied_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = opened(file, "here:1:-")
    here.state.add_task("a")
    here.state.edit(here.state.tasks, due="2026-02-02")
    first = here.state.pending
    here.state.rename(here.state.tasks[0], "b")
    tasks = here.state.tasks
    news = here.store.commit(first)
    with monkeypatch.context() as patch:
        patch.setattr(TaskList, "apply", None)
        assert here.state.receive(news) == Outcome("", frozenset())
    assert here.state.tasks is tasks
    assert (here.state.seq, len(here.state.pending)) == (2, 1)
    assert_shown_is_what_comes(here, file)
    here.state.undo()
    here.state.undo()
    assert [(task.name, task.due) for task in here.state.tasks] == [("a", None)]


def test_what_could_not_be_done_is_told_once_more_when_it_is_committed(file: Path) -> None:
    here, there = opened(file, "here:1:-"), opened(file, "there:2:-")
    here.add("a")
    here.state.rename(here.state.tasks[0], "b")
    here.commit()
    there.refresh()
    there.state.rename(there.state.tasks[0], "c")
    there.commit()
    here.refresh()
    told = here.state.undo().conflicts
    assert [conflict.reason for conflict in told] == ["changed"]
    assert here.commit().conflicts == told


def test_a_provisional_id_gives_way(file: Path) -> None:
    here, there = opened(file, "here:1:-"), opened(file, "there:2:-")
    mine = here.state.add_task("mine")
    there.add("theirs")
    here.refresh()
    assert [(task.id, task.name) for task in here.state.tasks] == [(1, "theirs"), (2, "mine")]
    assert here.state.find(2).uid == mine.uid
    assert_shown_is_what_comes(here, file)


def test_a_provisional_id_gives_way_in_what_was_undone_and_done_again_too(file: Path) -> None:
    here, there = opened(file, "here:1:-"), opened(file, "there:2:-")
    here.state.add_task("mine")
    here.state.undo()
    here.state.redo()
    there.add("theirs")
    here.refresh()
    assert sorted(task.id for task in here.state.tasks) == [1, 2]
    assert_shown_is_what_comes(here, file)


def test_half_of_what_waits_is_committed_while_more_comes(file: Path) -> None:
    here, there = opened(file, "here:1:-"), opened(file, "there:2:-")
    here.state.add_task("one")
    first = here.state.pending
    here.state.undo()
    here.state.redo()
    here.state.add_task("two")
    there.add("theirs")
    here.state.receive(here.store.commit(first))
    assert len(here.state.pending) == 3
    assert_shown_is_what_comes(here, file)
    assert sorted((task.id, task.name) for task in here.state.tasks) == [(1, "theirs"), (2, "one"), (3, "two")]


def test_two_fields_of_one_task_both_stand_and_of_one_field_the_later(file: Path) -> None:
    here, there = opened(file, "here:1:-"), opened(file, "there:2:-")
    here.add("a")
    there.refresh()
    here.state.edit(here.state.tasks, name="here", due="2026-02-02", tags=["x"])
    there.state.edit(there.state.tasks, name="there", project="p", tags=["y"])
    here.commit()
    assert there.commit().conflicts == ()
    outcome = here.refresh()
    assert [(c.field, c.kept, c.other, c.reason) for c in outcome.conflicts] == [("name", "there", "here", "overtaken")]
    task = here.state.tasks[0]
    assert (task.name, task.due, task.project, task.tags) == ("there", "2026-02-02", "p", ("x", "y"))
    assert_shown_is_what_comes(here, file)


def test_every_field_of_ours_that_is_overtaken_is_told(file: Path) -> None:
    here, there = opened(file, "here:1:-"), opened(file, "there:2:-")
    here.add("a")
    there.refresh()
    here.state.edit(here.state.tasks, due="2026-02-02")
    here.commit()
    here.state.edit(here.state.tasks, project="ours")
    here.commit()
    there.state.edit(there.state.tasks, name="b", due="2026-03-03", project="theirs")
    there.commit()
    assert [(c.field, c.reason) for c in here.refresh().conflicts] == [("due", "overtaken"), ("project", "overtaken")]
    there.state.rename(there.state.tasks[0], "c")
    here.state.rename(here.state.tasks[0], "d")
    here.commit()
    there.commit()
    assert [(c.field, c.reason) for c in here.refresh().conflicts] == [("name", "overtaken")]


def test_an_edit_of_what_was_purged_brings_nothing_back(file: Path) -> None:
    here, there = opened(file, "here:1:-"), opened(file, "there:2:-")
    here.add("a")
    there.refresh()
    there.state.rename(there.state.tasks[0], "b")
    here.state.purge(here.state.tasks)
    here.save()
    there.refresh()
    assert there.names == []
    assert_shown_is_what_comes(there, file)


def test_an_edit_of_what_was_trashed_is_in_the_trash(file: Path) -> None:
    here, there = opened(file, "here:1:-"), opened(file, "there:2:-")
    here.add("a")
    there.refresh()
    there.state.rename(there.state.tasks[0], "b")
    here.state.trash_tasks(here.state.tasks)
    here.save()
    there.save()
    here.refresh()
    assert here.names == there.names == []
    assert [task.name for task in here.state.trash] == [task.name for task in there.state.trash] == ["b"]


@pytest.mark.parametrize("field", ["parent", "depends"])
def test_a_circle_is_refused_at_the_later_record(field: str, file: Path) -> None:
    here, there = opened(file, "here:1:-"), opened(file, "there:2:-")
    here.add("a", "b")
    there.refresh()
    a, b = here.state.tasks

    def leading_to(task: Task) -> dict[str, Any]:
        return {field: task.uid if field == "parent" else [task.uid]}

    here.state.edit([a], **leading_to(b))
    there.state.edit([b], **leading_to(a))
    here.save()
    assert [(c.uid, c.field, c.reason) for c in there.commit().conflicts] == [(b.uid, field, "cycle")]
    here.refresh()
    assert here.state.tasks == there.state.tasks
    assert [conflict.reason for conflict in here.state.edit([b], **leading_to(a)).conflicts] == ["cycle"]
    assert [conflict.reason for conflict in here.state.edit([a], **leading_to(a)).conflicts] == ["cycle"]
    assert not here.state.pending  # what is refused is no change


def test_a_record_that_was_written_though_its_commit_failed_is_not_written_twice(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = opened(file, "here:1:-"), opened(file, "there:2:-")
    here.add("a")
    there.refresh()
    here.state.rename(here.state.tasks[0], "b")
    append = Journal.append

    def append_without_lock(journal: Journal, records: Sequence[Record]) -> None:
        append(journal, records)
        os.unlink(here.store.files.lock.path)

    monkeypatch.setattr(Journal, "append", append_without_lock)
    with pytest.raises(UnavailableError):
        here.commit()
    monkeypatch.undo()
    assert len(here.state.pending) == 1
    there.refresh()
    there.state.rename(there.state.tasks[0], "c")
    there.save()
    here.commit()
    assert here.names == ["c"]
    assert_shown_is_what_comes(here, file)
