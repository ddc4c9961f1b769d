"""The format of `tasks.json`: the whole list at one moment, one task a line, for people, `jq` and git.

    {"schema_version":1,"seq":42,"next_id":118,"checksum":"…","saved_at":"…","tasks":[
    {"uid":"…","id":1,"name":"…",…},
    …
    ]}

`checksum` is the SHA-256, in hexadecimal, of the file without those 64 digits. Where it holds, the file is as we
wrote it and is decoded by types alone, line by line, so that no other thread waits for a long decode. Where it does
not, every value is checked, and a task that is not valid is reported and left out without costing the others.
"""

# Not `from __future__ import annotations`: msgspec would have to compile those of what it decodes, at each start.

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from io import BytesIO
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from core.changes import json_fields
from core.errors import InvalidContentError, NewerSchemaError, TaskError
from core.migrations import SCHEMA_VERSION, migrate
from core.task import Task, task_from_json
from core.tasklist import TaskList

if TYPE_CHECKING:
    import hashlib


class Checkpoint(msgspec.Struct, frozen=True):
    """What a file held. `verified`: its checksum holds, so we wrote all of it.

    `seq` is None where the file does not say. `version` is that of its format: one above `SCHEMA_VERSION` was read as
    well as it could be, and must not be written. `problems` are the tasks that are not valid, `damaged` the uids and
    ids of those that could be told. `ids` are those that a file which is not ours gives itself.
    """

    tasks: TaskList
    verified: bool
    seq: int | None
    saved_at: str = ""
    version: int = SCHEMA_VERSION
    problems: tuple[TaskError, ...] = ()
    damaged: frozenset[str | int] = frozenset()
    ids: frozenset[int] = frozenset()


class Header(msgspec.Struct):
    """What stands before the tasks."""

    schema_version: int
    seq: int
    next_id: int
    checksum: str = ""
    saved_at: str = ""


CHECKSUM, CHECKSUM_DIGITS = b'"checksum":"', 64
_CHECKSUM = rb'"checksum":"([0-9a-f]{64})"'
_TASKS = b'"tasks":[\n'
_END = b"\n]}\n"
_BETWEEN = b",\n"
_UID = b'{"uid":"'
_HEADER_KEYS = frozenset({"schema_version", "seq", "next_id", "checksum", "saved_at", "tasks"})
HEADER_SIZE = 4096
"""Enough bytes of a file to read its header, where other programs have not added much to it."""

_NOT_OURS = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for bytes that hold something else than they should."""

_OTHERS_EXTRA = b'"extra":'
"""In a file `extra` is a field like any other that we do not know: ours stand beside the fields that we do."""

_encode = msgspec.json.Encoder().encode
_encode_lines = msgspec.json.Encoder().encode_lines
_AT_ONCE = 1_000
"""Tasks that are encoded in one call."""
_decode_header = msgspec.json.Decoder(Header).decode
_CHUNK = 1 << 18
_SMALL = 1 << 17
"""Bytes that Python's own SHA-256 has done, more than once, before OpenSSL is loaded."""


def encode(tasks: TaskList, saved_at: str) -> bytes:
    """The file that holds `tasks`, in order of their ids."""
    start = b'{"schema_version":%d,"seq":%d,"next_id":%d,"checksum":"' % (SCHEMA_VERSION, tasks.seq, tasks.next_id)
    unknown = b"".join(b",%b:%b" % (_encode(key), _encode(value)) for key, value in tasks.extra.items())
    rest = b'","saved_at":%b%b,' % (_encode(saved_at), unknown) + _TASKS
    lines = _lines(sorted(tasks.tasks.values(), key=attrgetter("id")))
    written = BytesIO()  # what it holds becomes the result: there is never a second copy of it
    for part in chain([start, b" " * CHECKSUM_DIGITS, rest], lines, [_END]):
        written.write(part)
    with written.getbuffer() as whole:
        after = len(start) + CHECKSUM_DIGITS
        whole[len(start) : after] = _digest(start, whole[after:])
    return written.getvalue()


def verify(raw: bytes) -> bool:
    """Whether the checksum that `raw` names holds."""
    found = re.compile(_CHECKSUM).search(raw, 0, HEADER_SIZE)
    return found is not None and _digest(raw[: found.start(1)], memoryview(raw)[found.end(1) :]) == found[1]


