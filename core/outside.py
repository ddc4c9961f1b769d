"""What another program changed in `tasks.json` itself, as a record like any other.

An editor, git or a synchronizer may rewrite the file. Its text then differs from what we wrote, and what differs is
taken over as one record by `outside`: merged with what came since, shown, and undone like any change.
"""

from __future__ import annotations

from msgspec.structs import replace

from core.changes import OUTSIDE, Change, Record, creation, difference, edit
from core.checkpoint import CHECKSUM, CHECKSUM_DIGITS, Checkpoint, encode
from core.migrations import UNTOLD
from core.task import FIELDS, SET_FIELDS, Status, Task
from core.tasklist import TaskList

_ALWAYS_SAID = frozenset({"uid", "id", "status", "created", "modified"})


def is_damage(raw: bytes, known: TaskList, saved_at: str) -> bool:
    """Whether `raw` is what we wrote of `known` but for a single bit: no editor does that, failing memory does.

    What the checksum is and `saved_at` (here any time) does not count: the wrong bit may be there.
    """
    written = encode(known, saved_at)
    if len(raw) != len(written):
        return False
    checksum, time = written.index(CHECKSUM) + len(CHECKSUM), written.index(saved_at.encode())
    found, expected = (
        text[:checksum] + text[checksum + CHECKSUM_DIGITS : time] + text[time + len(saved_at) :]
        for text in (raw, written)
    )
    return (int.from_bytes(found, "big") ^ int.from_bytes(expected, "big")).bit_count() <= 1


def outside_record(raw: bytes, found: Checkpoint, known: TaskList | None, now: TaskList, at: str) -> Record | None:
    """What `found`, read from `raw`, says beyond `known`, the list as it was when we wrote that file; None: nothing.

    Where `known` is not to be had, nothing is taken for deleted. A task that could not be read stays as it was. Of
    tasks that are known by their id alone (a list of another program), those of the same id are the same.
    """
    old = known or now
    changes = [_change(task, old.tasks.get(task.uid), at) for task in _identified(found, old)]
    if known is not None:
        changes += [
            _trashed(task)
            for uid, task in known.tasks.items()
            if uid not in found.tasks.tasks and found.damaged.isdisjoint((uid, task.id))
        ]
    made = tuple(change for change in changes if change is not None)
    if not made:
        return None
    label = f"{len(made)} task{'s' * (len(made) > 1)} changed outside"
    return Record(0, at, OUTSIDE, label, 0, made, key=key_of(raw))


def key_of(raw: bytes) -> str:
    """The key of the record that is made of `raw`: the same edit seen by two instances is one record."""
    from hashlib import sha256

    return sha256(raw).hexdigest()[:16]


def _identified(found: Checkpoint, old: TaskList) -> list[Task]:
    if found.seq is not None:
        return list(found.tasks.tasks.values())
    by_id = {task.id: task for task in old.tasks.values()}
    return [
        _laid_over(by_id[task.id], task) if task.uid not in old.tasks and task.id in found.ids & by_id.keys() else task
        for task in found.tasks.tasks.values()
    ]


def _laid_over(before: Task, task: Task) -> Task:
    """`before` with what `task` says. What that leaves out, a program that does not know our uids may not know."""
    said = {name: value for name in FIELDS if (value := getattr(task, name)) and name not in _ALWAYS_SAID}
    if task.status is not Status.PENDING:
        said["status"] = task.status
    for name in SET_FIELDS & said.keys():
        said[name] = tuple(dict.fromkeys(getattr(before, name) + said[name]))
    if before.extra and task.extra:
        said["extra"] = before.extra | task.extra
    return replace(before, **said)


def _change(task: Task, before: Task | None, at: str) -> Change | None:
    if task.created == UNTOLD:
        task = replace(task, created=before.created if before else at, modified=at)
    return creation(task) if before is None else difference(before, task)


def _trashed(task: Task) -> Change | None:
    return edit(task, status=Status.DELETED)
