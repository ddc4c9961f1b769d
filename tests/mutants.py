"""The store, broken on purpose: each mutant leaves out one thing that keeps changes from being lost.

A mutant is a patch and a hunt: an attempt to lose something, which must succeed with the patch and fail without it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR
from typing import Any, NamedTuple
from zlib import crc32

import pytest
from msgspec.structs import replace

from core import changes, durable, journal, opening, replay, state, tasklist
from core.changes import Change, Record, decode_record
from core.durable import Identity
from core.errors import FileLockTimeoutError, FileSafetyError, InvalidContentError
from core.file_safety import SafeFileManager
from core.journal import Journal
from core.locking import FileLock
from core.state import AppState
from core.store import TaskStore
from core.task import FIELDS, SET_FIELDS, Task
from tests.crash.enumeration import run_crash_enumeration
from tests.crash.faults import FAULTS, run_fault_injection
from tests.crash.scenarios import SCENARIOS
from tests.instances import opened

Plant = Callable[[pytest.MonkeyPatch], None]
Hunt = Callable[[Path], list[str]]


class Mutant(NamedTuple):
    """What is left out, how, and what notices."""

    name: str
    plant: Plant
    hunt: Hunt


# Hunts: each returns what it found to be lost


def crashes_of(scenario: str) -> Hunt:
    """All crashes of a scenario."""
    wanted = next(found for found in SCENARIOS if found.name == scenario)
    return lambda path: [str(found) for found in run_crash_enumeration(wanted, path).violations]


def faults_of(scenario: str, fault: str) -> Hunt:
    """One kind of failure in every call of a scenario."""
    wanted = next(found for found in SCENARIOS if found.name == scenario)
    kinds = [found for found in FAULTS if str(found) == fault]
    return lambda path: [str(found) for found in run_fault_injection(wanted, kinds, path).violations]


def writers(path: Path) -> list[str]:
    """Two writers, of which one comes while the other is about to append: it must be kept out."""
    file = path / "tasks.json"
    one, two = _Writer(file, "one"), _Writer(file, "two")
    for writer in (one, two):  # so that both have the journal open
        writer.add("begins")
        writer.save()
        writer.add("goes on")
    prepare = one.store._prepare

    def prepare_and_be_met() -> None:
        prepare()
        with suppress(FileLockTimeoutError):  # as it must be: then it comes later
            two.save()

    setattr(one.store, prepare.__name__, prepare_and_be_met)
    one.save()
    two.save()
    return _missing(file, {f"{name} {what}" for name in ("one", "two") for what in ("begins", "goes on")})


class _Writer:
    def __init__(self, file: Path, name: str) -> None:
        self.store = TaskStore(file, lock_timeout=0)
        self.name, self.state = name, AppState(by=f"host:{name}:-")

    def add(self, what: str) -> None:
        self.state.add_task(f"{self.name} {what}")

    def save(self) -> None:
        if self.state.pending:
            self.state.receive(self.store.commit(self.state.pending))


def _missing(file: Path, wanted: set[str]) -> list[str]:
    try:
        tasks = TaskStore(file).load().tasks.tasks.values()
    except FileSafetyError as error:
        return [str(error)]
    lost = wanted - {task.name for task in tasks}
    shared = len(tasks) - len({task.id for task in tasks})
    return [f"{name} is lost" for name in lost] + [f"{shared} ids are given twice"] * bool(shared)


def two_edits(path: Path) -> list[str]:
    """Two instances edit different fields of one task; neither has seen the other's change."""
    one, two = _two_instances(path)
    one.state.edit(one.state.tasks, name="named by one")
    two.state.edit(two.state.tasks, comment="said by two")
    one.save()
    two.save()
    task = opened(path / "tasks.json").state.tasks[0]
    return [] if (task.name, task.comment) == ("named by one", "said by two") else [f"only {task} is left"]


def undo_after_foreign_edit(path: Path) -> list[str]:
    """An instance undoes its edit of a field that another one has changed since."""
    one, two = _two_instances(path)
    one.state.rename(one.state.tasks[0], "by one")
    one.save()
    two.refresh()
    two.state.rename(two.state.tasks[0], "by two")
    two.save()
    one.refresh()
    one.state.undo()
    one.save()
    name = opened(path / "tasks.json").state.tasks[0].name
    return [] if name == "by two" else [f"the later name was undone: {name}"]


