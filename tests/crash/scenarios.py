"""The writing commands, as scenarios: the files that there are before, who writes, and what must hold afterwards."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest
from msgspec.structs import replace

from core import checkpoint
from core.state import AppState
from core.task import Status
from core.tasklist import TaskList
from tests.crash.checks import check_document, check_list
from tests.crash.sessions import AT, Act, Content, DocumentSession, LightSession, ListSession, Session


class Check(Protocol):
    """Says what is wrong with a file that should hold one of `allowed`; empty where nothing is."""

    def __call__(self, path: Path, allowed: Sequence[Content], *, damaged: bool) -> str: ...


@dataclass(frozen=True)
class Scenario:
    """`prepare` makes the files and returns what they hold; `session` is who works on them then.

    `meanwhile` is what another program saves after the session has read the list; it returns what is held then.
    `damaged`: a file is, before, so that a recovery may be reported. `within` holds while it is run and checked.
    """

    name: str
    prepare: Callable[[Path], Any]
    session: Callable[[Path, Any], Session]
    check: Check = check_list
    meanwhile: Callable[[Path, Any], Any] | None = None
    damaged: bool = False
    within: Callable[[], AbstractContextManager[None]] = nullcontext
    file: str = "tasks.json"

    def __str__(self) -> str:
        return self.name


def acting(act: Act) -> Callable[[Path, TaskList], Session]:
    """A session on an open list in which the user does `act`."""
    return lambda path, base: ListSession(path, base, act)


def _add(state: AppState) -> None:
    state.add_task("another")


def _add_several(state: AppState) -> None:
    for name in ("three", "at", "once"):
        state.add_task(name)


def _undo(state: AppState) -> None:
    state.undo()


def _purge(state: AppState) -> None:
    state.purge([*state.trash, *state.tasks[:1]])


def _rename_first(state: AppState) -> None:
    state.rename(state.find(1), f"{state.find(1).name}, renamed")
    state.add_task("another")


# What there is before


def _nothing(_path: Path) -> TaskList:
    return TaskList()


def saves(count: int, backups: int = 3) -> Callable[[Path], TaskList]:
    """A list that was saved `count` times, with so many of its backups."""

    def prepare(path: Path) -> TaskList:
        tasks = _save_each(path, [f"task {number}" for number in range(1, count + 1)])
        for name in (".backup", ".backup.1", ".backup.2")[backups:]:
            os.unlink(path.with_name(path.name + name))
        return tasks

    return prepare


def _save_each(path: Path, names: Sequence[str], instance: int = 2) -> TaskList:
    def adding() -> Iterator[str]:
        yield from names

    waiting = adding()
    writer = ListSession(path, TaskList(), lambda state: state.add_task(next(waiting)), instance)
    with closing(writer):
        writer.open()
        for _name in names:
            writer.act()
            writer.save(lambda: None)
    return writer.state._list.copy()


def _commits_behind(path: Path) -> TaskList:
    """Four saves, and a commit that no checkpoint followed."""
    tasks = saves(4)(path)
    with closing(LightSession(path, tasks)) as writer:
        writer.act()
        writer.commit()
        return writer.base


def _damaged(damage: Callable[[bytes], bytes | None], name: str = "") -> Callable[[Path], TaskList]:
    """A list whose last change only the journal has, and one of whose files is damaged."""

    def prepare(path: Path) -> TaskList:
        tasks = _commits_behind(path)
        target = path.with_name(path.name + name)
        raw = damage(target.read_bytes())
        os.unlink(target)
        if raw is not None:
            target.write_bytes(raw)
        return tasks

    return prepare


def _empty(_raw: bytes) -> bytes:
    return b""


def _half(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def _flip(raw: bytes) -> bytes:
    place = raw.index(b'"task 2"') + 3
    return raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]


def _gone(_raw: bytes) -> None:
    return None


def _torn(path: Path) -> TaskList:
    tasks = saves(4)(path)
    with path.with_name(path.name + ".journal").open("ab") as journal:
        journal.write(b'{"seq":5,"at":"2026-11-21T12:00:00.000000Z","by":"kitch')
    return tasks


def _torn_far(path: Path) -> TaskList:
    """A torn line that is longer than the one that will be written in its place."""
    tasks = _torn(path)
    with path.with_name(path.name + ".journal").open("ab") as journal:
        journal.write(b"x" * 5000)
    return tasks


def _legacy(path: Path) -> TaskList:
    entries = [
        {"id": 1, "name": "old", "comment": "", "description": "", "priority": 2, "tag": "home"},
        {"id": 4, "name": "older", "comment": "c", "description": "d", "priority": 1, "tag": ""},
    ]
    path.write_text(json.dumps(entries))
    return checkpoint.decode(path.read_bytes(), path).tasks


def _edited_outside(path: Path) -> TaskList:
    """An editor gave the first task another name and removed the second."""
    tasks = saves(4)(path)
    document = json.loads(path.read_bytes())
    first, second = document["tasks"][:2]
    first["name"] = "an editor's name"
    document["tasks"].remove(second)
    path.write_text(json.dumps(document, indent=2))
    edited = tasks.tasks[first["uid"]]
    tasks.tasks[first["uid"]] = replace(edited, name=first["name"], modified=AT)
    tasks.tasks[second["uid"]] = replace(tasks.tasks[second["uid"]], status=Status.DELETED, modified=AT)
    return tasks


def _edited_in_place(path: Path) -> TaskList:
    """An editor gave the first task another name, and left all else as it was."""
    tasks = saves(4)(path)
    path.write_bytes(path.read_bytes().replace(b'"task 1"', b'"renamed in an editor"'))
    uid = next(uid for uid, task in tasks.tasks.items() if task.name == "task 1")
    tasks.tasks[uid] = replace(tasks.tasks[uid], name="renamed in an editor", modified=AT)
    return tasks


def _trashed(path: Path) -> TaskList:
    tasks = saves(4)(path)
    trash = ListSession(path, tasks, lambda state: state.trash_tasks([state.find(2)]), instance=3)
    with closing(trash):
        trash.open()
        trash.act()
        trash.save(lambda: None)
    return trash.state._list.copy()


@contextmanager
def _small_journals() -> Iterator[None]:
    """A journal is compacted as soon as it holds more than a few changes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.store.LARGE_JOURNAL", 1000)
        patch.setattr("core.compaction.KEPT", 2)
        yield


