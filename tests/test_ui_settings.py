"""The screen of the settings, each checked while it is typed and saved by itself; and the questions for who is new."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from textual.widgets import Input

from tests.app_driver import opened
from tests.lists import with_a_past
from ui.screens.settings_screen import SettingsScreen
from ui.screens.welcome_screen import WelcomeScreen

file = with_a_past


async def test_settings_are_checked_while_they_are_typed(file: Path, home: Path) -> None:
    profile = home / "todurable" / "profile.json"

    def saved() -> dict[str, Any]:
        document: dict[str, Any] = json.loads(profile.read_bytes())
        return document

    async with opened(file) as app:
        await app.press(",")
        await app.until_on(SettingsScreen)
        await app.until(lambda: app.says("date_style"))
        await app.type("Ada")
        await app.press("enter")
        await app.until(lambda: app.says("Saved: name."))
        assert saved()["name"] == "Ada"
        await app.press("down", "down", *"nord", "enter")
        await app.until(lambda: app.app.theme == "nord")
        await app.press(*["backspace"] * 4, *"light", "enter")
        await app.until(lambda: app.app.theme == "todurable-light" and app.says("todurable-light"))


async def test_a_setting_that_is_not_valid_is_not_saved(file: Path, home: Path) -> None:
    profile = home / "todurable" / "profile.json"

    def saved() -> dict[str, Any]:
        document: dict[str, Any] = json.loads(profile.read_bytes())
        return document

    async with opened(file) as app:
        await app.press(",")
        await app.until_on(SettingsScreen)
        await app.until(lambda: app.says("date_style"))
        await app.press("down", "down", "down", "down", "backspace")
        await app.until(lambda: app.says("“date_style” must be one of words, iso"))
        await app.press("enter")
        assert not profile.exists()
        await app.press("down", *["backspace"] * 6, *"sunday", "enter")
        await app.until(lambda: app.says("Saved: week_start."))
        app.app.screen.query(Input).last().focus()
        await app.press("x", "enter")
        await app.until(lambda: app.says("Write it as filters.home"))
        app.app.screen.query(Input).last().value = "filters.home = #home"
        await app.press("enter")
        await app.until(lambda: app.says("filters.home"))
        await app.press("escape")
        await app.until(lambda: app.app.main.is_active)
    assert saved() == {"schema_version": 1, "week_start": 6, "filters": {"home": "#home"}}


async def test_going_on_saves_a_line_and_esc_puts_it_back(file: Path, home: Path) -> None:
    profile = home / "todurable" / "profile.json"

    def line(number: int) -> str:
        return app.app.screen.query(Input)[number].value

    async with opened(file) as app:
        await app.press(",")
        await app.until_on(SettingsScreen)
        await app.until(lambda: app.says("date_style"))
        await app.press("down", "down", "down", *"today", "tab")
        await app.until(lambda: app.says("Saved: start_view. It holds from the next start on."))
        await app.press("tab", *["backspace"] * 6, *"sun", "down")
        await app.until(lambda: app.says("Saved: week_start.") and line(5) == "sunday")
        await app.press("up", "x", "escape")
        await app.until(lambda: app.says("It is as it was."))
        assert line(5) == "sunday"
        await app.press("up", "backspace", "tab")
        await app.pilot.pause()
        assert line(4) == ""
        for field, value in (("file", str(home / "gone" / "a.json")), ("second_place", str(home / "stick"))):
            found = next(one for one in app.app.screen.query(Input) if one.name == field)
            found.focus()
            await app.pilot.pause()
            found.value = value
            await app.press("enter")
            await app.until(lambda: app.says("is not there: connect its drive, or make it."))
            await app.press("tab")
        await app.press("escape")
        await app.until(lambda: app.app.main.is_active)
    assert json.loads(profile.read_bytes()) == {
        "schema_version": 1,
        "start_view": "today",
        "week_start": 6,
        "file": str(home / "gone" / "a.json"),
        "second_place": str(home / "stick"),
    }


async def test_settings_of_which_one_is_not_valid_are_shown(file: Path, home: Path) -> None:
    profile = home / "todurable" / "profile.json"
    profile.parent.mkdir()
    profile.write_text('{"schema_version": 1, "name": "Ada", "week_start": 9}')
    async with opened(file) as app:
        await app.press(",")
        await app.until_on(SettingsScreen)
        await app.until(
            lambda: app.says("Ada") and app.says("“week_start” must be a number from 0 to 6. Mend it with:")
        )
        next(one for one in app.app.screen.query(Input) if one.name == "week_start").focus()
        await app.press("6", "enter")
        await app.until(lambda: app.says("Saved: week_start."))
    assert json.loads(profile.read_bytes()) == {"schema_version": 1, "name": "Ada", "week_start": 6}


async def test_four_questions_for_who_is_new(file: Path, home: Path) -> None:
    profile = home / "todurable" / "profile.json"
    async with opened(file) as app:
        await app.press("g", "w")
        await app.until_on(WelcomeScreen)
        assert app.says("1 of 4 Which colours do you like?")
        await app.press("j", "j", "enter")
        assert app.says("2 of 4 Which day does your week begin with?")
        await app.press("down", "enter")
        assert app.says("3 of 4 How do you write dates?")
        await app.press("enter")
        assert app.says("4 of 4 A folder on another disk")
        await app.press("x", "enter")
        await app.until(lambda: app.says("“second_place” must be a full path"))
        await app.press("backspace")
        await app.until(lambda: app.says("enter takes it"))
        await app.type(str(home / "stick"))
        await app.press("enter")
        await app.until(lambda: app.app.theme == "nord" and app.says("is not there: connect its drive, or make it."))
        assert app.app.memory.profile.week_start == 6
        saved = json.loads(profile.read_bytes())
        await app.press("g", "w")
        await app.until_on(WelcomeScreen)
        await app.press("escape")
        await app.until(lambda: app.app.main.is_active)
    assert saved == {
        "schema_version": 1,
        "theme": "nord",
        "week_start": 6,
        "date_style": "words",
        "second_place": str(home / "stick"),
    }
