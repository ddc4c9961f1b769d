"""What holds of every verb: reading ones write nothing, and no text of a task reaches a terminal as an escape."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.state import AppState
from tests.command_line import snapshot
from tests.in_process import call

HOSTILE = "[/] \x1b]0;title\x07 \x1b[31mred \x9b31m \u202eabc \u2066 [@click=app.quit]x"
READING = (
    ["list"],
    ["list", "is:blocked or has:due sort:due", "--columns", "id,name"],
    ["list", "--group", "project"],
    ["show", "1", "2"],
    ["export", "--format", "csv"],
    ["export", "--format", "todo.txt"],
    ["export", "--format", "taskwarrior"],
    ["completions", "--live", "words"],
    ["completions", "--live", "ids"],
    ["history"],
    ["claim", "nothing like that"],
    ["done", "--where", "nothing like that"],
    ["list", "duo:fri"],
)
CHANGING = (
    ["start", "1"],
    ["stop", "1"],
    ["done", "1"],
    ["edit", "1", "reopened", "due:2031-01-01"],
    ["edit", "2", f"name:{HOSTILE}", f"project:{HOSTILE.replace('/', '')}", f"-{HOSTILE}"],
    ["delete", "2"],
    ["purge", "2"],
    ["undo"],
    ["redo"],
    ["edit", "1", f"depends:{HOSTILE}"],
    ["list", f'"{HOSTILE}" duo:x'],
    ["list", f"{HOSTILE}:x"],
    ["list", "--filter", HOSTILE],
    ["import", HOSTILE],
)
_OURS = re.compile(r"\x1b\[\d*m")
_OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def file(home: Path) -> Path:
    """A list of two tasks whose every text is hostile."""
    file = home / "todurable" / "tasks.json"
    file.parent.mkdir(mode=0o700)
    state = AppState()
    texts = {"comment": HOSTILE, "description": f"{HOSTILE}\n{HOSTILE}", "tags": [HOSTILE, f"@{HOSTILE}"]}
    project = HOSTILE.replace("/", "")
    state.add_tasks({"name": HOSTILE, "project": project, "due": "2031-01-01", **texts} for _ in range(2))
    state.edit_each([(state.find(2), {"depends": [state.find(1).uid], "extra": {HOSTILE: HOSTILE}})])
    state.save_to_file(file)
    return file


@pytest.mark.parametrize("terminal", [True, False], ids=["terminal", "pipe"])
def test_reading_writes_nothing_and_no_text_is_obeyed(file: Path, *, terminal: bool) -> None:
    (file.parent / "tasks.json.lock").unlink()
    file.parent.chmod(0o500)
    before = snapshot(file.parent)
    for arguments in READING:
        for more in ([], ["--json"]):
            ended = call(*arguments, *more, terminal=terminal)
            assert ended.code in (0, 1, 2)
            assert ended.out or ended.err
            if arguments[0] != "export":  # which is what another program reads, byte by byte
                assert not _OBEYED.search(_OURS.sub("", ended.out + ended.err).replace("\n", "")), arguments
    assert snapshot(file.parent) == before
    file.parent.chmod(0o700)


@pytest.mark.usefixtures("file")
def test_no_text_is_obeyed_that_a_change_tells() -> None:
    for arguments in CHANGING:
        for more in ([], ["--json"]):
            ended = call(*arguments, *more, terminal=True)
            assert not _OBEYED.search(_OURS.sub("", ended.out + ended.err).replace("\n", "")), arguments
