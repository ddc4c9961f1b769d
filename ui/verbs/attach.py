"""`todurable attach`: files attached to a task, listed, opened and taken off."""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

from core import attachments
from core.attachments import NoSuchAttachmentError, file_name
from core.display import literal
from core.errors import TodurableError
from core.paths import absolute_path
from core.state import AppState
from core.store import TaskStore
from core.task import Task
from ui import exit_codes
from ui.output import Output
from ui.session import called, load, save, store_for, task_document


class MissingAttachmentError(TodurableError):
    """An attached file is not where it was put."""

    def __init__(self, name: str, path: Path | None) -> None:
        super().__init__(
            f"The attached file {file_name(name)} is missing; it was {path or name}. A backup may have it."
        )
        self.name = name
        self.path = path


def run(options: Namespace, out: Output) -> int:
    """Copy the files first, then change the task; without a file, list what is attached."""
    with store_for(options, out) as store:
        state = load(store, out)
        task = state.find(options.task)
        file = store.files.path
        if options.open is not None:
            return _open(file, _named(task, options.open))
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
    kept = [attachments.keep(store.files.path, absolute_path(os.environ, name)) for name in options.files]
    staying = [name for name in task.attachments if name not in removed]
    state.edit([task], "attach", attachments=[*staying, *(name for name in kept if name not in staying)])
    save(state, store, out)
    if removed:
        out.note(f"Taken off {called(task)}. The copy stays, so that undo brings it back.")


def _named(task: Task, wanted: str) -> str:
    found = [name for name in task.attachments if wanted in (name, file_name(name))]
    if len(found) != 1:
        raise NoSuchAttachmentError(wanted)
    return found[0]


def _line(file: Path, name: str) -> str:
    path = attachments.path_of(file, name)
    return str(path) if attachments.is_there(file, name) else f"{file_name(name)} (missing)"


def _open(file: Path, name: str) -> int:
    """With what the system opens such a file with."""
    path = attachments.path_of(file, name)
    if path is None or not attachments.is_there(file, name):
        raise MissingAttachmentError(name, path)
    if sys.platform == "win32":
        os.startfile(path)  # noqa: S606 - what the user asked for
        return exit_codes.DONE
    opener = "open" if sys.platform == "darwin" else "xdg-open"
    try:
        subprocess.run([opener, str(path)], check=True)  # noqa: S603 - what the user asked for
    except (OSError, subprocess.CalledProcessError) as error:
        raise TodurableError(f"{path} could not be opened with {opener}: {error}.") from error
    return exit_codes.DONE
