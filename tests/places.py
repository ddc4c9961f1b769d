"""Where tests keep their files: fixtures, each taken by a module under the name it likes (`path = places.tasks`)."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def tasks(tmp_path: Path) -> Path:
    """The file of a list, or of any document."""
    return tmp_path / "tasks.json"


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """The lock on that file."""
    return tmp_path / "tasks.json.lock"


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """The journal of that list."""
    return tmp_path / "tasks.json.journal"
