"""The real command in a process of its own, and lists on which it is let loose."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple, TypeAlias

from core import archive, checkpoint, jobs
from core.state import AppState
from core.store import TaskStore

COMMAND = (sys.executable, "-m", "ui.cli")
FILE = "tasks.json"
Content: TypeAlias = "dict[int, tuple[str, str]]"


class Ended(NamedTuple):
    """How a command ended: its exit code (negative: the signal that killed it) and what it said."""

    code: int
    out: str
    err: str


def environment(directory: Path, compiled: Path) -> dict[str, str]:
    """What a command gets whose list is in `directory`: the same in every run, as far as it depends on us.

    Python keeps what it compiled in `compiled`, so that every run but the first makes the same system calls.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"TODURABLE_HOME": str(directory), "PYTHONPYCACHEPREFIX": str(compiled), "PYTHONHASHSEED": "0"}


def run(arguments: tuple[str, ...], env: Mapping[str, str]) -> Ended:
    """Run `arguments` to their end. The working directory is the root: nothing of ours is there."""
    ended = subprocess.run(arguments, env=env, cwd="/", capture_output=True, text=True, check=False)
    return Ended(ended.returncode, ended.stdout, ended.stderr)


@contextmanager
def open_list(directory: Path) -> Iterator[AppState]:
    """The list in `directory` as an open program has it; its files are let go of in the end."""
    state = AppState(by="kitchen:1:pts/1")
    state.load_from_file(directory / FILE)
    try:
        yield state
    finally:
        if state._store is not None:
            state._store.close()


def make_list(directory: Path) -> None:
    """A list with a past: four tasks, one of them done, a checkpoint and three different backups."""
    directory.mkdir()
    with open_list(directory) as state:
        for number in range(1, 5):
            state.add_task(f"task {number}")
            state.save_to_file(directory / FILE)
        state.complete([state.find(1)])
        state.save_to_file(directory / FILE)
        state.rename(state.find(3), "renamed")
        state.save_to_file(directory / FILE)


def content(directory: Path) -> Content:
    """The list in `directory` as its next reader finds it: name and status of each task, by id."""
    with closing(TaskStore(directory / FILE)) as store:
        tasks = store.load().tasks.tasks.values()
    found = {task.id: (task.name, task.status.value) for task in tasks}
    assert len(found) == len(tasks), f"two tasks have one id: {sorted(task.id for task in tasks)}"
    return found


def complaint(directory: Path) -> str:
    """What the next reader of the list in `directory` is told of it; empty where all is well."""
    with closing(TaskStore(directory / FILE)) as store:
        store.load()
        return str(store.report or "")


def damage(directory: Path) -> list[str]:
    """Which of the checkpoint and its backups are there, and not whole."""
    names = (FILE, f"{FILE}.backup", f"{FILE}.backup.1", f"{FILE}.backup.2")
    there = [directory / name for name in names if (directory / name).exists()]
    return [path.name for path in there if not checkpoint.verify(path.read_bytes())]


def leftovers(directory: Path) -> list[str]:
    """Temporary files that are still there; those of timestamped copies and of jobs are removed a day later."""
    later = (archive.directory(directory / FILE), jobs.directory(directory / FILE))
    return sorted(path.name for path in directory.rglob("*.tmp") if path.parent not in later)


def up_to_date(directory: Path) -> bool:
    """Whether the checkpoint holds all that was committed."""
    header = checkpoint.read_header((directory / FILE).read_bytes()) if (directory / FILE).exists() else None
    with closing(TaskStore(directory / FILE)) as store:
        return header is not None and header.seq == store.load().tasks.seq
