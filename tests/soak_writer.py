"""A program that changes a list again and again until it is killed: `soak_writer.py FILE SEED HOW [DEFECT]`.

Each change is told on stdout, a JSON line each, when it is acknowledged and before the next one is begun. HOW is
`commit` (a store, as the app uses it) or `save` (`save_to_file`). A DEFECT makes it unsafe, so that the test of it can
be seen to notice.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from core.changes import Record, ids_given
from core.errors import FileLockTimeoutError, NothingToUndoError
from core.locking import FileLock
from core.state import AppState
from core.store import TaskStore

WITHOUT_LOCK = "without a lock"
TOO_EARLY = "tells before it commits"


def change_something(state: AppState, chance: random.Random) -> None:
    """Do what a user might do next."""
    if not state.tasks or chance.random() < 0.5:
        state.add_task(f"task {chance.getrandbits(32):08x}", tag=chance.choice(["", "home", "work"]))
        return
    some = chance.sample(state.tasks, min(len(state.tasks), chance.randint(1, 3)))
    actions: Sequence[Callable[[], object]] = (
        lambda: state.complete(some),
        lambda: state.reopen(some),
        lambda: state.rename(some[0], f"renamed {chance.getrandbits(32):08x}"),
        lambda: state.edit(some, tags=[f"tag{chance.randrange(5)}"]),
        lambda: state.trash_tasks(some[:1]),
        state.undo,
    )
    with suppress(NothingToUndoError):
        chance.choice(actions)()


def tell(records: Sequence[Record]) -> None:
    """Say that `records` are acknowledged. A pipe keeps what was written to it when the writer is killed."""
    told = {"keys": [record.key for record in records], "ids": ids_given(records)}
    os.write(1, f"{json.dumps(told)}\n".encode())


def commit_for_ever(file: Path, chance: random.Random, *, too_early: bool) -> None:
    """Commit through a store of our own, as the app does."""
    store = TaskStore(file)
    state = AppState()
    opened = store.load()
    state.adopt(opened.tasks, store.history(), opened.outside)
    while True:
        change_something(state, chance)
        if too_early:
            tell([record for record in state.pending if not ids_given([record])])
        with suppress(FileLockTimeoutError):  # then it waits for the next commit
            news = store.commit(state.pending)
            state.receive(news)
            if not too_early:
                tell(news.own)
            if store.checkpoint_due:
                state.receive(store.checkpoint())


def save_for_ever(file: Path, chance: random.Random) -> None:
    """Save with `save_to_file`, which does everything by itself."""
    state = AppState()
    state.load_from_file(file)
    while True:
        change_something(state, chance)
        waiting = state.pending
        with suppress(FileLockTimeoutError):
            state.save_to_file(file)
            told = {"keys": [record.key for record in waiting], "ids": {}}
            os.write(1, f"{json.dumps(told)}\n".encode())


def forget_the_lock() -> None:
    """Let everybody write at any time."""
    FileLock.acquire = lambda self: setattr(self, "held", True)  # type: ignore[method-assign]
    FileLock.still_ours = lambda self: self.held  # type: ignore[method-assign]


def main(file: str, seed: str, how: str, defect: str = "") -> None:
    chance = random.Random(int(seed))
    if defect == WITHOUT_LOCK:
        forget_the_lock()
    if how == "commit":
        commit_for_ever(Path(file), chance, too_early=defect == TOO_EARLY)
    save_for_ever(Path(file), chance)


if __name__ == "__main__":
    main(*sys.argv[1:])
