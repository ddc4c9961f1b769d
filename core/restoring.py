"""What has to change so that tasks are again as they were: as the changes of one record, which can be undone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from core.changes import Change, creation, difference, edit
from core.task import FIELDS, FIXED, Status, Task


class Restoration(NamedTuple):
    """The changes in the order that they have to be done, and the tasks that come back with the id they had."""

    changes: tuple[Change, ...]
    returned: tuple[str, ...] = ()

    @property
    def tasks(self) -> frozenset[str]:
        """The uids of the tasks that change."""
        return frozenset(change.uid for change in self.changes)


def restoration(
    now: Mapping[str, Task],
    then: Mapping[str, Task],
    next_id: int,
    uids: Collection[str] | None = None,
    fields: Collection[str] | None = None,
    *,
    ours: bool = True,
) -> Restoration:
    """What makes the tasks `uids` of `now` (all where None) as they were in `then`, or only these `fields` of them.

    A task that was not there then goes to the trash: nothing is removed. One that was purged since comes back, with its
    id where nobody else has that. Where `then` is of another list (not `ours`), an id from `next_id` on, the first that
    was never given here, is the only one of which that is sure. Relations that are no more are taken away first, so
    that none can lead back.
    """
    named = dict.fromkeys((*then, *now)) if uids is None else dict.fromkeys(uids)
    both = [(now[uid], then[uid]) for uid in named if uid in now and uid in then]
    back = [then[uid] for uid in named if uid in then and uid not in now and fields is None]
    new = [now[uid] for uid in named if uid in now and uid not in then and fields is None]
    apart = [_without_old_relations(old, wanted) for old, wanted in both if _concerns_relations(fields)]
    freed = {change.uid: task for change, task in filter(None, apart)}
    edits = [_edit(freed.get(old.uid, old), wanted, fields) for old, wanted in both]
    trashed = [edit(task, status=Status.DELETED) for task in new]
    changes = (*(pair[0] for pair in apart if pair), *map(creation, back), *filter(None, (*edits, *trashed)))
    return Restoration(changes, _with_their_ids(back, now.values(), 0 if ours else next_id))


def differences(now: Mapping[str, Task], then: Mapping[str, Task]) -> dict[str, tuple[Task | None, Task | None]]:
    """The tasks that are not the same now as then, each as it was and as it is; None: there was none, or is none."""
    both = dict.fromkeys((*then, *now))
    return {uid: (then.get(uid), now.get(uid)) for uid in both if then.get(uid) != now.get(uid)}


def changed_fields(old: Task, new: Task) -> tuple[str, ...]:
    """The names of the fields in which they differ, apart from the time of the last change."""
    return tuple(name for name in FIELDS if name not in FIXED and getattr(old, name) != getattr(new, name))


def _edit(old: Task, wanted: Task, fields: Collection[str] | None) -> Change | None:
    if fields is None:
        return difference(old, wanted)
    return edit(old, **{name: getattr(wanted, name) for name in fields if name not in FIXED})


def _concerns_relations(fields: Collection[str] | None) -> bool:
    return fields is None or "parent" in fields or "depends" in fields


def _without_old_relations(old: Task, wanted: Task) -> tuple[Change, Task] | None:
    """What takes those away that `wanted` does not have, and `old` after it."""
    kept: dict[str, Any] = {"depends": tuple(uid for uid in old.depends if uid in wanted.depends)}
    if old.parent is not None and old.parent != wanted.parent:
        kept["parent"] = None
    change = edit(old, **kept)
    return None if change is None else (change, replace(old, **kept))


def _with_their_ids(back: Iterable[Task], now: Iterable[Task], least: int) -> tuple[str, ...]:
    taken, returned = {task.id for task in now}, []
    for task in back:
        if task.id >= least and task.id not in taken:
            returned.append(task.uid)
            taken.add(task.id)
    return tuple(returned)
