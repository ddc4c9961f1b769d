"""Every failure of a scenario: each of its calls fails in each way that it can, once or from there on for ever.

In each case the error is named, what was asked for still waits, the files are whole for whoever comes next, and all
works when the cause is gone. What was reported as saved is there, whatever a crash would leave of unsynced changes.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from core import errors
from tests.crash.checks import leftovers
from tests.crash.enumeration import Violation
from tests.crash.scenarios import Scenario
from tests.crash.sessions import Content, Session
from tests.crash.system_calls import SYNCS, Call, Failure, SystemCalls
from tests.crash.trials import Trials


@dataclass(frozen=True)
class Fault:
    """A way in which calls fail. `error` is what it must be reported as, if it is.

    It happens once, or from there on for ever where it is `lasting`, or once more, `again` calls later.
    """

    name: str
    failure: Failure
    possible: Callable[[Call], bool]
    error: type[BaseException]
    lasting: bool = False
    again: int = 0

    def __str__(self) -> str:
        again = f"and {self.again} calls later" if self.again else "once"
        return f"{self.name} {'for ever' if self.lasting else again}"


def _needs_space(call: Call) -> bool:
    return call.creates or call.name == "write" or call.name in SYNCS


def _takes_a_path(call: Call) -> bool:
    return call.name in ("open", "stat", "lstat", "listdir", "mkdir", "link", "rename", "replace", "unlink")


def _opens(call: Call) -> bool:
    return call.name in ("open", "listdir")


def _can_be_interrupted(call: Call) -> bool:
    """Python repeats the other calls by itself after a signal (PEP 475)."""
    return call.name in ("stat", "lstat", "mkdir", "link", "rename", "replace", "unlink")


def _has_an_effect(call: Call) -> bool:
    return (call.writes and call.name not in SYNCS) or call.name == "close"


_IO_ERROR = Fault("EIO", Failure(errno.EIO), lambda _call: True, errors.UnavailableError)
_KINDS = (
    Fault("ENOSPC", Failure(errno.ENOSPC), _needs_space, errors.DiskFullError),
    Fault("EDQUOT", Failure(errno.EDQUOT), _needs_space, errors.DiskFullError),
    _IO_ERROR,
    Fault("EIO after the effect", Failure(errno.EIO, done=True), _has_an_effect, errors.UnavailableError),
    Fault("EROFS", Failure(errno.EROFS), lambda call: call.writes, errors.ReadOnlyError),
    Fault("EACCES", Failure(errno.EACCES), _takes_a_path, errors.AccessDeniedError),
    Fault("EMFILE", Failure(errno.EMFILE), _opens, errors.UnavailableError),
    Fault("EINTR", Failure(errno.EINTR), _can_be_interrupted, errors.UnavailableError),
    Fault("ENOLCK", Failure(errno.ENOLCK), lambda call: call.name == "flock", errors.UnavailableError),
    Fault("a short write", Failure(0, short=True), lambda call: call.name == "write", errors.UnavailableError),
)
FAULTS = (
    *_KINDS,
    *(replace(kind, lasting=True) for kind in _KINDS),
    Fault("Ctrl-C", Failure(0), lambda _call: True, KeyboardInterrupt),
    Fault("Ctrl-C after the effect", Failure(0, done=True), _has_an_effect, KeyboardInterrupt),
)
TWICE = tuple(replace(_IO_ERROR, again=again) for again in range(1, 6))
"""Failures that meet what another failure is answered with."""
_ANY = Fault("any", Failure(0), lambda _call: True, BaseException)
_READS = frozenset({"open", "read", "fstat", "lseek", "listdir"})


@dataclass
class _Injector:
    """Lets calls fail by `fault` at call `index`, or from there on, while it is on; notes those that may fail."""

    fault: Fault
    index: int = -1
    on: bool = False
    possible: list[Call] = field(default_factory=list)
    delivered: list[Call] = field(default_factory=list)

    def __call__(self, call: Call) -> Failure | None:
        if not self.on or not self.fault.possible(call):
            return None
        self.possible.append(call)
        if not 0 <= self.index <= call.index:
            return None
        later = call.index - self.index
        if later and not self.fault.lasting and later != self.fault.again:
            return None
        self.delivered.append(call)
        return self.fault.failure


class Injections(NamedTuple):
    """What was found in so many runs."""

    violations: list[Violation]
    runs: int


def run_fault_injection(scenario: Scenario, faults: Sequence[Fault], workspace: Path, every: int = 1) -> Injections:
    """Run `scenario` in the empty directory `workspace`, once for each call that each of `faults` can hit.

    `every`: one of so many of these runs is made, spread over calls and faults alike.
    """
    sweep = _Sweep(Trials(scenario, workspace))
    hits = [(fault, call) for call in sweep.calls() for fault in faults if fault.possible(call)][::every]
    violations = []
    for fault, call in hits:
        injector = _Injector(fault, call.index)
        problems = [*sweep.inject(injector)]
        if not injector.delivered:
            problems.append("the fault was not delivered")
        violations += [Violation(scenario.name, f"{fault} at {call}", problem) for problem in problems]
    return Injections(violations, len(hits))


class _Sweep:
    def __init__(self, trials: Trials) -> None:
        self.trials = trials
        self.scenario = trials.scenario

    def calls(self) -> list[Call]:
        """The calls of a run without a fault."""
        injector = _Injector(_ANY)
        problems = list(self.inject(injector))
        assert not problems, problems
        return injector.possible

    def inject(self, injector: _Injector) -> Iterator[str]:
        """What goes wrong."""
        try:
            with self.trials.run(injector) as (calls, path):
                with closing(self.scenario.session(path, self.trials.base)) as session:
                    opened = yield from self._with_fault(injector, calls, session, path)
                    yield from self._without(calls, session, path, opened=opened)
                if calls.descriptors and injector.fault.failure.number:  # what Ctrl-C ends needs to close nothing
                    yield f"descriptors are left open: {', '.join(calls.descriptors.values())}"
        except Exception as error:  # noqa: BLE001 - whatever escapes is what this looks for
            yield f"{type(error).__name__}: {error}"

    def _with_fault(
        self, injector: _Injector, calls: SystemCalls, session: Session, path: Path
    ) -> Generator[str, None, bool]:
        """What goes wrong; returns whether the file could be read."""
        injector.on = True
        error = _error_of(session.open)
        injector.on = False
        if self.scenario.meanwhile is not None:
            session.base = self.scenario.meanwhile(path, session.base)
        if error is not None:
            yield from self._misnamed(error, injector)
            yield from self.trials.crashes(calls, [session.wanted().before], "the failed load")
            return False
        if unread := [call for call in injector.delivered if call.name in _READS and not injector.fault.failure.done]:
            yield f"it loaded what it could not read: {unread[0]}"
        if self.scenario.meanwhile is None and session.shown() != session.wanted().before:
            yield f"loaded: {session.shown()}, where there is {session.wanted().before}"
        session.act()
        wanted = session.wanted()
        acknowledged: list[str] = []
        injector.on = True
        error = _error_of(lambda: session.save(partial(self._acknowledge, acknowledged, calls, wanted.after)))
        injector.on = False
        yield from acknowledged[1:]
        if error is not None:
            yield from self._misnamed(error, injector)
        if session.pending() == bool(acknowledged):
            yield f"acknowledged: {bool(acknowledged)}, but still pending: {session.pending()}"
        allowed = [wanted.after] if acknowledged else [wanted.before, *wanted.between]
        yield from self.trials.crashes(calls, allowed, "the failed save" if error else "the save")
        return True

    def _without(self, calls: SystemCalls, session: Session, path: Path, *, opened: bool) -> Iterator[str]:
        """What goes wrong once the cause is gone: what waits is saved, then something new."""
        if not opened:
            session.open()
            session.act()
        if not session.pending():
            session.act()
        yield from self._save(calls, session)
        session.act()
        yield from self._save(calls, session)
        if problem := leftovers(path):
            yield problem
        calls.check_complete()

    def _save(self, calls: SystemCalls, session: Session) -> Iterator[str]:
        wanted = session.wanted().after
        acknowledged: list[str] = []
        session.save(partial(self._acknowledge, acknowledged, calls, wanted))
        yield from acknowledged[1:]
        if session.pending():
            yield "a change still waits after a save without a fault"
        if session.shown() != wanted:
            yield f"shown after the fault: {session.shown()}; saved: {wanted}"
        yield from self.trials.crashes(calls, [wanted], "the save")

    def _acknowledge(self, acknowledged: list[str], calls: SystemCalls, content: Content) -> None:
        """Note the acknowledgement, and behind it what a crash at this moment would spoil."""
        acknowledged += ["acknowledged", *self.trials.crashes(calls, [content], "the acknowledgement")]

    def _misnamed(self, error: BaseException, injector: _Injector) -> Iterator[str]:
        expected = injector.fault.error
        if type(error) is not expected:
            yield f"{expected.__name__} was expected, not {type(error).__name__}: {error}"


def _error_of(action: Callable[[], Any]) -> BaseException | None:
    try:
        action()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the caller judges it
        return error
    return None
