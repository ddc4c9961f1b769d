"""The thread for what lies beside a list: half-typed text, who else is there, jobs, the log, the profile.

Knows no screen.

It is not the thread that saves, so that half-typed text reaches the disk while a save waits for a lock. None of this
is worth a failure of the app: what cannot be written is tried again at the next occasion, `problem` says why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from threading import Condition, Thread
from time import monotonic
from traceback import format_exception
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from core import drafts, durable, jobs, log, presence, scratch
from core.drafts import Draft
from core.durable import Identity
from core.errors import FileSafetyError
from core.instance import this_instance
from core.instance_files import InstanceFiles, Owner
from core.jobs import Job
from core.presence import Presence
from core.profile import Profile, ProfileStore
from core.profile_rules import ProfileError
from core.task import utc

POLL = 1.0
"""Seconds between two looks for other screens: one listing of a small directory."""
_RETRY = 15.0
"""Seconds after which what could not be remembered is tried again; at the end, and with what comes next, it is too."""
_PROFILE_PATIENCE = 0.5
"""Seconds to wait for the lock of the profile: what is half typed waits as long."""
DELAY = 0.2
"""Seconds after which what is typed is on its way to the disk."""


class Others(Struct, frozen=True):
    """The other screens that have this list open now."""

    screens: tuple[Presence, ...]


class LeftBehind(Struct, frozen=True):
    """What was half typed when an earlier screen ended; it is kept until `forget` is called."""

    drafts: tuple[Draft, ...]


class NotRemembered(Struct, frozen=True):
    """What was to be remembered could not be written to the profile, and why; it is tried again."""

    error: Exception


class EndedBadly(Struct, frozen=True):
    """Jobs that failed or were interrupted, newest first; they are told once."""

    jobs: tuple[Job, ...]


class SettingsChanged(Struct, frozen=True):
    """The settings were changed, by somebody else or here."""

    profile: Profile


Notice = Others | LeftBehind | NotRemembered | EndedBadly | SettingsChanged


class SideWorker:
    """See the module. `tell` is called in the thread, and must not wait. `name` is what others call its user."""

    def __init__(
        self,
        file: Path,
        clock: Callable[[], datetime],
        tell: Callable[[Notice], None],
        profile_path: Path | None = None,
        name: str = "",
    ) -> None:
        self.problem: OSError | FileSafetyError | ProfileError | None = None
        """Why the last attempt failed."""
        self._file = file
        self._files: InstanceFiles
        self._logs = file.parent / "logs"
        self._clock = clock
        self._tell = tell
        self._thread = Thread(target=self._run, name="side", daemon=True)
        self._changed = Condition()
        self._drafts: tuple[Draft, ...] = ()
        self._kept: tuple[Draft, ...] = ()
        self._presence = Presence(this_instance(), utc(clock()), name=name)
        self._announced: Presence | None = None
        self._errors: list[BaseException | None] = []
        self._others: tuple[Presence, ...] = ()
        self._unneeded: list[Path] = []
        self._profile_path = profile_path
        self._remembered: dict[str, Any] = {}
        self._unwritten: dict[str, Any] = {}
        """What is to be remembered, and could not be written."""
        self._settings: Identity | None = None
        """The file of settings that was looked at last."""
        self._told_problem = ""
        self._next_attempt = 0.0
        self._forget = self._stopping = False

    # For any thread; none of these waits for files

    def start(self) -> None:
        """Begin with looking for what was left behind, for jobs that ended badly, and for others."""
        self._thread.start()

    def keep(self, half_typed: tuple[Draft, ...]) -> None:
        """Have `half_typed` on the disk from now on, in place of what was before."""
        with self._changed:
            self._drafts = half_typed
            self._changed.notify_all()

    def forget(self) -> None:
        """What was left behind is among what is kept now."""
        with self._changed:
            self._forget = True
            self._changed.notify_all()

    def edit(self, uid: str) -> None:
        """Tell others that the task `uid` is being edited here; empty: none is."""
        with self._changed:
            self._presence = replace(self._presence, editing=uid)
            self._changed.notify_all()

    def log_error(self, error: BaseException | None) -> None:
        """Write to the log what happened, and where."""
        with self._changed:
            self._errors.append(error)
            self._changed.notify_all()

    def remember(self, fields: Mapping[str, Any]) -> None:
        """Write these fields of the profile, as `ProfileStore.change` takes them; that it fails is told."""
        with self._changed:
            self._remembered |= fields
            self._changed.notify_all()

    def remove(self, file: Path) -> None:
        """Remove a file that was edited: what it held is saved."""
        with self._changed:
            self._unneeded.append(file)
            self._changed.notify_all()

    def stop(self) -> None:
        """End. What is half typed now stays on the disk, and is offered by the next screen."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the end; whether it came."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    # The thread

    def _run(self) -> None:
        self._files = InstanceFiles(self._file, Owner.this_process())
        self._try(self._files.sweep)
        self._try(self._take_over)
        self._try(self._tell_jobs)
        self._try(self._note_settings)
        looked = -POLL
        while not self._stopping:
            self._write()
            if monotonic() - looked >= POLL:
                looked = monotonic()
                self._try(self._look)
            with self._changed:
                self._changed.wait_for(lambda: self._stopping or self._waits(), POLL)
                self._changed.wait_for(lambda: self._stopping, DELAY if self._drafts != self._kept else 0)
        self._write()
        self._try(lambda: presence.leave(self._files))

    def _waits(self) -> bool:
        draft_waits = self._drafts != self._kept and self.problem is None
        return (
            draft_waits
            or bool(self._errors or self._unneeded or self._remembered)
            or self._forget
            or self._presence.editing != self._told_editing
        )

    @property
    def _told_editing(self) -> str:
        return self._announced.editing if self._announced else ""

    def _take_over(self) -> None:
        if found := drafts.take_over(self._files):
            self._tell(LeftBehind(found))

    def _tell_jobs(self) -> None:
        file = durable.real_path(self._file)
        found = [job for job in jobs.ended_badly(jobs.all_of(file, self._files.owner)) if job.state != "unknown"]
        if untold := tuple(job for job in found if not job.told):
            self._tell(EndedBadly(untold))
        for job in untold:
            jobs.note_told(file, job)

    def _look(self) -> None:
        found = presence.others(self._files)
        if found != self._others:
            self._others = found
            self._tell(Others(found))

        self._look_at_settings()

    def _look_at_settings(self) -> None:
        if self._profile_path is None or self._remembered or self._unwritten:
            return
        known = self._settings
        self._note_settings()
        if self._settings in (known, None):
            return
        with closing(ProfileStore(self._profile_path)) as store:
            profile, problems = store.load_usable()
        if not problems and store.report is None:  # else those that held are better
            self._tell(SettingsChanged(profile))

    def _note_settings(self) -> None:
        if self._profile_path is not None:
            self._settings = durable.identity(self._profile_path)

    def _write(self) -> None:
        with self._changed:
            half_typed, now, errors, forget = self._drafts, self._presence, self._errors, self._forget
            self._errors, self._forget = [], False
            unneeded, self._unneeded = self._unneeded, []
            remembered, self._remembered = self._remembered, {}
        self.problem = None
        if half_typed != self._kept:
            self._try(lambda: self._keep(half_typed))
        if now != self._announced:
            self._announced = now  # even where it fails: the next change tries again
            self._try(lambda: presence.announce(self._files, now))
        if forget and half_typed == self._kept:  # else what was left behind stays there, and is offered once more
            self._try(lambda: drafts.forget_taken(self._files))
        for file in unneeded:
            scratch.remove(file)
        if remembered or (self._unwritten and (self._stopping or monotonic() >= self._next_attempt)):
            self._unwritten |= remembered
            self._try(self._write_profile)
        if errors:
            entries = ["".join(format_exception(error)) for error in errors]
            self._try(lambda: log.append(self._logs, entries, self._clock()))

    def _write_profile(self) -> None:
        if self._profile_path is None:
            return
        try:
            with closing(ProfileStore(self._profile_path, lock_timeout=_PROFILE_PATIENCE)) as profile:
                profile.change(self._unwritten)
        except (FileSafetyError, ProfileError) as error:
            self._next_attempt = monotonic() + _RETRY
            if str(error) != self._told_problem:
                self._told_problem = str(error)
                self._tell(NotRemembered(error))
            raise
        self._unwritten, self._told_problem = {}, ""

    def _keep(self, half_typed: tuple[Draft, ...]) -> None:
        drafts.keep(self._files, half_typed)
        self._kept = half_typed

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except (OSError, FileSafetyError, ProfileError) as error:
            self.problem = error
