"""A crash at any moment loses nothing that was acknowledged, and leaves nothing that the next start refuses.

What a crash may leave is told in `tests.crash.disk`, what then must hold in `tests.crash.checks`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import proof
from tests.crash.enumeration import run_crash_enumeration, run_second_crashes, told
from tests.crash.keeping import KEEPING
from tests.crash.kills import Successor, run_kills
from tests.crash.scenarios import DOCUMENTS, LISTS, SCENARIOS, Scenario
from tests.crash.sessions import next_document, next_light, next_list

PART = 40
"""Of how many first crashes one is followed by a second one, where not all is to be proved."""
PROVED = 5


@pytest.mark.parametrize("scenario", [*SCENARIOS, *KEEPING], ids=str)
def test_no_crash_loses_what_was_acknowledged(scenario: Scenario, memory: Path) -> None:
    result = run_crash_enumeration(scenario, memory)
    proof.count("points of a crash", result.points)
    proof.count("states of the disk after a crash", result.states)
    assert result.states > 1
    assert not result.violations, told(result.violations)


@pytest.mark.parametrize("scenario", LISTS, ids=str)
def test_nor_does_a_second_crash(scenario: Scenario, memory: Path, *, prove: bool) -> None:
    result = run_second_crashes(scenario, memory, PROVED if prove else PART)
    proof.count("points of a second crash", result.points)
    proof.count("states of the disk after a second crash", result.states)
    assert not result.violations, told(result.violations)


@pytest.mark.parametrize("scenario", LISTS, ids=str)
@pytest.mark.parametrize("successor", [next_list, next_light])
def test_a_writer_that_goes_on_after_a_kill_builds_on_nothing_that_a_crash_takes_away(
    scenario: Scenario, successor: Successor, memory: Path
) -> None:
    violations, kills = run_kills(scenario, successor, memory)
    proof.count("kills before a power cut", kills)
    assert not violations, told(violations)


@pytest.mark.parametrize("scenario", DOCUMENTS, ids=str)
def test_nor_does_the_next_writer_of_a_document(scenario: Scenario, memory: Path) -> None:
    violations, kills = run_kills(scenario, next_document, memory)
    proof.count("kills before a power cut", kills)
    assert not violations, told(violations)
