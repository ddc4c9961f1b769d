"""Real processes for tests: they tell what they did in lines, so that nobody has to guess how long it takes."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from textwrap import dedent
from types import TracebackType
from typing import Self


class Child:
    """A Python program that runs as a process of its own; `arguments` are its `sys.argv[1:]`."""

    def __init__(self, program: str, *arguments: object) -> None:
        command = [sys.executable, "-c", dedent(program), *map(str, arguments)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    @property
    def pid(self) -> int:
        return self.process.pid

    def hear(self) -> str:
        """The next line that it prints, once it is there; empty where it ended."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def tell(self, line: str = "") -> None:
        """Let it read a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        """End it by SIGKILL, and return when it is gone."""
        self.process.kill()
        self.process.wait()

    def end(self) -> list[str]:
        """The rest of its lines, after which it must have ended well."""
        rest, _ = self.process.communicate()
        assert self.process.returncode == 0
        return rest.splitlines()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self.process:
            self.process.kill()


def wait_until(condition: Callable[[], bool]) -> None:
    """Return once `condition` holds. That it never does is for the guard against hangs to find."""
    while not condition():
        os.sched_yield()


def open_descriptors() -> int:
    """How many descriptors this process has open, without those of earlier tests that nobody refers to any more."""
    gc.collect()
    return len(os.listdir("/dev/fd"))


@contextmanager
def without_privileges() -> Iterator[None]:
    """Be a user to whom permissions apply; does nothing where that is so already."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
