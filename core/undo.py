"""Which record an undo or a redo takes back. An undo is a record too, so that it can be undone: that is a redo.

`records` are those that are known, oldest first; `ours` says which of them this instance may take back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.changes import Record

HISTORY = 1000
"""How many of the last records are known, and can be taken back."""


def undoable(records: Sequence[Record], ours: Callable[[Record], bool]) -> Record | None:
    """The last action that stands."""
    undoes = {record.key: record.undoes for record in records}
    undone: set[str] = set()
    for record in records:
        if stands_again := undoes.get(record.undoes):
            undone.discard(stands_again)
        else:
            undone.add(record.undoes)
    for record in reversed(records):
        if record.key and not record.undoes and record.key not in undone and ours(record):
            return record
    return None


def redoable(records: Sequence[Record], ours: Callable[[Record], bool]) -> Record | None:
    """The last undo that stands, unless something new was done since."""
    undoes = {record.key: record.undoes for record in records}
    redone: set[str] = set()
    for record in reversed(records):
        if record.key in redone or not ours(record):
            continue
        if record.undoes not in undoes:
            return None  # something new; or it takes back what is not known any more
        if not undoes[record.undoes]:
            return record
        redone.add(record.undoes)
    return None
