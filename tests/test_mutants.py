"""The proof can fail: each way of breaking the store is noticed, and without it the same hunt finds nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import proof
from tests.mutants import MUTANTS, Hunt, Mutant

HUNTS = list({mutant.hunt: mutant.name for mutant in MUTANTS}.items())


@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.name for mutant in MUTANTS])
def test_each_mutant_is_caught(mutant: Mutant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        mutant.plant(patch)
        found = mutant.hunt(tmp_path)
    proof.count("mutants caught", bool(found))
    assert found


@pytest.mark.parametrize("hunt", [hunt for hunt, _ in HUNTS], ids=[name for _, name in HUNTS])
def test_the_store_itself_is_not(hunt: Hunt, tmp_path: Path) -> None:
    assert hunt(tmp_path) == []
