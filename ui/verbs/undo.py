"""`todurable undo`: the last change taken back, whoever made it; `todurable redo`: done again what was undone."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable
from typing import Any

from msgspec.structs import asdict, replace

from core.changes import Change
from core.state import AppState, Outcome
from core.tasklist import Conflict
from ui import exit_codes, sentences
from ui.output import Output
from ui.session import load, save, store_for, task_document


def run(options: Namespace, out: Output) -> int:
    """Take back the last change or undo, and say which. A value that was changed since stays, and that is told."""
    redo = options.verb == "redo"
    sentence = sentences.done_again if redo else sentences.undone
    with store_for(options, out) as store:
        state = load(store, out, history=True)
        undone, asked = (state.redo if redo else state.undo)(), state.pending[-1].changes
        undone = _as_committed(undone, asked, save(state, store, out))
    if options.json:
        out.document(_document("redone" if redo else "undone", undone, state))
    elif undone.changed:
        out.done(sentence(undone))
    else:
        out.note(sentence(undone))
    return exit_codes.DONE if undone.changed else exit_codes.REFUSED


def _as_committed(undone: Outcome, asked: Iterable[Change], conflicts: tuple[Conflict, ...]) -> Outcome:
    """`undone` as it was in the end: somebody else may have been faster while the lock was waited for."""
    left = {(conflict.uid, conflict.field) for conflict in conflicts}
    met = {conflict.uid for conflict in conflicts}
    changed = {
        change.uid
        for change in asked
        if change.uid not in met or any((change.uid, field) not in left for field in change.after or ())
    }
    return replace(undone, changed=undone.changed & changed, conflicts=conflicts)


def _document(what: str, undone: Outcome, state: AppState) -> dict[str, Any]:
    tasks = {task.uid: task for task in (*state.tasks, *state.trash)}
    return {
        what: undone.label,
        "tasks": [task_document(task) for uid, task in tasks.items() if uid in undone.changed],
        "removed": sorted(undone.changed - tasks.keys()),
        "conflicts": [asdict(conflict) for conflict in undone.conflicts],
    }
