"""The tasks that stand first, told without decoding the rest: what a screen shows while the whole list is being read.

It is what the whole list begins with, up to the last acknowledged change, and not a guess: where that would take more
than a look at few lines, or anything is not as we wrote it, there is no answer, and the reader of the whole list has to
tell. Nothing is written.

Tasks that are not arranged by hand stand in order of their ids, as their lines do: so the first lines hold the first of
them. Those that are arranged, and those that stand beneath others, are found by what their lines have in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from core import checkpoint, durable
from core.changes import Change, Record
from core.checkpoint import Header
from core.errors import FileSafetyError
from core.journal import Journal
from core.task import Task
from core.tasklist import TaskList, place

MOST = 2_000
"""Tasks arranged by hand, changed since the checkpoint, or beneath the first ones: above it there is no answer."""
MOST_CHILDREN = 20_000
"""Tasks beneath others, in all of the list: above it there is none."""
_CHUNK = 1 << 15
_PARENT, _UID_SIZE = b'"parent":"', 36


class Glance(NamedTuple):
    """The first tasks, in no order, and the next id of the list. `whole`: there are no others."""

    tasks: tuple[Task, ...]
    next_id: int
    whole: bool


class _TooMuchError(Exception):
    """It would take too long."""


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
    if replay.lost or any(_needs_more(change) for record in replay.records for change in record.changes):
        return None
    try:
        return _Look(_Lines(read[0]), header, replay.records, shown).first(count)
    except (_TooMuchError, msgspec.ValidationError):  # the latter: fields that only another program knows
        return None


def _needs_more(change: Change) -> bool:
    """Whether `change` may be refused for tasks that are not looked at: circles are."""
    after = change.after or {}
    return "depends" in after or (not change.creates and after.get("parent") is not None)


class _Lines:
    """The lines of a checkpoint, a task each, in order of their ids."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self._by_uid: dict[str, bytes] = {}
        self._children: dict[bytes, list[int]] = {}
        for at in self._places(_PARENT, MOST_CHILDREN):
            start = at + len(_PARENT)
            self._children.setdefault(raw[start : start + _UID_SIZE], []).append(at)

    def ordered(self) -> list[Task]:
        """Those that are arranged by hand."""
        return self._decoded(checkpoint.line_at(self.raw, at) for at in self._places(b'"order":"', MOST))

    def beneath(self, uid: str) -> list[Task]:
        """Those whose parent is the task `uid`."""
        return self._decoded(checkpoint.line_at(self.raw, at) for at in self._children.get(uid.encode(), ()))

    def of(self, uids: Iterable[str]) -> dict[str, Task]:
        """Those of these that there are, by uid."""
        wanted = list(uids)
        if wanted and not self._by_uid:
            self._by_uid = checkpoint.lines_by_uid(self.raw)
        return {task.uid: task for task in self._decoded(self._by_uid[uid] for uid in wanted if uid in self._by_uid)}

    def _places(self, field: bytes, most: int) -> Iterator[int]:
        found, at = 0, self.raw.find(field)
        while at >= 0:
            if found == most:
                raise _TooMuchError
            yield at
            found, at = found + 1, self.raw.find(field, at + len(field))

    @staticmethod
    def _decoded(lines: Iterable[bytes]) -> list[Task]:
        return checkpoint.decode_lines(b",".join(lines))


class _Look:
    """A look at a list in which `records` came after its lines were written."""

    def __init__(self, lines: _Lines, header: Header, records: Sequence[Record], shown: Callable[[Task], bool]) -> None:
        self._lines, self._shown = lines, shown
        self._changed = {change.uid for record in records for change in record.changes}
        if len(self._changed) > MOST:
            raise _TooMuchError
        self._list = TaskList(header.seq, header.next_id, lines.of(self._changed))
        for record in records:
            self._list.apply(record)
        self._known: dict[str, Task | None] = {uid: self._list.tasks.get(uid) for uid in self._changed}

    def first(self, count: int) -> Glance:
        """See `glance`."""
        arranged = [task for task in self._lines.ordered() if task.uid not in self._changed]
        arranged += self._list.tasks.values()
        self._known |= {task.uid: task for task in arranged}
        top, whole = self._unarranged(count)
        top += [task for task in arranged if self._is_top(task) and (whole or place(task) <= place(top[-1]))]
        return Glance(tuple(self._with_all_beneath(top)), self._list.next_id, whole)

    def _unarranged(self, count: int) -> tuple[list[Task], bool]:
        """At least the first `count` of those that are not arranged or changed; and whether there are no more."""
        top: list[Task] = []
        for tasks in map(checkpoint.decode_lines, checkpoint.chunks(self._lines.raw, _CHUNK)):
            if len(top) >= count:
                return top, False
            unchanged = [task for task in tasks if task.uid not in self._changed]
            self._known |= {task.uid: task for task in unchanged}
            top += [task for task in unchanged if not task.order and self._is_top(task)]
        return top, True

    def _is_top(self, task: Task) -> bool:
        """Whether it is shown, and beneath none that is."""
        if not self._shown(task):
            return False
        above = None if task.parent is None else self._task(task.parent)
        return above is None or not self._shown(above)

    def _task(self, uid: str) -> Task | None:
        if uid not in self._known:
            self._known[uid] = self._lines.of([uid]).get(uid)
        return self._known[uid]

    def _with_all_beneath(self, top: Sequence[Task]) -> Iterator[Task]:
        waiting, found = list(top), 0
        while waiting:
            task = waiting.pop()
            yield task
            children = [child for child in self._lines.beneath(task.uid) if child.uid not in self._changed]
            children += [child for child in self._list.tasks.values() if child.parent == task.uid]
            found += len(children)
            if found > MOST:
                raise _TooMuchError
            waiting += filter(self._shown, children)
