"""Old lines leave the journal for compressed files in `backups/`, from which history and recovery still read them.

The lines are on the disk in their new place, and were read back from there, before they leave the old one: after a
crash they may be in both, which replaying does not mind.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from core import durable
from core.changes import Record
from core.jobs import Running
from core.journal import Journal
from core.packed import PackedError, pack, unpack
from core.progress import Progress
from core.replay import decoded

KEPT = 1_000
"""Records that always stay, so that they can be undone."""


class Piece(Struct, frozen=True, order=True):
    """A file of lines that left the journal, as its name tells it: the seq of its first and its last record."""

    first: int
    last: int
    path: Path


def compact(journal: Journal, oldest_base: int, clock: Callable[[], datetime]) -> Path | None:
    """Move the lines that no base needs out of the journal, as a job; `oldest_base` is the seq of the oldest backup.

    Hold the lock, having caught up. Returns the file they went to; None where there was too little to move.
    """
    unneeded = min(oldest_base, journal.seq - KEPT)
    if unneeded <= 0:
        return None
    raw = journal.read_all()
    cut, first, last = _cut(raw, unneeded)
    if cut * 2 < len(raw) or first is None or last is None:
        return None
    beside = _directory(journal.path) / _prefix(journal.path)
    piece = Piece(first.seq, last.seq, beside.with_name(f"{beside.name}{first.seq}-{last.seq}.jsonl.gz"))
    file = journal.path.with_name(journal.path.name.removesuffix(".journal"))
    with Running(file, "compaction", clock) as job:
        _keep(raw[:cut], piece, beside, job.progress)
        journal.replace(raw[cut:])
    return piece.path


def pieces(journal: Path) -> list[Piece]:
    """The files that lines of `journal` went to, oldest first. Raises FileSafetyError."""
    names = durable.names_in(_directory(journal))
    pattern = re.compile(re.escape(_prefix(journal)) + r"(\d{1,15})-(\d{1,15})\.jsonl\.gz")
    found = ((pattern.fullmatch(name), _directory(journal) / name) for name in names)
    return sorted(Piece(int(match[1]), int(match[2]), path) for match, path in found if match)


def lines(piece: Piece) -> bytes:
    """The lines in `piece`; none where it is damaged: that shows as a gap to whoever needs them."""
    read = durable.read_file(piece.path, follow=False)
    try:
        return unpack(read[0]) if read else b""
    except PackedError:
        return b""


def history(journal: Journal) -> bytes:
    """All lines that left the journal, oldest first."""
    return b"".join(map(lines, pieces(journal.path)))


def _cut(raw: bytes, seq: int) -> tuple[int, Record | None, Record | None]:
    """How many bytes at the start of `raw` hold records up to `seq`, and the first and last of these."""
    end, first, last = 0, None, None
    number = re.compile(rb'\{"seq":(\d{1,15}),')
    while (stop := raw.find(b"\n", end)) >= 0:
        said = number.match(raw, end, stop)  # the line that stays may be long, and is met at every checkpoint
        if said is None or int(said[1]) > seq:
            break
        record = decoded(raw[end:stop])
        if record is None:
            break
        first, last, end = first or record, record, stop + 1
    return end, first, last


def _keep(raw: bytes, piece: Piece, beside: Path, progress: Progress) -> None:
    with suppress(FileExistsError):  # the usual case
        os.mkdir(piece.path.parent, 0o700)
    durable.sync_directory(piece.path.parent.parent)  # also where the last attempt failed to
    durable.sweep(beside)  # the temporary file does not take its name from `piece`: a crash may leave it there
    packed = pack(raw)
    progress(1, 3)
    durable.replace_with(durable.write_temporary(beside, packed), piece.path)
    progress(2, 3)
    if lines(piece) != raw:
        raise OSError(5, "what was written could not be read back", str(piece.path))


def _directory(journal: Path) -> Path:
    return journal.parent / "backups"


def _prefix(journal: Path) -> str:
    return f"history-{journal.name.removesuffix('.journal')}-"
