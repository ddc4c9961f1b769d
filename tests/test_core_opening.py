"""Opening a list: the cascade, edits by other programs, and what people are told."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import archive, store
from core.errors import AccessDeniedError, FileCorruptionError, FileSafetyError, NewerSchemaError, NotAFileError
from core.recovery import RecoveryReport
from core.store import TaskStore
from core.task import Status
from tests.instances import Instance, new_state, opened
from tests.processes import without_privileges

BASES = ("tasks.json", "tasks.json.backup", "tasks.json.backup.1", "tasks.json.backup.2")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tasks.json"


@pytest.fixture
def grown(file: Path) -> Path:
    """A list of five tasks, `1` to `5`, saved one after the other, so that all backups differ."""
    opened(file).add("one", "two", "three", "four", "five")
    return file


FIVE = ["one", "two", "three", "four", "five"]


def files_in(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir() if path.is_file()}


def report_of(here: Instance) -> RecoveryReport:
    assert here.store.report is not None
    return here.store.report


def half(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def flipped(raw: bytes) -> bytes:
    at = raw.index(b'"one"') + 2
    return raw[:at] + bytes([raw[at] ^ 4]) + raw[at + 1 :]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "zeros": lambda raw: bytes(len(raw)),
    "half": half,
    "garbage": lambda raw: b"\x8e\x00 not a list \xff" + raw[:10],
    "flipped": flipped,
    "no list": lambda _: b'{"name":"of another program"}',
}


# The cascade


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("count", range(1, 5))
def test_the_list_comes_back_to_the_last_change_from_the_first_good_file(damage: str, count: int, grown: Path) -> None:
    spoilt = {}
    for name in BASES[:count]:
        path = grown.with_name(name)
        path.write_bytes(DAMAGES[damage](path.read_bytes()))
        spoilt[name] = path.read_bytes()
    before = files_in(grown.parent)
    here = opened(grown)
    assert here.names == FIVE
    assert files_in(grown.parent) == before
    report = report_of(here)
    served = [*BASES, "tasks.json.journal"][count]
    assert (report.source, report.lost, report.kept) == (served, (), ())
    assert "tasks.json could not be used: " in str(report)
    here.save()
    kept = {path.read_bytes() for path in report_of(here).kept}
    assert kept == set(spoilt.values())
    assert all(path.name in str(report_of(here)) for path in report_of(here).kept)
    again = opened(grown, "again:2:-")
    assert (again.names, again.store.report) == (FIVE, None)
    here.add("six")
    assert opened(grown).names == [*FIVE, "six"]


@pytest.mark.parametrize("name", BASES[1:])
def test_a_damaged_backup_is_no_trouble_and_never_rotated(name: str, grown: Path) -> None:
    path = grown.with_name(name)
    path.write_bytes(b"garbage")
    here = opened(grown)
    assert (here.names, here.store.report) == (FIVE, None)
    here.add("six")
    backups = here.store.files.backup_paths
    assert all(backup.read_bytes() != b"garbage" for backup in backups if backup.exists())
    assert [kept.read_bytes() for kept in grown.parent.glob("*.damaged-*")] == [b"garbage"]


def test_missing_beside_backups_is_recovered(grown: Path) -> None:
    grown.unlink()
    here = opened(grown)
    assert (here.names, report_of(here).source) == (FIVE, "tasks.json.backup")
    assert "tasks.json could not be used: it is missing." in str(report_of(here))
    here.save()
    assert opened(grown).store.report is None


def test_only_a_journal_is_a_list_whose_first_checkpoint_is_still_to_come(file: Path) -> None:
    here = opened(file)
    here.state.add_task("a")
    here.commit()
    again = opened(file)
    assert (again.names, again.store.report) == (["a"], None)
    assert again.store.checkpoint_due


def test_nothing_that_can_be_read_is_a_clear_stop(grown: Path) -> None:
    for name in (*BASES, "tasks.json.journal"):
        grown.with_name(name).write_bytes(b"garbage\n")
    before = files_in(grown.parent)
    here = Instance(grown)
    here.state.add_task("new")
    for act in (here.load, here.refresh, here.commit, here.checkpoint):
        with pytest.raises(FileCorruptionError) as caught:
            act()
        told = str(caught.value)
        assert all(name in told for name in (*BASES, "tasks.json.journal"))
        assert "Nothing was changed" in told
    assert files_in(grown.parent) == before
    assert len(here.state.pending) == 1


@pytest.mark.parametrize("raw", [b"", b" \n", b"{garbage", b"[1,2", b'{"a":1}', b'"text"', b"7", b"null", b"\xff"])
def test_a_file_alone_that_is_no_list_is_refused(raw: bytes, file: Path) -> None:
    file.write_bytes(raw)
    with pytest.raises(FileCorruptionError):
        opened(file)
    assert files_in(file.parent) == {"tasks.json": raw}


def test_another_programs_list_of_tasks_is_refused(file: Path) -> None:
    raw = b'{"version":"2.0.0","tasks":[{"label":"build","command":"make"}]}'
    file.write_bytes(raw)
    here = Instance(file)
    here.state.add_task("a")
    with pytest.raises(FileCorruptionError, match="no valid task"):
        here.commit()
    assert files_in(file.parent).get("tasks.json") == raw


def test_what_cannot_be_read_for_now_is_no_reason_to_take_an_older_file(memory: Path) -> None:
    file = memory / "tasks.json"  # everybody may pass through the directories above
    opened(file).add(*FIVE)
    os.chmod(memory, 0o755)
    for path in memory.iterdir():
        os.chmod(path, 0o644)
    with without_privileges():
        assert opened(file).names == FIVE
    os.chmod(file, 0)
    with without_privileges(), pytest.raises(AccessDeniedError):
        opened(file)
    os.chmod(file, 0o600)
    assert opened(file).names == FIVE


@pytest.mark.parametrize("name", ["tasks.json", "tasks.json.journal"])
def test_a_directory_in_the_place_of_a_file_is_told(name: str, grown: Path) -> None:
    path = grown.with_name(name)
    path.unlink()
    path.mkdir()
    with pytest.raises(FileSafetyError) as caught:
        opened(grown)
    assert isinstance(caught.value, NotAFileError)
    path.rmdir()


def test_a_backup_that_is_the_only_thing_left_and_has_a_wrong_bit_is_better_than_nothing(grown: Path) -> None:
    for name in (*BASES, "tasks.json.journal"):
        path = grown.with_name(name)
        path.write_bytes(flipped(path.read_bytes()) if name == "tasks.json.backup.1" else b"garbage")
    here = opened(grown)
    assert here.names == ["oje", "two", "three"]
    assert report_of(here).source == "tasks.json.backup.1"
    assert "nothing to compare it with" in str(report_of(here))
    here.save()
    assert len(report_of(here).kept) == 4
    assert opened(grown).names == ["oje", "two", "three"]


def test_a_timestamped_copy_serves_when_all_else_is_gone(grown: Path) -> None:
    older, newer = (archive.write(grown, grown.with_name(name).read_bytes()) for name in BASES[3:0:-2])
    newest = newer.path.name.replace("tasks-4-", "tasks-99-")
    assert newest != newer.path.name
    (newer.path.with_name(newest)).write_bytes(b"garbage")
    for name in (*BASES, "tasks.json.journal"):
        grown.with_name(name).write_bytes(b"garbage")
    here = opened(grown)
    assert (here.names, report_of(here).source) == (FIVE[:4], newer.path.name)
    packed = older.path.with_name(f"{older.path.name}.gz")
    packed.write_bytes(gzip.compress(older.path.read_bytes()))
    for path in (newer.path, older.path):
        path.unlink()
    here = opened(grown)
    assert (here.names, report_of(here).source) == (FIVE[:2], packed.name)


# What the journal alone cannot tell


LEGACY = b'[{"id":3,"name":"old","comment":"","description":"","priority":1,"tag":"a"},{"id":7,"name":"older"}]'


def test_a_journal_that_does_not_hold_the_tasks_of_an_older_format_is_not_the_list(file: Path) -> None:
    file.write_bytes(LEGACY)
    opened(file).add("new", "newer", "newest", "last")
    assert opened(file).names == ["old", "older", "new", "newer", "newest", "last"]
    [copy] = file.parent.glob("backups/*")
    for base in (*map(file.with_name, BASES), copy):
        base.write_bytes(b"garbage")
    with pytest.raises(FileCorruptionError):
        opened(file)
    [original] = file.parent.glob("tasks.json.schema-0-*")
    file.write_bytes(original.read_bytes())
    assert opened(file).names == ["old", "older", "new", "newer", "newest", "last"]


def test_an_empty_list_of_an_older_format_has_its_whole_history_in_the_journal(file: Path) -> None:
    file.write_bytes(b"[]")
    opened(file).add("a", "b")
    for name in BASES:
        file.with_name(name).write_bytes(b"garbage")
    assert opened(file).names == ["a", "b"]


def test_a_journal_cut_at_its_end_is_told_where_the_damaged_file_knew_more(grown: Path) -> None:
    journal = grown.with_name("tasks.json.journal")
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:3]))
    grown.write_bytes(half(grown.read_bytes()))
    grown.with_name("tasks.json.backup").write_bytes(b"")
    here = opened(grown)
    assert here.names == FIVE[:3]
    assert report_of(here).lost == ("The changes after number 3 could not be read.",)


def test_a_gap_in_the_journal_is_told(grown: Path) -> None:
    journal = grown.with_name("tasks.json.journal")
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([*lines[:2], b"garbage\n", *lines[3:]]))
    for name in BASES:
        grown.with_name(name).write_bytes(b"")
    here = opened(grown)
    assert here.names == ["one", "two", "four", "five"]
    assert report_of(here).lost == ("Change 3 could not be read.",)
    here.save()
    assert opened(grown).store.report is None


# Edits by other programs


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


# A wrong bit


def test_no_wrong_bit_costs_or_reverts_anything_and_each_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a file that the journal is ahead of: what came later must not be taken back by what the file still says."""
    monkeypatch.setattr(store, "SMALL_FILE", 0)
    here = opened(file)
    for name in ("one", "two"):
        here.state.add_task(name)
        here.commit()
        here.checkpoint()
    for name in ("eins", "uno"):
        here.state.rename(here.state.find(1), name)
        here.commit()
    expected = list(here.state.tasks)
    raw = file.read_bytes()
    header = raw.index(b"\n")
    bits = [*range(header * 8), *(place * 8 + place % 8 for place in range(header, len(raw)))]
    for bit in bits:
        file.write_bytes(raw[: bit // 8] + bytes([raw[bit // 8] ^ (1 << bit % 8)]) + raw[bit // 8 + 1 :])
        there = opened(file, "there:2:-")
        assert there.state.tasks == expected, bit
        assert there.state.pending == (), bit
        assert report_of(there).refused[0].path == file, bit
        assert report_of(there).lost == (), bit
        there.store.close()


# Newer formats


@pytest.mark.parametrize(
    "raw",
    [
        b'{"schema_version":2,"seq":9,"tasks":{"by":"uid"}}',
        b'{"schema_version":2}',
        b'{"schema_version":99,"lists":[]}',
    ],
)
def test_a_newer_format_that_we_cannot_even_read_stops(raw: bytes, grown: Path) -> None:
    grown.write_bytes(raw)
    before = files_in(grown.parent)
    here = Instance(grown)
    here.state.add_task("six")
    for act in (here.load, here.commit, here.checkpoint):
        with pytest.raises(NewerSchemaError):
            act()
    assert files_in(grown.parent) == before


def test_a_newer_format_without_a_task_that_we_understand_is_shown_empty_and_never_written(grown: Path) -> None:
    grown.write_bytes(b'{"schema_version":2,"seq":9,"tasks":[{"title":"x"}]}')
    assert opened(grown).store._opened.newer is not None


def test_a_newer_format_in_a_backup_is_not_written_over_either(grown: Path) -> None:
    backup = grown.with_name("tasks.json.backup")
    backup.write_bytes(backup.read_bytes().replace(b'"schema_version":1', b'"schema_version":2').replace(b"four", b"4"))
    grown.write_bytes(b"garbage")
    before = files_in(grown.parent)
    here = opened(grown)
    here.state.add_task("six")
    for act in (here.commit, here.checkpoint):
        with pytest.raises(NewerSchemaError):
            act()
    assert files_in(grown.parent) == before


def test_a_wrong_bit_in_the_format_number_makes_no_newer_format(grown: Path) -> None:
    raw = grown.read_bytes()
    for bit in range(8):
        at = raw.index(b":1,") + 1
        grown.write_bytes(raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1 :])
        here = opened(grown)
        assert here.names == FIVE
        assert here.store._opened.newer is None
