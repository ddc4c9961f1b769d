"""Long work that always reaches an end, and whose state anybody can read: one small file a job, in `jobs/`.

A job's file is written by its process alone, in one step, with the one before it kept beside. A job whose process is
gone is `interrupted`, whatever its file says. Reading one never raises: what cannot be read, is `unknown`, with why.
"""

from __future__ import annotations

import os
from collections.abc import Callable
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

State = Literal["queued", "running", "done", "failed", "cancelled", "interrupted", "unknown"]
ATTEMPTS, PAUSE = 5, 0.05
"""How often a file is read, and the seconds between, before its copy is used."""
KEPT = 20
"""Jobs whose files stay."""
_INTERVAL = 0.2
"""Seconds between two notes of how far a job is."""


class CancelledError(TodurableError):
    """A job was cancelled by its user."""

    def __init__(self) -> None:
        super().__init__("Cancelled; nothing was changed.")


class Job(msgspec.Struct, frozen=True):
    """A job as it was last seen. `done` of `total` steps; `reason` says why it ended other than well."""

    id: str
    kind: str
    state: State
    owner: Owner
    started: str = ""
    updated: str = ""
    done: int = 0
    total: int = 0
    reason: str = ""


class Running:
    """A job at work in this process: enter it, report progress, leave it. `cancel` may be called in any thread."""

    def __init__(self, file: Path, kind: str, clock: Callable[[], datetime]) -> None:
        """A job about the list at `file`. Raises FileSafetyError where its status cannot be written."""
        self._clock = clock
        self._cancelled = False
        self._noted = monotonic()
        self.problem: FileSafetyError | None = None
        """Why its state could not be written, if so: that is no reason to give up the work."""
        stamp = f"{clock().astimezone(UTC):%Y%m%dT%H%M%S.%fZ}"
        number = f"{kind}-{stamp}-{os.getpid()}"
        self.job = Job(number, kind, "queued", Owner.this_process(), started=self._time())
        self.path = directory(file) / f"{number}.json"
        self._files = SafeFileManager(self.path, backup_count=1)
        _make(self.path.parent)
        self._write(state="queued")
        if self.problem is not None:
            raise self.problem
        _sweep(file)

    def __enter__(self) -> Self:
        self._write(state="running")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._write(state="done", done=self.job.total)
        elif isinstance(error, CancelledError | KeyboardInterrupt):
            self._write(state="cancelled", reason="by its user")
        else:
            self._write(state="failed", reason=str(error) or type(error).__name__)

    def progress(self, done: int, total: int) -> None:
        """Note how far it is. Raises CancelledError where it was cancelled."""
        if self._cancelled:
            raise CancelledError
        if monotonic() - self._noted >= _INTERVAL:
            self._noted = monotonic()
            self._write(done=done, total=total)
        else:
            self.job = msgspec.structs.replace(self.job, done=done, total=total)

    def cancel(self) -> None:
        """Let it end at its next step."""
        self._cancelled = True

    def _write(self, **changes: object) -> None:
        self.job = msgspec.structs.replace(self.job, updated=self._time(), **changes)
        try:
            self._files.save_bytes(msgspec.json.encode(self.job), _check)
        except FileSafetyError as error:
            self.problem = error

    def _time(self) -> str:
        return self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


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
    ended = copied is not None and copied.state not in ("queued", "running")
    if copied is not None and (ended or copied.owner.is_gone(here)):
        return _judged(copied, here)
    return Job(path.stem, path.stem.partition("-")[0], "unknown", Owner("", 0, ""), reason=reason)


def all_of(file: Path, here: Owner, pause: Callable[[float], object] = sleep) -> list[Job]:
    """The jobs of the list at `file`, newest first. Raises FileSafetyError where the directory cannot be read."""
    return [read(path, here, pause) for path in _paths(file)]


def _read(path: Path) -> tuple[Job | None, str]:
    try:
        found = durable.read_file(path, follow=False)
        return (msgspec.json.decode(found[0], type=Job), "") if found else (None, f"{path.name} is missing")
    except FileSafetyError as error:
        return None, str(error)
    except msgspec.MsgspecError as error:
        return None, f"{path.name} is damaged: {error}"


def _judged(job: Job, here: Owner) -> Job:
    if job.state in ("queued", "running") and job.owner.is_gone(here):
        return msgspec.structs.replace(job, state="interrupted", reason="its process ended before it did")
    return job


def _check(raw: bytes, _path: Path) -> None:
    try:
        msgspec.json.decode(raw, type=Job)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from error


def _paths(file: Path) -> list[Path]:
    try:
        names = os.listdir(directory(file))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise from_os_error(error, directory(file), "read") from error
    found = (directory(file) / name for name in names if name.endswith(".json") and not name.startswith("."))
    return sorted(found, key=_begun, reverse=True)


def _begun(path: Path) -> str:
    return path.stem.partition("-")[2]


def _sweep(file: Path) -> None:
    for path in _paths(file)[KEPT:]:
        durable.discard(path)
        durable.discard(path.with_name(f"{path.name}.backup"))


def _make(path: Path) -> None:
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        return
    except OSError as error:
        raise from_os_error(error, path, "created") from error
