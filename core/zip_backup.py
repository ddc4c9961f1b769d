"""ZIP backups: a list with all that belongs to it in one file, that any program can open and we alone trust.

`metadata.json` in it names every other entry with its size and SHA-256. Only what it names, as we name things, is
read, no further than it says, and nothing of an archive in which anything is wrong. Making one reads the list as it is
then, needs no lock, and delays nobody.
"""

from __future__ import annotations

import hashlib
import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, NamedTuple

import msgspec

from core import attachments, checkpoint, durable
from core.backup_names import CHECKPOINT, METADATA, Metadata, Part, allowed_name, zip_name
from core.checkpoint import Checkpoint
from core.compaction import pieces
from core.errors import InvalidContentError, NewerSchemaError, UnavailableError, from_os_error
from core.migrations import SCHEMA_VERSION
from core.progress import Progress, unheard
from core.raw_file import RawFile
from core.task import utc
from core.tasklist import TaskList

LEVEL = 6
_EARLIEST, _LATEST = (1980, 1, 1, 0, 0, 0), (2107, 12, 31, 23, 59, 58)
_BLOCK = 1 << 20
_LARGEST_METADATA = 64 << 20
_LARGEST_LIST = 1 << 30
_MOST_TIMES = 200
"""How many times as large an entry may become: more is no text of ours, but an archive made to fill a disk."""
_HARMLESS = 1 << 20
_SMALL = 4 << 20
_DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
)
"""What reading an archive raises where somebody changed it. RuntimeError: it is encrypted."""


class Source(NamedTuple):
    """What a backup is made of: a list, its file, and the user's settings."""

    file: Path
    tasks: TaskList
    profile: Path | None = None


class _Entry(NamedTuple):
    name: str
    size: int
    blocks: Callable[[], Iterator[bytes]]
    packed: bool
    """Whether it is packed already, so that packing it again gains nothing."""


def make(source: Source, target: Path, name: str, now: datetime, progress: Progress = unheard) -> Path:
    """Write `NAME_<UTC>.zip` into the directory `target`, and verify it; on return it is on the disk.

    `progress` is told how many bytes of how many are done. Raises FileSafetyError. Whatever is raised, nothing half
    written stays.
    """
    path = target / zip_name(name, now)
    entries = _entries(source, now)
    total = sum(entry.size for entry in entries)
    try:
        with durable.new_temporary(path) as (temporary, descriptor):
            _write(descriptor, entries, _metadata_of(source, now), lambda done: progress(done, 2 * total))
        try:
            verify(temporary, lambda done, _all: progress(total + done, 2 * total))
        except BaseException:
            durable.discard(temporary)
            raise
        durable.replace_with(temporary, path)
    except OSError as error:
        raise from_os_error(error, path, "saved") from error
    progress(2 * total, 2 * total)
    return path


def verify(path: Path, progress: Progress = unheard) -> Metadata:
    """What the backup at `path` says of itself, every byte of it read and compared.

    Raises InvalidContentError with what is wrong, NewerSchemaError, or another FileSafetyError.
    """
    with opened(path) as backup:
        total, done = sum(part.size for part in backup.metadata.entries), 0
        for part in backup.metadata.entries:
            for block in backup.blocks(part):
                done += len(block)
                progress(done, total)
        return backup.metadata


