"""What a store tells, as values: what was found on the disk, which `core.opening` makes, and what happened since."""

from __future__ import annotations

from msgspec import Struct

from core.changes import Record
from core.errors import NewerSchemaError
from core.recovery import RecoveryReport
from core.tasklist import TaskList


class Opened(Struct, frozen=True):
    """The list as committed. `outside` is an edit of the file by another program, not yet committed.

    `report` is None where all was well. `stale`: the file on the disk should be written anew at the next chance.
    `replaced` is how the file there is kept then: under that word, or not at all where it is empty. `seq_on_disk` is
    what that file goes up to, -1 where it is not ours. `migrates`: what was read has an older format, so that a copy
    comes before it is written anew. `newer`: a newer program wrote it, so it may not be written.
    """

    tasks: TaskList
    report: RecoveryReport | None = None
    outside: Record | None = None
    stale: bool = False
    replaced: str = "damaged"
    seq_on_disk: int = -1
    migrates: bool = False
    newer: NewerSchemaError | None = None


class Anew(Struct, frozen=True):
    """A list to take in place of what there was: a copy of its own, and its last records."""

    tasks: TaskList
    history: tuple[Record, ...]


class News(Struct, frozen=True):
    """What happened to the list: `foreign` records came first, then `own`; where `anew` is given, on top of that."""

    foreign: tuple[Record, ...] = ()
    own: tuple[Record, ...] = ()
    anew: Anew | None = None
