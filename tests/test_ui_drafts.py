"""Half-typed text survives the end of its screen, however that comes, and is offered again."""

from __future__ import annotations

import signal
from pathlib import Path

from core.instance_files import InstanceFiles, Owner
from tests.app_driver import opened, saved_list
from tests.real_command import COMMAND
from tests.terminal import Terminal


def _drafts(file: Path) -> str:
    return "".join(path.read_text() for path in file.parent.glob("instances/*.draft"))


def test_what_is_typed_survives_a_kill_and_is_offered_once(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    saved_list(file, "one")
    command = (*COMMAND, "--file", str(file))
    with Terminal(command) as terminal:
        terminal.until_shown("one")
        terminal.send("aPay rent #ho")
        while "Pay rent #ho" not in _drafts(file):
            terminal.until_shown("Pay rent #ho")
        terminal.send_signal(signal.SIGKILL)
        terminal.wait()
    with Terminal(command) as terminal:
        terminal.until_shown("“Pay rent #ho” was half typed when todurable ended")
        terminal.send(".")
        terminal.until_shown("Add Pay rent #ho")
        terminal.send("me\r")
        terminal.until_shown("2 open")
        terminal.send("\x1b")
        terminal.until_shown("a add")
        terminal.send("q")
        assert terminal.wait() == 0
    assert _drafts(file) == ""
    assert not (tmp_path / "instances").exists()


async def test_what_is_left_is_put_aside_and_comes_back(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    saved_list(file, "one", "two")
    async with opened(file) as app:
        await app.press(".")
        await app.until(lambda: "Nothing is half typed." in app.text)
        await app.press("A", *"child", "escape")
        await app.until(lambda: ". brings it back" in app.text)
        await app.press("j", "i", "!", "escape")
        await app.until(lambda: ". brings it back" in app.text)
        await app.press("g", "g", ".")
        await app.until(lambda: app.app.main.typing)
        assert app.current == "two"
        assert app.app.main.name_line.entry.value == "two!"
        await app.press("enter")
        await app.until(lambda: app.names == ["one", "two!"] and not app.app.main.typing)
        await app.press(".")
        await app.until(lambda: app.app.main.name_line.entry.value == "child")
        await app.press("enter")
        await app.until(lambda: "child" in app.names)
        assert app.task("child").parent == app.task("one").uid
        await app.press("escape", "i", "escape")  # nothing was typed
        await app.until(lambda: not app.app.main.typing)
        assert ". brings it back" not in app.text
        await app.until(lambda: _drafts(file) == "")


async def test_what_was_put_aside_is_kept_until_its_user_leaves(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    async with opened(file) as app:
        await app.press("a", *"first", "escape")
        await app.until(lambda: ". brings it back" in app.text)
        await app.press("a", *"second")
        await app.until(lambda: "first" in _drafts(file) and "second" in _drafts(file))  # a kill would lose neither
        await app.press("escape", ".", "enter")
        await app.until(lambda: app.names == ["second"])
        await app.press("escape")
        await app.until(lambda: not app.app.main.typing and "second" not in _drafts(file))
        assert "first" in _drafts(file)
        await app.press("q")
        await app.until(lambda: app.app._exit)
    assert _drafts(file) == ""


async def test_what_is_typed_when_the_terminal_goes_away_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    async with opened(file) as app:
        await app.press("a", *"half")
        await app.until(lambda: app.app.main.name_line.entry.value == "half")
    assert "half" in _drafts(file)


async def test_screens_on_one_list_know_of_each_other(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    saved_list(file, "one")
    other = InstanceFiles(file, Owner("attic", 1, "1"))
    async with opened(file) as app:
        await app.until(lambda: list(other.directory.glob("*.json")))
        other.write(".json", b'{"by":"attic:1:pts/9","since":"2026-01-01T00:00:00Z"}')
        await app.until(lambda: "2 screens" in app.lines[-1])
        other.remove(".json")
        await app.until(lambda: "screens" not in app.lines[-1])
