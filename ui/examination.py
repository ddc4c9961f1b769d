"""What is in each file of a list, and what is wrong with it. Reads, and writes nothing."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from core import checkpoint, durable, profile
from core.errors import FileSafetyError, InvalidContentError
from core.file_safety import SafeFileManager
from core.locking import describe_holder, moved_to
from core.migrations import SCHEMA_VERSION
from core.profile import PROFILE_VERSION, ProfileStore
from core.replay import decoded, mended


class Examined(NamedTuple):
    """A file as it was found. `size` is None where it is missing.

    `damage` is what is wrong with what it holds, `failure` why it cannot be read; `note` is worth knowing, and fine.
    `seq` is the last change in it; `tasks` (trash included) and `changes` are how many it holds. `schema` is its
    format, `checksum` what it names (“each line” of a journal), `verified` whether that holds; None: it has none.
    """

    path: Path
    size: int | None = None
    damage: str = ""
    failure: str = ""
    note: str = ""
    seq: int | None = None
    tasks: int | None = None
    changes: int | None = None
    saved: datetime | None = None
    schema: int | None = None
    checksum: str = ""
    verified: bool | None = None

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
        fields = self._asdict() | {"saved": self.saved.isoformat() if self.saved else None}
        return {"file": str(fields.pop("path")), "state": self.state, **fields}


def examine(files: SafeFileManager) -> list[Examined]:
    """The list's own file, its backups, newest first, its journal and its lock."""
    return [
        _examined(files.path, partial(_judged_list, main=True), follow=True),
        *(_examined(path, partial(_judged_list, main=False), follow=False) for path in files.backup_paths),
        _examined(files.sibling(".journal"), _judged_journal, follow=False),
        _examine_lock(files.lock.path),
    ]


def examine_settings(path: Path) -> list[Examined]:
    """The files of the profile at `path` that there are, newest first."""
    try:
        paths = ProfileStore(path).paths
    except FileSafetyError as error:
        return [Examined(path, failure=str(error))]
    found = [_examined(path, _judged_settings, follow=path == paths[0]) for path in paths]
    return [file for file in found if file.state != "missing"]


def _examined(path: Path, judge: Callable[[Examined, bytes], Examined], *, follow: bool) -> Examined:
    """The file at `path` as `judge` finds it: given what is known of it, and what it holds."""
    try:
        read = durable.read_file(path, follow=follow)
    except FileSafetyError as error:
        return Examined(path, failure=str(error))
    if read is None:
        return Examined(path)
    raw, identity = read
    return judge(Examined(path, len(raw), saved=datetime.fromtimestamp(identity.modified_ns / 1e9, UTC)), raw)


def _judged_list(file: Examined, raw: bytes, *, main: bool) -> Examined:
    try:
        found = checkpoint.decode(raw, file.path)
    except InvalidContentError as error:
        return file._replace(damage=error.problem)
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
    header = checkpoint.read_header(raw)
    checksum = header.checksum if header else ""
    return file._replace(
        damage=damage,
        note=note,
        seq=found.seq,
        tasks=len(found.tasks.tasks),
        schema=found.version,
        checksum=checksum,
        verified=found.verified if checksum else None,
    )


def _judged_journal(file: Examined, raw: bytes) -> Examined:
    whole = mended(raw)
    records = [record for line in whole.split(b"\n") if (record := decoded(line)) is not None]
    found = file._replace(
        seq=records[-1].seq if records else None, changes=len(records), checksum="each line", verified=whole == raw
    )
    if whole != raw:
        return found._replace(damage=f"{len(raw) - len(whole)} bytes of it cannot be read")
    if raw and not raw.endswith(b"\n"):
        return found._replace(note="ends in a line that was never finished; the next change removes it")
    return found._replace(note=f"{len(records)} change{'s' * (len(records) != 1)}")


def _judged_settings(file: Examined, raw: bytes) -> Examined:
    version, problem = profile.examine(raw, file.path)
    newer = version is not None and version > PROFILE_VERSION
    older = version is not None and version < PROFILE_VERSION
    note = problem if newer else "in an older format; the next change brings it up to date" if older else ""
    return file._replace(schema=version, damage="" if newer else problem, note=note)


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
