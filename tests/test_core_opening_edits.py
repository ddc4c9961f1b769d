"""Edits by other programs: each is one record, the same for all readers, and merged with what came meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import store
from core.store import TaskStore
from core.task import Status
from tests import lists, places
from tests.instances import Instance, new_state, opened
from tests.lists import FIVE, assert_all_readers_agree, edit_json

file = places.tasks
grown = lists.grown


EDITS: dict[str, Callable[[dict[str, Any]], object]] = {
    "a name": lambda document: document["tasks"][1].update(name="zwei"),
    "several fields": lambda document: document["tasks"][1].update(tags=["x", "y"], due="2026-12-24", priority=1),
    "a field of others": lambda document: document["tasks"][1].update(energy={"level": 1e9, "of": [None, 10**30]}),
    "a line by hand": lambda document: document["tasks"].append({"name": "by hand"}),
    "a line in between": lambda document: document["tasks"].insert(1, {"name": "by hand", "tags": ["a"]}),
    "two lines by hand": lambda document: document["tasks"].extend([{"name": "by hand"}, {"name": "by hand"}]),
    "a copied line": lambda document: document["tasks"].append({**document["tasks"][0], "name": "copied"}),
    "a line with a taken id": lambda document: document["tasks"].append({"id": 2, "name": "by hand"}),
    "a deleted line": lambda document: document["tasks"].pop(2),
    "all lines deleted": lambda document: document["tasks"].clear(),
    "another order": lambda document: document["tasks"].reverse(),
    "an id": lambda document: document["tasks"][1].update(id=77),
    "modified": lambda document: document["tasks"][1].update(modified="2030-01-01T00:00:00Z"),
    "the sequence": lambda document: document.pop("seq"),
    "the sequence and a name": lambda document: (document.pop("seq"), document["tasks"][1].update(name="zwei")),
    "next_id": lambda document: document.update(next_id=1),
    "all but the tasks": lambda document: [document.pop(key) for key in list(document) if key != "tasks"],
    "nothing": len,
}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("what", EDITS)
def test_an_edit_is_one_record_in_every_reader_and_can_be_undone(what: str, indent: int | None, grown: Path) -> None:
    before = opened(grown, "before:21:-")
    was = {task.uid: task for task in before.state.tasks}
    also = opened(grown, "also:22:-")
    edit_json(grown, EDITS[what], indent)
    here = assert_all_readers_agree(grown, before, also)
    ids = [task.id for task in (*here.state.tasks, *here.state.trash)]
    assert len(set(ids)) == len(ids)
    assert all(here.state._list.tasks[uid].id == task.id for uid, task in was.items())
    if here.store.history()[-1].by == "outside":
        assert here.state.undo().conflicts == ()
    assert {task.uid: _without_time(task) for task in here.state.tasks} == {
        uid: _without_time(task) for uid, task in was.items()
    }
    here.save()
    assert opened(grown).state.tasks == here.state.tasks


def _without_time(task: object) -> dict[str, object]:
    return {name: getattr(task, name) for name in task.__struct_fields__ if name != "modified"}  # type: ignore[attr-defined]


def test_what_an_edit_did(grown: Path) -> None:
    edit_json(grown, lambda document: (document["tasks"].pop(2), document["tasks"].append({"name": "by hand"})))
    here = opened(grown)
    [record] = here.state.pending
    assert (record.by, record.label) == ("outside", "2 tasks changed outside")
    assert here.names == ["one", "two", "four", "five", "by hand"]
    assert [task.name for task in here.state.trash] == ["three"]
    task = here.state.tasks[-1]
    assert (task.id, task.status, task.created) == (6, Status.PENDING, record.at)


def test_a_line_by_hand_is_the_same_task_for_all_before_it_is_saved(grown: Path) -> None:
    edit_json(grown, lambda document: document["tasks"].insert(0, {"name": "by hand"}))
    one, two = opened(grown, "one:1:-"), opened(grown, "two:2:-")
    assert one.state.find(6).uid == two.state.find(6).uid
    two.state.complete([two.state.find(6)])
    one.save()
    two.save()
    one.refresh()
    assert one.state.find(6).status is Status.DONE
    assert len(one.state.tasks) == 6


def test_an_edit_is_merged_with_what_came_after_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "SMALL_FILE", 0)
    here = opened(file)
    here.state.add_task("one", tags=["a"])
    here.state.add_task("two")
    here.commit()
    here.checkpoint()
    edit_json(file, lambda document: document["tasks"][0].update(due="2026-12-24", name="uno", tags=["a", "o"]))
    light = TaskStore(file)
    there = new_state("there:2:-")
    there.adopt(here.store.tasks.copy(), here.store.history()) if here.store.tasks else None
    there.edit(there.tasks[:1], project="p", tags=["a", "t"])
    there.add_task("three")
    light.commit(there.pending)
    here.refresh()
    merged = opened(file)
    assert here.state.tasks == merged.state.tasks
    task = merged.state.tasks[0]
    assert (task.name, task.due, task.project, set(task.tags)) == ("uno", "2026-12-24", "p", {"a", "o", "t"})
    assert merged.names == ["uno", "two", "three"]


def test_an_edit_that_a_script_did_not_look_at_is_merged_by_who_reads_next(grown: Path) -> None:
    """Its commit reads only the ends of the files: an edit that leaves the first line as it was waits for a reader."""
    grown.write_bytes(grown.read_bytes().replace(b'"name":"two"', b'"name":"zwei"'))
    script = Instance(grown)
    script.state.add_task("six")
    script.commit()
    here = assert_all_readers_agree(grown)
    assert here.names == ["one", "zwei", "three", "four", "five", "six"]


def test_an_edit_does_not_come_back_after_a_crash_before_the_checkpoint(grown: Path) -> None:
    edit_json(grown, lambda document: document["tasks"][1].update(name="zwei"))
    one = opened(grown, "one:1:-")
    one.commit()
    one.state.rename(one.state.find(2), "deux")
    one.commit()  # and then it died
    two = opened(grown, "two:2:-")
    assert (two.names[1], two.state.pending) == ("deux", ())
    two.save()
    assert opened(grown).names[1] == "deux"


@pytest.mark.parametrize("checkpoints", [False, True])
def test_an_edit_that_two_instances_saw_is_committed_once(grown: Path, *, checkpoints: bool) -> None:
    edit_json(grown, lambda document: document["tasks"][1].update(name="zwei"))
    one, two = opened(grown, "one:1:-"), opened(grown, "two:2:-")
    one.commit()
    one.state.rename(one.state.find(2), "deux")
    one.commit()
    if checkpoints:
        one.checkpoint()
    two.state.add_task("six")
    two.save()
    one.refresh()
    assert one.names == two.names == opened(grown).names == ["one", "deux", "three", "four", "five", "six"]
    assert [record.by for record in two.store.history()].count("outside") == 1


def test_an_edit_that_its_author_took_back_in_time_is_none(grown: Path) -> None:
    original = grown.read_bytes()
    edit_json(grown, lambda document: document["tasks"][1].update(name="zwei"))
    here = opened(grown)
    assert here.names[1] == "zwei"
    grown.write_bytes(original)
    here.state.add_task("six")
    here.save()
    assert here.names == opened(grown).names == [*FIVE, "six"]
    assert here.state.pending == ()


def test_two_edits_one_after_the_other(grown: Path) -> None:
    here = opened(grown)
    for name in ("zwei", "deux", "due"):
        edit_json(grown, lambda document, name=name: document["tasks"][1].update(name=name))  # type: ignore[misc]
        here.save()
        assert here.names[1] == name
    assert [record.by for record in here.store.history()].count("outside") == 3
    for name in ("deux", "zwei", "two"):
        here.state.undo()
        assert here.names[1] == name
