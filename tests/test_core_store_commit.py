"""Committing: with the list and without it, beside others that checkpoint or compact, and decided under the lock."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core import checkpoint, compaction, store
from core.changes import Record
from core.errors import FileLockTimeoutError
from core.locking import FileLock
from core.opened import News
from core.store import TaskStore
from tests import lists, places
from tests.instances import Instance, opened, ticking
from tests.lists import adding, files_in, names_in

file = places.tasks
light = lists.light


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
