"""What a ZIP backup says of itself, and how things in it are called: nothing else is ever read from one."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from msgspec import Struct

METADATA = "metadata.json"
CHECKPOINT = "tasks.json"
_NAMES = re.compile(
    r"metadata\.json|tasks\.json|journal\.jsonl|profile\.json"
    r"|history/[0-9]{1,15}-[0-9]{1,15}\.jsonl\.gz"
    r"|attachments/[0-9a-f]{64}/(?!\.\.?$)[^/\\:\x00-\x1f\x7f]{1,255}"
)
_UNFIT = re.compile(r"[^\w. -]")


class Part(Struct, frozen=True):
    """An entry: its name, its size in bytes, and the hash of its content."""

    name: str
    size: int
    sha256: str


class Metadata(Struct, frozen=True):
    """What made the backup, when (UTC), of which list; how far that went, how many tasks it has; all other entries."""

    program: str
    schema_version: int
    at: str
    file: str
    seq: int
    tasks: int
    entries: tuple[Part, ...]


def allowed_name(name: str) -> bool:
    """Whether an entry may be called so: no other place than those that we give names to can be meant."""
    return _NAMES.fullmatch(name) is not None


def zip_name(name: str, now: datetime) -> str:
    """The file name of a backup: what its user calls it, and when it was made."""
    fitting = _UNFIT.sub("_", name).strip(" .")[:80] or "backup"
    return f"{fitting}_{now.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}.zip"
