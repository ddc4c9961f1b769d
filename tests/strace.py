"""Real commands under strace: the system calls that they make in a directory, and a run where one of them ends badly.

strace stops a process before a system call and can kill it there or let the call fail, so it reaches states that no
test inside the process can. It needs Linux, strace and the right to trace (ptrace), which some containers refuse.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tests.real_command import Ended

CHANGING = (
    *("write", "fsync", "fdatasync", "ftruncate", "fchmod", "fchown"),
    *("mkdir", "mkdirat", "link", "linkat", "rename", "renameat", "renameat2", "unlink", "unlinkat"),
)
READING = (
    "read",
    "pread64",
    "lseek",
    "fstat",
    "stat",
    "lstat",
    "newfstatat",
    "statx",
    "getdents64",
    "readlink",
    "fcntl",
)
LOCKING = ("flock",)
TRACED = (*CHANGING, *READING, *LOCKING, "open", "openat", "close", "exit_group")

_CALL = re.compile(r"\d+ +(\w+)\(")
_STANDARD_OUTPUT = re.compile(r"\d+ +write\([12]<")
_EXIT = re.compile(r"\d+ +exit_group\(")


class Point(NamedTuple):
    """A system call of a command: the `ordinal`-th of its `name`; `line` is how strace shows it."""

    name: str
    ordinal: int
    line: str

    @property
    def changes(self) -> bool:
        """Whether it may change something on the disk, or what others can do, or is what the user sees."""
        return self.name in (*CHANGING, *LOCKING, "exit_group") or "O_CREAT" in self.line


class Fault(NamedTuple):
    """What happens at `point`: `error` is an errno's name; empty: the process is killed before the call is made."""

    point: Point
    error: str = ""
    for_ever: bool = False

    def __str__(self) -> str:
        what = f"{self.error}{' for ever' if self.for_ever else ''}" if self.error else "killed"
        return f"{what} at {self.point.line.partition(' ')[2].strip()}"


class Traced(NamedTuple):
    """A command that ended, and the lines that strace wrote."""

    ended: Ended
    lines: tuple[str, ...]

    @property
    def killed_in(self) -> str:
        """The call in which it was killed; empty where it was not."""
        *_, call, end = ("", "", *self.lines)
        return call if self.ended.code == -9 and end.endswith("+++ killed by SIGKILL +++") else ""

    @property
    def failed(self) -> tuple[str, ...]:
        """The calls that were made to fail."""
        return tuple(line for line in self.lines if line.endswith("(INJECTED)"))


def missing() -> str:
    """Why strace cannot be used here; empty where it can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    probe = ["strace", "-qq", "-f", "-o", os.devnull, "-e", "inject=exit_group:signal=KILL:when=1", "true"]
    tried = subprocess.run(probe, capture_output=True, text=True, check=False)
    return "" if tried.returncode == -9 else f"strace cannot trace here (ptrace): {tried.stderr.strip()[:200]}"


def trace(arguments: tuple[str, ...], env: Mapping[str, str], log: Path, fault: Fault | None = None) -> Traced:
    """Run `arguments` under strace, which writes to `log`: the calls in `TRACED`, or only those like `fault`'s."""
    # Not --seccomp-bpf: it is faster, and with it signals are silently not delivered (strace 6.1).
    options = ["strace", "-qq", "-f", "-y", "-o", str(log), "-e"]
    # "?": not every processor has every call
    options += ["trace=" + ",".join(f"?{name}" for name in TRACED)] if fault is None else _options(fault)
    ended = subprocess.run([*options, *arguments], env=env, cwd="/", capture_output=True, text=True, check=False)
    lines = tuple(log.read_text(encoding="utf-8", errors="replace").splitlines())
    return Traced(Ended(ended.returncode, ended.stdout, ended.stderr), lines)


def _options(fault: Fault) -> list[str]:
    how = f"error={fault.error}" if fault.error else "signal=KILL"
    when = f"when={fault.point.ordinal}{'+' if fault.for_ever else ''}"
    return [f"trace={fault.point.name}", "-e", f"inject={fault.point.name}:{how}:{when}"]


def points(traced: Traced, directory: Path) -> list[Point]:
    """The calls that have to do with `directory`, and those that tell the user the outcome."""
    made: Counter[str] = Counter()
    found = []
    for line in traced.lines:
        if (call := _CALL.match(line)) is not None:
            made[call[1]] += 1
            if concerns(line, directory):
                found.append(Point(call[1], made[call[1]], line))
    return found


def concerns(line: str, directory: Path) -> bool:
    """Whether the call in `line` has to do with `directory`, or tells the user the outcome."""
    return str(directory) in line or tells(line) or _EXIT.match(line) is not None


def tells(line: str) -> bool:
    """Whether the call in `line` tells the user something."""
    return _STANDARD_OUTPUT.match(line) is not None
