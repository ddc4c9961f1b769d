"""When copies of a list are made: one an hour while it changes, and one before whatever could do great harm.

A routine copy follows an acknowledged change and never delays or fails one. A copy before a dangerous operation comes
first: where it cannot be made, the operation must not be done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from core import checkpoint
from core.changes import Record
from core.errors import FileSafetyError
from core.store import TaskStore
from core.task import utc

if TYPE_CHECKING:
    from core.archive import Copy

BULK = 20
"""Tasks above which a change is so large that the list is copied before. Adding any number of them harms none."""
_DAY = 86_400


def is_dangerous(records: Iterable[Record]) -> bool:
    """Whether one of `records` restores, or changes so much, that a copy should be made before it is committed."""
    return any(record.first_free or _touched(record) > BULK for record in records)


def _touched(record: Record) -> int:
    return len({change.uid for change in record.changes if not change.creates})


def copy_before(store: TaskStore) -> Copy | None:
    """Keep the list as it is; None where there is none yet. A copy of that state that there is already will do.

    Raises FileSafetyError, which says so: then what was to come must not be done.
    """
    from core import archive

    tasks = store.tasks if store.tasks is not None else store.load().tasks
    file = store.files.path
    try:
        if (copy := archive.of_change(file, tasks.seq)) is not None or not tasks.tasks:
            return copy
        return archive.write(file, checkpoint.encode(tasks, utc(store.clock())))
    except FileSafetyError as error:
        why = f"This change was not saved, for no copy of the list could be made before it: {error}"
        error.args = (why, *error.args[1:])
        raise


def copy_if_due(store: TaskStore) -> Copy | None:
    """Keep what the list was before its last change, if this hour has no copy; then thin the copies.

    A copy is due after very many changes too, and copies before dangerous operations are thinned when they are many.
    Call it after a checkpoint, without the lock. Raises FileSafetyError, which is worth a warning only.
    """
    from core import archive

    file, now, backups = store.files.path, store.clock(), store.files.backup_paths
    found = archive.copies(file)
    due = len(backups) > 0 and archive.is_due(found, now, store.journal.seq)
    copy = archive.keep(file, backups[0]) if due else None
    if due or len(found) > store.kept.most:
        archive.thin(file, store.kept)
        sweep(file, now)
    return copy


def daily_copy(store: TaskStore) -> Callable[[], object] | None:
    """What makes today's ZIP in the second place, where one is wanted: it may take long, and can run in any thread.

    It raises FileSafetyError, which is worth a warning only.
    """
    place, tasks = store.kept.place, store.tasks
    if place is None or tasks is None:
        return None
    from core.second_place import copy_daily
    from core.zip_backup import Source

    source = Source(store.files.path, tasks.copy(), store.kept.profile)
    return partial(copy_daily, source, place, store.kept.daily, store.clock())


def sweep(file: Path, now: datetime) -> None:
    """Remove what crashes left half written a day ago and more: younger, somebody may be at work on it."""
    from core import archive, attachments, durable

    before = now.timestamp() - _DAY
    durable.sweep_old(archive.directory(file), before)
    for directory in attachments.directories(file):
        durable.sweep_old(directory, before)
