"""AppState: the surface that others rely on, and that what is shown is what the disk will hold."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from core.changes import Record
from core.errors import (
    BadValueError,
    FileCorruptionError,
    FileLockTimeoutError,
    NothingToUndoError,
    ReadOnlyListError,
    TaskError,
    UnavailableError,
    UnknownTaskError,
    UnsavedError,
    WrongTypeError,
)
from core.journal import Journal
from core.locking import FileLock
from core.recovery import RecoveryReport
from core.state import AppState, Outcome
from core.store import TaskStore
from core.task import Priority, Status, Task
from core.tasklist import TaskList
from tests.instances import Instance, new_state, opened, uid


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tasks.json"


class Printed(list[str]):
    """A console that keeps what is printed."""

    def print(self, *objects: object, **_options: object) -> None:
        self.extend(map(str, objects))


def names(state: AppState) -> list[str]:
    return [task.name for task in state.tasks]


# The surface


def test_a_new_state_is_empty() -> None:
    state = AppState()
    assert (state.tasks, state.next_id, state.seq, state.pending, state.trash) == ([], 1, 0, (), [])


def test_add_task_takes_the_fields_of_old(file: Path) -> None:
    state = AppState()
    task = state.add_task("buy milk", "the fat one", "## Why\n\nWe are out", 1, "shop")
    assert (task.name, task.comment, task.description) == ("buy milk", "the fat one", "## Why\n\nWe are out")
    assert (task.id, task.priority, task.tags, task.status) == (1, Priority.HIGH, ("shop",), Status.PENDING)
    assert state.add_task("bread").priority is Priority.MEDIUM
    assert state.next_id == 3
    state.save_to_file(str(file))
    assert [entry["name"] for entry in json.loads(file.read_bytes())["tasks"]] == ["buy milk", "bread"]


def test_what_was_saved_is_what_is_loaded(file: Path) -> None:
    state, again = AppState(), AppState()
    state.add_task("one", tag="a")
    state.add_task("two", due="2026-12-24T17:00", estimate=0, depends=[state.tasks[0].uid], extra={"mine": [1, None]})
    state.save_to_file(file)
    again.load_from_file(file)
    assert again.tasks == state.tasks
    assert (again.next_id, again.seq, again.pending) == (3, 2, ())


def test_a_list_that_was_never_saved_is_empty_and_reading_it_writes_nothing(file: Path) -> None:
    state = AppState()
    state.load_from_file(file)
    assert state.tasks == []
    assert os.listdir(file.parent) == []


def test_tasks_are_in_order_without_the_trash() -> None:
    state = new_state()
    for name in ("a", "b", "c", "d"):
        state.add_task(name)
    a, b, _, d = state.tasks
    state.edit([d], order="Zz")
    state.trash_tasks([b])
    assert names(state) == ["d", "a", "c"]
    assert [task.name for task in state.trash] == ["b"]
    state.reopen([state.find(b.id)])
    state.complete([a])
    assert names(state) == ["d", "a", "b", "c"]
    assert state.tasks[1].status is Status.DONE
    assert state.tasks[1].completed is not None


@pytest.mark.parametrize(
    ("given", "error", "field"),
    [
        ({"name": ""}, BadValueError, "name"),
        ({"name": " \t "}, BadValueError, "name"),
        ({"name": "two\nlines"}, BadValueError, "name"),
        ({"name": None}, WrongTypeError, "name"),
        ({"name": 7}, WrongTypeError, "name"),
        ({"name": "half a character \ud800"}, BadValueError, "name"),
        ({"name": "x", "comment": 1}, WrongTypeError, "comment"),
        ({"name": "x", "priority": 4}, BadValueError, "priority"),
        ({"name": "x", "priority": "high"}, WrongTypeError, "priority"),
        ({"name": "x", "priority": True}, WrongTypeError, "priority"),
        ({"name": "x", "tag": "a\nb"}, BadValueError, "tags"),
        ({"name": "x", "due": "tomorrow"}, BadValueError, "due"),
        ({"name": "x", "extra": {"id": 7}}, BadValueError, "extra"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_added(
    given: dict[str, object], error: type[TaskError], field: str
) -> None:
    state = new_state()
    state.add_task("there before")
    with pytest.raises(error) as caught:
        state.add_task(**given)  # type: ignore[arg-type]  # that is what is tried
    assert caught.value.field == field
    assert (names(state), state.next_id, len(state.pending)) == (["there before"], 2, 1)


def test_a_bad_edit_changes_none_of_the_tasks() -> None:
    state = new_state()
    state.add_task("a")
    state.add_task("b")
    before = list(state.tasks)
    with pytest.raises(BadValueError, match="Task 1 “a”: “due”"):
        state.edit(state.tasks, name="c", due="never")
    assert state.tasks == before
    assert len(state.pending) == 2


def test_an_edit_that_changes_nothing_is_no_record() -> None:
    state = new_state()
    task = state.add_task("a", tags=["x"])
    outcome = state.edit([task], name="a", tags=("x",), due=None)
    assert (outcome.changed, len(state.pending)) == (frozenset(), 1)


def test_nobody_edits_what_names_a_task() -> None:
    state = new_state()
    task = state.add_task("a")
    assert [conflict.reason for conflict in state.edit([task], id=7, uid=uid(9, 9)).conflicts] == ["invalid"] * 2
    assert state.tasks == [task]


def test_find_takes_ids_and_beginnings_of_uids() -> None:
    numbers = iter(["12345678-0000-4000-8000-000000000001", "1abcdef0-0000-4000-8000-000000000002"])
    state = AppState(by="here:1:-", new_uid=lambda: next(numbers))
    one, two = state.add_task("one"), state.add_task("two")
    assert state.find(1) == state.find("1") == state.find(one.uid) == state.find("12345678-") == one
    assert state.find("1abc") == state.find(2) == state.find("02") == two
    state.trash_tasks([one])
    assert state.find(1).status is Status.DELETED


@pytest.mark.parametrize("wanted", ["", "1", 3, "zz", -1, "²", "9" * 5000, "x" * 5000, "1 "])
def test_what_names_no_task_or_two_is_unknown(wanted: str | int) -> None:
    state = new_state()
    state.add_task("id 1")
    state.purge(state.tasks)
    state.add_task("id 2")
    state.add_task("id 3")
    state.purge([state.tasks[1]])
    with pytest.raises(UnknownTaskError):
        state.find("0000" if wanted == "1" else wanted)


def test_a_purged_task_is_gone_and_unknown() -> None:
    state = new_state()
    task = state.add_task("a")
    state.purge([task])
    assert state.tasks == state.trash == []
    for act in (state.complete, state.purge, state.trash_tasks):
        with pytest.raises(UnknownTaskError):
            act([task])


# Undo and redo


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


# What is shown is what the disk will hold


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


# Files


def test_n_processes_that_load_add_and_save_keep_every_task(file: Path) -> None:
    program = (
        "import sys; from core.state import AppState\n"
        "state = AppState(); state.load_from_file(sys.argv[1])\n"
        "for number in range(10):\n"
        "    state.add_task(f'{sys.argv[2]}-{number}')\n"
        "    if number % 3 == 0: state.save_to_file(sys.argv[1])\n"
        "state.save_to_file(sys.argv[1])"
    )
    children = [subprocess.Popen([sys.executable, "-c", program, str(file), str(number)]) for number in range(5)]
    assert [child.wait() for child in children] == [0] * 5
    state = AppState()
    state.load_from_file(file)
    assert sorted(names(state)) == sorted(f"{number}-{task}" for number in range(5) for task in range(10))
    assert sorted(task.id for task in state.tasks) == list(range(1, 51))
    assert state.next_id == 51


def test_a_held_lock_leaves_the_change_waiting_and_it_is_saved_later(file: Path) -> None:
    here = Instance(file, lock_timeout=0.01)
    here.load()
    here.state.add_task("kept")
    with FileLock(here.store.files.lock.path), pytest.raises(FileLockTimeoutError):
        here.commit()
    assert not file.exists()
    assert (here.names, len(here.state.pending)) == (["kept"], 1)
    here.save()
    assert here.state.pending == ()
    assert opened(file).names == ["kept"]


def test_a_state_that_failed_to_load_is_never_saved_there(file: Path) -> None:
    file.write_text("{garbage")
    state = AppState()
    state.add_task("mine")
    with pytest.raises(FileCorruptionError):
        state.load_from_file(file)
    for _ in range(2):
        with pytest.raises(ReadOnlyListError, match="reading only"):
            state.save_to_file(file)
    assert os.listdir(file.parent) == ["tasks.json"]
    assert file.read_text() == "{garbage"
    assert len(state.pending) == 1
    file.unlink()
    state.load_from_file(file)
    state.save_to_file(file)
    assert opened(file).names == ["mine"]


def test_what_fails_to_load_at_the_first_save_is_not_written_either(file: Path) -> None:
    file.write_text("{garbage")
    state = AppState()
    state.add_task("mine")
    for error in (FileCorruptionError, ReadOnlyListError):
        with pytest.raises(error):
            state.save_to_file(file)
    assert file.read_text() == "{garbage"


def test_saving_without_loading_adds_to_what_is_there(file: Path) -> None:
    opened(file, "there:2:-").add("theirs")
    state = new_state()
    state.add_task("mine")
    state.save_to_file(file)
    assert [(task.id, task.name) for task in state.tasks] == [(1, "theirs"), (2, "mine")]


def test_another_file_is_not_loaded_over_changes_that_wait(file: Path, tmp_path: Path) -> None:
    state = AppState()
    state.load_from_file(file)
    state.add_task("mine")
    with pytest.raises(UnsavedError, match="1 change"):
        state.load_from_file(tmp_path / "other.json")
    assert names(state) == ["mine"]


def test_reloading_keeps_what_waits_on_top(file: Path) -> None:
    state = new_state()
    state.load_from_file(file)
    state.add_task("mine")
    opened(file, "there:2:-").add("theirs")
    state.load_from_file(file)
    assert names(state) == ["theirs", "mine"]
    state.save_to_file(file)
    assert opened(file).state.tasks == state.tasks


def test_saving_elsewhere_adds_the_tasks_to_what_is_there(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    opened(other, "there:2:-").add("theirs")
    state = new_state()
    state.add_task("a", tags=["x"])
    state.save_to_file(file)
    state.trash_tasks([state.add_task("b")])
    state.save_to_file(other)
    assert names(state) == ["theirs", "a"]
    assert opened(other).state.tasks == state.tasks
    assert [task.name for task in opened(other).state.trash] == ["b"]
    assert opened(file).names == ["a"]
    state.rename(state.tasks[0], "now in the other")
    state.save_to_file(other)
    assert opened(other).names == ["now in the other", "a"]
    state.undo()
    state.undo()
    assert names(state) == ["theirs"]


def test_saving_twice_elsewhere_copies_only_what_differs(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    state = new_state()
    state.add_task("a")
    state.save_to_file(file)
    state.save_to_file(other)
    state.save_to_file(file)
    assert (state.seq, names(state), opened(file).names) == (1, ["a"], ["a"])


def test_saving_elsewhere_where_that_cannot_be_read_changes_nothing(file: Path, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("{garbage")
    state = new_state()
    state.add_task("a")
    state.save_to_file(file)
    state.add_task("b")
    before = (list(state.tasks), state.next_id, state.seq, state.pending)
    with pytest.raises(FileCorruptionError):
        state.save_to_file(tmp_path / "other.json")
    assert (list(state.tasks), state.next_id, state.seq, state.pending) == before
    assert (tmp_path / "other.json").read_text() == "{garbage"
    assert state.add_task("c").id == 3
    state.save_to_file(file)
    assert opened(file).names == ["a", "b", "c"]


def test_a_history_that_cannot_be_read_leaves_the_state_as_it_was(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = new_state()
    state.add_task("a")
    state.save_to_file(file)

    def failing(store: TaskStore) -> None:
        raise FileCorruptionError(store.files.path, RecoveryReport(store.files.path, None))

    monkeypatch.setattr(TaskStore, "history", failing)
    with pytest.raises(FileCorruptionError):
        state.load_from_file(tmp_path / "other.json")
    state.rename(state.tasks[0], "b")
    state.save_to_file(file)
    monkeypatch.undo()
    assert opened(file).names == ["b"]
    assert not (tmp_path / "other.json").exists()


def test_a_console_is_told_what_was_recovered(file: Path) -> None:
    opened(file).add("a", "b")
    file.write_bytes(b"")
    console = Printed()
    state = AppState()
    state.load_from_file(file, console)
    [told] = console
    assert "tasks.json could not be used" in told
    assert "tasks.json.backup" in told
    assert names(state) == ["a", "b"]
    state.save_to_file(file, console)
    assert len(console) == 1


def test_a_save_whose_checkpoint_fails_is_a_save(file: Path) -> None:
    console = Printed()
    state = new_state()
    state.add_task("a")
    state.save_to_file(file)
    os.mkdir(file.with_name("tasks.json.backup.1"))
    (file.with_name("tasks.json.backup.1") / "in the way").touch()
    state.add_task("b")
    state.save_to_file(file, console)
    assert state.pending == ()
    assert opened(file).names == ["a", "b"]
    assert len(console) == 1


def test_what_a_console_is_told_moves_no_cursor(tmp_path: Path) -> None:
    file = tmp_path / "a\x1b[31m.json"
    opened(file).add("a", "b")
    file.write_bytes(b"")
    console = Printed()
    state = AppState()
    state.load_from_file(file, console)
    file.with_name(f"{file.name}.backup.2").mkdir()
    (file.with_name(f"{file.name}.backup.2") / "in the way").touch()
    while len(console) < 2:  # until a checkpoint is due that the directory is in the way of
        state.add_task("c")
        state.save_to_file(file, console)
    assert all("a\ufffd[31m.json" in told and "\x1b" not in told for told in console)


def test_a_link_and_its_target_are_one_list(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(file)
    state = new_state()
    state.load_from_file(link)
    state.add_task("a")
    state.save_to_file(file)
    assert link.is_symlink()
    assert opened(link).names == opened(file).names == ["a"]


def test_the_list_that_tasks_gives_is_not_the_state() -> None:
    state = new_state()
    task = state.add_task("a")
    assert isinstance(task, Task)
    copied = [*state.tasks]
    state.add_task("b")
    assert copied == [task]
