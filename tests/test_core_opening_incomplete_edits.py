"""Edits by other programs with something spoilt or left out: in the file, or beside it to compare with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.task import Status
from tests import lists, places
from tests.instances import opened
from tests.lists import BASES, FIVE, assert_all_readers_agree, edit_json, report_of

file = places.tasks
grown = lists.grown


def test_a_bad_value_in_one_task_costs_the_others_nothing(grown: Path) -> None:
    edit_json(
        grown,
        lambda document: (document["tasks"][1].update(due="soon"), document["tasks"][2].update(name="drei")),
    )
    edited = grown.read_bytes()
    here = opened(grown)
    assert here.names == ["one", "two", "drei", "four", "five"]
    assert [str(task) for task in report_of(here).lost] == [
        "Task 2 “two”: “due” must look like 2026-12-24 or 2026-12-24T17:00, not “soon”."
    ]
    here.save()
    assert [path.read_bytes() for path in report_of(here).kept] == [edited]
    again = opened(grown)
    assert (again.names, again.store.report) == (["one", "two", "drei", "four", "five"], None)


@pytest.mark.parametrize("field", ["uid", "name", "status", "created"])
@pytest.mark.parametrize("value", [None, 7, "?", [], ""])
def test_a_task_whose_line_is_spoilt_is_not_taken_for_deleted(field: str, value: object, grown: Path) -> None:
    edit_json(grown, lambda document: document["tasks"][1].update({field: value}))
    here = opened(grown)
    if (field, value) == ("name", "?"):
        assert here.names == ["one", "?", "three", "four", "five"]
    else:
        assert here.names == FIVE
        assert len(report_of(here).lost) == 1
    assert here.state.trash == []
    here.save()
    assert opened(grown).state.trash == []


def test_a_file_cut_by_an_editor(grown: Path) -> None:
    grown.write_bytes(grown.read_bytes()[:-40])
    here = opened(grown)
    assert (here.names, report_of(here).source) == (FIVE, "tasks.json.backup")


def test_a_bare_list_says_nothing_of_what_it_leaves_out(file: Path) -> None:
    here = opened(file)
    task = here.state.add_task("one", "a comment", "a description", 2, "home", due="2026-12-24", project="p")
    here.state.add_task("two")
    here.state.complete([task])
    here.state.trash_tasks([here.state.add_task("three")])
    here.save()
    file.write_text(json.dumps([{"id": 1, "name": "uno", "tag": "garden", "priority": 1}, {"name": "four"}]))
    merged = assert_all_readers_agree(file, here)
    one = merged.state.find(1)
    assert (one.name, one.comment, one.description, one.tags) == (
        "uno",
        "a comment",
        "a description",
        ("home", "garden"),
    )
    assert (one.status, one.due, one.created, one.uid) == (Status.DONE, "2026-12-24", task.created, task.uid)
    assert merged.names == ["uno", "two", "four"]
    assert [task.name for task in merged.state.trash] == ["three"]


def test_a_bare_list_with_all_our_fields_is_the_list(grown: Path) -> None:
    entries = json.loads(grown.read_bytes())["tasks"]
    entries[1]["name"] = "zwei"
    grown.write_text(json.dumps(entries))
    here = assert_all_readers_agree(grown)
    assert here.names == ["one", "zwei", "three", "four", "five"]


@pytest.mark.parametrize("backups", [True, False])
def test_an_edit_without_backups_is_merged_all_the_same(grown: Path, *, backups: bool) -> None:
    if not backups:
        for name in BASES[1:]:
            grown.with_name(name).unlink()
    edit_json(grown, lambda document: (document["tasks"][1].update(name="zwei"), document["tasks"].pop(2)))
    here = assert_all_readers_agree(grown)
    assert here.names == ["one", "zwei", "four", "five"]
    here.state.undo()
    assert sorted(here.names) == sorted(FIVE)


def test_an_edited_file_that_is_all_there_is_counts_and_is_told(grown: Path) -> None:
    for name in (*BASES[1:], "tasks.json.journal"):
        grown.with_name(name).unlink()
    edit_json(grown, lambda document: document["tasks"][1].update(name="zwei"))
    edited = grown.read_bytes()
    here = opened(grown)
    assert here.names == ["one", "zwei", "three", "four", "five"]
    assert "nothing to compare it with" in str(report_of(here))
    here.save()
    assert [path.read_bytes() for path in report_of(here).kept] == [edited]
    here.add("six")
    assert [task.id for task in opened(grown).state.tasks] == [1, 2, 3, 4, 5, 6]


def test_a_file_made_by_hand_is_a_list(file: Path) -> None:
    file.write_text('{"schema_version":1,"tasks":[{"name":"a"},{"name":"b","parent":null,"id":9}]}')
    here = opened(file)
    assert [(task.id, task.name) for task in here.state.tasks] == [(9, "b"), (10, "a")]
    assert here.store.report is None
    here.state.rename(here.state.find(9), "c")
    here.commit()
    assert opened(file).names == ["c", "a"]
    here.save()
    assert opened(file).names == ["c", "a"]


def test_ids_of_purged_tasks_are_not_given_again_after_an_edit(grown: Path) -> None:
    here = opened(grown)
    here.state.purge([here.state.find(5)])
    here.save()
    for name in (*BASES[1:], "tasks.json.journal"):
        grown.with_name(name).unlink()
    edit_json(grown, lambda document: document["tasks"].append({"name": "by hand"}))
    assert opened(grown).state.find(6).name == "by hand"
