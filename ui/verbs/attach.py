"""`todurable attach`: files attached to a task, listed, opened and taken off."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path

from core import attachments
from core.attachments import NoSuchAttachmentError, file_name
from core.display import literal
from core.paths import input_file
from core.state import AppState
from core.store import TaskStore
from core.task import Task, task_name
from ui import exit_codes
from ui.opener import open_attachment
from ui.output import Output
from ui.progress import ProgressLine
from ui.session import load, save, store_for, task_document


def run(options: Namespace, out: Output) -> int:
    """Copy the files first, then change the task; without a file, list what is attached."""
    with store_for(options, out) as store:
        state = load(store, out)
        task = state.find(options.task)
        file = store.files.path
        if options.open is not None:
            open_attachment(file, _named(task, options.open))
            return exit_codes.DONE
        if options.files or options.remove:
            _change(state, store, task, options, out)
        task = state.find(task.uid)
    if out.json:
        out.document(task_document(task))
    else:
        out.lines(literal(_line(file, name)) for name in task.attachments)
    return exit_codes.DONE


def _change(state: AppState, store: TaskStore, task: Task, options: Namespace, out: Output) -> None:
    removed = {_named(task, name) for name in options.remove or ()}
    with ProgressLine("Attaching", quiet=options.quiet) as line:
        kept = [attachments.keep(store.files.path, input_file(os.environ, name), line) for name in options.files]
    staying = [name for name in task.attachments if name not in removed]
    state.edit([task], "attach", attachments=[*staying, *(name for name in kept if name not in staying)])
    save(state, store, out)
    if removed:
        out.note(f"Taken off {task_name(task)}. The copy stays, so that undo brings it back.")


def _named(task: Task, wanted: str) -> str:
    found = [name for name in task.attachments if wanted in (name, file_name(name))]
    if len(found) != 1:
        raise NoSuchAttachmentError(wanted)
    return found[0]


def _line(file: Path, name: str) -> str:
    path = attachments.path_of(file, name)
    return str(path) if attachments.is_there(file, name) else f"{file_name(name)} (missing)"
