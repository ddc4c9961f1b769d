"""Lists of older formats: in whatever shape, every task that has a name comes through, the same for everybody."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import archive, backups
from core.archive import copies
from core.errors import DiskFullError
from core.migrations import SCHEMA_VERSION, UNTOLD, migrate
from core.task import Priority, Status, Task
from tests.instances import Instance, opened, uid
from tests.valid_tasks import json_values


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tasks.json"


def read(file: Path, document: Any) -> list[Task]:
    """The tasks that a reader finds in `document`."""
    file.write_text(json.dumps(document))
    return opened(file).state.tasks


BESIDE = ("tasks.json.journal", "tasks.json.lock")


class Refusing:
    """A step that finds the disk full."""

    asked = 0

    def __call__(self, *_arguments: object) -> None:
        self.asked += 1
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


FULL = {"id": 3, "name": "buy milk", "comment": "the fat one", "description": "a\nb", "priority": 1, "tag": "shop"}


def test_a_full_entry(file: Path) -> None:
    [task] = read(file, [FULL])
    assert (task.id, task.name, task.comment, task.description) == (3, "buy milk", "the fat one", "a\nb")
    assert (task.priority, task.tags, task.status) == (Priority.HIGH, ("shop",), Status.PENDING)
    assert (task.created, task.modified, task.extra) == (UNTOLD, UNTOLD, None)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"name": "two\nlines\r\nand more "}, {"name": "two lines and more"}),
        ({"name": "a", "comment": "two\nlines"}, {"comment": "two lines"}),
        (
            {"name": "a", "comment": None, "description": None, "tag": None, "priority": None, "id": None},
            {"comment": ""},
        ),
        ({"name": "a", "tag": ""}, {"tags": ()}),
        ({"name": "a", "tag": " \n"}, {"tags": ()}),
        ({"name": "a", "tag": "x\ny"}, {"tags": ("x y",)}),
        ({"name": "a", "tag": 7}, {"tags": ()}),
        ({"name": "a", "priority": 0}, {"priority": Priority.NONE}),
        ({"name": "a", "priority": 7}, {"priority": Priority.NONE}),
        ({"name": "a", "priority": -1}, {"priority": Priority.NONE}),
        ({"name": "a", "priority": "1"}, {"priority": Priority.NONE}),
        ({"name": "a", "priority": True}, {"priority": Priority.NONE}),
        ({"name": "a", "priority": 1.0}, {"priority": Priority.NONE}),
        ({"name": "a", "priority": [1]}, {"priority": Priority.NONE}),
        ({"name": "a", "priority": 3}, {"priority": Priority.LOW}),
        ({"name": "a", "done": True, "colour": None}, {"extra": {"done": True, "colour": None}}),
        ({"name": "a", "status": "done"}, {"status": Status.DONE}),
        ({"name": "a", "due": "2026-05-05", "tags": ["x"]}, {"due": "2026-05-05", "tags": ("x",)}),
        ({"name": "[/] \x1b[31m"}, {"name": "[/] \x1b[31m"}),
    ],
)
def test_odd_entries(entry: dict[str, Any], expected: dict[str, Any], file: Path) -> None:
    [task] = read(file, [entry])
    assert {name: getattr(task, name) for name in expected} == expected
    assert task.id == 1


def test_missing_and_double_ids_are_given_and_no_others_touched(file: Path) -> None:
    entries = [{"name": "a"}, {"id": 5, "name": "b"}, {"id": 5, "name": "c"}, {"id": 2, "name": "d"}, {"name": "e"}]
    assert [(task.id, task.name) for task in read(file, entries)] == [(2, "d"), (5, "b"), (6, "a"), (7, "c"), (8, "e")]
    here = opened(file)
    here.add("f")
    assert here.state.tasks[-1].id == 9


def test_double_uids_are_given_and_no_others_touched(file: Path) -> None:
    entries = [{"uid": uid(1, 1), "id": 1, "name": "a"}, {"uid": uid(1, 1), "id": 2, "name": "b"}]
    one, two = read(file, entries)
    assert (one.uid, one.name, two.name) == (uid(1, 1), "a", "b")
    assert two.uid != one.uid


@pytest.mark.parametrize("bad", ["x", 0, -1, 2**53, 2**70, 1.5, True, [], {}])
def test_a_bad_id_costs_only_its_own_task(bad: Any, file: Path) -> None:
    entries = [{"id": bad, "name": "a"}, {"id": bad, "name": "b"}, {"name": "c"}, {"id": 4, "name": "d"}]
    assert [(task.id, task.name) for task in read(file, entries)] == [(4, "d"), (5, "c")]
    here = opened(file)
    assert here.store.report is not None
    assert len(here.store.report.lost) == 2
    original = file.read_bytes()
    here.save()
    assert [path.read_bytes() for path in here.store.report.kept] == [original]


@pytest.mark.parametrize("bad", [None, 1, "text", [], {}, {"id": 1}, {"name": ""}, {"name": None}, {"name": 7}])
def test_an_entry_that_is_no_task_costs_the_others_nothing(bad: Any, file: Path) -> None:
    assert [task.name for task in read(file, [{"name": "a"}, bad, {"name": "b"}])] == ["a", "b"]
    report = opened(file).store.report
    assert report is not None
    assert len(report.lost) == 1


@pytest.mark.parametrize(
    "document", [[], {"tasks": []}, {"schema_version": 0, "tasks": []}, {"schema_version": 1, "tasks": []}]
)
def test_an_empty_list(document: Any, file: Path) -> None:
    assert read(file, document) == []
    here = opened(file)
    here.add("a")
    assert (here.store.report, [task.id for task in opened(file).state.tasks]) == (None, [1])


def test_the_original_is_kept_and_the_new_file_is_ours(file: Path) -> None:
    file.write_text(json.dumps([FULL], indent=4))
    original = file.read_bytes()
    here = opened(file)
    assert here.store.checkpoint_due
    assert list(file.parent.iterdir()) == [file]
    here.save()
    [kept] = file.parent.glob("tasks.json.schema-0-*")
    assert kept.read_bytes() == original
    assert kept in backups.find(here.store.files)
    assert json.loads(file.read_bytes())["schema_version"] == SCHEMA_VERSION
    again = opened(file)
    assert (again.state.tasks, again.store.report) == (here.state.tasks, None)
    again.add("another")
    assert len(list(file.parent.glob("tasks.json.schema-0-*"))) == 1


def test_a_copy_precedes_a_migration_and_recovers_it(file: Path) -> None:
    file.write_text(json.dumps([FULL]))
    here = opened(file)
    here.add("another", "and one more")
    [copy] = copies(file)
    assert (copy.seq, archive.is_good(copy)) == (1, True)
    assert copy.path in backups.find(here.store.files)
    assert [task.name for task in backups.read(copy.path).tasks.values()] == ["buy milk", "another"]
    for path in file.parent.glob("tasks.json*"):
        if path.name not in BESIDE:
            path.write_bytes(b"garbage")
    again = opened(file)
    assert again.names == ["buy milk", "another", "and one more"]
    assert again.store.report is not None
    assert again.store.report.source == copy.path.name


def test_a_migration_whose_copy_fails_is_put_off(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(json.dumps([FULL]))
    original = file.read_bytes()
    here = opened(file)
    here.state.add_task("another")
    here.commit()
    monkeypatch.setattr("core.archive._write", full := Refusing())
    for _attempt in range(2):
        here.checkpoint()
        assert isinstance(here.store.put_off, DiskFullError)
        with pytest.raises(DiskFullError):
            here.store.repair()
    assert full.asked == 4
    assert file.read_bytes() == original
    assert {path.name for path in file.parent.glob("tasks.json*")} == {"tasks.json", *BESIDE}
    assert here.store.checkpoint_due
    assert opened(file).names == ["buy milk", "another"]
    here.state.add_task("while it cannot")
    here.commit()
    assert opened(file).names == here.names
    monkeypatch.undo()
    here.checkpoint()
    assert here.store.put_off is None
    assert [copy.seq for copy in copies(file)] == [2]
    assert [path.read_bytes() for path in file.parent.glob("tasks.json.schema-0-*")] == [original]


def test_a_migration_that_is_tried_again_leaves_one_copy(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(json.dumps([FULL]))
    here = opened(file)
    with monkeypatch.context() as patch:
        patch.setattr("core.durable.rotate", refuse := Refusing())
        patch.setattr("core.durable.set_aside", refuse)
        for _attempt in range(3):
            here.checkpoint()
            assert here.store.put_off is not None
    assert refuse.asked == 3
    here.checkpoint()
    assert here.store.put_off is None
    assert len(copies(file)) == 1
    here.add("another")
    assert len(copies(file)) == 1


def test_a_spoilt_list_whose_backup_is_of_an_older_program_is_kept(file: Path) -> None:
    file.write_text('[{"id":3,"name":"cut of')
    file.with_name("tasks.json.backup").write_text(json.dumps([FULL]))
    here = opened(file)
    here.save()
    assert [path.read_text() for path in file.parent.glob("tasks.json.damaged-*")] == ['[{"id":3,"name":"cut of']
    assert [copy.seq for copy in copies(file)] == [0]


def test_backups_of_an_older_program_are_kept_too(file: Path) -> None:
    file.write_text(json.dumps([FULL]))
    backup = file.with_name("tasks.json.backup")
    backup.write_text(json.dumps([{"id": 1, "name": "older"}]))
    original = backup.read_bytes()
    here = opened(file)
    assert here.names == ["buy milk"]
    here.save()
    assert [path.read_bytes() for path in file.parent.glob("tasks.json.backup.damaged-*")] == [original]


def test_a_backup_of_an_older_program_serves_where_its_list_is_spoilt(file: Path) -> None:
    file.write_text('[{"id":3,"name":"cut of')
    file.with_name("tasks.json.backup").write_text(json.dumps([FULL]))
    here = opened(file)
    assert here.names == ["buy milk"]
    assert here.store.report is not None
    assert here.store.report.source == "tasks.json.backup"


def test_uids_are_the_same_for_every_reader_and_process(file: Path) -> None:
    entries = [{"name": "a"}, {"name": "a"}, {"id": 1, "name": "b"}, {"id": 1, "name": "b"}]
    first = [task.uid for task in read(file, entries)]
    assert len(set(first)) == 4
    program = (
        "import sys; from core.state import AppState\n"
        "state = AppState(); state.load_from_file(sys.argv[1])\n"
        "print(*(task.uid for task in state.tasks))"
    )
    result = subprocess.run([sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=True)
    assert result.stdout.split() == first


def test_two_instances_that_meet_an_old_file_at_once(file: Path) -> None:
    file.write_text(json.dumps([FULL, {"name": "two"}]))
    one, two = opened(file, "one:1:-"), opened(file, "two:2:-")
    one.state.complete([one.state.find(3)])
    two.state.rename(two.state.find(4), "zwei")
    one.commit()
    two.commit()
    one.save()
    two.save()
    one.refresh()
    fresh = opened(file)
    assert one.state.tasks == two.state.tasks == fresh.state.tasks
    assert [(task.name, task.status) for task in fresh.state.tasks] == [("buy milk", "done"), ("zwei", "pending")]


def test_changes_before_the_first_checkpoint_are_kept(file: Path) -> None:
    file.write_text(json.dumps([FULL]))
    here = opened(file)
    here.state.rename(here.state.find(3), "renamed")
    here.commit()
    assert opened(file).names == ["renamed"]
    light = Instance(file)
    light.state.add_task("by a script")
    light.commit()
    assert opened(file).names == ["renamed", "by a script"]


_entries = st.one_of(
    json_values(),
    st.dictionaries(
        st.sampled_from(["id", "name", "comment", "description", "priority", "tag", "uid", "status", "other"]),
        json_values() | st.integers(0, 5) | st.sampled_from(["a", "pending", uid(1, 1)]),
    ),
)


@given(st.lists(_entries, max_size=5))
def test_migrating_changes_nothing_of_what_it_is_given_and_gives_every_task_what_it_needs(entries: list[Any]) -> None:
    before = json.dumps(entries)
    migrated = migrate(entries, 0)["tasks"]
    assert json.dumps(entries) == before
    assert len(migrated) == len(entries)
    tasks = [entry for entry in migrated if isinstance(entry, dict)]
    assert all({"uid", "id", "status", "created", "modified"} <= entry.keys() for entry in tasks)
    uids = [entry["uid"] for entry in tasks if isinstance(entry["uid"], str)]
    assert len(set(uids)) == len(uids)
    ids = [entry["id"] for entry in tasks if type(entry["id"]) is int and entry["id"] > 0]
    assert len(set(ids)) == len(ids)
    assert migrate(entries, 0)["tasks"] == migrated
