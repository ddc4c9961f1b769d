"""What the app takes from the profile, and remembers in it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from textual.events import Paste

from core import presence
from core.instance_files import InstanceFiles, Owner
from core.profile import Profile, ProfileStore
from tests.app_driver import opened, saved_list
from tests.in_process import call
from tests.processes import Child
from tests.trouble import HOLDER
from ui import running, side_worker
from ui.commands import COMMANDS, rebound
from ui.screens.list_screen import ListScreen
from ui.screens.welcome_screen import WelcomeScreen
from ui.views import View


async def test_theme_panes_and_filters_are_remembered(tmp_path: Path) -> None:
    file, path = tmp_path / "tasks.json", tmp_path / "profile.json"
    saved_list(file, "buy milk", "pay rent")
    store = ProfileStore(path)
    async with opened(file, size=(120, 30), profile=Profile(tour_seen=True), profile_path=path) as app:
        assert app.app.theme == "todurable-dark"
        await app.until(lambda: "Upcoming" in app.text)
        await app.press("backslash", "enter")
        await app.until(lambda: "Upcoming" not in app.text and "created" in app.text)
        app.app.theme = "todurable-light"
        await app.press("/")
        await app.type("milk")
        await app.press("enter", "F")
        await app.type("dairy")
        await app.press("enter")
        await app.until(lambda: app.lines[0].split()[:2] == ["dairy", "1"])
        await app.until(lambda: store.load().filters == {"dairy": "milk"})
        await app.until(lambda: store.load().theme == "todurable-light")
    await _open_again(file, path, store.load())


async def _open_again(file: Path, path: Path, profile: Profile) -> None:
    assert (profile.sidebar, profile.details) == (False, True)
    async with opened(file, size=(120, 30), profile=profile, profile_path=path) as app:
        assert app.app.theme == "todurable-light"
        await app.until(lambda: "Upcoming" not in app.text and "created" in app.text)
        await app.press("backslash")
        await app.until(lambda: "dairy" in app.text)
        await app.press("f")
        await app.type("d")
        await app.press("tab", "enter")
        await app.until(lambda: app.lines[0].split()[-1:] and "pay rent" not in app.text)
        await app.press("f")
        await app.type("-dairy")
        await app.press("enter")
        await app.until(lambda: "pay rent" in app.text and "dairy" not in app.text)


async def test_a_filter_is_saved_beside_those_that_others_save(tmp_path: Path) -> None:
    file, path = tmp_path / "tasks.json", tmp_path / "profile.json"
    saved_list(file, "buy milk")
    store = ProfileStore(path)
    known = store.change({"filters.old": "a", "tour_seen": True})
    async with opened(file, profile=known, profile_path=path) as app:
        store.change({"filters.theirs": "b", "filters.old": None})
        await app.press("/")
        await app.type("milk")
        await app.press("enter", "F")
        await app.type("v1.5")
        await app.press("enter")
        await app.until(lambda: store.load().filters == {"theirs": "b", "v1.5": "milk"})


@pytest.mark.parametrize("text", ['{"schema_version": 2, "theme": "nord"}', '{"schema_version": 1, "week_start": 9}'])
async def test_a_profile_that_cannot_be_used_is_told_and_never_overwritten(text: str, tmp_path: Path) -> None:
    file, path = tmp_path / "tasks.json", tmp_path / "profile.json"
    saved_list(file, "one")
    path.write_text(text)
    async with opened(file, size=(120, 30), profile_path=path, told=["The profile is odd."]) as app:
        await app.until(lambda: app.says("The profile is odd."))
        app.app.theme = "todurable-light"
        await app.until(lambda: app.says("Your settings are not saved:"))
        await app.press("j", "backslash")
        await app.until(lambda: "All tasks" in app.text)
        await app.app.actors.keeping.action_welcome()
        await app.until_on(WelcomeScreen)
        await app.press("enter", "escape")
        await app.until_on(ListScreen)
    assert path.read_text() == text
    assert sorted(name for name in os.listdir(tmp_path) if "profile" in name) == ["profile.json", "profile.json.lock"]


async def test_what_cannot_be_remembered_at_once_is_remembered_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(side_worker, "_PROFILE_PATIENCE", 0.0)
    file, path = tmp_path / "tasks.json", tmp_path / "profile.json"
    saved_list(file, "one")
    store = ProfileStore(path)
    store.change({"tour_seen": True})
    with Child(HOLDER, tmp_path / "profile.json.lock") as child:
        assert child.hear() == "held"
        async with opened(file, profile_path=path) as app:
            app.app.theme = "todurable-light"
            await app.until(lambda: app.says("Your settings are not saved: profile.json.lock is locked"))
            child.tell()
            child.end()
    assert store.load().theme == "todurable-light"


def test_before_the_app_opens_warnings_are_kept_for_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "todurable").mkdir()
    (home / "todurable" / "profile.json").write_text('{"schema_version": 1, "theme": 5}')
    given: list[Any] = []

    def run(*arguments: Any) -> int:
        given.append(arguments)
        return 0

    monkeypatch.setattr(running, "run", run)
    assert call("tui", terminal=True) == (0, "", "")
    _file, profile, _path, _first, told = given[0]
    assert (profile.theme, len(told)) == ("", 1)
    assert told[0].startswith("In the profile “theme” must be a text, not a number.")
    (home / "todurable" / "profile.json").write_text('{"schema_version": 1, "file": 5, "theme": 5}')
    assert call("tui", terminal=True).code == 1
    (home / "todurable" / "profile.json").write_text('{"schema_version": 7}')
    assert call("--file", str(home / "todurable" / "tasks.json"), "tui", terminal=True).code == 0
    assert given[-1][1].tour_seen


async def test_keys_can_be_rebound_and_clashes_are_named(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    saved_list(file, "one", "two")
    keys: dict[str, tuple[str, ...]] = {"task.done": ("z",), "task.trash": ("j",), "no.such": ("y",)}
    async with opened(file, profile=Profile(tour_seen=True, keys=keys, start_view="inbox")) as app:
        assert app.app.main.message.text == (
            "There is no command “no.such” to give keys to. “j” cannot be Trash: it is Next task."
        )
        assert app.lines[0].split()[0] == "Inbox"
        await app.press("x")
        assert app.task("one").status == "pending"
        await app.press("z", "j")
        assert app.task("one").status == "done"
        assert app.current == "two"
        await app.press("d", "d")
        assert app.names == ["one"]


@pytest.mark.parametrize(
    ("start_view", "title", "names"),
    [
        ("today", "Today", ["rent"]),
        ("home", "home", ["rent", "lawn"]),
        ("Mine", "Mine", ["lawn"]),
        ("#home due:today", "#home", ["rent"]),
        ("is:foo(", "All", ["rent", "lawn"]),
        ("", "All", ["rent", "lawn"]),
    ],
)
async def test_the_view_or_query_that_is_shown_first(
    start_view: str, title: str, names: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "tasks.json"
    state = saved_list(file, "rent", "lawn")
    state.edit(state.tasks, project="home")
    state.edit(state.tasks[:1], due="2026-11-18")
    state.save_to_file(file)
    profile = Profile(tour_seen=True, start_view=start_view, filters={"Mine": "lawn"})
    async with opened(file, profile=profile, clock=lambda: datetime(2026, 11, 18, 12, tzinfo=UTC)) as app:
        await app.until(lambda: title in app.lines[0] and app.rows)
        assert [name for name in ("rent", "lawn") if any(name in row for row in app.rows)] == names


async def test_a_view_to_begin_with_that_is_not_there_is_told(tmp_path: Path) -> None:
    saved_list(tmp_path / "tasks.json", "one")
    async with opened(tmp_path / "tasks.json", profile=Profile(tour_seen=True, start_view="nosuch")) as app:
        await app.until(lambda: app.says("There is no view “nosuch” to begin with"))
        assert "All tasks" in app.lines[0]


async def test_settings_that_are_changed_elsewhere_hold_at_once_but_for_how_the_screen_is(home: Path) -> None:
    file, path = home / "todurable" / "tasks.json", home / "todurable" / "profile.json"
    file.parent.mkdir()
    saved_list(file, "buy milk")
    store = ProfileStore(path)
    store.change({"tour_seen": True})
    async with opened(file, size=(120, 30), profile=store.load(), profile_path=path) as app:
        await app.until(lambda: app.app.side._settings is not None)
        for field, value in (("filters.Mine", "milk"), ("details", "yes"), ("lists.work", str(home / "work.json"))):
            assert call("profile", "set", field, value).code == 0
        await app.until(lambda: "Mine" in app.app.showing.filters and app.app.memory.profile.lists)
        assert not app.app.memory.profile.details
        await app.until(lambda: "Mine" in app.text)
        path.write_text("{")  # and what is damaged changes nothing
        await app.until(lambda: app.app.side.problem is not None or app.app.side._settings is not None)
        assert "Mine" in app.app.showing.filters


async def test_others_see_the_name_of_who_is_there(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    saved_list(file, "one")
    async with opened(file, profile=Profile(tour_seen=True, name="Ada")) as app:
        files = InstanceFiles(file, Owner("attic", 1, "1"))
        await app.until(lambda: [there.where.split(",")[0] for there in presence.others(files)] == ["Ada"])


async def test_what_is_pasted_where_nothing_is_typed_does_nothing(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    saved_list(file, "one")
    async with opened(file) as app:
        app.app.post_message(Paste("ddxq"))
        await app.until(lambda: "What you pasted was ignored" in app.text)
        assert app.names == ["one"]


async def test_tasks_are_dragged_beside_each_other_and_onto_a_project(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    state = saved_list(file, "one", "two", "three")
    state.edit(state.tasks[2:], project="home")
    state.save_to_file(file)
    async with opened(file, size=(120, 30)) as app:
        await app.until(lambda: "home" in app.text)
        tasks, sidebar = app.app.main.tasks, app.app.main.sidebar
        await app.pilot.mouse_down(tasks, offset=(20, 0))
        await app.pilot.hover(tasks, offset=(20, 1))
        await app.pilot.mouse_up(tasks, offset=(20, 1))
        await app.until(lambda: app.names == ["two", "one", "three"])
        line = next(y for y in range(30) if sidebar.view_at(y) == View("project", "home"))
        await app.pilot.mouse_down(tasks, offset=(20, 0))
        await app.pilot.mouse_up(sidebar, offset=(5, line))
        await app.until(lambda: app.task("two").project == "home")


def test_a_command_that_is_misnamed_is_told_with_those_that_may_be_meant() -> None:
    _rebound, problems = rebound(COMMANDS, {"undo": ("z",), "list.undo": ("y",)})
    assert problems == [
        "There is no command “undo” to give keys to, but history.undo.",
        "There is no command “list.undo” to give keys to, but history.undo.",
    ]


async def test_a_sidebar_for_which_there_is_no_room_is_not_put_away_for_good(tmp_path: Path) -> None:
    saved_list(tmp_path / "tasks.json", "one")
    async with opened(tmp_path / "tasks.json") as app:
        await app.press("backslash")
        await app.until(lambda: "Upcoming" in app.text)
        await app.press("backslash")
        await app.until(lambda: "Upcoming" not in app.text)
        assert app.app.memory.profile.sidebar
