"""What the screen shows before the list is read: its first tasks, and nothing that is not so."""

from __future__ import annotations

import asyncio
from contextvars import Context
from pathlib import Path

import pytest

from core.glance import glance
from core.state import AppState
from tests.app_driver import Driver, opened, running, saved_list
from tests.instances import ticking
from ui.app import TaskApp
from ui.first_look import FirstLook, first_look
from ui.store_worker import StoreWorker
from ui.views import ALL, INBOX


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tasks.json"


def look(file: Path, name: str = "") -> FirstLook:
    found = first_look(file, name, ticking())
    assert found is not None
    return found


def _names(app: Driver) -> list[str]:
    """The names that are shown; the scroll bar beside them grows with the list."""
    return [row[7:30].strip() for row in app.rows]


async def test_the_first_tasks_are_shown_while_the_list_is_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"task {number:03}" for number in range(1, 201)]
    saved_list(file, *names)
    start = StoreWorker.start
    monkeypatch.setattr(StoreWorker, "start", lambda _worker: None)
    async with running(file, first=look(file)) as app:
        await app.until(lambda: "task 001" in app.text)
        assert app.lines[-1].endswith("reading…")
        await app.press(*["ctrl+d"] * 4, "k", "k")
        await app.until(lambda: app.app.main.is_complete)
        before, cursor = _names(app), app.current
        assert "task 001" not in before
        await app.press("x")
        assert app.says("still being read")
        start(app.app.worker)
        await app.until(lambda: app.app.changing.opened and "saved" in app.lines[-1])
        assert (_names(app), app.current) == (before, cursor)
        await app.press("x", "G")
        await app.until(lambda: "task 200" in app.text)
        await app.until_saved()


@pytest.mark.parametrize(("key", "shown"), [("h", "as it is now"), ("b", "tasks.json.backup")])
async def test_what_compares_with_the_whole_list_waits_for_it(
    key: str, shown: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved_list(file, "one", "two")
    start = StoreWorker.start
    monkeypatch.setattr(StoreWorker, "start", lambda _worker: None)
    async with running(file, first=look(file)) as app:
        await app.until(lambda: "two" in app.text)
        await app.press("g", key)
        assert app.app.main.is_active
        start(app.app.worker)
        await app.until(lambda: shown in app.text)


async def test_a_look_that_comes_before_there_is_a_list_to_show_waits_for_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved_list(file, *(f"task {number:03}" for number in range(1, 201)))
    seen = glance(file, lambda _task: True, 100)
    assert seen is not None

    def look_early(app: TaskApp) -> None:
        app._events = asyncio.get_running_loop()
        # as in the thread that looks, which knows no app
        Context().run(app._when_mounted, lambda: app.showing.show_first(ALL, seen))

    monkeypatch.setattr(TaskApp, "on_load", look_early, raising=False)
    monkeypatch.setattr(StoreWorker, "start", lambda _worker: None)
    async with running(file) as app:
        await app.until(lambda: "task 001" in app.text)
        await app.press(*["ctrl+d"] * 4)
        assert "task 001" not in _names(app)


async def test_a_look_that_comes_late_shows_nothing(file: Path) -> None:
    saved_list(file, "as it was")
    seen = glance(file, lambda _task: True, 10)
    assert seen is not None
    state = AppState()
    state.load_from_file(file)
    state.rename(state.tasks[0], "as it is")
    state.save_to_file(file)
    async with opened(file) as app:
        app.app.showing.show_first(ALL, seen)
        await app.press("j")
        assert "as it is" in app.text
        assert "as it was" not in app.text


async def test_an_empty_list_is_greeted_once_it_is_read(file: Path) -> None:
    async with running(file, first=look(file)) as app:
        await app.until(lambda: "Press a to add your first task." in app.text)


@pytest.mark.parametrize(
    ("name", "view"), [("", ALL), ("All tasks", ALL), ("inbox", INBOX), ("today", None), ("#home", None)]
)
def test_the_views_that_can_be_looked_at(file: Path, name: str, view: object) -> None:
    found = first_look(file, name, ticking())
    assert (found and found.view) == view
