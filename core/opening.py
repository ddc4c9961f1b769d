"""How a list is found on the disk: the recovery cascade, then the journal on top of it.

The base is the first of `tasks.json`, its backups and the timestamped copies that we wrote and that is whole; then
every later change is replayed from the journal, so that whichever served ends at the last acknowledged change.
Nothing is written here. What cannot be read for now (an I/O error, no permission) stops: it is no reason to take
an older file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import inf
from pathlib import Path

from msgspec.structs import replace

from core import checkpoint
from core.archive import copies, unpacked
from core.changes import Record
from core.checkpoint import Checkpoint
from core.errors import FileCorruptionError, InvalidContentError, NewerSchemaError
from core.file_safety import SafeFileManager
from core.journal import Journal
from core.migrations import SCHEMA_VERSION
from core.opened import Opened
from core.outside import is_damage, key_of, outside_record
from core.recovery import Attempt, RecoveryReport
from core.replay import Replay
from core.tasklist import TaskList

_SEQ = rb':(\d{1,15}),"next_id":'


class _Main:
    """What stood in `tasks.json`, where not every byte of it was ours; `spare` is such a backup."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.raw = b""
        self.edited: Checkpoint | None = None
        self.spare: tuple[Path, Checkpoint] | None = None

    def accept(self, raw: bytes, path: Path) -> Checkpoint:
        """What `raw` holds, if every byte of it is ours."""
        if path == self.path:
            self.raw = raw
        found = checkpoint.decode(unpacked(raw, path), path)
        if found.verified or found.version > SCHEMA_VERSION:
            return found
        if path == self.path:
            self.edited = found
        elif self.spare is None:
            self.spare = (path, found)
        raise InvalidContentError(path, checkpoint.complaint(raw))

    @property
    def seqs(self) -> set[str]:
        """What it may have gone up to; both differ where a bit of that is wrong."""
        found = re.compile(_SEQ).search(self.raw, 0, checkpoint.HEADER_SIZE)
        written = {found[1].decode()} if found else set()
        return written | ({str(self.edited.seq)} if self.edited and self.edited.seq is not None else set())


def open_list(files: SafeFileManager, journal: Journal, at: str) -> Opened:
    """The list at `files.path`, up to the last acknowledged change. `at` is the time of an edit from outside.

    A list that was never saved is empty. Raises FileCorruptionError where there are files but none can be used,
    another FileSafetyError where they cannot be read.
    """
    main = _Main(files.path)
    try:
        loaded = files.load_bytes(main.accept, _copies(files.path))
    except FileNotFoundError:
        return _from_journal(files, journal, None)
    except FileCorruptionError as error:
        return _without_base(main, files, journal, error, at)
    found: Checkpoint = loaded.value
    if found.version > SCHEMA_VERSION or files.last_recovery is None:
        return _intact(found, journal, loaded.path)
    if main.edited is not None:
        return _merged(found.tasks, main, main.edited, files.last_recovery, journal, at)
    return _recovered(found, main, files.last_recovery, journal)


def _copies(file: Path) -> Iterator[Path]:
    """The timestamped copies, newest first; looked for only where all else fails."""
    for copy in copies(file):
        yield copy.path


def _replayed(base: TaskList, journal: Journal) -> Replay:
    """Bring `base` to the end of the journal, which then stands there too."""
    replay = _replay(base, journal)
    for record in replay.records:
        base.apply(record)
    journal.next_id = base.next_id
    return replay


def _replay(base: TaskList, journal: Journal) -> Replay:
    replay = journal.replay(base.seq)
    if not replay.lost:
        return replay
    from core.compaction import history  # seldom needed, and it brings jobs

    earlier = history(journal)
    return journal.replay(base.seq, earlier) if earlier else replay


def _intact(found: Checkpoint, journal: Journal, path: Path) -> Opened:
    replay = _replayed(found.tasks, journal)
    lost = (*map(str, found.problems), *replay.lost)
    report = RecoveryReport(path, path, replayed=len(replay.records), lost=lost) if lost else None
    if found.version > SCHEMA_VERSION:
        return Opened(found.tasks, report, newer=NewerSchemaError(path, found.version, SCHEMA_VERSION))
    kept = "damaged" if found.problems else ""
    return Opened(found.tasks, report, stale=report is not None, replaced=kept, seq_on_disk=found.seq or 0)


def _recovered(found: Checkpoint, main: _Main, report: RecoveryReport, journal: Journal) -> Opened:
    replay = _replayed(found.tasks, journal)
    lost = (*map(str, found.problems), *replay.lost, *_unknown_end(found.tasks.seq, main, replay))
    return Opened(found.tasks, replace(report, replayed=len(replay.records), lost=lost), stale=True)


