"""What is in each file of a list, and what is wrong with it. Reads, and writes nothing."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any, NamedTuple

from core import checkpoint, durable
from core.errors import FileSafetyError, InvalidContentError
from core.file_safety import SafeFileManager
from core.locking import describe_holder, moved_to
from core.migrations import SCHEMA_VERSION
from core.replay import decoded, mended


class Examined(NamedTuple):
    """A file as it was found. `size` is None where it is missing.

    `damage` is what is wrong with what it holds, `failure` why it cannot be read; `note` is worth knowing, and fine.
    `seq` is the last change in it; `tasks` (trash included) and `changes` are how many it holds.
    """

    path: Path
    size: int | None = None
    damage: str = ""
    failure: str = ""
    note: str = ""
    seq: int | None = None
    tasks: int | None = None
    changes: int | None = None

    @property
    def state(self) -> str:
        """One word for it."""
        if self.failure:
            return "unreadable"
        if self.size is None:
            return "missing"
        return "damaged" if self.damage else "good"

    def to_json(self) -> dict[str, Any]:
        """The same for programs."""
        fields = self._asdict()
        return {"file": str(fields.pop("path")), "state": self.state, **fields}


def examine(files: SafeFileManager) -> list[Examined]:
    """The list's own file, its backups, newest first, its journal and its lock."""
    return [
        _examine_list(files.path, main=True),
        *(_examine_list(path, main=False) for path in files.backup_paths),
        _examine_journal(files.sibling(".journal")),
        _examine_lock(files.lock.path),
    ]


def _examine_list(path: Path, *, main: bool) -> Examined:
    try:
        read = durable.read_file(path, follow=main)
    except FileSafetyError as error:
        return Examined(path, failure=str(error))
    if read is None:
        return Examined(path)
    try:
        return _judged(path, read[0], main=main)
    except InvalidContentError as error:
        return Examined(path, len(read[0]), damage=error.problem)


def _judged(path: Path, raw: bytes, *, main: bool) -> Examined:
    found = checkpoint.decode(raw, path)
    damage = note = ""
    if found.problems:
        damage = "; ".join(map(str, found.problems))
    elif found.version > SCHEMA_VERSION:
        note = "written by a newer version of todurable"
    elif found.version < SCHEMA_VERSION and main:
        note = "in an older format; the next change brings it up to date"
    elif not found.verified and main:
        note = "changed by another program; the next change takes that in"
    elif not found.verified:
        damage = checkpoint.complaint(raw)
    return Examined(path, len(raw), damage=damage, note=note, seq=found.seq, tasks=len(found.tasks.tasks))


def _examine_journal(path: Path) -> Examined:
    try:
        read = durable.read_file(path, follow=False)
    except FileSafetyError as error:
        return Examined(path, failure=str(error))
    if read is None:
        return Examined(path)
    raw = read[0]
    whole = mended(raw)
    records = [record for line in whole.split(b"\n") if (record := decoded(line)) is not None]
    found = Examined(path, len(raw), seq=records[-1].seq if records else None, changes=len(records))
    if whole != raw:
        return found._replace(damage=f"{len(raw) - len(whole)} bytes of it cannot be read")
    torn = not raw.endswith(b"\n") and raw
    return found._replace(note="ends in a line that was never finished; the next change removes it" if torn else "")


def _examine_lock(path: Path) -> Examined:
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return Examined(path)
    if (new := moved_to(path)) is not None:
        return Examined(path, status.st_size, note=f"the list was moved to {new}; here nothing can be written any more")
    if not stat.S_ISREG(status.st_mode):
        return Examined(path, failure="it is not a file, so nothing can be saved; remove it")
    holder = describe_holder(path)
    return Examined(path, status.st_size, note=f"held by {holder}" if holder else "free")
