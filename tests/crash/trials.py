"""Many runs of one scenario from the same files, in each of which something else goes wrong."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from typing import Any

from tests.crash.disk import Disk, State
from tests.crash.enumeration import checked
from tests.crash.scenarios import Scenario
from tests.crash.sessions import Content
from tests.crash.system_calls import Call, Failure, SystemCalls


class Trials:
    """Runs of `scenario` below the empty directory `workspace`. `base` is what its files hold before each of them."""

    def __init__(self, scenario: Scenario, workspace: Path) -> None:
        self.scenario = scenario
        self._workspace = Path(os.path.realpath(workspace))
        template = self._workspace / "template"
        os.mkdir(template)
        self.base: Any = scenario.prepare(template / scenario.file)
        self._template = Disk(template).now()
        self._found: dict[tuple[State, str], str] = {}

    @contextmanager
    def run(self, fail: Callable[[Call], Failure | None]) -> Iterator[tuple[SystemCalls, Path]]:
        """The system calls and the file of a new run."""
        root = self._workspace / "run"
        os.mkdir(root)
        try:
            self._template.build(root)
            with self.scenario.within(), SystemCalls(root, fail, sync=False) as calls:
                yield calls, root / self.scenario.file
        finally:
            rmtree(root)

    def crashes(self, calls: SystemCalls, allowed: Sequence[Content], where: str) -> Iterator[str]:
        """What is wrong in a state that a crash may leave now; each different one is looked at once."""
        for state in calls.disk.states():
            key = (state, repr(allowed))
            if key not in self._found:
                with calls.suspended():
                    self._found[key] = checked(self.scenario, state, allowed, self._workspace / "crashed")
            if problem := self._found[key]:
                yield f"a crash after {where}: {problem}\n    found: {state}"

    @property
    def states(self) -> int:
        """How many different states were looked at."""
        return len(self._found)