def replaced_between(path: Path) -> list[str]:
    """The file is edited in place, with the same inode, while an instance is open and then saves."""
    file = path / "tasks.json"
    one, _two = _two_instances(path)
    file.write_bytes(file.read_bytes().replace(b"the first", b"named in an editor"))
    one.add("another")
    names = opened(file).names
    return [] if "named in an editor" in names else [f"the edit is lost: {names}"]


def flipped_bits(path: Path) -> list[str]:
    """A bit of the file is wrong, and it still is JSON."""
    file = path / "tasks.json"
    _two_instances(path)
    file.write_bytes(file.read_bytes().replace(b"the first", b"thd first"))
    names = opened(file).names
    return [] if names == ["the first"] else [f"taken for good: {names}"]


def flipped_line(path: Path) -> list[str]:
    """A bit of the journal is wrong, and the file has to be rebuilt from it."""
    file = path / "tasks.json"
    one, _two = _two_instances(path)
    one.state.rename(one.state.tasks[0], "named by one")
    one.commit()
    line_file = path / "tasks.json.journal"
    line_file.write_bytes(line_file.read_bytes().replace(b'"name":"named by one"', b'"name":"namee by one"'))
    found = opened(file)
    return [] if found.store.report is not None else [f"taken for good: {found.names}"]


def _two_instances(path: Path) -> tuple[Any, Any]:
    file = path / "tasks.json"
    one = opened(file, "here:1:-")
    one.add("the first")
    return one, opened(file, "here:2:-")


# Mutants


