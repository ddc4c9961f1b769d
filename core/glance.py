"""The tasks that stand first, told without decoding the rest: what a screen shows while the whole list is being read.

It is what the whole list begins with, up to the last acknowledged change, and not a guess: where that would take more
than a look at few lines, or anything is not as we wrote it, there is no answer, and the reader of the whole list has to
tell. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from core import checkpoint, durable
from core.changes import Record
from core.checkpoint import Header
from core.errors import FileSafetyError
from core.journal import Journal
from core.task import Task
from core.tasklist import TaskList, place

MOST_ARRANGED = 2_000
"""Tasks arranged by hand or beneath others, and tasks changed since the checkpoint, above which there is no answer."""
_CHUNK = 1 << 15


class Glance(NamedTuple):
    """The first tasks, in no order, and the next id of the list. `whole`: there are no others."""

    tasks: tuple[Task, ...]
    next_id: int
    whole: bool


def glance(file: Path, shown: Callable[[Task], bool], count: int) -> Glance | None:
    """At least the first `count` of the tasks of the list at `file` that are `shown`, as they are arranged.

    Beneath each stand all that belong there. None where that cannot be told, for whatever reason.
    """
    try:
        path = durable.real_path(file)
        read = durable.read_file(path)
        header = checkpoint.read_header(read[0]) if read else None
        if read is None or header is None or not checkpoint.is_ours(read[0], header):
            return None
        replay = Journal(path.with_name(f"{path.name}.journal")).replay(header.seq)
    except FileSafetyError:  # who reads the whole list tells it
        return None
    if replay.lost or any(map(_needs_more, replay.records)):
        return None
    try:
        return _first(_Lines(read[0]), header, replay.records, shown, count)
    except msgspec.ValidationError:  # fields that only another program knows
        return None


def _needs_more(record: Record) -> bool:
    """Whether what `record` does may follow from tasks that are not looked at: a circle of dependencies is refused."""
    return any("depends" in change.after for change in record.changes if change.after)


class _Lines:
    """The lines of a checkpoint, a task each, in order of their ids."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self._by_uid: dict[str, bytes] = {}

    def arranged(self) -> list[bytes]:
        """Those whose place does not follow from their id, or more of them than `MOST_ARRANGED`."""
        return [*self._with(b'"order":"'), *self._with(b'"parent":"')]

    def _with(self, field: bytes) -> Iterator[bytes]:
        found, place = 0, self.raw.find(field)
        while place >= 0 and found <= MOST_ARRANGED:
            yield checkpoint.line_at(self.raw, place)
            found, place = found + 1, self.raw.find(field, place + len(field))

    def of(self, uids: Iterable[str]) -> list[bytes]:
        """The lines of these tasks, as far as there are any."""
        wanted = list(uids)
        if wanted and not self._by_uid:
            self._by_uid = checkpoint.lines_by_uid(self.raw)
        return [self._by_uid[uid] for uid in wanted if uid in self._by_uid]


def _first(
    lines: _Lines, header: Header, records: Sequence[Record], shown: Callable[[Task], bool], count: int
) -> Glance | None:
    changes = [change for record in records for change in record.changes]
    arranged = lines.arranged()
    if len(arranged) + len(changes) > MOST_ARRANGED:
        return None
    known = _by_uid([*arranged, *lines.of({change.uid for change in changes})])
    parents = {task.parent for task in known.values()} | {(change.after or {}).get("parent") for change in changes}
    known |= _by_uid(lines.of(uid for uid in parents if isinstance(uid, str) and uid not in known))
    listed = TaskList(header.seq, header.next_id, dict(known))
    for record in records:
        listed.apply(record)
    plain, whole = _plain(lines, known.keys() | listed.tasks.keys(), shown, count)
    there = {task.uid: task for task in (*filter(shown, listed.tasks.values()), *plain)}
    if not whole:
        last = place(plain[-1])
        there = {uid: task for uid, task in there.items() if place(_topmost(task, there)) <= last}
    return Glance(tuple(there.values()), listed.next_id, whole)


def _by_uid(lines: Sequence[bytes]) -> dict[str, Task]:
    return {task.uid: task for task in checkpoint.decode_lines(b",".join(lines))}


def _plain(
    lines: _Lines, others: Collection[str], shown: Callable[[Task], bool], count: int
) -> tuple[list[Task], bool]:
    """The first `count` tasks that are `shown` beside the `others`, or more; and whether there are no more."""
    found: list[Task] = []
    for tasks in map(checkpoint.decode_lines, checkpoint.chunks(lines.raw, _CHUNK)):
        if len(found) >= count:
            return found, False
        found += [task for task in tasks if task.uid not in others and shown(task)]
    return found, True


def _topmost(task: Task, there: Mapping[str, Task]) -> Task:
    """The one of its parents that stands in the first row, as far as they are there; else itself."""
    while task.parent is not None and task.parent in there:
        task = there[task.parent]
    return task
