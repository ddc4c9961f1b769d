"""The command line as its users call it: a process of its own, on the list in $TODURABLE_HOME or another one."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from core.state import AppState
from core.task import Task
from tests.real_command import COMMAND, Ended


class Entry(NamedTuple):
    """A file or directory as it stands on the disk."""

    mode: int
    inode: int
    modified: int
    content: bytes


def start(*arguments: str | bytes, env: Mapping[str, str] | None = None, **options: Any) -> subprocess.Popen[str]:
    """Start `todurable ARGUMENTS`; `env` adds to the environment, `options` are those of Popen."""
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(
        [*COMMAND, *arguments],
        env={**os.environ, **(env or {})},
        **{"cwd": "/", "encoding": "utf-8", "errors": "surrogateescape", **streams, **options},
    )


def ended(process: subprocess.Popen[str]) -> Ended:
    """How `process` ended, once it has."""
    out, err = process.communicate()
    return Ended(process.returncode, out or "", err or "")


def todurable(*arguments: str | bytes, env: Mapping[str, str] | None = None, **options: Any) -> Ended:
    """Run `todurable ARGUMENTS` to its end."""
    return ended(start(*arguments, env=env, **options))


def tasks_shown(*arguments: str) -> list[dict[str, Any]]:
    """What `todurable list --json` prints."""
    found: list[dict[str, Any]] = json.loads(todurable("list", "--json", *arguments).out)
    return found


def make_list(file: Path, *names: str, **fields: Any) -> list[Task]:
    """A list at `file` with a task of each name, each saved on its own: so there are backups, too."""
    file.parent.mkdir(parents=True, exist_ok=True)
    state = AppState()
    for name in names:
        state.add_task(name, **{"priority": 0, **fields})
        state.save_to_file(file)
    return state.tasks


def snapshot(directory: Path) -> dict[str, Entry]:
    """All that is in `directory`, itself included."""
    paths = [directory, *directory.rglob("*")]
    return {str(path): _entry(path) for path in paths}


def somebody_waits_for(lock: Path) -> bool:
    """Whether a process waits for the lock on `lock`; the system tells it in rows with an arrow (proc_locks(5))."""
    rows = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    return any("->" in row and f":{lock.stat().st_ino} " in row for row in rows)


def _entry(path: Path) -> Entry:
    status = path.lstat()
    content = path.read_bytes() if path.is_file() else b""
    return Entry(status.st_mode, status.st_ino, status.st_mtime_ns, content)
