"""`todurable add`: one task more. The list is not read for that."""

from __future__ import annotations

from argparse import Namespace

from core.state import AppState
from core.task import Priority
from ui import exit_codes
from ui.output import Output
from ui.session import save, store_for, task_document


def run(options: Namespace, out: Output) -> int:
    """Add the task and print its id, once it is on the disk."""
    state = AppState()
    uid = state.add_task(" ".join(options.name), priority=Priority.NONE).uid
    with store_for(options, out, writing=True) as store:
        save(state, store, out)
    task = state.find(uid)
    if options.json:
        out.document(task_document(task))
    else:
        out.lines([str(task.id)])
    return exit_codes.DONE
