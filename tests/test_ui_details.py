"""The details pane: what a person reads of a task, and of what happened to it."""

from __future__ import annotations

from pathlib import Path

from core.profile import Profile
from core.state import AppState
from tests.app_driver import opened
from ui.screens.date_screen import DateScreen
from ui.screens.form_screen import FormScreen
from ui.screens.list_screen import ListScreen


async def test_rules_and_other_tasks_are_told_in_words(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    state = AppState()
    rent = state.add_task("Pay rent", priority=0)
    job = state.add_task("Find a job", priority=0)
    state.save_to_file(file)
    state.edit([rent], recur="FREQ=MONTHLY", depends=[job.uid])
    state.save_to_file(file)
    async with opened(file, size=(160, 40)) as app:
        await app.press("enter")
        await app.until(lambda: "depends" in app.text)
        assert "repeats" in app.text
        assert "every month" in app.text
        assert "+2" in app.text
        assert job.uid[:8] not in app.text
        assert "FREQ" not in app.text


async def test_dates_are_written_as_the_profile_says_everywhere(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    state = AppState()
    state.add_task("Pay rent", priority=0, due="2400-01-05", scheduled="2400-01-05")
    state.save_to_file(file)
    async with opened(file, size=(160, 40), profile=Profile(tour_seen=True, date_style="day-month")) as app:
        assert "05.01.2400" in app.rows[0]
        await app.press("4")
        await app.until(lambda: "Wednesday 05.01.2400" in app.rows[0])
        await app.press("enter")
        await app.until(lambda: "scheduled" in app.text)
        assert app.text.count("Wed 05.01.2400") == 2
        await app.press("w", "d")
        await app.until_on(DateScreen)
        assert app.says("Wed 05.01.2400, in ")
        await app.press("escape")
        await app.until_on(ListScreen)
        await app.press("e")
        await app.until_on(FormScreen)
        assert app.says("Wed 05.01.2400, in ")
        await app.press("escape")
        await app.until_on(ListScreen)
        await app.press("a")
        await app.type("call due:2400-02-03")
        await app.until(lambda: app.says("Thu 03.02.2400, in "))
        await app.press("escape")
        app.app._use(Profile(tour_seen=True, date_style="month-day"))
        await app.until(lambda: "Wednesday 01/05/2400" in app.rows[0] and "01/05/2400" in app.rows[1])


async def test_the_lines_of_a_description_are_lines(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    state = AppState()
    rent = state.add_task("Pay rent", priority=0)
    state.save_to_file(file)
    state.edit([rent], description="first line\nsecond\n\n- item\n\n```\ncode\n  more\n```")
    state.save_to_file(file)
    async with opened(file, size=(160, 40)) as app:
        await app.press("enter")
        await app.until(lambda: app.says("first line ⏎ second"))  # in its history
        shown = [line[app.app.main.details.content_region.x :].strip() for line in app.lines]
        start = shown.index("first line")
        assert shown[start + 1] == "second"
        assert {"• item", "code", "more"} <= set(shown)
