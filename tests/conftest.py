"""What every test gets: a home of its own, and the same random examples in every run. And how much is tried."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests import proof

# No deadline and no check of how slow examples are made: both would judge the load of the machine.
settings.register_profile("same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "explore", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=2000, print_blob=True
)
settings.load_profile("same")


def pytest_configure() -> None:
    """Whoever runs the tests in the background may have Ctrl-C ignored; programs that they start would inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make prove` tries everything, for as long as that takes; `make test` a part of it."""
    parser.addoption("--prove", action="store_true", help="try more: every system call, every error")
    parser.addoption(
        "--soak-seconds", type=int, default=0, metavar="N", help="go on killing writers for so long (0: a few kills)"
    )
    parser.addoption("--model-examples", type=int, default=200, metavar="N", help="how often instances meet the model")


@pytest.fixture
def prove(request: pytest.FixtureRequest) -> bool:
    """Whether everything is to be tried."""
    return bool(request.config.getoption("prove"))


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """An empty directory, in memory where the system has a place for that: many small files cost little there."""
    shared = Path("/dev/shm")
    with TemporaryDirectory(dir=shared if os.access(shared, os.W_OK) else tmp_path) as directory:
        yield Path(directory)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where real commands keep what Python compiled for them."""
    return tmp_path_factory.mktemp("compiled")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where tests run in several processes, hand what was tried to the one that reports."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["tried"] = dict(proof.counted)


@pytest.hookimpl(optionalhook=True)  # pytest-xdist's
def pytest_testnodedown(node: Any) -> None:
    """Take over what another process has tried."""
    proof.counted.update(getattr(node, "workeroutput", {}).get("tried", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was proved, and loudly what this machine could not prove."""
    if proof.counted:
        terminalreporter.section("tried, to lose a change or to spoil a file")
        for what, number in sorted(proof.counted.items()):
            terminalreporter.write_line(f"{number:>10,}  {what}")
        terminalreporter.write_line(f"{len(terminalreporter.getreports('failed')):>10,}  violations")
    left_out = terminalreporter.getreports("skipped")
    if left_out:
        terminalreporter.section("LEFT OUT: not proved on this machine", red=True, bold=True)
        for reason in sorted({str(report.longrepr[2]) for report in left_out if isinstance(report.longrepr, tuple)}):
            terminalreporter.write_line(reason, red=True)


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, compiled: Path) -> Path:
    """An empty directory in place of the home and the data directory of whoever runs the tests, and a usual terminal.

    Programs that a test starts keep what they compiled, as a user's do: else each start would compile all of it again.
    They also keep back what they write, as far as Python does.
    """
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(compiled))
    directory = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(directory))
    monkeypatch.setenv("TODURABLE_HOME", str(directory / "todurable"))
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "TODURABLE_FILE", "TODURABLE_LOCK_TIMEOUT", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return directory
