"""What was asked, as values: they can wait, be written, be replayed and be undone.

A `Change` touches one task: created where it has no `before`, purged where it has no `after`, else an edit that
names only the fields it touched. Fields of `SET_FIELDS` change by `{"add": […], "remove": […]}`, so that two
instances that add different tags both succeed. `modified` is never named: it is the time of the record.

A `Record` is one action of a user, one step of undo and one line of the journal.
"""

# Not `from __future__ import annotations`: msgspec would have to compile those of what it decodes, at each start.

from binascii import crc32  # as in zlib, without its library
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import DecodeError, Struct, to_builtins
from msgspec.json import Decoder, Encoder
from msgspec.structs import replace

from core.task import FIELDS, FIXED, SET_FIELDS, Task, check_fields


class Change(Struct, frozen=True, omit_defaults=True, dict=True):
    """What happens to the task `uid`: field-level values before and after. (`dict=True` is for `made`.)"""

    uid: str
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None

    @property
    def creates(self) -> bool:
        """Whether this change brings the task into being."""
        return self.before is None and self.after is not None

    @property
    def purges(self) -> bool:
        """Whether this change removes the task for good."""
        return self.after is None

    @property
    def made(self) -> Task:
        """The task that this change creates: of a `checked_creation` always the same one, which is not checked again.

        Raises TaskError, KeyError or TypeError where its fields are not those of a task.
        """
        made: Task | None = getattr(self, "_made", None)
        return made or Task(**check_fields({**(self.after or {}), "uid": self.uid}))


class Record(Struct, frozen=True, omit_defaults=True, gc=False):
    """One action. `seq` and `next_id` are given under the lock; until then they are 0 and the record is pending.

    `key` is unique: it tells a record that was already written from one still to be written, and names what an
    undo undoes. A record with `undoes` is guarded: it touches a field only where that still has its `before`.
    A record with `first_free` restores: that is the first id that was never given when it was made, and `returned` are
    the tasks that it brings back with the id they had, where that still belongs to nobody.
    `gc=False`: it is made of plain JSON values and can take part in no reference cycle.
    """

    seq: int
    at: str
    by: str
    label: str
    next_id: int
    changes: tuple[Change, ...]
    key: str = ""
    undoes: str = ""
    returned: tuple[str, ...] = ()
    first_free: int = 0


OUTSIDE = "outside"
"""The `by` of a record that was made from an edit of the file by another program."""

_encode = Encoder().encode
_decode = Decoder(Record).decode
_CRC_LENGTH = len(b',"crc":"01234567"}')


def encode_record(record: Record) -> bytes:
    """The record's line in the journal, newline included. The crc is CRC-32 of all that stands before its comma."""
    body = _encode(record)[:-1]
    return b'%b,"crc":"%08x"}\n' % (body, crc32(body))


def decode_record(line: bytes) -> Record:
    """The record of a journal line, given without its newline. Raises ValueError where it is not whole or not ours."""
    body, crc = line[:-_CRC_LENGTH], line[-_CRC_LENGTH:]
    if crc != b',"crc":"%08x"}' % crc32(body):
        raise ValueError("its checksum does not hold")
    try:
        return _decode(body + b"}")
    except DecodeError as error:
        raise ValueError(str(error)) from None


def json_fields(task: Task) -> dict[str, Any]:
    """All fields of `task` that differ from their default, as a change holds them; the uid is the change's own."""
    fields: dict[str, Any] = to_builtins(task)
    del fields["uid"]
    for field in SET_FIELDS:
        if field in fields:
            fields[field] = list(fields[field])
    return fields


def creation(task: Task) -> Change:
    """The change that brings `task` into being."""
    return Change(task.uid, after=json_fields(task))


def checked_creation(fields: Mapping[str, Any], task: str) -> Change:
    """The change that creates the task of these `fields`. Raises as `check_fields` does."""
    made = Task(**check_fields(fields, task))
    change = creation(made)
    change.__dict__["_made"] = made
    return change


