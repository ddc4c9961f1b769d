"""`todurable import`: tasks from other programs' files, as one step of undo, and as one job."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from core import durable
from core.interop import Entry, format_called, guess
from core.jobs import Running
from core.opened import News
from core.paths import NoInputError, input_file
from core.progress import counted
from core.safekeeping import copy_before
from core.state import AppState, Outcome
from core.store import TaskStore
from ui import exit_codes
from ui.output import Output
from ui.progress import ProgressLine
from ui.sentences import count
from ui.session import commit, list_for, load, make_directory, saved, task_document

LARGE = 100_000
"""Bytes from which on an import is sure to last a moment."""


def run(options: Namespace, out: Output) -> int:
    """Add the tasks of a file, and bring those up to date that came from it before; a copy of the list comes first.

    They are told as soon as they are safe: what is still done then needs no patience, and loses nothing if it ends.
    """
    raw = _content(options.source)
    with list_for(options, out) as (store, _profile):
        if len(raw) > LARGE:
            make_directory(store)
        with (
            ProgressLine("Importing", quiet=options.quiet) as line,
            Running(store.files.path, "import", store.clock, line, at_once=len(raw) > LARGE) as job,
        ):
            entries = _read(raw, options, job)
            state = load(store, out)
            outcome = state.take_in(_counted(job, 1, entries))
            news = _commit(outcome, state, store)
        same = len(entries) - len(outcome.changed)
        told = f"; {same} are here as they are." if same else "."
        out.done(f"Imported {count(len(outcome.changed), 'task')}{told}")
        if news is not None:
            saved(state, news, store, out)
    if options.json:
        out.document([task_document(task) for uid, task in state.known.items() if uid in outcome.changed])
    return exit_codes.DONE


def _read(raw: bytes, options: Namespace, job: Running) -> list[Entry]:
    form = format_called(options.format or guess(options.source, raw))
    return form.read(raw, datetime.now(), partial(_counted, job, 0))  # noqa: DTZ005 - of the user's own clock


def _commit(outcome: Outcome, state: AppState, store: TaskStore) -> News | None:
    if not outcome.changed:
        return None
    make_directory(store)
    copy_before(store)
    return commit(state, store)


def _counted(job: Running, part: int, items: Sequence[Any]) -> Iterable[Any]:
    """`items`, taken in the first or the second third of `job`; the last one is what is done with all of them."""
    return counted(items, job.progress, part, 3)


def _content(source: str) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read() if sys.stdin is not None else b""
    path = input_file(os.environ, source)
    found = durable.read_file(path)
    if found is None:
        raise NoInputError(path, f"{path} is gone")
    return found[0]
