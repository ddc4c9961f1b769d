"""Which list a command works on, and with which settings: options before the environment, that before the profile."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from core.errors import FileCorruptionError, FileSafetyError, TodurableError
from core.paths import absolute_path, data_directory, make_private_directory, profile_file, task_file
from core.profile import Profile, ProfileStore
from core.profile_rules import LONGEST_TIMEOUT, MissingSettingError, ProfileError, check
from ui.output import Output

if TYPE_CHECKING:
    from core.store import Kept, TaskStore


_MEND = "Mend it with: todurable profile edit"
_TIMEOUT = "TODURABLE_LOCK_TIMEOUT"


class BadEnvironmentError(TodurableError):
    """A variable of the environment holds what it must not; nothing was read or written."""

    def __init__(self, variable: str, expected: str) -> None:
        super().__init__(f"{variable} must be {expected}.")
        self.variable = variable


class UnknownListError(TodurableError):
    """The profile names no such list."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        there = (
            f"It names {', '.join(sorted(known))}." if known else f"Name it: todurable profile set lists.{name} PATH"
        )
        super().__init__(f"Your profile names no list “{name}”. {there}")
        self.name = name


def chosen(options: Namespace, out: Output) -> tuple[Path, Profile]:
    """The list and the settings that `options`, else the environment, else the profile name.

    A setting that cannot be used is no reason to stop where it does not choose the list: that is told, and the usual
    one is used. Raises ProfileError or FileSafetyError where it is.
    """
    named = options.file or (None if options.list else os.environ.get("TODURABLE_FILE") or None)
    choosing = "" if named else "lists" if options.list else "file"
    try:
        profile, problems = _usable(out)
    except (ProfileError, FileSafetyError) as error:
        if named is None:
            if isinstance(error, MissingSettingError | FileCorruptionError):
                out.note(_MEND)
            raise
        out.warn(f"{error} The usual settings are used.")
        profile, problems = Profile(tour_seen=True), ()  # whose settings cannot be read is asked for none
    for problem in problems:
        if problem.field.partition(".")[0] == choosing:
            out.note(_MEND)
            raise problem
        out.warn(f"{problem} The usual setting is used; mend it with: todurable profile edit")
    file = task_file(os.environ, named or _named_list(profile, options.list) or profile.file or None)
    return file, replace(profile, lock_timeout=lock_timeout(options, profile))


def lock_timeout(options: Namespace, profile: Profile) -> float:
    """Seconds to wait for a lock. Raises BadEnvironmentError."""
    if options.lock_timeout is not None:
        return float(options.lock_timeout)
    named = os.environ.get(_TIMEOUT)
    if not named:
        return profile.lock_timeout
    try:
        return float(check({"lock_timeout": float(named)})["lock_timeout"])
    except (ValueError, ProfileError) as error:
        raise BadEnvironmentError(_TIMEOUT, f"a number of seconds from 0 to {LONGEST_TIMEOUT:.0f}") from error


def _usable(out: Output) -> tuple[Profile, tuple[ProfileError, ...]]:
    """The settings as far as they are valid, and what is wrong with others; what had to be recovered is told."""
    store = ProfileStore(profile_file(os.environ))
    try:
        return store.load_usable()
    finally:
        if store.report is not None:
            out.warn(str(store.report), recovery=store.report.to_json())


def _named_list(profile: Profile, name: str | None) -> str:
    if name is None:
        return ""
    if name not in profile.lists:
        raise UnknownListError(name, profile.lists)
    return profile.lists[name]


def make_usual_directory(file: Path) -> None:
    """Make the directory of the list at `file` where that is the usual one, and missing. Raises FileSafetyError."""
    usual = data_directory(os.environ)
    if file.parent in (usual, Path(os.path.realpath(usual))):
        make_private_directory(usual)


def called(file: Path, profile: Profile) -> str:
    """What the list at `file` is called on the screen: by its name in `profile`, with that of its user before it."""
    named = (name for name, path in profile.lists.items() if absolute_path(os.environ, path) == file)
    name = next(named, file.name)
    return f"{profile.name}: {name}" if profile.name else name


def kept_by(profile: Profile, path: Path | None) -> Kept:
    """Which copies `profile`, the one at `path`, wants to stay."""
    from core.store import Kept

    place = next(iter(second_place(profile)), None)
    return Kept(profile.keep_last, profile.keep_hourly, profile.keep_daily, profile.keep_monthly, place, path)


def second_place(profile: Profile) -> tuple[Path, ...]:
    """Where `profile` wants a daily copy, if anywhere."""
    return (absolute_path(os.environ, profile.second_place),) if profile.second_place else ()


def store_opener(
    file: Path, profile: Profile, profile_path: Path | None, lock_timeout: float, clock: Callable[[], datetime]
) -> Callable[[], TaskStore]:
    """What opens the files of the list at `file`, with the settings of `profile`."""
    from core.store import TaskStore

    kept = kept_by(profile, profile_path)
    return partial(
        TaskStore, file, lock_timeout=lock_timeout, backup_count=profile.backup_count, clock=clock, kept=kept
    )
