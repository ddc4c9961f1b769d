"""The list that a command works on: found, read, and saved."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from core.errors import FileSafetyError
from core.opened import News
from core.paths import profile_file
from core.profile import Profile
from core.safekeeping import copy_before, copy_if_due, daily_copy, is_dangerous
from core.state import AppState
from core.store import TaskStore
from core.surroundings import little_space
from core.task import FIELDS, Task
from core.tasklist import Conflict
from ui.output import Output
from ui.settings import chosen, kept_by, make_usual_directory


@contextmanager
def list_for(options: Namespace, out: Output) -> Iterator[tuple[TaskStore, Profile]]:
    """The files that `options` name, and the settings; what had to be recovered from the files is told in the end."""
    file, profile = chosen(options, out)
    with closing(open_store(file, profile)) as store:
        try:
            yield store, profile
        finally:
            if store.report is not None:
                out.warn(str(store.report), recovery=store.report.to_json())


@contextmanager
def store_for(options: Namespace, out: Output) -> Iterator[TaskStore]:
    """As `list_for`, where no setting matters."""
    with list_for(options, out) as (store, _profile):
        yield store


def make_directory(store: TaskStore) -> None:
    """Make the usual directory where it is missing; not that of a list that was named: its drive may be elsewhere."""
    make_usual_directory(store.files.path)


def open_store(file: Path, profile: Profile) -> TaskStore:
    """The files of the list at `file`, with the settings of `profile`."""
    return TaskStore(
        file,
        lock_timeout=profile.lock_timeout,
        backup_count=profile.backup_count,
        kept=kept_by(profile, profile_file(os.environ)),
    )


def load(store: TaskStore, out: Output, *, history: bool = False) -> AppState:
    """The list as it is, with what another program changed in its file; its last records only with `history`."""
    opened = store.load()
    if opened.newer is not None:
        out.warn(str(opened.newer))
    state = AppState()
    state.adopt(opened.tasks, store.history() if history else (), opened.outside)
    return state


def save(state: AppState, store: TaskStore, out: Output) -> tuple[Conflict, ...]:
    """Commit what waits in `state`; returns where it could not be done as asked, for others were faster."""
    return saved(state, commit(state, store), store, out)


def commit(state: AppState, store: TaskStore) -> News:
    """The first half of `save`: on return the change is safe, and nothing that fails after it is an error.

    The list is copied before a change of many tasks.
    """
    if is_dangerous(state.pending):
        copy_before(store)
    return store.commit(state.pending)


def saved(state: AppState, news: News, store: TaskStore, out: Output) -> tuple[Conflict, ...]:
    """The second half of `save`, when the commit has been made and told these `news`."""
    conflicts = state.receive(news).conflicts
    if store.checkpoint_due:
        _checkpoint(store, out)
        _copy(store, out)
    if warning := little_space(store.files.path.parent):
        out.warn(warning)
    return conflicts


def task_document(task: Task) -> dict[str, Any]:
    """All of `task` for programs: every field, and those that are not ours beside them, as in the file."""
    fields = {field: getattr(task, field) for field in FIELDS if field != "extra"}
    return {**fields, **(task.extra or {})}


def _checkpoint(store: TaskStore, out: Output) -> None:
    try:
        store.checkpoint()
        failed = store.put_off
    except FileSafetyError as error:
        failed = error
    if failed is not None:
        out.warn(f"The change is saved in {store.journal.path.name}, but {failed}")


def _copy(store: TaskStore, out: Output) -> None:
    try:
        if copy_if_due(store) is not None and (copy := daily_copy(store)) is not None:
            copy()
    except FileSafetyError as error:
        out.warn(f"The change is saved, but no copy of the list could be made: {error}")