def _no_lock(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(FileLock, "acquire", lambda self: setattr(self, "held", True))
    patch.setattr(FileLock, "release", lambda self: setattr(self, "held", False))
    patch.setattr(FileLock, "still_ours", lambda _self: True)


def _lock_on_the_data(patch: pytest.MonkeyPatch) -> None:
    """What is locked is replaced by every save: here, the journal's name by a new file for each hold."""
    real = FileLock._open

    def opened_anew(self: FileLock) -> int:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        temporary = durable.temporary_name(self.path)
        os.close(os.open(temporary, os.O_CREAT | os.O_RDWR, 0o600))
        os.replace(temporary, self.path)
        return real(self)

    patch.setattr(FileLock, "_open", opened_anew)
    patch.setattr(FileLock, "still_ours", lambda _self: True)


def _lock_around_the_write_alone(patch: pytest.MonkeyPatch) -> None:
    def commit(self: TaskStore, records: Sequence[Record]) -> Any:
        self._prepare()
        with self._saving, self.files.lock:
            self._append(records)
        return self._told()

    patch.setattr(TaskStore, "commit", commit)


def _nothing(*_arguments: object, **_options: object) -> None:
    return None


def _no_sync_of_lines(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(durable, "sync_data", _nothing)


def _acknowledged_before_the_sync(patch: pytest.MonkeyPatch) -> None:
    """Lines are synced when the next ones are written."""
    real = durable.write_all

    def write_all(descriptor: int, raw: bytes) -> None:
        os.fdatasync(descriptor)
        real(descriptor, raw)

    patch.setattr(durable, "sync_data", _nothing)
    patch.setattr(durable, "write_all", write_all)


def _no_sync_of_files(patch: pytest.MonkeyPatch) -> None:
    real = durable.sync

    def sync(descriptor: int) -> None:
        if S_ISDIR(os.fstat(descriptor).st_mode):
            real(descriptor)

    patch.setattr(durable, "sync", sync)


def _no_sync_of_directories(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(durable, "sync_directory", _nothing)


def _rotation_by_moving(patch: pytest.MonkeyPatch) -> None:
    def rotate(path: Path, names: Sequence[Path]) -> None:
        for older, newer in zip(reversed(names), [*reversed(names[:-1]), path], strict=True):
            if newer.exists():
                os.replace(newer, older)

    patch.setattr(durable, "rotate", rotate)
    patch.setattr(SafeFileManager, "_refuse_changed", _nothing)  # which notices that the file is gone


def _rotation_by_copying(patch: pytest.MonkeyPatch) -> None:
    def second_name(source: Path, target: Path) -> None:
        found = durable.read_file(source)
        assert found is not None
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.ftruncate(descriptor, 0)
        durable.write_all(descriptor, found[0])
        os.close(descriptor)

    patch.setattr(durable, "second_name", second_name)


def _whole_tasks_are_merged(patch: pytest.MonkeyPatch) -> None:
    def edit(task: Task, **fields: Any) -> Change:
        whole = {field: getattr(task, field) for field in FIELDS if field not in {"uid", "id", "modified", *SET_FIELDS}}
        return Change(task.uid, whole, whole | fields)

    patch.setattr(state, "edit", edit)


def _torn_lines_are_left(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Journal, "_cut", _nothing)
    # a line behind a torn one is still found where it starts; this takes that second net away too
    patch.setattr(replay, "_readable_parts", lambda *_arguments: iter(()))


def _the_inode_is_the_identity(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Identity, "of", classmethod(lambda cls, status: cls(status.st_dev, status.st_ino, 0, 0)))


def _undo_without_a_guard(patch: pytest.MonkeyPatch) -> None:
    real = tasklist.TaskList.apply
    patch.setattr(tasklist.TaskList, "apply", lambda self, record: real(self, replace(record, undoes="")))


def _it_parses_so_it_is_good(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(opening, "is_damage", lambda *_arguments: False)


def _lines_without_a_checksum(patch: pytest.MonkeyPatch) -> None:
    def decode(line: bytes) -> Record:
        body = line[: line.rfind(b',"crc":')]
        return decode_record(b'%b,"crc":"%08x"}' % (body, crc32(body)))

    patch.setattr(replay, "decode_record", decode)


def _what_cannot_be_read_is_damaged(patch: pytest.MonkeyPatch) -> None:
    real = durable.read_file

    def read_file(path: Path, **options: Any) -> Any:
        try:
            return real(path, **options)
        except FileSafetyError as error:
            raise InvalidContentError(path, str(error)) from error

    patch.setattr(durable, "read_file", read_file)


def _damaged_files_are_not_kept_from_backups(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SafeFileManager, "_is_good", lambda *_arguments: True)
    patch.setattr("core.file_safety._accepts", lambda *_arguments: True)


def _failed_lines_stay(patch: pytest.MonkeyPatch) -> None:
    """A failed append is not cut back, and its records are taken for written."""

    def append(self: Journal, records: Sequence[Record]) -> None:
        descriptor = self._open_to_append()
        try:
            os.write(descriptor, b"".join(map(changes.encode_record, records)))
            durable.sync_data(descriptor)
        except OSError:
            return

    patch.setattr(journal.Journal, "append", append)


MUTANTS = (
    Mutant("no lock", _no_lock, writers),
    Mutant("lock on a file that is replaced", _lock_on_the_data, writers),
    Mutant("lock around the write alone", _lock_around_the_write_alone, writers),
    Mutant("no sync of the journal", _no_sync_of_lines, crashes_of("commit behind a commit")),
    Mutant("acknowledged before the sync", _acknowledged_before_the_sync, crashes_of("commit behind a commit")),
    Mutant("no sync of files", _no_sync_of_files, crashes_of("fourth save of a document")),
    Mutant("no sync of directories", _no_sync_of_directories, crashes_of("first save of a document")),
    Mutant("rotation by moving", _rotation_by_moving, crashes_of("fifth save of a document")),
    Mutant("rotation by copying", _rotation_by_copying, crashes_of("checkpoint with 3 backups")),
    Mutant("whole tasks are merged", _whole_tasks_are_merged, two_edits),
    Mutant("torn lines are left", _torn_lines_are_left, crashes_of("torn journal")),
    Mutant("the inode is the identity", _the_inode_is_the_identity, replaced_between),
    Mutant("undo without a guard", _undo_without_a_guard, undo_after_foreign_edit),
    Mutant("it parses, so it is good", _it_parses_so_it_is_good, flipped_bits),
    Mutant("lines without a checksum", _lines_without_a_checksum, flipped_line),
    Mutant(
        "what cannot be read is damaged",
        _what_cannot_be_read_is_damaged,
        faults_of("fourth save of a document", "EIO once"),
    ),
    Mutant(
        "damaged files become backups",
        _damaged_files_are_not_kept_from_backups,
        crashes_of("checkpoint with a damaged backup"),
    ),
    Mutant("failed appends are believed", _failed_lines_stay, faults_of("commit behind a commit", "ENOSPC once")),
)
