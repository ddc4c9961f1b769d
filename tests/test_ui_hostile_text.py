"""Text that would be markup, an action, or a command to the terminal is shown as what it is, on every screen."""

from __future__ import annotations

from pathlib import Path
from shutil import rmtree

import pytest

from core import quickadd
from core.display import literal
from tests.app_driver import Driver, opened, running, saved_list
from tests.trouble import HOSTILE
from ui.screens.quit_screen import QuitScreen
from ui.screens.recovery_screen import RecoveryScreen
from ui.screens.stop_screen import StopScreen
from ui.views import View


def _check(app: Driver) -> None:
    """Nothing on the screen is for the terminal to obey."""
    for line in app.lines:
        assert literal(line) == line


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
async def test_a_name_is_literal_wherever_it_is_shown(tmp_path: Path, name: str) -> None:
    file = tmp_path / "tasks.json"
    saved_list(file, name, "two")
    shown = literal(name)[:15]
    async with opened(file, size=(100, 24)) as app:
        assert shown in app.rows[0]
        _check(app)
        await app.press("i")
        await app.until(lambda: literal(name)[-10:] in app.lines[-2])
        _check(app)
        await app.press("ctrl+u", "enter")  # an error that names the task
        await app.until(lambda: shown in " ".join(app.lines[-6:]))
        _check(app)
        await app.press("escape")
        await app.until(lambda: not app.app.main.typing)
        await app.press("d", "d")
        await app.until(lambda: shown in app.text)
        _check(app)
        await app.press("u")
        await app.until(lambda: "Undone: trash" in app.text)
        _check(app)
        await app.press("x")
        await app.until(lambda: "[x]" in app.rows[0])
        _check(app)
        assert app.names == [name, "two"]


async def test_what_is_typed_or_pasted_is_literal_and_kept_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    async with opened(file) as app:
        for name in HOSTILE:
            await app.press("a")
            app.app.main.name_line.entry.insert_text_at_cursor(quickadd.literal(name))  # what a paste does
            _check(app)
            await app.press("enter", "escape")
            await app.until(lambda: not app.app.main.typing)
            assert app.names[-1] == " ".join(name.split())
            _check(app)


def _remove_all(directory: Path) -> None:
    for path in directory.iterdir():
        if path.is_dir():
            rmtree(path)
        else:
            path.unlink()


@pytest.mark.parametrize("name", ["[bold].json", "[@click=app.bell]x.json", "\x1b]0;x\x07.json", "\u202e.json"])
async def test_a_file_name_is_literal_too(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    async with opened(file) as app:
        assert literal(name) in app.lines[-1]
        _check(app)
    saved_list(file, "one")
    file.write_bytes(b"garbage")
    async with running(file) as app:
        await app.until(lambda: isinstance(app.app.screen, RecoveryScreen) and app.says("damaged-"))
        _check(app)
    _remove_all(tmp_path)
    file.write_bytes(b"garbage")
    async with running(file) as app:
        await app.until(lambda: isinstance(app.app.screen, StopScreen) and app.says("r try again"))
        assert app.says(literal(name))
        _check(app)
    file.unlink()
    file.with_name(f"{name}.lock").mkdir()
    async with opened(file) as app:
        await app.add("one")
        await app.until(lambda: "1 unsaved" in app.lines[-1])
        _check(app)
        await app.press("q")
        await app.until(lambda: isinstance(app.app.screen, QuitScreen) and literal(name) in app.text)
        _check(app)


async def test_every_field_is_literal_in_every_pane(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    state = saved_list(file)
    for text in HOSTILE:
        project = "/".join(part for part in text.split("/") if part.strip())
        description = f"# {text}\n\n- {text}\n\n```\n{text}\n```"
        state.add_task(text, comment=text, description=description, tag=text, project=project)
    state.save_to_file(file)
    async with opened(file, size=(120, 50)) as app:
        await app.until(lambda: "Projects" in app.text)
        await app.press("enter")
        for text in HOSTILE:
            assert app.current == text
            await app.pilot.pause()
            assert literal(text)[:8] in app.text
            _check(app)
            await app.press("j")
        for view in (View("tag", HOSTILE[0]), View("project", HOSTILE[5])):
            app.app.actors.looking.open(view)
            await app.pilot.pause()
            _check(app)
        for key in ("slash", "t"):
            await app.press(key)
            app.app.main.focused.insert_text_at_cursor(" ".join(text[:20] for text in HOSTILE))  # type: ignore[union-attr]
            await app.pilot.pause()
            _check(app)
            await app.press("escape", "1")
