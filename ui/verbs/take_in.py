"""`todurable import`: tasks from other programs' files, as one step of undo."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from datetime import datetime
from pathlib import Path

from core import durable
from core.interop import ImportedFileError, format_called, guess
from core.safekeeping import copy_before
from ui import exit_codes
from ui.output import Output
from ui.sentences import count
from ui.session import list_for, load, make_directory, save, task_document


def run(options: Namespace, out: Output) -> int:
    """Add the tasks of a file, and bring those up to date that came from it before; a copy of the list comes first."""
    raw = _content(options.source)
    name = options.format or guess(options.source, raw)
    entries = format_called(name).read(raw, datetime.now())  # noqa: DTZ005 - of the user's own clock
    with list_for(options, out) as (store, _profile):
        state = load(store, out)
        outcome = state.take_in(entries)
        if outcome.changed:
            make_directory(store)
            copy_before(store)
            save(state, store, out)
    same = len(entries) - len(outcome.changed)
    out.done(f"Imported {count(len(outcome.changed), 'task')}" + (f"; {same} are here as they are." if same else "."))
    if options.json:
        out.document([task_document(task) for uid, task in state.known.items() if uid in outcome.changed])
    return exit_codes.DONE


def _content(source: str) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read() if sys.stdin is not None else b""
    found = None if os.path.isdir(source or os.curdir) else durable.read_file(Path(source))
    if found is None:
        raise ImportedFileError(f"“{source}” is no file.")
    return found[0]
