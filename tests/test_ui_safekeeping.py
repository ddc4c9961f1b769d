"""The screens that keep a list safe: history, backups, settings."""

from __future__ import annotations

import errno
import json
import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from core.archive import copies
from core.instance_files import Owner
from core.jobs import all_of
from core.profile import Profile, ProfileStore
from core.state import AppState
from core.wanted import Wanted
from tests.app_driver import Driver, opened
from tests.test_ui_threads import Recorder
from ui import running
from ui.app import TaskApp
from ui.history_search import PAGE, wanted_by
from ui.screens.attachments_screen import AttachmentsScreen
from ui.screens.backups_screen import BackupsScreen
from ui.screens.history_screen import HistoryScreen
from ui.screens.lists_screen import ListsScreen
from ui.screens.settings_screen import SettingsScreen
from ui.screens.welcome_screen import WelcomeScreen
from ui.widgets.difference_list import MOST, DifferenceList

HOSTILE = "[/] [@click=app.bell]x\x1b[31m\u202e"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A list with a past."""
    file = tmp_path / "tasks.json"
    state = AppState(by="kitchen:1:-")
    for name in ("rent", "milk", HOSTILE):
        state.add_task(name, priority=0)
        state.save_to_file(file)
    state.edit([state.find(1)], name="pay the rent", due="2026-12-24")
    state.save_to_file(file)
    state.complete([state.find(2)])
    state.save_to_file(file)
    state.purge([state.find(3)])
    state.save_to_file(file)
    return file


async def until_read(app: Driver, words: str) -> None:
    """Return once the right pane says `words`."""
    await app.until(lambda: app.says(words) and "reading" not in app.text)


@pytest.mark.parametrize("size", [(120, 30), (80, 24)])
async def test_going_back_in_time(size: tuple[int, int], file: Path) -> None:
    async with opened(file, size=size) as app:
        await app.press("g", "h")
        await app.until_on(HistoryScreen)
        await until_read(app, "after change 6: as it is now")
        assert app.says("purge “[/] [@click=app.bell]x\N{REPLACEMENT CHARACTER}")
        await app.press("j", "j", "j")
        await until_read(app, "The list after change 3: 4 differences to now")
        assert app.says("Task 1 “pay the rent” name: rent now pay the rent")
        assert app.says("Task 2 “milk” status: pending now done")
        await app.press("l")
        await until_read(app, "The list after change 3: 3 tasks")
        assert app.says("1 rent (different now)")
        await app.press("l")
        await until_read(app, "4 differences")


async def test_restoring_a_field_a_task_and_the_whole_list(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder(file.parent, monkeypatch)
    async with opened(file, size=(120, 30)) as app:
        await app.press("g", "h")
        await app.until_on(HistoryScreen)
        await app.press("j", "j", "j")
        await until_read(app, "The list after change 3: 4 differences to now")
        await app.press("tab", "r")
        await app.until(lambda: app.task("rent").due == "2026-12-24")
        await until_read(app, "3 differences")
        await app.press("j", "space", "space", "r")
        await app.until(lambda: len(app.names) == 3)
        assert (app.task("milk").status, app.task("milk").completed) == ("pending", None)
        assert app.task(HOSTILE).id == 3
        await until_read(app, "1 difference to now")
        assert app.says("Restored 2 tasks; u in the list takes that back.")
        await app.press("R")
        await until_read(app, "after change 3: as it is now")
        assert app.task("rent").due is None
        await app.press("escape", "u", "u")
        await app.until_saved()
        assert len(app.names) == 2
    assert recorder.of(threading.main_thread().name) == []
    assert len(copies(file)) >= 3  # one before each restoring


async def test_the_cursor_stays_where_it_is_while_rows_are_restored(file: Path) -> None:
    async with opened(file, size=(120, 30)) as app:
        await app.press("g", "h")
        await app.until_on(HistoryScreen)
        await app.press("k")
        await until_read(app, "after change 6: as it is now")
        await app.press("j", "j", "j")
        await until_read(app, "The list after change 3: 4 differences to now")
        rows = app.app.screen.query_one(DifferenceList)
        await app.press("tab", "k")
        assert rows.highlighted == 0
        await app.press("j", "r")
        await until_read(app, "3 differences")
        assert rows.highlighted == 1
        await app.press("G", "j")
        assert rows.highlighted == 2
        await app.press("r")
        await until_read(app, "2 differences")
        assert rows.highlighted == 1


async def test_finding_in_history(file: Path) -> None:
    async with opened(file) as app:
        await app.press("g", "h")
        await app.until_on(HistoryScreen)
        await until_read(app, "as it is now")
        await app.press("slash")
        await app.type("RENT")
        assert app.says("RENT")
        await app.press("enter")
        await app.until(lambda: app.says("History: “RENT”") and not app.says("purge"))
        await until_read(app, "after change 4")
        assert app.says("edit “rent”: name rent → pay the rent")
        await app.press("t")
        await app.until(lambda: app.says("task 1"))
        await app.press("slash", *["backspace"] * 4, "enter")
        await app.until(lambda: app.says("History: task 1") and app.says("add “rent”"))
        await app.press("t", "slash")
        app.app.screen.query_one(Input).value = "since:2020-01-01 by:cellar"
        await app.press("enter")
        await app.until(lambda: app.says("No change matches.") and not app.says("after change"))
        await app.press("R")
        await app.until(lambda: app.says("It is not read yet."))
        await app.press("slash")
        app.app.screen.query_one(Input).value = "since:someday"
        await app.press("enter")
        await app.until(lambda: app.says("“someday”"))
        await app.press("escape", "escape")
        await app.until(lambda: app.app.main.is_active)


def test_words_ask_for_changes() -> None:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    asked = wanted_by("pay by:kitchen since:2026-11-20 the until:2026-11-20 rent by: x:y", now)
    assert asked == Wanted(
        text="pay the rent by: x:y",
        by="kitchen",
        since="2026-11-20T00:00:00.000000Z",
        until="2026-11-20T23:59:59.999999Z",
    )


async def test_a_backup_is_cancelled(file: Path) -> None:
    async with opened(file, size=(120, 30)) as app:
        await app.press("g", "b")
        await app.until_on(BackupsScreen)
        await until_read(app, "1 difference to now")
        screen = app.app.screen
        assert isinstance(screen, BackupsScreen)
        make = screen._make

        def late(progress: Callable[[int, int], None]) -> Path:
            screen.action_cancel()
            return make(progress)

        screen._make = late
        await app.press("b")
        await app.until(lambda: app.says("Cancelled; nothing was changed."))
    assert [job.state for job in all_of(file, Owner.this_process())] == ["cancelled"]
    assert not list(file.parent.glob("backups/*.zip"))


async def test_a_backup_that_fails_says_so_and_another_can_be_made(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.mkdir

    def full(path: Path, *arguments: Any, **options: Any) -> None:
        if Path(path).name == "backups":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(path, *arguments, **options)

    async with opened(file, size=(120, 30)) as app:
        await app.press("g", "b")
        await app.until_on(BackupsScreen)
        screen = app.app.screen
        assert isinstance(screen, BackupsScreen)
        with monkeypatch.context() as broken:
            broken.setattr(os, "mkdir", full)
            await app.press("b")
            await app.until(lambda: app.says("backups could not be created: the disk is full."))
        with monkeypatch.context() as broken:
            broken.setattr(screen, "_make", lambda _progress: 1 // 0)
            await app.press("b")
            await app.until(lambda: not screen._making)
        await app.press("b")
        await app.until(lambda: app.says("Made and verified"))


async def test_a_long_history_is_read_as_it_is_looked_at(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    state = AppState()
    for number in range(2 * PAGE + 50):
        state.add_task(f"task {number}")
    state.save_to_file(file)
    async with opened(file) as app:
        await app.press("g", "h")
        await app.until_on(HistoryScreen)
        screen = app.app.screen
        assert isinstance(screen, HistoryScreen)
        await app.until(lambda: screen.states.option_count == PAGE)
        await until_read(app, "as it is now")
        await app.press("G")
        await app.until(lambda: screen.states.option_count == 2 * PAGE)
        await app.press("G")
        await app.until(lambda: screen.states.option_count == 2 * PAGE + 50)
        await app.press("G")
        await until_read(app, "The list after change 1: 449 differences")
        assert screen.differences.option_count == 449 <= MOST


async def test_what_cannot_be_made_again_is_told(file: Path) -> None:
    for name in os.listdir(file.parent):
        if ".backup" in name:
            (file.parent / name).unlink()
    journal = file.with_name("tasks.json.journal")
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[2:]))
    async with opened(file) as app:
        await app.press("g", "h")
        await app.until_on(HistoryScreen)
        await until_read(app, "as it is now")
        await app.press("j", "j")
        await app.until(lambda: app.says("The history does not go back to change 4"))
        await app.press("r", "R")
        assert app.says("pay the rent")
        assert app.app.state.pending == ()


async def test_backups_are_shown_made_and_restored(file: Path) -> None:
    async with opened(file, size=(120, 30)) as app:
        await app.press("g", "b")
        await app.until_on(BackupsScreen)
        await until_read(app, "The list in tasks.json.backup: 1 difference to now")
        await app.press("b")
        await app.until(lambda: app.says("Made and verified") and app.says("zip"))
        (made,) = file.parent.glob("backups/tasks_*.zip")
        assert [job.state for job in all_of(file, Owner.this_process())] == ["done"]
        await app.press("escape", "x")
        await app.until(lambda: copies(file))
        await app.press("g", "b")
        await app.until_on(BackupsScreen)
        screen = app.app.screen
        assert isinstance(screen, BackupsScreen)
        await app.until(lambda: screen.states.option_count == 5)
        await app.press("G")
        await until_read(app, f"The list in {made.name}: 1")
        await app.press("R")
        await until_read(app, "zip: as it")
        assert app.task("pay the rent").status == "pending"
        await app.until_saved()
        made.write_bytes(made.read_bytes()[:-9])
        await app.press("escape", "g", "b")
        await app.until_on(BackupsScreen)
        await app.until(lambda: app.says("it is no"))


async def test_the_settings_in_a_zip_are_told_and_then_restored(file: Path, home: Path) -> None:
    profile = home / "todurable" / "profile.json"
    ProfileStore(profile).change({"theme": "nord", "name": "Ada"})
    async with opened(file, size=(120, 30)) as app:
        await app.press("g", "b")
        await app.until_on(BackupsScreen)
        await until_read(app, "1 difference to now")
        await app.press("p")
        await app.until(
            lambda: app.says("No settings can be restored from tasks.json.backup: only a ZIP holds settings.")
        )
        await app.press("b")
        await app.until(lambda: app.says("Made and verified") and app.says("zip  just now"))
        await app.press("G", "p")
        await app.until(lambda: app.says("Your settings are as they are in tasks_"))
        ProfileStore(profile).change({"theme": "gruvbox"})
        await app.press("p")
        await app.until(lambda: app.says("p restores 1 setting: theme: gruvbox → nord"))
        assert ProfileStore(profile).load().theme == "gruvbox"
        await app.press("k", "p", "G", "p")
        await app.until(lambda: app.says("p restores 1 setting"))
        assert ProfileStore(profile).load().theme == "gruvbox"
        await app.press("p")
        await app.until(lambda: app.says("Restored 1 setting."))
        assert ProfileStore(profile).load().theme == app.app.theme == "nord"


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


async def test_files_are_attached_opened_and_taken_off(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "note.txt").write_text("hello")
    ran: list[str] = []

    def run(command: list[str], **_options: Any) -> None:
        ran.append(Path(command[-1]).read_text())

    monkeypatch.setattr("subprocess.run", run)
    async with opened(file) as app:
        await app.press("g", "a")
        await app.until_on(AttachmentsScreen)
        await app.until(lambda: app.says("Nothing is attached yet."))
        await app.press("a", "x", "enter")
        await app.until(lambda: app.says("There is no file"))
        await app.press("a")
        app.app.screen.query_one(Input).value = str(tmp_path / "note.txt")
        await app.press("enter")
        await app.until(lambda: app.says("note.txt") and app.app.focused is not None)
        await app.until_saved()
        (name,) = app.task("pay the rent").attachments
        await app.press("enter")
        await app.until(lambda: ran == ["hello"])
        (tmp_path / "attachments" / name).unlink()
        await app.press("enter")
        await app.until(lambda: app.says("is missing; it was"))
        await app.press("d")
        await app.until(lambda: app.says("Nothing is attached yet."))
        await app.press("escape", "u")
        await app.until(lambda: app.task("pay the rent").attachments == (name,))


async def test_what_was_not_shown_is_not_taken_back(file: Path) -> None:
    async with opened(file, size=(120, 30)) as app:
        await app.press("g", "h")
        await app.until_on(HistoryScreen)
        await app.press("j", "j", "j")
        await until_read(app, "The list after change 3: 4 differences to now")
        state = AppState()
        state.load_from_file(file)
        state.add_task("from elsewhere")
        state.save_to_file(file)
        await app.until(lambda: "from elsewhere" in app.names)
        await app.press("R")
        await until_read(app, "The list after change 3: 5 differences to now")
        assert app.says("The list was changed meanwhile: look at what is different now, then restore.")
        assert "from elsewhere" in app.names
        await app.press("R")
        await until_read(app, "after change 3: as it is now")
        assert "from elsewhere" not in app.names
