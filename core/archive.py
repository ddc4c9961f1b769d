"""Timestamped copies of the list in `backups/`: `tasks-<seq>-<UTC with microseconds>-<hash>.json`, large ones packed.

A copy is what `tasks.json` was at one moment, byte for byte, under a name that tells which: so whoever copies the
same state gives it the same name. None is ever changed. A routine copy is a second name for a file that was replaced
already, so that it costs no time; each is read back and verified. Thinning leaves some of every age.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from core import checkpoint, durable
from core.errors import FileSafetyError, InvalidContentError, UnavailableError, from_os_error
from core.packed import PackedError, pack, unpack, unpacked_blocks

if TYPE_CHECKING:
    from core.store import Kept

LARGE_COPY = 1_000_000
"""Bytes of a list above which its copies are packed."""
FEWEST = 3
"""How many good copies stay, whatever thinning says."""
STRETCH = 50_000
"""Changes in a row of which one copy always stays, so that no moment is further than that from a copy."""
_STAMP = "%Y%m%dT%H%M%S.%fZ"
_DIGITS = 12


class Copy(Struct, frozen=True):
    """A copy as its name tells it: the last change in it, when it was saved, the start of its checksum."""

    path: Path
    seq: int
    at: datetime
    digest: str


def directory(file: Path) -> Path:
    """Where the copies of the list at `file` are."""
    return file.parent / "backups"


def copies(file: Path) -> list[Copy]:
    """The copies of the list at `file`, newest first. Raises FileSafetyError where the directory cannot be read."""
    names = durable.names_in(directory(file))
    pattern = re.compile(
        re.escape(_prefix(file)) + rf"(\d{{1,15}})-(\d{{8}}T\d{{6}}\.\d{{6}}Z)-([0-9a-f]{{{_DIGITS}}})\.json(\.gz)?"
    )
    found = (_copy(directory(file) / name, match) for name in names if (match := pattern.fullmatch(name)))
    return sorted((copy for copy in found if copy), key=lambda copy: (copy.seq, copy.at), reverse=True)


def content(path: Path) -> bytes:
    """The bytes of the list in the copy at `path`, unpacked.

    Raises InvalidContentError where it is not what we wrote, another FileSafetyError where it cannot be read.
    """
    read = durable.read_file(path, follow=False)
    if read is None:
        raise InvalidContentError(path, "it is missing")
    raw = unpacked(read[0], path)
    checkpoint.accept_ours(raw, path)
    return raw


def unpacked(raw: bytes, path: Path) -> bytes:
    """`raw`, read from `path`, without its packing. Raises InvalidContentError where that is damaged."""
    if path.suffix != ".gz":
        return raw
    try:
        return unpack(raw)
    except PackedError as error:
        raise InvalidContentError(path, str(error)) from error


def write(file: Path, raw: bytes) -> Copy:
    """Keep `raw`, a whole list as `checkpoint.encode` made it, as a copy beside `file`; on return it is on the disk.

    It was read back and is good. Raises FileSafetyError; then what it was to precede must not be done.
    """
    return _kept(file, raw, lambda target: _write(target, raw))


def keep(file: Path, source: Path) -> Copy | None:
    """As `write`, for what `source` holds: a backup, which nothing writes to.

    None where there is no good one, or where nothing was ever changed in it.
    """
    read = durable.read_file(source, follow=False)
    header = checkpoint.read_header(read[0]) if read else None
    if read is None or header is None or header.seq == 0 or not checkpoint.verify(read[0]):
        return None
    small = len(read[0]) <= LARGE_COPY
    return _kept(file, read[0], lambda target: _link(source, target, read[0]) if small else _write(target, read[0]))


def of_change(file: Path, seq: int) -> Copy | None:
    """A good copy of the list at `file` as it was after change `seq`, where there is one. Raises FileSafetyError."""
    return next((copy for copy in copies(file) if copy.seq == seq and is_good(copy)), None)


def is_due(found: Sequence[Copy], now: datetime, seq: int) -> bool:
    """Whether this hour, or the last stretch up to `seq`, has no copy.

    One of a later hour does not count, for the clock was ahead then.
    """
    return all(_hour(copy.at) != _hour(now) for copy in found) or found[0].seq + STRETCH <= seq


def thin(file: Path, kept: Kept) -> list[Path]:
    """Remove the copies that `kept` does not ask for, and say which. Never fewer than three good ones stay."""
    found = copies(file)
    staying = _staying(found, kept)
    if len(staying) == len(found):
        return []
    good = len(list(islice(filter(is_good, (copy for copy in found if copy.path in staying)), FEWEST)))
    removed = []
    for copy in found:
        if copy.path in staying:
            continue
        if good < FEWEST and is_good(copy):
            good += 1
            continue
        durable.discard(copy.path)
        removed.append(copy.path)
    return removed


def is_good(copy: Copy) -> bool:
    """Whether the copy could be recovered from."""
    try:
        raw = content(copy.path)
    except FileSafetyError:
        return False
    return copy.digest == _digest(raw)


def _kept(file: Path, raw: bytes, put: Callable[[Path], None]) -> Copy:
    header = checkpoint.read_header(raw)
    if header is None:
        raise InvalidContentError(file, "it is no list of ours")
    at = datetime.fromisoformat(header.saved_at)
    packed = ".gz" if len(raw) > LARGE_COPY else ""
    name = f"{_prefix(file)}{header.seq}-{at.astimezone(UTC):{_STAMP}}-{_digest(raw)}.json{packed}"
    target = directory(file) / name
    try:
        make_directory(target.parent)
        if not os.path.lexists(target):
            put(target)
        durable.sync_directory(target.parent)
    except OSError as error:
        raise from_os_error(error, target, "saved") from error
    if not (checkpoint.verify(raw) and _holds(target, raw)):
        raise UnavailableError(
            f"{target.name} is not what was to be copied, and nothing was changed: todurable doctor --repair moves it.",
            target,
        )
    return Copy(target, header.seq, at, _digest(raw))


def _holds(path: Path, raw: bytes) -> bool:
    """Whether `raw` is in the copy at `path`, which is not unpacked all at once for that."""
    read, at = durable.read_file(path, follow=False), 0
    if read is None:
        return False
    try:
        for block in unpacked_blocks(read[0]) if path.suffix == ".gz" else (read[0],):
            if not raw.startswith(block, at):
                return False
            at += len(block)
    except PackedError:
        return False
    return at == len(raw)


def make_directory(path: Path) -> None:
    """Make a directory for copies, for the user alone; its name is on the disk then. Raises OSError."""
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:  # the usual case
        return
    durable.sync_directory(path.parent)


def _write(target: Path, raw: bytes) -> None:
    packed = pack(raw) if target.suffix == ".gz" else raw
    durable.replace_with(durable.write_temporary(target, packed), target)


def _link(source: Path, target: Path, raw: bytes) -> None:
    """Give what `source` holds, which was `raw`, the name `target` too: a writer may rotate backups meanwhile."""
    temporary = durable.temporary_name(target)
    try:
        os.link(source, temporary, follow_symlinks=False)
        linked = durable.read_file(temporary, follow=False)
        if linked is None or linked[0] != raw:
            _write(target, raw)
        else:
            durable.replace_with(temporary, target)
    except OSError as error:
        if error.errno not in (*durable.NO_LINKS, errno.ENOENT):
            raise
        _write(target, raw)
    finally:
        durable.discard(temporary)  # rename(2) leaves it where both names are one file already


def _copy(path: Path, match: re.Match[str]) -> Copy | None:
    try:
        at = datetime.fromisoformat(match[2])
    except ValueError:
        return None
    return Copy(path, int(match[1]), at, match[3])


def _staying(found: Sequence[Copy], kept: Kept) -> set[Path]:
    """`found` is sorted by what is in the copies, not by clocks, which may have been set back."""
    staying = {copy.path for copy in found[: max(kept.last, FEWEST)]}
    for count, period in ((kept.hourly, _hour), (kept.daily, _day), (kept.monthly, _month)):
        newest: dict[str, Path] = {}
        for copy in found:
            newest.setdefault(period(copy.at), copy.path)
        staying.update(islice(newest.values(), count))
    staying.update({copy.seq // STRETCH: copy.path for copy in reversed(found)}.values())
    return staying


def _hour(at: datetime) -> str:
    return at.strftime("%Y%m%d%H")


def _day(at: datetime) -> str:
    return at.strftime("%Y%m%d")


def _month(at: datetime) -> str:
    return at.strftime("%Y%m")


def _digest(raw: bytes) -> str:
    """The start of the checksum that `raw` names, which is that of its content."""
    header = checkpoint.read_header(raw)
    return header.checksum[:_DIGITS] if header else ""


def _prefix(file: Path) -> str:
    """What the names of the copies of `file` begin with; a list that is no `.json` is told from one that is."""
    return f"{file.name.removesuffix('.json')}-" if file.name.endswith(".json") else f"{file.name}.-"