def _unknown_end(seq: int, main: _Main, replay: Replay) -> Iterator[str]:
    """What the damaged file held beyond the last record that there is."""
    found = re.compile(_SEQ).search(main.raw, 0, checkpoint.HEADER_SIZE)
    if found is not None and int(found[1]) > seq and not replay.lost:
        yield f"The changes after number {seq} could not be read."
    elif found is None and not replay.end:
        yield "The journal is missing too: the changes since that backup could not be read."


def _merged(
    base: TaskList, main: _Main, edited: Checkpoint, recovery: RecoveryReport | None, journal: Journal, at: str
) -> Opened:
    replay = _replay(base, journal)
    alike = [
        state.copy() for state in _states(base, replay) if any(_bits_apart(state.seq, seq) <= 1 for seq in main.seqs)
    ]
    journal.next_id = base.next_id
    committed = any(record.key == key_of(main.raw) for record in replay.records)
    if not committed and any(is_damage(main.raw, state, at) for state in alike):
        refused = (Attempt(main.path, "a single bit of it is wrong"),)
        used = recovery.used if recovery else journal.path
        return Opened(base, RecoveryReport(main.path, used, refused, len(replay.records), replay.lost), stale=True)
    if edited.seq is not None:
        base.extra = edited.tasks.extra
    known = next((state for state in alike if state.seq == edited.seq), None)
    lost = (*map(str, edited.problems), *replay.lost)
    report = RecoveryReport(main.path, main.path, replayed=len(replay.records), lost=lost) if lost else None
    # where it is committed, only the checkpoint that takes the place of the edited file is missing
    outside = None if committed else outside_record(main.raw, edited, known, base, at)
    return Opened(base, report, outside, stale=True, replaced="damaged" if edited.problems else "")


def _states(base: TaskList, replay: Replay) -> Iterator[TaskList]:
    """`base` itself, at each point of the replay."""
    yield base
    for record in replay.records:
        base.apply(record)
        yield base


def _bits_apart(seq: int, other: str) -> float:
    if len(str(seq)) != len(other):
        return inf
    return sum((ord(one) ^ ord(two)).bit_count() for one, two in zip(str(seq), other, strict=True))


def _without_base(main: _Main, files: SafeFileManager, journal: Journal, error: FileCorruptionError, at: str) -> Opened:
    """There are files, but none is ours to the last byte: the journal counts if it has all, else what can be read."""
    try:
        made = _from_journal(files, journal, error.report)
    except FileCorruptionError:
        if main.edited is not None:
            return _unverified(main.edited, files.path, RecoveryReport(files.path, files.path), journal)
        if main.spare is not None:
            return _unverified(main.spare[1], main.spare[0], error.report, journal)
        raise
    if main.edited is None:
        return made
    return _merged(TaskList(), main, main.edited, None, journal, at)


def _unverified(found: Checkpoint, path: Path, report: RecoveryReport, journal: Journal) -> Opened:
    """A file of an older format, or one that we wrote whose backups are gone: it is all there is, so it counts."""
    replay = _replayed(found.tasks, journal)
    ours, older = bool(found.seq), found.version < SCHEMA_VERSION
    doubt = [f"{path.name} was edited or damaged, and there is nothing to compare it with."] if ours else []
    lost = (*map(str, found.problems), *doubt, *replay.lost)
    kept = f"schema-{found.version}" if older and path == report.path else "damaged" if lost or report.refused else ""
    report = replace(report, used=path, replayed=len(replay.records), lost=lost)
    return Opened(found.tasks, report if lost or report.refused else None, stale=True, replaced=kept, migrates=older)


def _from_journal(files: SafeFileManager, journal: Journal, report: RecoveryReport | None) -> Opened:
    """The list made from its changes alone, if the journal holds them from the first."""
    tasks = TaskList()
    replay = _replayed(tasks, journal)
    if report is None and not replay.records and not replay.lost:
        return Opened(tasks)
    report = report or RecoveryReport(files.path, None, (Attempt(files.path, "it is missing"),))
    if not _is_whole(replay.records):
        report = replace(
            report, refused=(*report.refused, Attempt(journal.path, "it does not begin with the first change"))
        )
        raise FileCorruptionError(files.path, report)
    missing_only = len(report.refused) == 1 and not replay.lost
    if missing_only and report.refused[0].problem == "it is missing":
        return Opened(tasks, stale=True)  # its first checkpoint is still to come
    return Opened(tasks, replace(report, used=journal.path, replayed=len(replay.records), lost=replay.lost), stale=True)


def _is_whole(records: Sequence[Record]) -> bool:
    """Whether they begin with the first change of an empty list: tasks of an older format were made by no record."""
    if not records or records[0].seq != 1:
        return False
    return records[0].next_id == 1 + sum(change.creates for change in records[0].changes)
