"""No failing call loses a change, spoils a file, leaves rubbish behind or is reported as saved.

How calls fail, and what then must hold, is told in `tests.crash.faults`.
"""

from __future__ import annotations

import errno
import os
from contextlib import closing, suppress
from pathlib import Path

import pytest

from core.errors import FileSafetyError
from core.file_safety import SafeFileManager
from core.tasklist import TaskList
from tests import proof
from tests.crash.enumeration import told
from tests.crash.faults import FAULTS, TWICE, run_fault_injection
from tests.crash.keeping import KEEPING
from tests.crash.scenarios import SCENARIOS, Scenario
from tests.crash.sessions import ListSession
from tests.crash.system_calls import Call, Failure, SystemCalls

PART = 11
"""Of how many failures one is tried, where not all is to be proved: a prime number, so that each kind has its turn."""
PART_OF_PAIRS = 5


def _share(scenario: Scenario) -> int:
    """Of the failures of what stands beside the list, which make many calls, one in so many is tried."""
    return 3 if scenario in KEEPING else 1


@pytest.mark.parametrize("scenario", [*SCENARIOS, *KEEPING], ids=str)
def test_no_failure_loses_a_change(scenario: Scenario, memory: Path, *, prove: bool) -> None:
    result = run_fault_injection(scenario, FAULTS, memory, every=(1 if prove else PART) * _share(scenario))
    proof.count("failures of a system call", result.runs)
    assert result.runs > 20 // _share(scenario)
    assert not result.violations, told(result.violations)


@pytest.mark.parametrize("scenario", [*SCENARIOS, *KEEPING], ids=str)
def test_nor_do_two_failures(scenario: Scenario, memory: Path, *, prove: bool) -> None:
    result = run_fault_injection(
        scenario, TWICE, memory, every=(1 if prove else PART) * PART_OF_PAIRS * _share(scenario)
    )
    proof.count("pairs of failures", result.runs)
    assert not result.violations, told(result.violations)


@pytest.mark.parametrize("number", [errno.EIO, errno.EMFILE, errno.EACCES])
def test_a_refresh_that_fails_misses_nothing_later(number: int, memory: Path) -> None:
    path = Path(os.path.realpath(memory)) / "tasks.json"
    index = 0
    while refreshed_with_failure(path, index, Failure(number)):
        index += 1
    assert index > 5


def refreshed_with_failure(path: Path, index: int, failure: Failure) -> bool:
    """Let call `index` of a refresh fail, then refresh again; returns whether there was such a call."""
    failing: set[int] = set()
    with (
        SystemCalls(path.parent, lambda call: failure if call.index in failing else None) as calls,
        closing(opened(path, 2 * index + 1)) as ours,
        closing(opened(path, 2 * index + 2)) as theirs,
    ):
        theirs.act()
        theirs.save(lambda: None)
        failing.add(len(calls.calls) + index)
        with suppress(FileSafetyError):
            ours.state.receive(ours.store.refresh())
        hit = len(calls.calls) > min(failing)
        failing.clear()
        ours.state.receive(ours.store.refresh())
        assert ours.shown() == theirs.shown()
    return hit


def opened(path: Path, instance: int) -> ListSession:
    session = ListSession(path, TaskList(), lambda state: state.add_task(f"of {instance}"), instance)
    session.open()
    return session


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES])
def test_a_link_that_cannot_be_read_is_not_taken_for_a_file(number: int, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "any.json", tmp_path / "any.json"
    link.symlink_to(target)
    SafeFileManager(link).save_json_with_lock(["first"])

    def fail(call: Call) -> Failure | None:
        return Failure(number) if call.path == link.name else None

    with SystemCalls(Path(os.path.realpath(tmp_path)), fail), pytest.raises(FileSafetyError):
        SafeFileManager(link).save_json_with_lock(["second"])
    assert link.is_symlink()
    assert SafeFileManager(link).load_json_with_recovery() == ["first"]