@contextmanager
def opened(path: Path) -> Iterator[Backup]:
    """The backup at `path`, its table of contents checked. Errors as `verify`, also while it is read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise from_os_error(error, path, "read") from error
    file = RawFile(descriptor, writing=False)
    try:
        with zipfile.ZipFile(file) as archive:
            yield Backup(path, archive)
    except OSError as error:
        raise from_os_error(error, path, "read") from error
    except _DAMAGES as error:
        if file.failure is not None:
            raise from_os_error(file.failure, path, "read") from error
        raise InvalidContentError(path, f"it is no whole ZIP archive ({error})") from error
    finally:
        durable.close_synced(descriptor)


class Backup:
    """An open backup. Whatever it gives was compared with its hash."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.path = path
        self._archive = archive
        infos = {info.filename: info for info in archive.infolist()}
        if len(infos) < len(archive.infolist()):
            raise InvalidContentError(path, "two of its entries have one name")
        for info in infos.values():
            self._check(info)
        self.metadata = self._read_metadata(infos)
        self._parts = {part.name: part for part in self.metadata.entries}
        if len(self._parts) < len(self.metadata.entries) or self._parts.keys() != infos.keys() - {METADATA}:
            raise InvalidContentError(path, "its entries are not the ones that it names")
        for name, part in self._parts.items():
            if infos[name].file_size != part.size:
                raise InvalidContentError(path, f"{name} has another size than it should have")

    def tasks(self) -> Checkpoint:
        """The list in it. Raises InvalidContentError, NewerSchemaError."""
        part = self._parts.get(CHECKPOINT)
        if part is None or part.size > _LARGEST_LIST:
            raise InvalidContentError(self.path, "it holds no list")
        raw = b"".join(self.blocks(part))
        checkpoint.accept_ours(raw, self.path)
        found = checkpoint.decode(raw, self.path)
        if found.version > SCHEMA_VERSION:
            raise NewerSchemaError(self.path, found.version, SCHEMA_VERSION)
        return found

    def profile(self) -> bytes | None:
        """The settings in it, as they were saved; None where there were none."""
        part = self._parts.get("profile.json")
        if part is not None and part.size > _LARGEST_METADATA:
            raise InvalidContentError(self.path, f"{part.name} is too large for settings")
        return None if part is None else b"".join(self.blocks(part))

    def attachment(self, name: str) -> Iterator[bytes] | None:
        """The content of the attached file that tasks call `name`; None where it is not in here."""
        part = self._parts.get(f"attachments/{name}")
        return None if part is None else self.blocks(part)

    def size(self, name: str) -> int:
        """The bytes of the attached file that tasks call `name`; 0 where it is not in here."""
        part = self._parts.get(f"attachments/{name}")
        return 0 if part is None else part.size

    def blocks(self, part: Part) -> Iterator[bytes]:
        """The content of `part`. Raises InvalidContentError at its end where it is not what it should be."""
        digest, left = hashlib.sha256(), part.size
        with self._archive.open(part.name) as entry:
            while block := entry.read(min(_BLOCK, left + 1)):
                left -= len(block)
                if left < 0:
                    break
                digest.update(block)
                yield block
        if left != 0 or digest.hexdigest() != part.sha256:
            raise InvalidContentError(self.path, f"{part.name} is not what it was")

    def _check(self, info: zipfile.ZipInfo) -> None:
        if not allowed_name(info.filename) or info.orig_filename != info.filename:
            raise InvalidContentError(self.path, f"{info.filename[:80]!r} is no name of ours")
        if info.file_size > _HARMLESS and info.file_size > _MOST_TIMES * info.compress_size:
            raise InvalidContentError(self.path, f"{info.filename} would become more than {_MOST_TIMES} times as large")

    def _read_metadata(self, infos: dict[str, zipfile.ZipInfo]) -> Metadata:
        if METADATA not in infos or infos[METADATA].file_size > _LARGEST_METADATA:
            raise InvalidContentError(self.path, f"it holds no {METADATA}")
        with self._archive.open(METADATA) as entry:
            raw = entry.read(_LARGEST_METADATA)
        version = _version(raw, self.path)
        if version > SCHEMA_VERSION:
            raise NewerSchemaError(self.path, version, SCHEMA_VERSION)
        try:
            return msgspec.json.decode(raw, type=Metadata)
        except msgspec.MsgspecError as error:
            raise InvalidContentError(self.path, f"its {METADATA} is not one of ours") from error


def _version(raw: bytes, path: Path) -> int:
    try:
        document = msgspec.json.decode(raw)
    except msgspec.MsgspecError as error:
        raise InvalidContentError(path, f"its {METADATA} is not JSON") from error
    version = document.get("schema_version") if isinstance(document, dict) else None
    if not isinstance(version, int) or isinstance(version, bool):
        raise InvalidContentError(path, f"its {METADATA} has no format number")
    return version


