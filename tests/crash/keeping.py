"""The scenarios of what keeps a list safe: copies, restoring, attached files, ZIPs, settings."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from core import archive, attachments, zip_backup
from core.archive import copies
from core.jobs import Running
from core.profile import ProfileStore
from core.safekeeping import copy_before, copy_if_due, sweep
from core.state import AppState
from core.store import TaskStore
from core.task import Status
from core.tasklist import TaskList
from core.zip_backup import Source
from tests.crash.checks import check_list, leftovers
from tests.crash.scenarios import Scenario, saves
from tests.crash.sessions import NOW, Acknowledge, Act, Content, ListSession, Session, Wanted

ATTACHED = Path(__file__)
"""Any small file that is not among those that are watched."""
_LATER = NOW + timedelta(days=36_500)
"""When what was left half written is nobody's any more, whatever the clock of this machine says."""
_NAME = f"{sha256(ATTACHED.read_bytes()).hexdigest()}/{ATTACHED.name}"


class CopyingSession(ListSession):
    """Makes the routine copy after a save."""

    def save(self, acknowledge: Acknowledge) -> None:
        sweep(self.path, _LATER)
        super().save(acknowledge)
        copy_if_due(self.store)


class CarefulSession(ListSession):
    """Makes a copy before a save that could do great harm."""

    def save(self, acknowledge: Acknowledge) -> None:
        sweep(self.path, _LATER)
        copy_before(self.store)
        super().save(acknowledge)


class AttachingSession(ListSession):
    """Brings a file to the disk before the change that names it."""

    def save(self, acknowledge: Acknowledge) -> None:
        sweep(self.path, _LATER)
        attachments.keep(self.path, ATTACHED)
        super().save(acknowledge)


def _add(state: AppState) -> None:
    state.add_task("another")


def _restore(state: AppState) -> None:
    first, *_rest = state.tasks
    then = {first.uid: replace(first, name="as it was", status=Status.PENDING)}
    if not state.restore(then, "restore").changed:
        state.add_task("another")


def _attach(state: AppState) -> None:
    first = state.find(1)
    state.edit([first], attachments=[] if first.attachments else [_NAME])


def _session(kind: type[ListSession], act: Act) -> Any:
    return lambda path, base: kind(path, base, act)


def _check_kept(path: Path, allowed: Sequence[Content], *, damaged: bool) -> str:
    """The list is as it should be, every copy and every attached file that it names is whole."""
    for copy in copies(path):
        if not archive.is_good(copy):
            return f"{copy.path.name} is not good"
    sweep(path, _LATER)
    if left := list(archive.directory(path).glob("*.tmp")):
        return f"a day later {left[0].name} is still there"
    with_files = ListSession(path, TaskList(), _add, instance=13)
    with_files.open()
    for task, name in attachments.missing(path, with_files.state.tasks):
        return f"{task.name} has lost {name}"
    for task in with_files.state.tasks:
        for name in task.attachments:
            kept = attachments.path_of(path, name)
            if kept is None or attachments.digest_of(kept) != name[:64]:
                return f"{name} is not what it was"
    with_files.close()
    return check_list(path, allowed, damaged=damaged)


class ZipSession:
    """Makes ZIPs, each as a job; what the file holds is how many there are."""

    def __init__(self, path: Path, base: int) -> None:
        self.path, self.base = path, base
        self._store = TaskStore(path)
        self._tasks = TaskList()
        self._waiting = False

    def open(self) -> None:
        self._tasks = self._store.load().tasks

    def act(self) -> None:
        self._waiting = True

    def wanted(self) -> Wanted:
        return Wanted(self.base, (self.base + self._waiting,), self.base + self._waiting)

    def save(self, acknowledge: Acknowledge) -> None:
        sweep(self.path, _LATER)
        target = archive.directory(self.path)
        now = NOW + timedelta(seconds=self.base)
        with Running(self.path, "backup", lambda: now) as job:
            zip_backup.make(Source(self.path, self._tasks), target, "mine", now, job.progress)
        self.base, self._waiting = self.base + 1, False
        acknowledge()

    def shown(self) -> Content:
        return self.base

    def pending(self) -> bool:
        return self._waiting

    def close(self) -> None:
        self._store.close()


def _a_list_with_backups(path: Path) -> int:
    saves(3)(path)
    os.mkdir(archive.directory(path))
    return 0


def _check_zips(path: Path, allowed: Sequence[Content], *, damaged: bool) -> str:
    del damaged
    found = list(archive.directory(path).glob("*.zip"))
    for made in found:
        zip_backup.verify(made)
    if len(found) not in allowed:
        return f"there are {len(found)} ZIPs, not one of {allowed}"
    sweep(path, _LATER)
    return leftovers(path)


class ProfileSession:
    """Changes a setting; what the file holds is its value."""

    def __init__(self, path: Path, base: str) -> None:
        self.path, self.base = path, base
        self._store = ProfileStore(path)
        self._theme: str | None = None

    def open(self) -> None:
        self.base = self._store.load().theme

    def act(self) -> None:
        self._theme = f"{self.base}x"

    def wanted(self) -> Wanted:
        after = self.base if self._theme is None else self._theme
        return Wanted(self.base, (after,), after)

    def save(self, acknowledge: Acknowledge) -> None:
        self._store.change({"theme": self._theme})
        self.base, self._theme = self._theme or "", None
        acknowledge()

    def shown(self) -> Content:
        return self.base

    def pending(self) -> bool:
        return self._theme is not None

    def close(self) -> None:
        self._store.close()


def _settings(count: int) -> Any:
    def prepare(path: Path) -> str:
        store = ProfileStore(path)
        for number in range(count):
            store.change({"theme": "x" * (number + 1), "name": "Ada"})
        store.close()
        return "x" * count

    return prepare


def _check_settings(path: Path, allowed: Sequence[Content], *, damaged: bool) -> str:
    del damaged
    store = ProfileStore(path)
    found = store.load().theme
    if found not in allowed or store.report is not None:
        return f"the theme is {found!r}, not one of {allowed}; {store.report}"
    store.change({"theme": "next"})
    if ProfileStore(path).load().theme != "next":
        return "the next change was not saved"
    store.close()
    return leftovers(path)


def _profile(path: Path, base: Any) -> Session:
    return ProfileSession(path, base)


def _zips(path: Path, base: Any) -> Session:
    return ZipSession(path, base)


KEEPING = (
    Scenario("routine copy", saves(3), _session(CopyingSession, _add), _check_kept),
    Scenario("restore, with a copy before", saves(3), _session(CarefulSession, _restore), _check_kept),
    Scenario("attached file", saves(2), _session(AttachingSession, _attach), _check_kept),
    Scenario("ZIP", _a_list_with_backups, _zips, _check_zips),
    Scenario("first setting", _settings(0), _profile, _check_settings, file="profile.json"),
    Scenario("another setting", _settings(2), _profile, _check_settings, file="profile.json"),
)
