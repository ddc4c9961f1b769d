"""Going to another list."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.profile import Profile
from tests.app_driver import opened
from tests.lists import with_a_past
from ui import running
from ui.app import TaskApp
from ui.screens.lists_screen import ListsScreen

if TYPE_CHECKING:
    import pytest

file = with_a_past


async def test_going_to_another_list(file: Path, home: Path) -> None:
    lists = {"work": str(home / "work.json")}
    async with opened(file, profile=Profile(lists=lists, tour_seen=True)) as app:
        await app.press("g", "l")
        await app.until_on(ListsScreen)
        assert app.says("your own list")
        assert "open now" not in app.text
        await app.press("j", "enter")
        await app.until(lambda: app.app._exit)
        assert app.app.actors.keeping.next_file == home / "work.json"
    async with opened(file) as app:
        await app.press("g", "l")
        await app.until(lambda: app.says("You have one list."))


async def test_the_list_that_is_open_is_marked_and_called_by_its_name(file: Path, home: Path) -> None:
    lists = {"away": str(home / "stick" / "tasks.json"), "work": str(file)}
    async with opened(file, profile=Profile(name="Ada", lists=lists, tour_seen=True)) as app:
        assert app.lines[-1].split()[:2] == ["Ada:", "work"]
        await app.press("g", "l")
        await app.until_on(ListsScreen)
        (here,) = [line for line in app.lines if "open now" in line]
        assert "work" in here
        await app.press("enter")
        await app.until(lambda: app.says("This list is open already."))
        await app.press("g", "l")
        await app.until_on(ListsScreen)
        await app.press("k", "enter")
        await app.until(lambda: app.says(f"{home / 'stick'} is not there. Connect its drive, or make the folder."))
        assert app.app.actors.keeping.next_file is None
        app.app._use(Profile(name="Bea", tour_seen=True))
        app.app.status.show()
        await app.until(lambda: app.lines[-1].split()[:2] == ["Bea:", "tasks.json"])


def test_the_app_is_run_anew_for_each_list(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, bool]] = []

    def run_one(app: TaskApp) -> int:
        ran.append((app.status.name, app.welcomes))
        app.actors.keeping.next_file = file.with_name("work.json") if len(ran) == 1 else None
        app.memory.profile = Profile(tour_seen=True)
        return 0

    monkeypatch.setattr(running, "_run_one", run_one)
    assert running.run(file, Profile(), file.with_name("profile.json")) == 0
    assert ran == [("tasks.json", True), ("work.json", False)]