def purge(task: Task) -> Change:
    """The change that removes `task`; it keeps all that the task was."""
    return Change(task.uid, before=json_fields(task))


def edit(task: Task, **fields: Any) -> Change | None:
    """The change that gives `task` these fields; None where it has them already."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for field, value in fields.items():
        old, new = _plain(getattr(task, field)), _plain(value)
        if old == new and type(old) is type(new):
            continue
        if field in SET_FIELDS:
            delta = {
                "add": [item for item in new if item not in old],
                "remove": [item for item in old if item not in new],
            }
            if delta["add"] or delta["remove"]:
                after[field] = delta
        else:
            before[field], after[field] = old, new
    return Change(task.uid, before, after) if after else None


def difference(old: Task, new: Task) -> Change | None:
    """The edit that turns `old` into `new`, apart from id and modification time; None where there is none."""
    fields = {field: getattr(new, field) for field in FIELDS if field not in FIXED}
    return edit(old, **fields)


def inverse(changes: Iterable[Change]) -> tuple[Change, ...]:
    """What undoes `changes`, in the order that it has to be done."""
    return tuple(_invert(change) for change in reversed(tuple(changes)))


def number(records: Sequence[Record], seq: int, next_id: int) -> tuple[Record, ...]:
    """`records` with their place after `seq`, and an id from `next_id` on for each new task that they create.

    An undo gives back the ids that there were: they can belong to nobody else, for no id is given twice.
    """
    given: dict[str, int] = {}
    numbered = []
    for record in records:
        if not record.undoes:
            for change in record.changes:
                if change.creates and change.uid not in given:
                    given[change.uid] = _id_for(change, record, next_id)
                    next_id = max(next_id, given[change.uid] + 1)
        seq += 1
        changes = tuple(_renumber(change, given) for change in record.changes)
        numbered.append(replace(record, changes=changes, seq=seq, next_id=next_id))
    return tuple(numbered)


def _id_for(change: Change, record: Record, next_id: int) -> int:
    """The id that a task gets: the one it had, where no other can have that, else the next."""
    had: int = (change.after or {}).get("id", 0)
    if change.uid in record.returned and not record.first_free <= had < next_id:
        return had
    return next_id


def ids_given(records: Iterable[Record]) -> dict[str, int]:
    """The id of each task that `records` created, by uid."""
    return {
        change.uid: change.after["id"]
        for record in records
        for change in record.changes
        if change.creates and change.after
    }


def renumbered(record: Record, given: Mapping[str, int]) -> Record:
    """`record` with the ids in `given` in place of provisional ones."""
    return replace(record, changes=tuple(_renumber(change, given) for change in record.changes))


def new_record(
    label: str, changes: Iterable[Change], at: str, by: str, new_key: Callable[[], str], undoes: str = ""
) -> Record:
    """A pending record."""
    return Record(seq=0, at=at, by=by, label=label, next_id=0, changes=tuple(changes), key=new_key(), undoes=undoes)


def _renumber(change: Change, given: Mapping[str, int]) -> Change:
    if change.uid not in given or (change.before is not None and change.after is not None):
        return change
    if (change.before or change.after or {}).get("id") == given[change.uid]:
        return change
    whole = {"id": given[change.uid]}
    return Change(
        change.uid,
        None if change.before is None else change.before | whole,
        None if change.after is None else change.after | whole,
    )


def _invert(change: Change) -> Change:
    if change.before is None or change.after is None:
        return Change(change.uid, before=change.after, after=change.before)
    before = {field: value for field, value in change.after.items() if field not in SET_FIELDS}
    after = dict(change.before)
    for field in SET_FIELDS & change.after.keys():
        after[field] = {"add": change.after[field]["remove"], "remove": change.after[field]["add"]}
    return Change(change.uid, before, after)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