def _compacted(path: Path) -> TaskList:
    """A list from whose journal most has moved out, and whose journal is long again."""
    _save_each(path, [f"task {number}" for number in range(1, 9)], instance=6)
    with _small_journals():
        _save_each(path, ["task 9"], instance=7)
    return _save_each(path, [f"task {number}" for number in range(10, 18)], instance=8)


def _somebody_saves(path: Path, _base: TaskList) -> TaskList:
    return _save_each(path, ["of somebody else"], instance=4)


def _somebody_renames(path: Path, _base: TaskList) -> TaskList:
    """Another program takes over what was edited outside, and then changes the same task."""
    writer = ListSession(path, TaskList(), lambda state: state.rename(state.find(1), "renamed since"), instance=5)
    with closing(writer):
        writer.open()
        writer.act()
        writer.save(lambda: None)
    return writer.state._list.copy()


def _documents(count: int) -> Callable[[Path], Any]:
    def prepare(path: Path) -> Any:
        with closing(DocumentSession(path, None)) as writer:
            for _number in range(count):
                writer.act()
                writer.save(lambda: None)
            return writer.document

    return prepare


def _damaged_document(path: Path) -> Any:
    document = _documents(4)(path)
    path.write_bytes(b"")
    return document[:-1]


def _document(path: Path, base: Any) -> Session:
    return DocumentSession(path, base)


LISTS = (
    Scenario("first save", _nothing, acting(_add)),
    Scenario("commit behind a commit", _commits_behind, acting(_add)),
    Scenario("three changes at once", saves(2), acting(_add_several)),
    Scenario("checkpoint with no backup", saves(4, 0), acting(_add)),
    Scenario("checkpoint with 1 backup", saves(4, 1), acting(_add)),
    Scenario("checkpoint with 2 backups", saves(4, 2), acting(_add)),
    Scenario("checkpoint with 3 backups", saves(5), acting(_add)),
    Scenario("undo", saves(3), acting(_undo)),
    Scenario("purge", _trashed, acting(_purge)),
    Scenario("commit beside another program", saves(4), acting(_add), meanwhile=_somebody_saves),
    Scenario("light commit", saves(4), LightSession),
    Scenario("light commit behind a commit", _commits_behind, LightSession),
    Scenario("first light commit", _nothing, LightSession),
    Scenario("torn journal", _torn, acting(_add)),
    Scenario("journal torn far", _torn_far, acting(_add)),
    Scenario("light commit on a torn journal", _torn, LightSession),
    Scenario("compaction", saves(8), acting(_add), within=_small_journals),
    Scenario("second compaction", _compacted, acting(_add), within=_small_journals),
    Scenario("migration", _legacy, acting(_add)),
    Scenario("edit from outside", _edited_outside, acting(_rename_first)),
    Scenario("edit from outside, seen by two", _edited_outside, acting(_add), meanwhile=_somebody_renames),
    Scenario("light commit on an edit from outside", _edited_outside, LightSession),
    Scenario("edit in place", _edited_in_place, acting(_rename_first)),
    Scenario("light commit on an edit in place", _edited_in_place, LightSession),
    Scenario("recovery from an empty file", _damaged(_empty), acting(_add), damaged=True),
    Scenario("recovery from half a file", _damaged(_half), acting(_add), damaged=True),
    Scenario("recovery from a flipped bit", _damaged(_flip), acting(_add), damaged=True),
    Scenario("recovery from a lost file", _damaged(_gone), acting(_add), damaged=True),
    Scenario("light commit on a damaged file", _damaged(_half), LightSession, damaged=True),
    Scenario("checkpoint with a damaged backup", _damaged(_half, ".backup"), acting(_add), damaged=True),
)

DOCUMENTS = (
    Scenario("first save of a document", _documents(0), _document, check_document, file="any.json"),
    Scenario("second save of a document", _documents(1), _document, check_document, file="any.json"),
    Scenario("fourth save of a document", _documents(3), _document, check_document, file="any.json"),
    Scenario("fifth save of a document", _documents(4), _document, check_document, file="any.json"),
    Scenario("recovery of a document", _damaged_document, _document, check_document, damaged=True, file="any.json"),
)

SCENARIOS = (*LISTS, *DOCUMENTS)
