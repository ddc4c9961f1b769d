"""`todurable restore`: tasks made as they were, or as a backup has them, once it was shown what that changes."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from core import archive, attachments, backups, zip_backup
from core.attachments import file_name
from core.errors import TodurableError
from core.jobs import Running
from core.paths import input_file
from core.restoring import restoration
from core.safekeeping import copy_before
from core.state import AppState, Outcome
from core.store import TaskStore
from core.task import FIELDS, FIXED, Task
from core.timeline import Timeline
from ui import exit_codes, sentences
from ui.arguments import UsageError
from ui.asking import agreed
from ui.finding import find_uids
from ui.output import Output
from ui.progress import ProgressLine
from ui.session import commit, load, make_directory, saved, store_for, task_document
from ui.told_changes import restore_label, told_restoring
from ui.verbs.history import moment_number


class UnknownFieldError(TodurableError):
    """A task has no field of that name, or none that can be restored."""

    def __init__(self, name: str) -> None:
        super().__init__(f"A task has no field “{name}” that could be restored. They are: {', '.join(_RESTORABLE)}.")
        self.name = name


class _Source(NamedTuple):
    """Where the tasks come from: what that is called, what they were there, of whom only these are wanted.

    `ours`: it is of this list's own past. `path` is the backup, if it is one.
    """

    label: str
    tasks: Mapping[str, Task]
    wanted: Collection[str]
    ours: bool
    path: Path | None = None


_RESTORABLE = tuple(name for name in FIELDS if name not in (*FIXED, "created"))


def run(options: Namespace, out: Output) -> int:
    """Show what will change, ask, keep a copy of the list as it is, and restore as one change."""
    if options.settings:
        from ui.verbs import restore_settings

        return restore_settings.run(options, out)
    _check(options)
    with store_for(options, out) as store:
        make_directory(store)
        state = load(store, out, history=True)
        source = _source(options, store)
        uids = find_uids([source.tasks, state.known], list(source.wanted)) if source.wanted else None
        shown = list(_preview(state, source, uids, options.field))
        lost = _lost_files(source, uids, store.files.path)
        if not shown and not lost:
            asked = "What was asked for" if uids is not None or options.field else "All"
            out.note(f"{asked} is as it was {source.label}.")
            return exit_codes.DONE
        what = sentences.count(len(shown), "task") if shown else sentences.count(len(lost), "attached file")
        if not agreed([*shown, *map(_comes_back, lost)], f"Restore {what}?", out, yes=options.yes):
            out.note("Nothing was changed.")
            return exit_codes.REFUSED
        outcome = _restore(store, state, source, uids, options, out)
    _tell(outcome, state, out, what)
    return exit_codes.DONE


def _check(options: Namespace) -> None:
    for name in options.field or ():
        if name not in _RESTORABLE:
            raise UnknownFieldError(name)
    if options.at is None and len(options.what) != 1:
        raise UsageError("Name one backup, or a moment with --at. Backups: todurable backups")
    if options.at is not None and options.task:
        raise UsageError("With --at, name tasks without --task: todurable restore --at 42 3 5")


def _source(options: Namespace, store: TaskStore) -> _Source:
    if options.at is not None:
        timeline = Timeline(store.files)
        then = timeline.at(moment_number(options.at, timeline, datetime.now(UTC).astimezone()))
        return _Source(f"after change {then.seq}", then.tasks, options.what, ours=True)
    path = named(options.what[0], store.files.path.parent)
    with ProgressLine("Reading", quiet=options.quiet) as line:
        found = backups.read(path, line)
    ours = path.parent in (store.files.path.parent, archive.directory(store.files.path))
    return _Source(f"in {path.name}", found.tasks, options.task or (), ours, path)


def _lost_files(source: _Source, uids: Collection[str] | None, file: Path) -> list[str]:
    """The attached files of what comes back that are not beside the list any more, and are in the ZIP."""
    lost = dict.fromkeys(name for _task, name in attachments.missing(file, _back(source, uids)))
    if not lost or source.path is None or source.path.suffix != ".zip":
        return []
    with zip_backup.opened(source.path) as backup:
        return [name for name in lost if backup.attachment(name) is not None]


def _back(source: _Source, uids: Collection[str] | None) -> list[Task]:
    return [task for uid, task in source.tasks.items() if uids is None or uid in uids]


def _comes_back(name: str) -> str:
    return f"Attached file {file_name(name)}: comes back"


def named(text: str, beside: Path) -> Path:
    """The file that `text` names from here, or from beside the list, as `backups` prints it. Raises NoInputError."""
    return input_file(os.environ, text, beside, "Backups: todurable backups")


def _preview(
    state: AppState, source: _Source, uids: Collection[str] | None, fields: Collection[str] | None
) -> Iterator[str]:
    """What restoring will do to each task, in the order of the list."""
    then = source.tasks
    either = {**then, **state.known}
    changing = restoration(state.known, then, state.next_id, uids, fields, ours=source.ours).tasks
    for was, now in sorted(((then.get(uid), state.known.get(uid)) for uid in changing), key=_number_of):
        yield told_restoring(was, now, either)


def _number_of(pair: tuple[Task | None, Task | None]) -> int:
    then, now = pair
    task = now or then
    return task.id if task else 0


def _restore(
    store: TaskStore, state: AppState, source: _Source, uids: Collection[str] | None, options: Namespace, out: Output
) -> Outcome:
    """Attached files first, so that none is named before it is on the disk."""
    with (
        ProgressLine("Restoring", quiet=options.quiet) as line,
        Running(store.files.path, "restore", store.clock, line) as job,
    ):
        copy_before(store)
        lost: list[str] = []
        if source.path is not None:
            back = _back(source, uids)
            lost = backups.bring_back_attachments(source.path, store.files.path, back, job.progress)
        label = restore_label(source.label, source.path)
        outcome = state.restore(source.tasks, label, uids, options.field, ours=source.ours)
        news = commit(state, store)
    for name in lost:
        out.warn(f"An attached file, {file_name(name)}, is not {source.label}.")
    return replace(outcome, conflicts=(*outcome.conflicts, *saved(state, news, store, out)))


def _tell(outcome: Outcome, state: AppState, out: Output, what: str) -> None:
    for met in outcome.conflicts:
        out.warn(sentences.conflict(met, state.known.get(met.uid)))
    if out.json:
        restored = [task_document(task) for uid, task in state.known.items() if uid in outcome.changed]
        out.document({"restored": outcome.label, "tasks": restored})
    elif outcome.changed:
        out.done(f"Restored {sentences.count(len(outcome.changed), 'task')}. todurable undo takes that back.")
    else:
        out.done(f"Restored {what}.")
