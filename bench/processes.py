"""Whole processes: what they find around them, how long they take, and how much memory they need."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

Environment = Mapping[str, str]
_BOUND = 60.0
"""Seconds after which a command is given up when it is tried."""
_LAUNCHER = """
import os, sys
nothing = os.open(os.devnull, os.O_RDWR)
files = [(os.POSIX_SPAWN_DUP2, nothing, descriptor) for descriptor in (0, 1)]
process = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=files)
_process, status, usage = os.wait4(process, 0)
os.write(1, b"%d" % usage.ru_maxrss)
os._exit(os.waitstatus_to_exitcode(status))
"""


def environment(home: Path) -> Environment:
    """A user's, with a home of its own and none of our settings, such as that Python must not keep what it compiles."""
    home.mkdir(exist_ok=True)
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "TODURABLE_HOME": str(home),
    }


def todurable(file: Path, *words: str) -> list[str]:
    """Our own command on the list at `file`."""
    return [str(Path(sys.executable).with_name("todurable")), "--file", str(file), *words]


def run(command: Sequence[str], environ: Environment) -> None:
    """Run a command to its end. Raises subprocess.CalledProcessError."""
    subprocess.run(  # noqa: S603 - ours
        command, env=environ, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def output(
    command: Sequence[str], environ: Environment, given: str = "", *, timeout: float = _BOUND, check: bool = True
) -> str:
    """What a command prints. Raises subprocess.SubprocessError."""
    done = subprocess.run(  # noqa: S603 - ours
        command, env=environ, check=check, input=given, capture_output=True, text=True, timeout=timeout
    )
    return done.stdout


def peak_memory(command: Sequence[str], environ: Environment) -> float:
    """The most memory that a command has, in MB, but at least the 8 MB of who starts it.

    Linux counts the memory of who starts a process as that of the process too. Here that is a Python with nothing in
    it; we ourselves hold whole lists.
    """
    launcher = [sys.executable, "-I", "-S", "-c", _LAUNCHER]
    return int(output([*launcher, *command], environ)) / 1024
