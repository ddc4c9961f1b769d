"""Long work that always reaches an end, and whose state anybody can read: one small file a job, in `jobs/`.

A job's file is written by its process alone, in one step, with the one before it kept beside; where that cannot be
done, the work goes on all the same. A job whose process is gone is `interrupted`, whatever its file says. Reading one
never raises: what cannot be read, is `unknown`, with why.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Literal, Self

import msgspec

from core import durable
from core.errors import FileSafetyError, TodurableError, from_os_error
from core.file_safety import SafeFileManager
from core.instance_files import Owner
from core.progress import Progress, unheard
from core.task import utc

Kind = Literal["import", "export", "backup", "restore", "compaction", "move"]
State = Literal["queued", "running", "done", "failed", "cancelled", "interrupted", "unknown"]
ATTEMPTS, PAUSE = 5, 0.05
"""How often a file is read, and the seconds between, before its copy is used."""
KEPT = 20
"""Jobs of a list whose files stay."""
SOON = 0.2
"""Seconds after which a job of small things has a file too: what is over by then is worth none."""
_INTERVAL = 1.0
"""Seconds between two notes of how far a job is: each waits several times for the disk."""
_DAY = 86_400
_ALIVE = ("queued", "running")
_BAD = ("failed", "interrupted", "unknown")
_NAME = re.compile(r"(?P<kind>[a-z]+)-(?P<begun>\d{8}T\d{6}\.\d{6}Z)-\d+")


class CancelledError(TodurableError):
    """A job was cancelled by its user."""

    def __init__(self) -> None:
        super().__init__("Cancelled; nothing was changed.")


class Job(msgspec.Struct, frozen=True):
    """A job as it was last seen. `done` of `total` steps; `reason` says why it ended other than well.

    `told`: that it ended badly was told to its user.
    """

    id: str
    kind: str
    state: State
    owner: Owner
    started: str = ""
    updated: str = ""
    done: int = 0
    total: int = 0
    reason: str = ""
    told: bool = False


class Running:
    """A job at work in this process: enter it, report progress, leave it. `cancel` may be called in any thread."""

    def __init__(
        self,
        file: Path,
        kind: Kind,
        clock: Callable[[], datetime],
        shown: Progress = unheard,
        *,
        at_once: bool = True,
    ) -> None:
        """A job about the list at `file`, whose progress is `shown`.

        It has a file from the beginning; without `at_once` only when it still goes on after a moment.
        """
        self._file, self._clock, self._shown = file, clock, shown
        self._cancelled = self._has_file = False
        self._next = monotonic() + SOON
        self.problem: FileSafetyError | None = None
        """Why its state could not be written, if so."""
        name = f"{file.name}.{kind}-{clock().astimezone(UTC):%Y%m%dT%H%M%S.%fZ}-{os.getpid()}"
        self.job = Job(name, kind, "queued", Owner.this_process(), self._time())
        self.path = _path(file, self.job)
        if at_once:
            self._write()

    def __enter__(self) -> Self:
        self._note(state="running")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._note(state="done", done=self.job.total)
        elif isinstance(error, CancelledError | KeyboardInterrupt):
            self._note(state="cancelled", reason="by its user")
        else:
            self._note(state="failed", reason=str(error) or type(error).__name__)

    def progress(self, done: int, total: int) -> None:
        """Note how far it is. Raises CancelledError where it was cancelled."""
        if self._cancelled:
            raise CancelledError
        self._shown(done, total)
        self.job = msgspec.structs.replace(self.job, done=done, total=total)
        if monotonic() >= self._next:
            self._write()

    def cancel(self) -> None:
        """Let it end at its next step."""
        self._cancelled = True

    def _note(self, **changes: object) -> None:
        self.job = msgspec.structs.replace(self.job, **changes)
        if self._has_file:
            self._write()

    def _write(self) -> None:
        new, self._has_file = not self._has_file, True
        self.job = msgspec.structs.replace(self.job, updated=self._time())
        self._next = monotonic() + _INTERVAL
        try:
            _make(directory(self._file))
            _save(self._file, self.job)
            if new:
                _sweep(self._file, self._clock())
        except FileSafetyError as error:
            self.problem = error

    def _time(self) -> str:
        return utc(self._clock())


def directory(file: Path) -> Path:
    """Where the jobs of the list at `file` are."""
    return file.parent / "jobs"


def read(path: Path, here: Owner, pause: Callable[[float], object] = sleep) -> Job:
    """The job whose status is in `path`; never raises. `here` is the process that asks."""
    reason = ""
    for attempt in range(ATTEMPTS):
        if attempt:
            pause(PAUSE)
        job, reason = _read(path)
        if job is not None:
            return _judged(job, here)
    copied, _reason = _read(path.with_name(f"{path.name}.backup"))
    ended = copied is not None and copied.state not in _ALIVE
    if copied is not None and (ended or copied.owner.is_gone(here)):
        return _judged(copied, here)
    name = _NAME.search(path.stem)
    return Job(path.stem, name["kind"] if name else "", "unknown", Owner("", 0, ""), reason=reason)


def all_of(file: Path, here: Owner, pause: Callable[[float], object] = sleep) -> list[Job]:
    """The jobs of the list at `file`, newest first. Raises FileSafetyError where the directory cannot be read."""
    return [read(path, here, pause) for path in _paths(file)]


def at_work(jobs: Iterable[Job]) -> list[Job]:
    """Those of `jobs` that have not ended."""
    return [job for job in jobs if job.state in _ALIVE]


def ended_badly(jobs: Iterable[Job]) -> list[Job]:
    """Those of `jobs`, newest first, that failed, were interrupted, or cannot be read.

    One that was followed by another of its kind that ended well is no matter any more.
    """
    well: set[str] = set()
    found = []
    for job in jobs:
        if job.state == "done":
            well.add(job.kind)
        elif job.state in _BAD and job.kind not in well:
            found.append(job)
    return found


def note_told(file: Path, job: Job) -> None:
    """Note that it was told how `job`, whose process writes it no more, ended. Raises FileSafetyError."""
    _save(file, msgspec.structs.replace(job, told=True))


def sentence(job: Job) -> str:
    """How `job` stands, in words."""
    kind = job.kind or "job"
    what = f"{'An' if kind[0] in 'aeiou' else 'A'} {kind}{_begun(job)}"
    match job.state:
        case "queued" | "running":
            return f"{what} is {job.state}{f': {job.done / job.total:.0%}' if job.total else ''}."
        case "unknown":
            return f"How {what[0].lower()}{what[1:]} stands cannot be told: {job.reason.rstrip('.')}."
        case "failed" | "interrupted":
            return f"{what} {'failed' if job.state == 'failed' else 'was interrupted'}: {job.reason.rstrip('.')}."
    return f"{what} {'is done' if job.state == 'done' else 'was cancelled'}."


def _begun(job: Job) -> str:
    """When it was, by the clock of its reader."""
    try:
        return f" begun {datetime.fromisoformat(job.started).astimezone():%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError):
        return ""


def _read(path: Path) -> tuple[Job | None, str]:
    try:
        found = durable.read_file(path, follow=False)
        return (msgspec.json.decode(found[0], type=Job), "") if found else (None, f"{path.name} is missing")
    except FileSafetyError as error:
        return None, str(error)
    except msgspec.MsgspecError as error:
        return None, f"{path.name} is damaged: {error}"


def _judged(job: Job, here: Owner) -> Job:
    if job.state in _ALIVE and job.owner.is_gone(here):
        return msgspec.structs.replace(job, state="interrupted", reason="its process ended before it did")
    return job


def _save(file: Path, job: Job) -> None:
    SafeFileManager(_path(file, job), backup_count=1).save_bytes(msgspec.json.encode(job), _check)


def _path(file: Path, job: Job) -> Path:
    return directory(file) / f"{job.id}.json"


def _check(raw: bytes, _path: Path) -> None:
    try:
        msgspec.json.decode(raw, type=Job)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from error


def _paths(file: Path) -> list[Path]:
    names = durable.names_in(directory(file))
    pattern = re.compile(rf"{re.escape(file.name)}\.{_NAME.pattern}\.json")
    found = (match for name in names if (match := pattern.fullmatch(name)))
    return [directory(file) / match[0] for match in sorted(found, key=lambda match: match["begun"], reverse=True)]


def _sweep(file: Path, now: datetime) -> None:
    """Forget old jobs, and what crashes left half written a day ago and more."""
    for path in _paths(file)[KEPT:]:
        durable.discard(path)
        durable.discard(path.with_name(f"{path.name}.backup"))
    durable.sweep_old(directory(file), now.timestamp() - _DAY)


def _make(path: Path) -> None:
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        return
    except OSError as error:
        raise from_os_error(error, path, "created") from error
