"""Every kill of a writer, after which another one goes on, and then the power goes.

A killed process loses nothing that it wrote, but what it had not synced may still be lost later: names above all. So
whoever comes next must not build on it, nor acknowledge anything, unless that is on the disk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path

from tests.crash.checks import leftovers
from tests.crash.enumeration import Violation
from tests.crash.scenarios import Scenario
from tests.crash.sessions import Content, Session
from tests.crash.system_calls import Call, Failure, SystemCalls
from tests.crash.trials import Trials

Successor = Callable[[Path], Session]


class _KilledError(BaseException):
    """Nothing cleans up after it: what a dying process would still call has no effect."""


class _Kill:
    """Ends a process before its call `index`; from then on it can only close its files, as the system does for it."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.dying = False

    def __call__(self, call: Call) -> Failure | None:
        if call.name != "close" and (self.dying or call.index == self.index):
            self.dying = True
            raise _KilledError
        return None


def run_kills(scenario: Scenario, successor: Successor, workspace: Path) -> tuple[list[Violation], int]:
    """Kill the writer of `scenario` before each of its calls that change the disk.

    Returns what went wrong, and how many kills there were.
    """
    trials = Trials(scenario, workspace)
    violations: list[Violation] = []
    changes = _changes(trials)
    for call in changes:
        with trials.run(kill := _Kill(call.index)) as (calls, path):
            allowed = _killed(trials, calls, path)
            kill.dying, kill.index = False, -1
            problems = _succeeded(trials, calls, successor(path), allowed)
            violations += [Violation(scenario.name, f"killed before {call}", problem) for problem in problems]
    return violations, len(changes)


def _changes(trials: Trials) -> list[Call]:
    found: list[Call] = []
    with trials.run(_Kill(-1)) as (calls, path):
        _killed(trials, calls, path, found.append)
        end = len(calls.calls)
    return [*found, Call(end - 1, "the end", "")]


def _killed(
    trials: Trials, calls: SystemCalls, path: Path, changed: Callable[[Call], None] | None = None
) -> Sequence[Content]:
    """Let the writer run until it is killed; returns what the file may hold then."""
    acknowledged: list[bool] = []
    with closing(trials.scenario.session(path, trials.base)) as session:
        session.open()
        if trials.scenario.meanwhile is not None:
            session.base = trials.scenario.meanwhile(path, session.base)
        session.act()
        wanted = session.wanted()
        calls.changed = changed or calls.changed
        with suppress(_KilledError):
            session.save(lambda: acknowledged.append(True))
    return [wanted.after] if acknowledged else [wanted.before, *wanted.between]


def _succeeded(trials: Trials, calls: SystemCalls, session: Session, allowed: Sequence[Content]) -> Iterator[str]:
    """What goes wrong when `session` goes on."""
    with closing(session):
        if session.shown() not in allowed:
            yield f"the next writer sees {session.shown()}, not one of {allowed}"
        session.act()
        wanted = session.wanted()
        found: list[str] = []
        session.save(lambda: found.extend(trials.crashes(calls, [wanted.after], "the next writer's acknowledgement")))
        yield from found
        yield from trials.crashes(calls, [wanted.after], "the next writer's end")
        if problem := leftovers(session.path):
            yield problem
