"""The screen of the history: going back in time, finding, and restoring from there."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.widgets import Input

from core.archive import copies
from core.state import AppState
from core.wanted import Wanted
from tests.app_driver import opened, until_read
from tests.lists import HOSTILE, with_a_past
from tests.test_ui_threads import Recorder
from tests.zones import system_zone
from ui.history_search import PAGE, wanted_by
from ui.screens.history_screen import HistoryScreen
from ui.widgets.difference_list import MOST, DifferenceList

file = with_a_past


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
    with system_zone("Europe/Berlin"):
        asked = wanted_by("pay by:kitchen since:2026-11-20 the until:2026-11-20 rent by: x:y", now)
    assert asked == Wanted(
        text="pay the rent by: x:y",
        by="kitchen",
        since="2026-11-19T23:00:00.000000Z",
        until="2026-11-20T22:59:59.999999Z",
    )


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
