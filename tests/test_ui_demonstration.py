"""The list for trying out, and the keys in the README."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.query import parse
from core.state import AppState
from tests.real_command import COMMAND
from tests.terminal import Terminal
from ui import demonstration
from ui.commands import COMMANDS, keys_table

_README = Path(__file__).parent.parent / "README.md"


@pytest.mark.parametrize("now", [datetime(2026, 1, 1, 12, tzinfo=UTC), datetime(2028, 2, 29, 12, tzinfo=UTC)])
def test_the_list_has_something_in_every_view(tmp_path: Path, now: datetime) -> None:
    file = tmp_path / "demonstration.json"
    demonstration.make(file, lambda: now)
    state = AppState()
    state.load_from_file(file)
    for query in (
        "is:overdue",
        "is:today",
        "is:upcoming",
        "is:blocked",
        "is:active",
        "is:done",
        "is:waiting",
        "+someday",
    ):
        assert parse(query, now=now.astimezone()).select(state.tasks, state.known), query
    assert state.trash


def test_the_app_can_be_tried_out_and_leaves_nothing(tmp_path: Path) -> None:
    with Terminal((*COMMAND, "--demo"), columns=120, rows=40, environment={"TMPDIR": str(tmp_path)}) as terminal:
        terminal.until_shown("Release 2.4")
        terminal.until_shown(" adds a task")
        terminal.send("q")
        assert terminal.wait() == 0
    assert list(tmp_path.iterdir()) == []


def test_the_readme_shows_the_keys_that_there_are() -> None:
    assert keys_table(COMMANDS) in _README.read_text(encoding="utf-8"), "run: make screenshots ARGS=keys"


def test_the_pictures_of_the_readme_are_there() -> None:
    pictures = re.findall(r"\]\((docs/[^)]*\.svg)\)", _README.read_text(encoding="utf-8"))
    assert len(pictures) == 6
    assert all((_README.parent / picture).exists() for picture in pictures)
