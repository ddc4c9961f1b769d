"""Who writes: an open list, a light `add` that never reads the list, and a safe file alone.

A session works as a user of the public surface does. `content` is what the file is to hold, as a value to compare.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeAlias

from core.changes import OUTSIDE, Record, creation, new_record, number
from core.file_safety import SafeFileManager
from core.opened import News
from core.state import AppState
from core.store import TaskStore
from core.strict_json import JsonValue
from core.task import Status, Task
from core.tasklist import TaskList

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
AT = "2026-11-21T12:00:00.000000Z"
Content: TypeAlias = Any
Acknowledge: TypeAlias = "Callable[[], None]"
Act: TypeAlias = "Callable[[AppState], object]"


class Wanted(NamedTuple):
    """What a file holds before a save, after it, and what else it may hold in between."""

    before: Content
    between: tuple[Content, ...]
    after: Content


class Session(Protocol):
    """One program at work on the file at `path`, which holds `base`. Errors are those of the public surface."""

    path: Path
    base: Any

    def open(self) -> None:
        """Read what there is."""

    def act(self) -> None:
        """Change something in memory."""

    def wanted(self) -> Wanted:
        """What the next save is to do."""

    def save(self, acknowledge: Acknowledge) -> None:
        """Save; `acknowledge` is called when that is promised."""

    def shown(self) -> Content:
        """What the user sees."""

    def pending(self) -> bool:
        """Whether something still waits to be saved."""

    def close(self) -> None:
        """Let go of the files."""


def new_state(instance: int) -> AppState:
    """A state whose uids and times are the same in every run."""
    numbers = count(1)
    return AppState(
        by=f"kitchen:{instance}:pts/1",
        clock=lambda: NOW,
        new_uid=lambda: f"{instance:08x}-0000-4000-8000-{next(numbers):012x}",
    )


def content_of(state: AppState) -> dict[str, Task]:
    """All tasks of `state` by uid, the trash included."""
    return {task.uid: task for task in (*state.tasks, *state.trash)}


class ListSession:
    """An open list on whose state `act` works."""

    def __init__(self, path: Path, base: TaskList, act: Act, instance: int = 1) -> None:
        self.path = path
        self.base = base.copy()
        self.state = new_state(instance)
        self._act = act

    @property
    def store(self) -> TaskStore:
        """What the state saves with, once it has read the file."""
        assert self.state._store is not None
        return self.state._store

    def open(self) -> None:
        self.state.load_from_file(self.path)

    def act(self) -> None:
        self._act(self.state)

    def wanted(self) -> Wanted:
        return replayed(self.base, [record for record in self.state.pending if record.by != OUTSIDE])

    def save(self, acknowledge: Acknowledge) -> None:
        store = self.store
        commit = type(store).commit

        def committed(records: Sequence[Record]) -> News:
            news = commit(store, records)
            list(advance(self.base, [record for record in records if record.by != OUTSIDE]))
            acknowledge()
            return news

        setattr(store, "commit", committed)  # noqa: B010 - a plain assignment to a method is refused by mypy
        try:
            self.state.save_to_file(self.path)
        finally:
            del store.__dict__["commit"]

    def shown(self) -> Content:
        return content_of(self.state)

    def pending(self) -> bool:
        return bool(self.state.pending)

    def close(self) -> None:
        if self.state._store is not None:
            self.state._store.close()


def replayed(base: TaskList, records: Sequence[Record]) -> Wanted:
    """What a list that holds `base` holds while `records` are committed."""
    tasks = base.copy()
    steps = [dict(tasks.tasks), *(dict(tasks.tasks) for _record in advance(tasks, records))]
    return Wanted(steps[0], tuple(steps[1:]), steps[-1])


def advance(tasks: TaskList, records: Sequence[Record]) -> Iterator[Record]:
    """Bring `tasks` to what it is once `records` are committed, a record at a time."""
    for record in number(records, tasks.seq, tasks.next_id):
        tasks.apply(record)
        yield record


class LightSession:
    """What `add` does: a commit that reads neither the list nor the checkpoint."""

    def __init__(self, path: Path, base: TaskList, instance: int = 15) -> None:
        self.path = path
        self.base = base.copy()
        self._instance = instance
        self.store = TaskStore(path, clock=lambda: NOW)
        self._waiting: list[Record] = []
        self._numbers = count(1)

    def open(self) -> None:
        pass

    def act(self) -> None:
        number = next(self._numbers)
        uid = f"{self._instance:08x}-0000-4000-8000-{number:012x}"
        task = Task(uid=uid, id=1, name=f"light {number}", status=Status.PENDING, created=AT, modified=AT)
        self._waiting.append(new_record("add", [creation(task)], AT, "kitchen:15:-", lambda: os.urandom(8).hex()))

    def wanted(self) -> Wanted:
        return replayed(self.base, self._waiting)

    def save(self, acknowledge: Acknowledge) -> None:
        self.commit()
        acknowledge()
        if self.store.checkpoint_due:
            self.store.checkpoint()

    def commit(self) -> None:
        self.store.commit(self._waiting)
        list(advance(self.base, self._waiting))
        self._waiting = []

    def shown(self) -> Content:
        return dict(self.base.tasks)

    def pending(self) -> bool:
        return bool(self._waiting)

    def close(self) -> None:
        self.store.close()


class DocumentSession:
    """`SafeFileManager` alone, with any JSON."""

    def __init__(self, path: Path, base: JsonValue) -> None:
        self.path = path
        self.base = base
        self.document = base
        self.files = SafeFileManager(path)
        self._saved = True

    def open(self) -> None:
        try:
            self.document = self.files.load_json_with_recovery()
        except FileNotFoundError:
            self.document = None

    def act(self) -> None:
        versions = self.document if isinstance(self.document, list) else []
        self.document, self._saved = [*versions, f"version {len(versions) + 1}"], False

    def wanted(self) -> Wanted:
        return Wanted(self.base, (self.document,), self.document)

    def save(self, acknowledge: Acknowledge) -> None:
        self.files.save_json_with_lock(self.document)
        self.base, self._saved = self.document, True
        acknowledge()

    def shown(self) -> Content:
        return self.document

    def pending(self) -> bool:
        return not self._saved

    def close(self) -> None:
        self.files.lock.close()


# Who goes on where another one stopped: `base` is what the file is found to hold


def next_list(path: Path) -> ListSession:
    """An open list, read already."""
    session = ListSession(path, TaskList(), lambda state: state.add_task("the next one"), instance=9)
    session.open()
    session.base = session.state._list.copy()
    return session


def next_light(path: Path) -> LightSession:
    """A light `add`."""
    with closing(next_list(path)) as reader:
        return LightSession(path, reader.base, instance=12)


def next_document(path: Path) -> DocumentSession:
    """A document, read already."""
    session = DocumentSession(path, None)
    session.open()
    session.base = session.document
    return session
