"""Old lines leave the journal for compressed files in `backups/`, from which history and recovery still read them.

The lines are on the disk in their new place, and were read back from there, before they leave the old one: after a
crash they may be in both, which replaying does not mind.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from core import durable
from core.changes import Record
from core.errors import from_os_error
from core.journal import Journal
from core.replay import decoded

LARGE_JOURNAL = 4_000_000
"""Bytes of a journal from which on it is worth a compaction."""
KEPT = 1_000
"""Records that always stay, so that they can be undone."""


def compact(journal: Journal, oldest_base: int) -> Path | None:
    """Move the lines that no base needs out of the journal; `oldest_base` is the seq of the oldest backup.

    Hold the lock, having caught up. Returns the file they went to; None where there was too little to move.
    """
    raw = journal.read_all()
    cut, first, last = _cut(raw, min(oldest_base, journal.seq - KEPT))
    if cut * 2 < len(raw) or first is None or last is None:
        return None
    target = _directory(journal) / f"{_prefix(journal)}{first.seq}-{last.seq}.jsonl.gz"
    _keep(raw[:cut], target, _directory(journal) / _prefix(journal))
    journal.replace(raw[cut:])
    return target


def history(journal: Journal) -> bytes:
    """All lines that left the journal, oldest first."""
    try:
        names = os.listdir(_directory(journal))
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise from_os_error(error, _directory(journal), "read") from error
    pattern = re.compile(re.escape(_prefix(journal)) + r"(\d+)-(\d+)\.jsonl\.gz")
    found = sorted((int(match[1]), int(match[2]), name) for name in names if (match := pattern.fullmatch(name)))
    return b"".join(_unpacked(_directory(journal) / name) for _first, _last, name in found)


def _cut(raw: bytes, seq: int) -> tuple[int, Record | None, Record | None]:
    """How many bytes at the start of `raw` hold records up to `seq`, and the first and last of these."""
    end, first, last = 0, None, None
    while (stop := raw.find(b"\n", end)) >= 0:
        record = decoded(raw[end:stop])
        if record is None or record.seq > seq:
            break
        first, last, end = first or record, record, stop + 1
    return end, first, last


def _keep(lines: bytes, target: Path, beside: Path) -> None:
    import gzip

    with suppress(FileExistsError):  # the usual case
        os.mkdir(target.parent, 0o700)
    durable.sync_directory(target.parent.parent)  # also where the last attempt failed to
    durable.sweep(beside)  # the temporary file does not take its name from `target`: a crash may leave it there
    durable.replace_with(durable.write_temporary(beside, gzip.compress(lines, 6, mtime=0)), target)
    if _unpacked(target) != lines:
        raise OSError(5, "what was written could not be read back", str(target))


def _unpacked(path: Path) -> bytes:
    import gzip
    import zlib

    found = durable.read_file(path, follow=False)
    try:
        return gzip.decompress(found[0]) if found else b""
    except (EOFError, OSError, zlib.error):
        return b""  # what is missing then shows as a gap where somebody needs it


def _directory(journal: Journal) -> Path:
    return journal.path.parent / "backups"


def _prefix(journal: Journal) -> str:
    return f"history-{journal.path.name.removesuffix('.journal')}-"
