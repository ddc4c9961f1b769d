"""TaskStore: commit, refresh, checkpoint and compaction, with other stores at work on the same files."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from itertools import count
from pathlib import Path

import pytest
from msgspec.structs import replace

from core import checkpoint, compaction, durable, store
from core.changes import Record, creation, new_record
from core.errors import (
    AccessDeniedError,
    DiskFullError,
    FileCorruptionError,
    FileLockTimeoutError,
    FileSafetyError,
    NewerSchemaError,
    UnavailableError,
)
from core.locking import FileLock
from core.store import News, TaskStore
from core.tasklist import TaskList
from tests.instances import Instance, a_task, opened, ticking
from tests.processes import without_privileges


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tasks.json"


@pytest.fixture
def light(file: Path) -> Iterator[TaskStore]:
    """A store that never read the list."""
    light = TaskStore(file, clock=ticking())
    yield light
    light.close()


keys = iter(range(10**6))


def adding(number: int, name: str = "from a script") -> Record:
    """A pending record that adds a task, with a provisional id that means nothing."""
    return new_record(
        "add", [creation(a_task(number, name))], "2026-02-02T00:00:00Z", "script", lambda: f"{next(keys)}"
    )


def names_in(file: Path) -> list[str]:
    return [entry["name"] for entry in json.loads(file.read_bytes())["tasks"]]


def files_in(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir() if path.is_file()}


# Commit


def test_a_new_list(file: Path) -> None:
    here = Instance(file)
    here.add("a")
    assert sorted(os.listdir(file.parent)) == [
        "tasks.json",
        "tasks.json.backup",
        "tasks.json.journal",
        "tasks.json.lock",
    ]
    assert all(os.stat(file.parent / name).st_mode & 0o777 == 0o600 for name in os.listdir(file.parent))
    assert names_in(file) == ["a"]
    assert (file.with_name("tasks.json.lock")).read_bytes() == b""


def test_a_light_commit_needs_no_list(file: Path, light: TaskStore, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(file).add("a", "b")

    def refuse(*_: object) -> None:
        raise AssertionError("the list was read")

    monkeypatch.setattr(checkpoint, "decode", refuse)
    monkeypatch.setattr(checkpoint, "verify", refuse)
    news = light.commit([adding(1, "c")])
    assert ([record.seq for record in news.own], light.tasks) == ([3], None)
    assert [record.next_id for record in news.own] == [4]
    news = light.commit([adding(2, "d"), adding(3, "e")])
    assert [(record.seq, record.next_id) for record in news.own] == [(4, 5), (5, 6)]
    monkeypatch.undo()
    fresh = opened(file, "fresh:9:-")
    assert [(task.id, task.name) for task in fresh.state.tasks] == [(1, "a"), (2, "b"), (3, "c"), (4, "d"), (5, "e")]


def test_light_and_loaded_commits_make_the_same_journal(tmp_path: Path) -> None:
    records = [adding(number, f"task {number}") for number in range(1, 6)]
    journals = []
    for kind in ("light", "loaded"):
        (tmp_path / kind).mkdir()
        one = TaskStore(tmp_path / kind / "tasks.json", clock=ticking())
        one.commit(records[:1])
        again = TaskStore(tmp_path / kind / "tasks.json", clock=ticking())
        if kind == "loaded":
            again.load()
        for record in records[1:]:
            again.commit([record])
        journals.append(again.journal.path.read_bytes())
    assert journals[0] == journals[1]


def test_the_first_light_commit_of_all_reads_what_there_is(file: Path, light: TaskStore) -> None:
    news = light.commit([adding(1, "a")])
    assert news.anew is not None
    assert light.checkpoint_due
    light.checkpoint()
    assert names_in(file) == ["a"]


def test_nothing_to_commit_writes_nothing(file: Path, light: TaskStore) -> None:
    opened(file).add("a")
    before = files_in(file.parent)
    assert light.commit([]) == News()
    assert files_in(file.parent) == before


@pytest.mark.parametrize("loaded", [False, True])
def test_a_commit_beside_one_that_checkpoints(file: Path, light: TaskStore, *, loaded: bool) -> None:
    here = opened(file)
    here.add("a")
    if loaded:
        light.load()
    for number in range(1, 8):
        light.commit([adding(number, f"light {number}")])
        here.refresh()
        here.add(f"here {number}")
    light.checkpoint()
    expected = ["a", *(f"{who} {number}" for number in range(1, 8) for who in ("light", "here"))]
    assert names_in(file) == here.names == opened(file).names == expected
    assert [task.id for task in here.state.tasks] == list(range(1, 16))


def test_a_commit_beside_one_that_compacts(file: Path, light: TaskStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LARGE_JOURNAL", 0)
    monkeypatch.setattr(compaction, "KEPT", 2)
    here, there = opened(file), opened(file, "there:2:-")
    light.commit([])
    for number in range(1, 12):
        here.add(f"here {number}")
        light.commit([adding(number, f"light {number}")])
        there.refresh()
    there.commit()
    assert len(here.store.journal.path.read_bytes().splitlines()) < 22
    fresh = opened(file, "fresh:9:-")
    assert there.state.tasks == fresh.state.tasks
    assert len(fresh.state.tasks) == 22
    assert [task.id for task in fresh.state.tasks] == list(range(1, 23))


def test_a_compacted_journal_still_recovers_from_the_oldest_backup(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LARGE_JOURNAL", 0)
    monkeypatch.setattr(compaction, "KEPT", 2)
    here = opened(file)
    here.add(*(f"task {number}" for number in range(30)))
    here.state.undo()
    for path in (file, *here.store.files.backup_paths[:2]):
        path.write_bytes(b"")
    fresh = opened(file, "fresh:9:-")
    assert len(fresh.names) == 30
    assert fresh.store.report is not None
    assert (fresh.store.report.source, fresh.store.report.lost) == ("tasks.json.backup.2", ())
    here.store.files.backup_paths[2].unlink()
    fresh = opened(file, "fresh:9:-")
    assert len(fresh.names) == 30
    assert fresh.store.report is not None
    assert (fresh.store.report.source, fresh.store.report.lost) == ("tasks.json.journal", ())


def test_a_removed_lock_is_told_and_what_was_written_is_not_lost(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = opened(file)
    here.add("a")
    append = here.store.journal.append

    def removing(records: tuple[Record, ...]) -> None:
        append(records)
        os.unlink(here.store.files.lock.path)

    monkeypatch.setattr(here.store.journal, "append", removing)
    here.state.add_task("b")
    with pytest.raises(UnavailableError, match="was removed"):
        here.commit()
    monkeypatch.undo()
    assert here.names == ["a", "b"]
    here.add("c")
    assert here.names == opened(file).names == ["a", "b", "c"]
    assert len(here.store.history()) == 3


def test_a_lock_file_removed_while_nothing_happens_is_made_anew(file: Path) -> None:
    here, there = opened(file), opened(file, "there:2:-")
    here.add("a")
    os.unlink(here.store.files.lock.path)
    there.add("b")
    here.add("c")
    assert here.names == ["a", "b", "c"]
    assert here.store.files.lock.path.exists()


def test_what_is_decided_under_the_lock_is_told_all_and_meets_nobody(file: Path, light: TaskStore) -> None:
    here = Instance(file)
    here.load()
    here.add("a")
    light.commit([adding(7, "b")])
    told: list[News] = []

    def decide(news: News) -> list[Record]:
        told.append(news)
        with pytest.raises(FileLockTimeoutError):
            FileLock(here.store.files.lock.path, timeout=0).acquire()
        return [adding(7, "c")]

    own = here.store.commit_decided(decide).own
    assert [[record.label for record in news.foreign] for news in told] == [["add"]]
    assert [record.seq for record in own] == [3]
    before = files_in(file.parent)
    with pytest.raises(ZeroDivisionError):
        here.store.commit_decided(lambda _news: [adding(1 // 0)])
    assert files_in(file.parent) == before
    assert [record.seq for record in light.commit([adding(7, "d")]).own] == [4]


def test_a_held_lock_keeps_the_records_for_later(file: Path) -> None:
    here = Instance(file, lock_timeout=0.01)
    here.add("a")
    before = files_in(file.parent)
    here.state.add_task("b")
    with FileLock(here.store.files.lock.path):
        for act in (here.commit, here.checkpoint):
            with pytest.raises(FileLockTimeoutError, match=r"tasks\.json\.lock is locked"):
                act()
        assert opened(file).names == ["a"]  # reading needs no lock
        assert here.refresh().changed == frozenset()
        assert [task.name for task in here.state.tasks] == ["a", "b"]
    assert files_in(file.parent) == before
    here.save()
    assert names_in(file) == ["a", "b"]


def test_a_directory_that_cannot_be_written(memory: Path) -> None:
    file = memory / "tasks.json"  # everybody may pass through the directories above
    here = opened(file)
    here.add("a")
    here.store.close()
    os.unlink(here.store.files.lock.path)
    here.state.add_task("b")
    os.chmod(file.parent, 0o555)
    for path in file.parent.iterdir():
        os.chmod(path, 0o444)
    with without_privileges():
        assert opened(file).names == ["a"]
        with pytest.raises(AccessDeniedError):
            here.commit()
    os.chmod(file.parent, 0o755)
    for path in file.parent.iterdir():
        os.chmod(path, 0o600)
    here.save()
    assert names_in(file) == ["a", "b"]


# News outlive what fails


def failing(error: int, times: int = 1) -> Callable[..., None]:
    """Something that fails `times` times."""
    left = iter(range(times))

    def fail(*_: object, **__: object) -> None:
        if next(left, None) is not None:
            raise OSError(error, os.strerror(error))

    return fail


def test_a_full_disk_keeps_the_change_and_the_news_of_others(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = opened(file), opened(file, "there:2:-")
    there.add("theirs")
    here.state.add_task("mine")
    monkeypatch.setattr(os, "write", failing(errno.ENOSPC))
    with pytest.raises(DiskFullError):
        here.commit()
    monkeypatch.undo()
    assert len(here.state.pending) == 1
    here.commit()
    assert here.names == opened(file).names == ["theirs", "mine"]


@pytest.mark.parametrize("error", [errno.EIO, errno.EMFILE, errno.EACCES])
def test_news_outlive_a_checkpoint_that_cannot_be_read_for_now(
    error: int, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = opened(file), opened(file, "there:2:-")
    here.refresh()
    there.add("a", "b")
    stat, left = os.stat, iter([None])

    def fail_once(path: object, *arguments: object, **options: object) -> os.stat_result:
        if str(path) == str(file) and next(left, 0) is None:
            raise OSError(error, os.strerror(error))
        return stat(path, *arguments, **options)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(os, "stat", fail_once)
    with pytest.raises(FileSafetyError):
        here.refresh()
    monkeypatch.undo()
    here.refresh()
    assert here.names == ["a", "b"]
    here.add("c")
    assert here.names == names_in(file) == opened(file).names == ["a", "b", "c"]


def test_a_checkpoint_that_fails_is_put_off(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = opened(file), opened(file, "there:2:-")
    here.add("a")
    there.refresh()
    there.state.add_task("b")
    there.commit()
    monkeypatch.setattr(durable, "write_temporary", failing(errno.ENOSPC))
    assert here.checkpoint().label == "add “b”"
    monkeypatch.undo()
    assert isinstance(here.store.put_off, DiskFullError)
    assert here.names == ["a", "b"]
    assert here.store.checkpoint_due
    assert names_in(file) == ["a"]
    here.checkpoint()
    assert here.store.put_off is None
    assert names_in(file) == ["a", "b"]


# Refresh


def test_refresh_sees_what_others_did_and_writes_nothing(file: Path) -> None:
    here, there = opened(file), opened(file, "there:2:-")
    assert here.refresh().changed == frozenset()
    there.state.add_task("a")
    there.commit()
    before = files_in(file.parent)
    assert here.refresh().label == "add “a”"
    assert here.names == ["a"]
    assert here.refresh().changed == frozenset()
    assert files_in(file.parent) == before


def test_a_line_in_the_writing_is_no_news(file: Path) -> None:
    here, there = opened(file), opened(file, "there:2:-")
    there.state.add_task("a")
    there.commit()
    path = there.store.journal.path
    whole = path.read_bytes()
    path.write_bytes(b"")
    with path.open("ab", 0) as journal:
        for part in (whole[:20], whole[20:-1]):
            journal.write(part)
            assert here.refresh().changed == frozenset()
            assert here.names == []
        journal.write(whole[-1:])
    here.refresh()
    assert here.names == ["a"]


def test_a_torn_last_line_is_cut_off_by_the_next_commit(file: Path, light: TaskStore) -> None:
    here = opened(file)
    here.add("a")
    path = here.store.journal.path
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"seq":2,"at":"2026-01-01T00:00:00Z","by":"x","label":"torn",')
    light.commit([adding(1, "b")])
    assert path.read_bytes().startswith(whole + b'{"seq":2,')
    assert b"torn" not in path.read_bytes()
    here.refresh()
    assert here.names == opened(file).names == ["a", "b"]


def test_a_replaced_journal_is_read_anew(file: Path) -> None:
    here, there = opened(file), opened(file, "there:2:-")
    there.add("a", "b")
    here.refresh()
    path = here.store.journal.path
    copy = path.with_name("copy")
    copy.write_bytes(path.read_bytes())
    os.replace(copy, path)
    there.add("c")
    here.refresh()
    assert here.names == there.names == ["a", "b", "c"]


@pytest.mark.parametrize("what", ["deleted", "emptied", "cut", "garbage"])
def test_a_journal_that_others_spoilt_costs_nothing_that_was_saved(what: str, file: Path) -> None:
    here, there = opened(file), opened(file, "there:2:-")
    here.add("a", "b", "c")
    there.refresh()
    path = here.store.journal.path
    lines = path.read_bytes().splitlines(keepends=True)
    spoilt = {"deleted": b"", "emptied": b"", "cut": lines[0], "garbage": os.urandom(50) + b"\n\0\n"}[what]
    path.write_bytes(spoilt)
    if what == "deleted":
        path.unlink()
    there.refresh()
    assert there.names == ["a", "b", "c"]
    there.add("d")
    here.refresh()
    here.add("e")
    assert here.names == opened(file, "fresh:9:-").names == ["a", "b", "c", "d", "e"]
    assert [task.id for task in here.state.tasks] == [1, 2, 3, 4, 5]
    file.write_bytes(b"")
    assert opened(file, "fresh:9:-").names == ["a", "b", "c", "d", "e"]


def test_what_the_disk_lost_is_written_again(file: Path) -> None:
    here = opened(file)
    here.add("a", "b", "c")
    for path in file.parent.iterdir():
        if path.name != "tasks.json.lock":
            path.unlink()
    here.refresh()
    assert here.names == ["a", "b", "c"]
    assert here.store.checkpoint_due
    here.checkpoint()
    assert opened(file).names == ["a", "b", "c"]
    here.add("d")
    assert [task.id for task in opened(file).state.tasks] == [1, 2, 3, 4]


@pytest.mark.parametrize("raw", [b"{garbage", b"", b'{"a":1}'])
def test_a_list_of_an_older_format_is_not_given_up_for_garbage(raw: bytes, file: Path) -> None:
    file.write_text('[{"id":1,"name":"old"},{"id":2,"name":"older"}]')
    here = opened(file)
    file.write_bytes(raw)
    here.refresh()
    assert here.names == ["old", "older"]
    here.add("new")
    assert here.names == opened(file).names == ["old", "older", "new"]
    assert [path.read_bytes() for path in file.parent.glob("tasks.json.damaged-*")] == [raw]


def test_an_empty_list_is_no_reason_to_write_over_what_cannot_be_read(file: Path) -> None:
    here = opened(file)
    file.write_text("{garbage")
    here.state.add_task("a")
    for act in (here.refresh, here.commit, here.checkpoint):
        with pytest.raises(FileCorruptionError):
            act()
    assert file.read_text() == "{garbage"
    file.unlink()
    here.save()
    assert opened(file).names == ["a"]


def test_others_unknown_fields_at_the_top_survive_an_instance_that_was_open_before(file: Path) -> None:
    here, there = opened(file), opened(file, "there:2:-")
    here.add("a")
    there.refresh()
    file.write_text(file.read_text().replace('"saved_at"', '"theme":{"dark":[1,null]},"saved_at"'))
    here.refresh()
    here.add("b")
    there.add("c")
    assert json.loads(file.read_bytes())["theme"] == {"dark": [1, None]}
    assert names_in(file) == ["a", "b", "c"]


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


def test_a_list_of_its_own_has_its_own_news(file: Path) -> None:
    here = Instance(file)
    news = here.store.refresh()
    assert news.anew is not None
    assert news.anew.tasks == TaskList()
    news.anew.tasks.tasks["x"] = a_task()
    assert here.store.tasks == TaskList()


def test_a_repair_reads_the_list_first_where_that_was_not_done(file: Path) -> None:
    opened(file).add("one", "two")
    backup = file.with_name(f"{file.name}.backup")
    backup.write_bytes(b"garbage")
    again = TaskStore(file)
    (kept,) = again.repair()
    assert kept.read_bytes() == b"garbage"
    assert opened(file).names == ["one", "two"]
    again.close()


def test_a_file_that_is_replaced_at_each_attempt_to_read_it_is_looked_at_again(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(file).add("one")
    again = TaskStore(file)
    numbers = count(1)
    real = durable.identity

    def another(path: Path) -> durable.Identity | None:
        found = real(path)
        return None if found is None else replace(found, modified_ns=next(numbers))

    with monkeypatch.context() as patch:
        patch.setattr(durable, "identity", another)
        tasks = again.load().tasks
    assert [task.name for task in tasks.tasks.values()] == ["one"]
    opened(file, "here:3:-").add("two")
    assert [record.label for record in again.refresh().foreign] == ["add “two”"]
    again.close()
