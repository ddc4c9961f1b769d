"""What every test gets: a home of its own, and the same random examples in every run."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No deadline and no check of how slow examples are made: both would judge the load of the machine.
settings.register_profile("same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "explore", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=2000, print_blob=True
)
settings.load_profile("same")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory in place of the home and the data directory of whoever runs the tests."""
    directory = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(directory))
    monkeypatch.setenv("TODURABLE_HOME", str(directory / "todurable"))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    return directory
