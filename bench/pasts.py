"""Lists with a long past, the same for the same size, in the files that the program itself makes of that."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from msgspec.structs import replace

from bench.lists import made_list
from core import archive, checkpoint
from core.changes import Record, creation, edit
from core.compaction import compact
from core.journal import Journal
from core.task import Priority, utc
from core.tasklist import TaskList

_BATCH = 10_000
_BEGAN = datetime(2016, 1, 2, tzinfo=UTC)


def write_past(changes: int, tasks: int, directory: Path) -> Path:
    """A list that `changes` were made to, of which the first added these `tasks`, and copies of it on the way."""
    file = directory / "tasks.json"
    directory.mkdir()
    listed = TaskList()
    journal = Journal(file.with_name("tasks.json.journal"))
    done = _records(listed, changes, tasks)
    while records := list(islice(done, _BATCH)):
        journal.append(records)
        compact(journal, journal.seq, lambda: _BEGAN)
        if journal.seq % archive.STRETCH == 0:
            archive.write(file, _content(listed))
    journal.close()
    file.write_bytes(_content(listed))
    return file


def _content(listed: TaskList) -> bytes:
    return checkpoint.encode(listed, utc(_moment(listed.seq)))


def _moment(seq: int) -> datetime:
    return _BEGAN + timedelta(minutes=5 * seq)


def _records(listed: TaskList, changes: int, tasks: int) -> Iterator[Record]:
    """What is done to `listed` to make it so, as it is done."""
    chance = random.Random(changes)  # noqa: S311 - the same past in every run is what is wanted
    waiting = iter(made_list(tasks).tasks.values())
    uids: list[str] = []
    for seq in range(1, changes + 1):
        at = utc(_moment(seq))
        if (task := next(waiting, None)) is not None:
            change, label, next_id = creation(task), f"add “{task.name}”", task.id + 1
            uids.append(task.uid)
        else:
            old = listed.tasks[chance.choice(uids)]
            name, priority = (f"Call number {seq}", old.priority) if seq % 2 else (old.name, (old.priority + 1) % 4)
            task = replace(old, name=name, priority=Priority(priority), modified=at)
            change = edit(old, name=name, priority=priority) or creation(old)
            label, next_id = f"edit “{old.name}”", listed.next_id
        listed.tasks[task.uid], listed.seq, listed.next_id = task, seq, next_id
        yield Record(seq, at, "kitchen:4711:pts/3", label, next_id, (change,), key=f"{seq:016x}")
