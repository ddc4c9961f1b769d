"""The description in the user's own editor, in a real terminal."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.state import AppState
from tests.app_driver import saved_list
from tests.real_command import COMMAND
from tests.terminal import Terminal

_EDITOR = """#!/bin/sh
echo "$1" > "$TEST_DIRECTORY/edited"
printf 'EDITOR\\n'
. "$TEST_DIRECTORY/script"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tasks.json"


@pytest.fixture
def terminal(file: Path, tmp_path: Path) -> Iterator[Terminal]:
    """The app on a list of one task, with a script of the test as editor."""
    state = saved_list(file, "one")
    state.edit([state.find(1)], description="a\nb\nc")
    state.save_to_file(file)
    editor = tmp_path / "editor"
    editor.write_text(_EDITOR)
    editor.chmod(0o700)
    (tmp_path / "tmp").mkdir()
    with Terminal((*COMMAND, "--file", str(file)), environment=_environment(tmp_path), columns=150) as running:
        running.until_shown("1 open")
        yield running


def _environment(tmp_path: Path) -> dict[str, str]:
    places = {"TEST_DIRECTORY": str(tmp_path), "TMPDIR": str(tmp_path / "tmp")}
    return {"EDITOR": str(tmp_path / "editor"), "VISUAL": "", **places}


def _description(file: Path) -> str:
    state = AppState()
    state.load_from_file(file)
    return state.find(1).description


def _until_saved(file: Path, description: str) -> None:
    while _description(file) != description:
        assert file.exists()


def _change_elsewhere(file: Path, text: str) -> None:
    state = AppState(by="elsewhere:1:-")
    state.load_from_file(file)
    state.edit([state.find(1)], description=text)
    state.save_to_file(file)


def _edit(terminal: Terminal, tmp_path: Path, script: str, told: str) -> None:
    (tmp_path / "script").write_text(script)
    terminal.send("E")
    terminal.until_shown(told)


def test_what_is_written_there_is_saved_merged_and_never_lost(file: Path, tmp_path: Path, terminal: Terminal) -> None:
    scratch = tmp_path / "tmp"
    _edit(terminal, tmp_path, 'stat -c %a "$(dirname "$1")" "$1" > "$TEST_DIRECTORY/modes"; exit 0', "is as it was")
    assert (tmp_path / "modes").read_text().split() == ["700", "600"]
    _edit(terminal, tmp_path, 'printf "A\\nb\\nc\\n" > "$1"', "The description was changed")
    _until_saved(file, "A\nb\nc")
    _edit(terminal, tmp_path, "exit 3", "ended with status 3")
    terminal.send("j")
    (tmp_path / "script").write_text(
        'while [ ! -e "$TEST_DIRECTORY/go" ]; do sleep 0.01; done; printf "A\\nb\\nC\\n" > "$1"'
    )
    terminal.send("E")
    terminal.until_shown("EDITOR")
    _change_elsewhere(file, "theirs\nb\nc")  # the lock is free
    (tmp_path / "go").touch()
    terminal.until_shown("What was changed elsewhere meanwhile is in it too")
    _until_saved(file, "theirs\nb\nC")
    _edit(terminal, tmp_path, 'printf "x\\377" > "$1"', "What you wrote is in")
    kept = Path((tmp_path / "edited").read_text().strip())
    assert kept.read_bytes() == b"x\xff"
    assert stat.S_IMODE(os.stat(kept.parent).st_mode) == 0o700
    _edit(terminal, tmp_path, 'printf "kept" > "$1"; exit 1', "ended with status 1")
    terminal.send("q")
    assert terminal.wait() == 0
    assert len(list(scratch.iterdir())) == 2  # what could not be taken over, and nothing else


@pytest.mark.parametrize("end", ["the app is killed", "the terminal is closed"])
def test_what_is_written_there_survives(end: str, file: Path, tmp_path: Path, terminal: Terminal) -> None:
    (tmp_path / "script").write_text(
        'printf "a\\nb\\nmine" > "$1"; while [ ! -e "$TEST_DIRECTORY/go" ]; do sleep 0.01; done; exit 1'
    )
    terminal.send("E")
    terminal.until_shown("EDITOR")
    edited = Path((tmp_path / "edited").read_text().strip())
    while not list(file.parent.glob("instances/*.draft")) or edited.read_text() != "a\nb\nmine":
        assert edited.exists()
    if end == "the app is killed":
        terminal.send_signal(signal.SIGKILL)
    (tmp_path / "go").touch()
    if end == "the terminal is closed":
        terminal.vanish()
    (tmp_path / "script").write_text("exit 0")
    with Terminal((*COMMAND, "--file", str(file)), environment=_environment(tmp_path), columns=150) as again:
        again.until_shown("half typed when todurable ended")
        again.until_shown("1 open")
        again.send(".")
        again.until_shown("The description was changed")
    _until_saved(file, "a\nb\nmine")
