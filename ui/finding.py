"""Tasks by what people call them, also those that are in the list no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from core.changes import Change, Record
from core.errors import UnknownTaskError
from core.history import backwards
from core.store import TaskStore
from core.task import Task
from core.uids import uid_named


def find_uids(lists: Iterable[Mapping[str, Task]], wanted: Sequence[str]) -> frozenset[str]:
    """The uids of the tasks in `lists` that `wanted` names by ids or starts of uids.

    Raises UnknownTaskError with all that are not there, AmbiguousTaskError.
    """
    known = {uid: task.id for tasks in lists for uid, task in tasks.items()}
    return _found(known, wanted)


def find_uids_in_history(store: TaskStore, wanted: Sequence[str]) -> frozenset[str]:
    """As `find_uids`, for tasks that are or ever were in the list."""
    tasks = store.load().tasks.tasks
    try:
        return find_uids([tasks], wanted)
    except UnknownTaskError:
        known: dict[str, object] = {uid: task.id for uid, task in tasks.items()}
        for record in backwards(store.journal.path):
            for change in record.changes if isinstance(record, Record) else ():
                known.setdefault(change.uid, _id_in(change))
        return _found(known, wanted)


def _id_in(change: Change) -> object:
    whole = change.after if change.creates else change.before if change.purges else None
    return whole.get("id") if whole else None


def _found(known: Mapping[str, object], wanted: Sequence[str]) -> frozenset[str]:
    found: set[str] = set()
    unknown = []
    for text in wanted:
        try:
            found.add(uid_named(text, known, lambda id_: [uid for uid, number in known.items() if number == id_]))
        except UnknownTaskError:
            unknown.append(text)
    if unknown:
        raise UnknownTaskError(", ".join(unknown))
    return frozenset(found)