def read_header(raw: bytes) -> Header | None:
    """The header at the start of `raw`, which may be cut; None where there is none of ours."""
    end = raw.find(_TASKS)
    if end < 0:
        return None
    try:
        return _decode_header(raw[:end] + b'"tasks":[]}')
    except _NOT_OURS:
        return None


def unknown_fields(raw: bytes) -> dict[str, Any]:
    """What a file whose checksum holds has beside our own fields and the tasks."""
    return _unknown(msgspec.json.decode(raw[: raw.find(_TASKS)] + b'"tasks":[]}'))


def decode(raw: bytes, path: Path) -> Checkpoint:
    """What `raw`, read from `path`, holds.

    Raises InvalidContentError where it is no list of tasks, NewerSchemaError where only a newer program can tell.
    """
    header = read_header(raw)
    if header is not None and is_ours(raw, header):
        with suppress(*_NOT_OURS):  # somebody else knows how to make a checksum
            return _decode_ours(raw, header)
    return _decode_strictly(raw, path)


def is_ours(raw: bytes, header: Header) -> bool:
    """Whether `raw`, which begins with `header`, is as we wrote it, in the format that we write now."""
    return header.schema_version == SCHEMA_VERSION and raw.endswith(_END) and verify(raw)


def chunks(raw: bytes, size: int) -> Iterator[bytes]:
    """The lines of the tasks in `raw`, which is ours, in order of their ids: as many as have `size` bytes at a time."""
    start, end = raw.find(_TASKS) + len(_TASKS), len(raw) - len(_END)
    while start < end:
        stop = raw.find(_BETWEEN, start + size, end)
        stop = end if stop < 0 else stop
        yield raw[start:stop]
        start = stop + len(_BETWEEN)


def line_at(raw: bytes, place: int) -> bytes:
    """The line of a task that has `place` in it."""
    end = raw.find(b"\n", place)
    return raw[raw.rfind(b"\n", 0, place) + 1 : end].removesuffix(b",")


def lines_by_uid(raw: bytes) -> dict[str, bytes]:
    """The line of each task in `raw`, which is ours."""
    found = (line for chunk in chunks(raw, _CHUNK) for line in chunk.split(_BETWEEN))
    return {line[len(_UID) : line.index(b'"', len(_UID))].decode(): line for line in found}


def decode_lines(lines: bytes) -> list[Task]:
    """The tasks in some lines. Raises msgspec.ValidationError where one has fields that we do not know."""
    if _OTHERS_EXTRA in lines:
        raise msgspec.ValidationError
    return _decoder().decode(b"[" + lines + b"]")


@cache
def _decoder() -> msgspec.json.Decoder[list[Task]]:
    """Made when tasks are read: a command that only appends to the journal does without."""
    return msgspec.json.Decoder(list[Task])


def accept_ours(raw: bytes, path: Path) -> None:
    """Raise InvalidContentError unless `raw` is a file that we wrote, every byte of it."""
    if not verify(raw):
        raise InvalidContentError(path, complaint(raw))


def complaint(raw: bytes) -> str:
    """What is wrong with `raw`, whose checksum does not hold, in a few words."""
    if not raw:
        return "it is empty"
    if not raw.rstrip().endswith(b"}"):
        return "it ends early"
    return "its checksum does not hold"


def _digest(*parts: bytes | memoryview) -> bytes:
    digest = _sha256(small=sum(map(len, parts)) < _SMALL)()
    for part in parts:
        digest.update(part)
    return digest.hexdigest().encode()


@cache
def _sha256(*, small: bool) -> "Callable[[], hashlib._Hash]":
    """Hashlib's loads OpenSSL, which takes longer than it gains where there is little to do. So `random` imports its
    hash as this does, too.
    """
    for name in ("_sha2", "_sha256") if small else ():  # since Python 3.12, and before
        with suppress(ImportError, AttributeError):
            found: Callable[[], hashlib._Hash] = import_module(name).sha256
            return found
    from hashlib import sha256

    return sha256


def _lines(tasks: Sequence[Task]) -> Iterator[bytes]:
    """The lines of `tasks` in pieces, without the last newline: no other thread waits for more than one of them."""
    for start in range(0, len(tasks), _AT_ONCE):
        some = tasks[start : start + _AT_ONCE]
        lines = _encode_lines([task if task.extra is None else _with_theirs(task) for task in some])
        separated = lines.replace(b"\n", _BETWEEN)  # a newline in a text is written as an escape
        yield separated if start + _AT_ONCE < len(tasks) else separated[: -len(_BETWEEN)]


