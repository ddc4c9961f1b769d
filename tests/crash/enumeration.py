"""Every crash of a scenario: a stop after each change of the disk, and each tree that the disk may then hold."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from shutil import rmtree
from typing import NamedTuple

from core.tasklist import TaskList
from tests.crash.disk import State
from tests.crash.scenarios import Scenario, acting
from tests.crash.sessions import Content, next_list
from tests.crash.system_calls import Call, SystemCalls


class Violation(NamedTuple):
    """What was promised and does not hold, where, and in which state of the disk."""

    scenario: str
    where: str
    problem: str
    state: str = ""

    def __str__(self) -> str:
        found = f"\n    found: {self.state}" if self.state else ""
        return f"{self.scenario}; {self.where}: {self.problem}{found}"


def told(violations: Sequence[Violation]) -> str:
    """`violations` for people: how many there are, and the first of them."""
    return "\n".join([f"{len(violations)} violations", *map(str, violations[:5])])


class Enumeration(NamedTuple):
    """What was found, at how many points of a crash and in how many different states."""

    violations: list[Violation]
    points: int
    states: int


@dataclass
class _Witness:
    """Collects, while a scenario runs, the states that a crash may leave, and what each of them may hold."""

    calls: SystemCalls
    points: int = 0
    states: dict[tuple[State, int], str] = field(default_factory=dict)
    promises: list[tuple[Content, ...]] = field(default_factory=list)
    too_early: list[Call] = field(default_factory=list)

    def promise(self, *allowed: Content) -> None:
        """From now on a crash must leave one of `allowed`."""
        self.promises.append(allowed)
        self.see("a crash after the acknowledgement" if len(self.promises) > 1 else "a crash before everything")

    def ignore(self, call: Call) -> None:
        """What another program does before."""

    def see(self, where: str) -> None:
        self.points += 1
        for state in self.calls.disk.states():
            self.states.setdefault((state, len(self.promises) - 1), where)


def run_crash_enumeration(scenario: Scenario, workspace: Path) -> Enumeration:
    """Run `scenario` in the empty directory `workspace`, and check whatever a crash may leave of it."""
    witness = _recorded(scenario, workspace)
    violations = [Violation(scenario.name, "reading", f"it made {call}") for call in witness.too_early]
    for (state, promise), where in witness.states.items():
        problem = checked(scenario, state, witness.promises[promise], workspace / "crashed")
        if problem:
            violations.append(Violation(scenario.name, where, problem, str(state)))
    return Enumeration(violations, witness.points, len(witness.states))


def run_second_crashes(scenario: Scenario, workspace: Path, every: int) -> Enumeration:
    """Crash in `scenario`, then again while the next user saves; in each `every`-th of the states after the first."""
    states = [state for state, _promise in _recorded(scenario, workspace).states][::every]
    found = []
    for number, state in enumerate(states):
        again = Scenario(
            name=f"{scenario.name}, crashed and used again",
            prepare=partial(_found_after, state),
            session=acting(lambda session: session.add_task("after the crash")),
            damaged=scenario.damaged,
            within=scenario.within,
        )
        os.mkdir(workspace / str(number))
        found.append(run_crash_enumeration(again, workspace / str(number)))
        rmtree(workspace / str(number))
    violations = [violation for one in found for violation in one.violations]
    return Enumeration(violations, sum(one.points for one in found), sum(one.states for one in found))


def _found_after(state: State, path: Path) -> TaskList:
    state.build(path.parent)
    with closing(next_list(path)) as reader:
        return reader.base


def _recorded(scenario: Scenario, workspace: Path) -> _Witness:
    root = Path(os.path.realpath(workspace)) / "recorded"
    os.mkdir(root)
    path = root / scenario.file
    base = scenario.prepare(path)
    with scenario.within(), SystemCalls(root) as calls, closing(scenario.session(path, base)) as session:
        witness = _Witness(calls)
        calls.changed = witness.too_early.append
        session.open()
        calls.changed = witness.ignore
        if scenario.meanwhile is not None:
            session.base = scenario.meanwhile(path, base)
        session.act()
        wanted = session.wanted()
        witness.promise(wanted.before, *wanted.between)
        calls.changed = lambda call: witness.see(f"a crash after {call}")
        session.save(lambda: witness.promise(wanted.after))
    calls.check_complete()
    return witness


def checked(scenario: Scenario, state: State, allowed: Sequence[Content], directory: Path) -> str:
    """What is wrong with a disk in `state`, which is made in `directory`; empty where nothing is."""
    os.mkdir(directory)
    try:
        state.build(directory)
        with scenario.within(), unsynced():
            return scenario.check(directory / scenario.file, allowed, damaged=scenario.damaged)
    except Exception as error:  # noqa: BLE001 - whatever escapes is what this looks for
        return f"{type(error).__name__}: {error}"
    finally:
        rmtree(directory)


@contextmanager
def unsynced() -> Iterator[None]:
    """Leave out syncing, which takes most of the time of a save, where no crash can follow."""
    real = {name: getattr(os, name) for name in ("fsync", "fdatasync")}
    try:
        for name in real:
            setattr(os, name, lambda _descriptor: None)
        yield
    finally:
        for name, call in real.items():
            setattr(os, name, call)
