"""What is installed and started: the pins, the wheel, the console script, and what importing costs."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib import metadata, util
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUNTIME = [Requirement(line) for line in PYPROJECT["project"]["dependencies"]]
DIRECT = [
    *RUNTIME,
    *(Requirement(line) for line in PYPROJECT["dependency-groups"]["dev"]),
    *(Requirement(line) for line in PYPROJECT["build-system"]["requires"]),
]


def read_pins() -> dict[str, Requirement]:
    """The requirements of requirements.txt by canonical name."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    requirements = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


PINS = read_pins()


def pinned_version(name: str) -> str:
    (specifier,) = PINS[canonicalize_name(name)].specifier
    return specifier.version


def needed_by(requirement: Requirement) -> list[Requirement]:
    """What the installed distribution that meets `requirement` asks for on this Python and system."""
    extras = ("", *requirement.extras)
    listed = [Requirement(line) for line in metadata.requires(requirement.name) or []]
    return [one for one in listed if one.marker is None or any(one.marker.evaluate({"extra": e}) for e in extras)]


def run_python(code: str) -> str:
    """What `code` prints in a fresh interpreter that finds the project where ours does."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


@pytest.mark.parametrize("pin", PINS.values(), ids=PINS)
def test_every_pin_is_one_exact_version(pin: Requirement) -> None:
    assert [specifier.operator for specifier in pin.specifier] == ["=="]


@pytest.mark.parametrize("requirement", DIRECT, ids=lambda requirement: requirement.name)
def test_direct_dependency_is_pinned_within_its_range(requirement: Requirement) -> None:
    assert requirement.specifier.contains(pinned_version(requirement.name))


def test_whatever_the_dependencies_need_is_pinned_too() -> None:
    needed: dict[str, Requirement] = {}
    todo = list(DIRECT)
    while todo:
        requirement = todo.pop()
        if str(requirement) not in needed:
            needed[str(requirement)] = requirement
            todo += needed_by(requirement)
    assert {canonicalize_name(requirement.name) for requirement in needed.values()} - PINS.keys() == set()


def built(target: str, directory: Path) -> Path:
    """What is built of the project for `target`."""
    build = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(directory)]
    subprocess.run(build, cwd=ROOT, check=True)
    (made,) = directory.glob("todurable-*")
    return made


def files_of(*folders: str) -> set[str]:
    """All that is of the project in its `folders`."""
    ours = (path for folder in folders for path in (ROOT / folder).rglob("[!.]*") if path.is_file())
    return {path.relative_to(ROOT).as_posix() for path in ours if path.suffix != ".pyc"}


def test_wheel_holds_every_file_of_both_packages_and_nothing_else(tmp_path: Path) -> None:
    wheel = built("wheel", tmp_path)
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert packed == files_of("core", "ui")


def test_source_distribution_holds_all_that_its_tests_and_its_makefile_need(tmp_path: Path) -> None:
    with tarfile.open(built("sdist", tmp_path)) as source:
        packed = {name.partition("/")[2] for name in source.getnames()}
    single = {"Makefile", "requirements.txt", "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE"}
    assert (files_of("core", "ui", "tests", "bench", "docs") | single) - packed == set()


def test_console_script_leads_to_a_function() -> None:
    (script,) = metadata.entry_points(group="console_scripts", name="todurable")
    assert script.value == PYPROJECT["project"]["scripts"]["todurable"]
    assert callable(script.load())


@pytest.mark.parametrize("module", ["core.store", "ui.cli"])
def test_importing_brings_in_no_screen_and_no_event_loop(module: str) -> None:
    heavy = {"textual", "rich", "asyncio"}
    loaded = run_python(f"import {module}, sys; print(*sys.modules)").split()
    assert module in loaded
    assert heavy.intersection(loaded) == set()
    assert all(util.find_spec(name) for name in heavy), "a misspelt name would never be found"


def test_the_first_paint_waits_for_nothing_that_it_does_not_show() -> None:
    later = {
        "ui.actors",
        "ui.widgets.name_line",
        "ui.widgets.details",
        "ui.screens.help_screen",
        "core.query",
        "core.quickadd",
    }
    loaded = run_python("import ui.running, sys; print(*sys.modules)").split()
    assert "ui.screens.list_screen" in loaded
    assert later.intersection(loaded) == set()
    assert all(util.find_spec(name) for name in later), "a misspelt name would never be found"


def test_changelog_has_room_for_what_comes_next() -> None:
    lines = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    assert next(line for line in lines if line.startswith("## ")) == "## [Unreleased]"
