"""Reading what others did: their changes, and files that they replaced or spoilt."""

from __future__ import annotations

import errno
import json
import os
from itertools import count
from pathlib import Path

import pytest
from msgspec.structs import replace

from core import durable
from core.errors import FileCorruptionError, UnavailableError
from core.journal import Journal
from core.store import TaskStore
from core.tasklist import TaskList
from tests import lists, places
from tests.instances import Instance, a_task, opened
from tests.lists import adding, files_in, names_in

file = places.tasks
light = lists.light


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


def test_a_list_of_its_own_has_its_own_news(file: Path) -> None:
    here = Instance(file)
    news = here.store.refresh()
    assert news.anew is not None
    assert news.anew.tasks == TaskList()
    news.anew.tasks.tasks["x"] = a_task()
    assert here.store.tasks == TaskList()


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


def test_a_list_that_was_read_anew_is_told_although_its_past_could_not_be_read_at_once(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = opened(file), opened(file, "there:2:-")
    there.add("a")
    here.store.journal.path.write_bytes(b"garbage\n")
    with monkeypatch.context() as patch:

        def fail(*_arguments: object) -> None:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        patch.setattr(Journal, "recent", fail)
        with pytest.raises(UnavailableError):
            here.refresh()
    here.refresh()
    assert here.names == ["a"]
