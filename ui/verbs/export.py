"""`todurable export`: tasks as other programs read them."""

from __future__ import annotations

import os
from argparse import Namespace
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from core.display import literal_block
from core.errors import TodurableError
from core.file_safety import SafeFileManager
from core.interop import format_called
from core.jobs import Running
from core.paths import absolute_path
from core.progress import counted
from core.store import TaskStore
from core.task import Task
from ui import exit_codes
from ui.choosing import query
from ui.output import Output
from ui.progress import ProgressLine
from ui.sentences import count
from ui.session import list_for, load


class OwnFileError(TodurableError):
    """An export would take the place of a file of the list."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is a file of the list itself. Nothing was written: export to another one.")
        self.path = path


def run(options: Namespace, out: Output) -> int:
    """Print what the query finds, or put it into a file; without one all but the trash. Writes nothing to the list.

    A file and a program get it exactly; a terminal gets nothing that it would obey.
    """
    with list_for(options, out) as (store, profile):
        asked = query(" ".join(options.query) or "status!=deleted", profile.week_start)
        found = asked.search(load(store, out).known)
        _tell_left_out(found, options.format, out)
        if options.to is not None:
            _put(found, store, options, out)
            return exit_codes.DONE
    with ProgressLine("Exporting", quiet=options.quiet) as line:
        exported = format_called(options.format).write(counted(found, line))
    if out.to_terminal:
        exported = literal_block(exported.decode().replace("\r\n", "\n")).encode()
    out.raw(exported)
    return exit_codes.DONE


def _tell_left_out(found: Iterable[Task], form: str, out: Output) -> None:
    without = format_called(form).without
    left_out = Counter(name for task in found for name in without(task))
    if left_out:
        told = ", ".join(f"{name} ({count(tasks, 'task')})" for name, tasks in sorted(left_out.items()))
        out.note(f"{form} has no place for: {told}. All of it is in json and csv.")


def _put(found: Sequence[Task], store: TaskStore, options: Namespace, out: Output) -> None:
    """In one step: whatever ends it, the file holds all of it, or what it did before.

    Only this is a job. Who reads what is printed knows how that ended, and a list that cannot be written is printed.
    """
    file, form = store.files.path, format_called(options.format)
    target = SafeFileManager(absolute_path(os.environ, options.to), backup_count=0)
    if target.path.parent == file.parent and f"{target.path.name}.".startswith(f"{file.name}."):
        raise OwnFileError(target.path)
    with (
        ProgressLine("Exporting", quiet=options.quiet) as line,
        Running(file, "export", store.clock, line, at_once=False) as job,
    ):
        target.save_bytes(form.write(counted(found, job.progress)), lambda _raw, _path: None)
    if out.json:
        out.document({"file": str(target.path), "tasks": len(found)})
    else:
        out.done(f"Exported {count(len(found), 'task')} to {target.path}.")