def _metadata_of(source: Source, now: datetime) -> Metadata:
    from importlib.metadata import PackageNotFoundError, version

    try:
        program = version("todurable")
    except PackageNotFoundError:  # run from a checkout
        program = "unknown"
    at = utc(now)
    return Metadata(program, SCHEMA_VERSION, at, source.file.name, source.tasks.seq, len(source.tasks.tasks), ())


def _entries(source: Source, now: datetime) -> list[_Entry]:
    at = utc(now)
    journal = source.file.with_name(f"{source.file.name}.journal")
    found = [
        _of_bytes(CHECKPOINT, checkpoint.encode(source.tasks, at)),
        *_of_file("journal.jsonl", journal),
        *(
            entry
            for piece in pieces(journal)
            for entry in _of_file(f"history/{piece.first}-{piece.last}.jsonl.gz", piece.path)
        ),
        *(_of_file("profile.json", source.profile) if source.profile else ()),
    ]
    named = dict.fromkeys(name for task in source.tasks.tasks.values() for name in task.attachments)
    for name in named:
        path = attachments.path_of(source.file, name)
        if path is not None and allowed_name(f"attachments/{name}"):
            found += _of_file(f"attachments/{name}", path)
    return found


def _of_bytes(name: str, raw: bytes) -> _Entry:
    return _Entry(name, len(raw), lambda: iter((raw,)), packed=False)


def _of_file(name: str, path: Path) -> Iterable[_Entry]:
    """The file as long as it is now: a journal may grow meanwhile. One that is not there makes no entry."""
    status = durable.identity(path)
    if status is None:
        return ()
    packed = name.startswith("attachments/") or name.endswith(".gz")
    return (_Entry(name, status.size, lambda: _read(path, status.size), packed=packed),)


def _read(path: Path, size: int) -> Iterator[bytes]:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise from_os_error(error, path, "read") from error
    try:
        while size > 0:
            block = os.read(descriptor, min(_BLOCK, size))
            if not block:
                raise UnavailableError(
                    f"{path.name} was cut while it was copied. Nothing was changed; try again.", path
                )
            size -= len(block)
            yield block
    except OSError as error:
        raise from_os_error(error, path, "read") from error
    finally:
        durable.close_synced(descriptor)


def _write(descriptor: int, entries: list[_Entry], metadata: Metadata, progress: Callable[[int], None]) -> None:
    """A small archive goes to the disk in one piece: `zipfile` would write each of its parts several times."""
    if sum(entry.size for entry in entries) > _SMALL:
        _write_to(RawFile(descriptor, writing=True), entries, metadata, progress)
        return
    whole = io.BytesIO()
    _write_to(whole, entries, metadata, progress)
    durable.write_all(descriptor, whole.getvalue())


def _write_to(
    file: IO[bytes] | RawFile, entries: list[_Entry], metadata: Metadata, progress: Callable[[int], None]
) -> None:
    parts, done = [], 0
    with zipfile.ZipFile(file, "w", compresslevel=LEVEL) as archive:
        for entry in entries:
            digest = hashlib.sha256()
            with archive.open(_info(entry.name, metadata.at, packed=entry.packed), "w", force_zip64=True) as into:
                for block in entry.blocks():
                    into.write(block)
                    digest.update(block)
                    done += len(block)
                    progress(done)
            parts.append(Part(entry.name, entry.size, digest.hexdigest()))
        whole = msgspec.structs.replace(metadata, entries=tuple(parts))
        archive.writestr(_info(METADATA, metadata.at, packed=False), msgspec.json.encode(whole))


def _info(name: str, at: str, *, packed: bool) -> zipfile.ZipInfo:
    """An entry of that name. A ZIP knows times from 1980 to 2107: PKWARE's APPNOTE, section 4.4.6."""
    moment = datetime.fromisoformat(at).timetuple()[:6]
    info = zipfile.ZipInfo(name, min(max(moment, _EARLIEST), _LATEST))
    info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info
