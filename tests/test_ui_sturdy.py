"""A defect of ours is logged and told, and the list stays usable."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widget import Widget

from core.state import AppState
from tests.app_driver import Driver, opened, saved_list
from ui.screens.help_screen import HelpScreen
from ui.widgets.entry import Entry
from ui.widgets.task_list import TaskList


def _fail(*_arguments: object) -> None:
    raise ZeroDivisionError("\x1b[31mcareless")


async def _until_told(app: Driver) -> None:
    await app.until(lambda: "Something went wrong in todurable itself (ZeroDivisionError)" in app.text)
    await app.press("j", "k")
    await app.until(lambda: "Something went wrong" not in app.text)


async def test_the_list_stays_usable_after_an_exception_wherever_that_came_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, log = tmp_path / "tasks.json", tmp_path / "logs" / "todurable.log"
    saved_list(file, "one", "two")
    async with opened(file, size=(100, 24), defects=(ZeroDivisionError,) * 3) as app:
        with monkeypatch.context() as broken:  # an action, in the loop of the app
            broken.setattr(AppState, "trash_tasks", _fail)
            await app.press("d", "d")
            await _until_told(app)
        with monkeypatch.context() as broken:  # a handler of a widget
            broken.setattr(TaskList, "on_mouse_down", _fail)
            await app.pilot.click(TaskList, offset=(5, 1))
            await _until_told(app)
        with monkeypatch.context() as broken:  # a screen that cannot be made
            broken.setattr(HelpScreen, "compose", _fail)
            await app.press("?")
            await app.until(lambda: app.app.main.is_active)
            await _until_told(app)
        await app.press("d", "d")
        await app.until(lambda: app.names == ["two"])
        await app.pilot.click(TaskList, offset=(5, 0))
        await app.press("?")
        await app.until_on(HelpScreen)
        await app.press("escape")
        await app.until_saved()
        await app.until(lambda: log.exists() and log.read_text().count("ZeroDivisionError: \ufffd[31mcareless") == 3)
    assert "in _fail" in log.read_text()


async def test_typing_goes_on_after_an_exception(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path / "tasks.json", defects=(ZeroDivisionError,)) as app:
        with monkeypatch.context() as broken:
            broken.setattr(Entry, "on_key", _fail)
            await app.press("a", "x")
            await app.until(lambda: app.app.defects)
        await app.press(*"yz", "enter")
        await app.until(lambda: app.names == ["yz"])


async def _draw_for_ever(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(file) as app:
        monkeypatch.setattr(Widget, "render_lines", _fail)
        for _attempt in range(40):
            await app.press("j")
            app.app.main.refresh()


async def test_an_exception_at_every_drawing_ends_the_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ZeroDivisionError):
        await _draw_for_ever(tmp_path / "tasks.json", monkeypatch)
