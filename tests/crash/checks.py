"""What a file holds for whoever comes next: the list or document that it should, and a next save works."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from core import checkpoint, durable, jobs
from core.file_safety import SafeFileManager
from core.instance_files import Owner
from core.strict_json import parse
from core.task import Task
from core.tasklist import TaskList
from tests.crash.sessions import Content, DocumentSession, ListSession

_OF_A_COPY = re.compile(r"\.tasks-\d+-\d{8}T\d{6}\.")


def check_list(path: Path, allowed: Sequence[Content], *, damaged: bool) -> str:
    """What is wrong with the list at `path`, which should hold one of `allowed`; empty where nothing is.

    Reads it, then adds a task and saves as its next user. `damaged`: it was before, so a report is expected.
    """
    later = ListSession(path, TaskList(), lambda state: state.add_task("the next one"), instance=9)
    with closing(later):
        later.open()
        report = later.store.report
        if report is not None and (report.lost or not damaged):
            return f"the loader reports: {report}"
        if (found := later.shown()) not in allowed:
            return _differs(found, allowed)
        if later.state.next_id <= max((task.id for task in found.values()), default=0):
            return f"the next id, {later.state.next_id}, was given already"
        if not damaged and (problem := _bad_backups(path)):
            return problem
        later.act()
        later.save(lambda: None)
    return _check_saved(path, later.shown()) or _check_recoveries(path, later.shown())


def _check_saved(path: Path, wanted: Content) -> str:
    again = ListSession(path, TaskList(), lambda _state: None, instance=10)
    with closing(again):
        again.open()
        if again.shown() != wanted:
            return f"after the next save: {_differs(again.shown(), [wanted])}"
        if len({task.id for task in again.shown().values()}) < len(wanted):
            return "after the next save: two tasks have one id"
    if problem := _bad_backups(path) or leftovers(path):
        return f"after the next save: {problem}"
    if not checkpoint.verify(path.read_bytes()):
        return "after the next save: the file is not good"
    return ""


def _check_recoveries(path: Path, wanted: Content) -> str:
    """Each backup, with the journal, must lead to the same list when all newer files are lost."""
    backups = [backup for backup in SafeFileManager(path).backup_paths if backup.exists()]
    for lost, backup in zip([path, *backups], backups, strict=False):
        lost.unlink()
        with closing(ListSession(path, TaskList(), lambda _state: None, instance=11)) as later:
            later.open()
            if later.shown() != wanted:
                return f"recovered from {backup.name}: {_differs(later.shown(), [wanted])}"
    return ""


def _bad_backups(path: Path) -> str:
    for backup in SafeFileManager(path).backup_paths:
        if backup.exists() and not checkpoint.decode(backup.read_bytes(), backup).verified:
            return f"{backup.name} is not good"
    return ""


def check_document(path: Path, allowed: Sequence[Content], *, damaged: bool) -> str:
    """As `check_list`, for any JSON document."""
    with closing(DocumentSession(path, None)) as later:
        later.open()
        if later.files.last_recovery is not None and not damaged:
            return f"the loader reports: {later.files.last_recovery}"
        if later.document not in allowed:
            return f"it holds {later.document!r}, not one of {allowed!r}"
        if not damaged:
            _parse_backups(later)
        later.act()
        later.save(lambda: None)
        with closing(DocumentSession(path, None)) as again:
            again.open()
            if again.document != later.document:
                return f"after the next save it holds {again.document!r}, not {later.document!r}"
        _parse_backups(later)
    return leftovers(path)


def _parse_backups(session: DocumentSession) -> None:
    for backup in session.files.backup_paths:
        if backup.exists():
            parse(backup.read_bytes())


def leftovers(path: Path) -> str:
    """Temporary files that a save should have removed, or a job of a later day, and jobs that nobody can read.

    Those of timestamped copies go a day later, see `keeping`.
    """
    durable.sweep_old(jobs.directory(path), math.inf)
    for job in jobs.all_of(path, Owner.this_process(), lambda _seconds: None):
        if job.state == "unknown":
            return f"a job cannot be read: {job.reason}"
    names = sorted(found.name for found in path.parent.rglob("*.tmp") if not _OF_A_COPY.match(found.name))
    return f"temporary files are left: {', '.join(names)}" if names else ""


def _differs(found: dict[str, Task], allowed: Sequence[Content]) -> str:
    def told(tasks: dict[str, Task]) -> str:
        return ", ".join(f"{task.id} {task.name} [{task.status}]" for task in tasks.values()) or "nothing"

    return f"it holds {told(found)}; allowed: {' | '.join(map(told, allowed))}"
