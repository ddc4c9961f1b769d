"""A list whose files were replaced while it was open: by an older state of them, by another list, by another machine's.

What the files hold counts, for others go on from there. What they do not know of the list that was open is put on top
as one record, so that nothing that was ever acknowledged is lost, and every instance ends with the same list.
"""

from __future__ import annotations

from hashlib import sha256

from msgspec.json import encode

from core.changes import OUTSIDE, Record
from core.restoring import restoration
from core.tasklist import TaskList


def is_further(found: TaskList, ours: TaskList) -> bool:
    """Whether `found`, of files that go less far than `ours`, has what was changed after they were replaced."""
    taken = {task.id for task in ours.tasks.values()}
    last = max((task.modified for task in ours.tasks.values()), default="")
    for uid, task in found.tasks.items():
        known = ours.tasks.get(uid)
        if known is not None:
            if task.modified > known.modified:
                return True
        elif task.id in taken or task.id >= ours.next_id or task.modified > last:
            return True  # else it was purged: then none has its id, and nobody changed it since
    return False


def what_is_ours(found: TaskList, ours: TaskList, at: str) -> Record | None:
    """What `ours` has beyond `found`; of a task that both have, the one that was changed later counts as a whole."""
    beyond = [
        task for uid, task in ours.tasks.items() if uid not in found.tasks or task.modified > found.tasks[uid].modified
    ]
    taken = {task.id for task in found.tasks.values()}
    wanted = [task.uid for task in sorted(beyond, key=lambda task: task.id in taken)]  # who keeps an id before others
    changes, returned = restoration(found.tasks, ours.tasks, found.next_id, wanted)
    if not changes:
        return None
    label = f"{len(wanted)} task{'s' * (len(wanted) > 1)} kept that the replaced files did not have"
    key = sha256(encode((found.seq, changes))).hexdigest()[:16]
    return Record(0, at, OUTSIDE, label, 0, changes, key=key, returned=returned, first_free=found.next_id)