def _with_theirs(task: Task) -> dict[str, Any]:
    """`task` with what we do not know where it stood: beside our own fields."""
    ours = {key: value for key, value in json_fields(task).items() if key != "extra"}
    return {"uid": task.uid, **ours, **(task.extra or {})}


def _decode_ours(raw: bytes, header: Header) -> Checkpoint:
    tasks: dict[str, Task] = {}
    problems: list[TaskError] = []
    for chunk in chunks(raw, _CHUNK):
        tasks.update({task.uid: task for task in _decode_chunk(chunk, problems)})
    listed = TaskList(header.seq, header.next_id, tasks, unknown_fields(raw))
    return Checkpoint(listed, verified=True, seq=header.seq, saved_at=header.saved_at, problems=tuple(problems))


def _decode_chunk(chunk: bytes, problems: list[TaskError]) -> list[Task]:
    with suppress(msgspec.ValidationError):
        return decode_lines(chunk)
    tasks: list[Task] = []
    for line in chunk.split(_BETWEEN):  # a field that only another program knows: that line takes the longer way
        _decode_line(line, tasks, problems)
    return tasks


def _decode_line(line: bytes, tasks: list[Task], problems: list[TaskError]) -> None:
    try:
        tasks += decode_lines(line)
    except msgspec.ValidationError:
        _salvage(msgspec.json.decode(line), 0, tasks, problems)


def _salvage(document: Any, position: int, tasks: list[Task], problems: list[TaskError]) -> None:
    try:
        tasks.append(task_from_json(document, position))
    except TaskError as error:
        problems.append(error)


def _decode_strictly(raw: bytes, path: Path) -> Checkpoint:
    from core.strict_json import StrictJsonError, parse

    try:
        document = parse(raw)
    except StrictJsonError as error:
        raise InvalidContentError(path, str(error)) from error
    version = _version(document, path)
    ours = raw.replace(b'"schema_version":%d' % version, b'"schema_version":%d' % SCHEMA_VERSION, 1)
    if version > SCHEMA_VERSION and verify(ours):
        raise InvalidContentError(path, "its format number is wrong")
    found = _salvage_all(migrate(document, version), version)
    if found.problems and not found.tasks.tasks and not _said(document, "uid") and version <= SCHEMA_VERSION:
        raise InvalidContentError(path, f"it holds no valid task; {found.problems[0]}")
    return msgspec.structs.replace(
        found, ids=frozenset(number for number in _said(document, "id") if isinstance(number, int))
    )


def _said(document: Any, field: str) -> list[Any]:
    """What the entries have in `field`, before it is given to those that do not."""
    entries = document if isinstance(document, list) else document["tasks"]
    return [entry[field] for entry in entries if isinstance(entry, dict) and field in entry]


def _version(document: Any, path: Path) -> int:
    if isinstance(document, list):
        return 0
    version = document.get("schema_version", 0) if isinstance(document, dict) else 0
    if not isinstance(version, int) or isinstance(version, bool) or version < 0:
        raise InvalidContentError(path, "its format number is wrong")
    if not isinstance(document, dict) or not isinstance(document.get("tasks"), list):
        if version > SCHEMA_VERSION:
            raise NewerSchemaError(path, version, SCHEMA_VERSION)
        raise InvalidContentError(path, "it holds no list of tasks")
    return version


def _salvage_all(document: dict[str, Any], version: int) -> Checkpoint:
    tasks: list[Task] = []
    problems: list[TaskError] = []
    damaged: set[Any] = set()
    for position, entry in enumerate(document["tasks"]):
        before = len(problems)
        _salvage(entry, position, tasks, problems)
        if len(problems) > before and isinstance(entry, dict):
            damaged.update(name for name in (entry.get("uid"), entry.get("id")) if isinstance(name, str | int))
    seq, next_id = _count(document.get("seq")), _count(document.get("next_id"))
    listed = TaskList(
        seq or 0,
        max([next_id or 1, *(task.id + 1 for task in tasks)]),
        {task.uid: task for task in tasks},
        _unknown(document),
    )
    saved_at = document.get("saved_at")
    return Checkpoint(
        listed,
        verified=False,
        seq=seq,
        saved_at=saved_at if isinstance(saved_at, str) else "",
        version=version,
        problems=tuple(problems),
        damaged=frozenset(damaged),
    )


def _unknown(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key not in _HEADER_KEYS}


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None
