"""The form for all fields of a task, and the choice of a date."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from core.display import literal
from core.instance_files import InstanceFiles, Owner
from core.state import AppState
from core.task import Priority
from tests.app_driver import Driver, opened, saved_list
from tests.trouble import HOSTILE
from ui.screens.date_screen import DateScreen
from ui.screens.form_screen import FormScreen
from ui.widgets.entry import Entry
from ui.widgets.form_row import FormRow
from ui.widgets.month import Month, moved

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)


def _clock() -> datetime:
    return NOW


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tasks.json"


@pytest.fixture
def state(file: Path) -> AppState:
    """The list as another program has it."""
    elsewhere = saved_list(file, "one", "two")
    elsewhere.edit([elsewhere.find(1)], project="home", tags=("a", "b"), due="2026-11-20T17:00")
    elsewhere.save_to_file(file)
    return elsewhere


async def _until_saved(app: Driver) -> None:
    await app.until(lambda: app.app.main.is_active)
    await app.until_saved()


@pytest.mark.usefixtures("state")
async def test_fields_are_checked_while_they_are_typed_and_saved_together(file: Path) -> None:
    async with opened(file, clock=_clock) as app:
        await app.press("e")
        await app.until_on(FormScreen)
        await app.until(lambda: "Fri 20 Nov 17:00, in 2 days" in app.text)
        await app.press("!", "tab", *"/gard", "tab", "tab", *"urgent", "enter")
        await app.until(lambda: "✗ A priority is high" in app.text)
        assert isinstance(app.app.screen, FormScreen)
        await app.press("ctrl+u", *"high", "tab", "ctrl+u", *"3.4")
        await app.until(lambda: "✗ “3.4”" in app.text and " or " in app.lines[-2] + app.lines[-3])
        await app.press("ctrl+u", *"+1w", "enter")
        await _until_saved(app)
        task = app.task("one!")
        assert (task.project, task.priority, task.due) == ("home/gard", Priority.HIGH, "2026-11-25")
        assert task.tags == ("a", "b")
        await app.press("u")
        assert app.task("one").project == "home"

        await app.press("e", "enter", "u")  # nothing was changed, so there is no step to undo but that before
        await app.until(lambda: "Not undone" in app.text or "Undone" in app.text or "nothing to undo" in app.text)
        assert app.app.main.is_active


async def test_what_others_change_meanwhile_is_shown_and_kept(file: Path, state: AppState) -> None:
    async with opened(file, clock=_clock, size=(100, 24)) as app:
        await app.press("e")
        await app.until_on(FormScreen)
        await app.press("!", "tab", "tab", *" c")
        state.load_from_file(file)
        state.edit([state.find(1)], name="theirs", comment="new", tags=("b", "d"))
        state.save_to_file(file)
        await app.until(lambda: "! became “theirs” elsewhere" in app.text and "new" in app.text)
        await app.press("enter")
        await _until_saved(app)
        task = app.task("one!")
        assert (task.comment, set(task.tags)) == ("new", {"b", "d", "c"})


async def test_who_else_edits_the_task_is_told_and_told_in_turn(file: Path, state: AppState) -> None:
    uid = state.find(1).uid
    other = InstanceFiles(file, Owner("attic", 1, "1"))
    async with opened(file) as app:
        await app.press("e")
        await app.until_on(FormScreen)
        await app.until(lambda: any(uid in path.read_text() for path in other.directory.glob("*.json")))
        other.write(".json", f'{{"by":"attic:1:pts/9","since":"","editing":"{uid}"}}'.encode())
        await app.until(lambda: "also being changed at attic pts/9" in app.text)
        other.remove(".json")
        await app.until(lambda: "also being changed" not in app.text)


@pytest.mark.usefixtures("state")
async def test_what_is_half_typed_in_a_form_comes_back(file: Path) -> None:
    async with opened(file) as app:
        await app.press("e")
        await app.until_on(FormScreen)
        await app.press("!", "escape")
        await app.until(lambda: ". brings it back" in app.text)
        await app.press("j", ".")
        await app.until_on(FormScreen)
        await app.until(lambda: "one!" in app.text)
        await app.press("ctrl+s")
        await app.until(lambda: "one!" in app.names)


@pytest.mark.usefixtures("state")
async def test_a_date_is_chosen_by_arrows_or_words(file: Path) -> None:
    async with opened(file, clock=_clock) as app:
        await app.press("w", "d")
        await app.until_on(DateScreen)
        assert "[20]" in app.text
        assert "(18)" in app.text
        await app.press("right", "down", "pagedown")
        await app.until(lambda: "Mon 28 Dec 17:00" in app.text and "December 2026" in app.text)
        await app.press(*"fr", *"x")
        await app.until(lambda: "not understood" in app.text)
        await app.press("enter", "backspace", *"i 9:00")
        await app.until(lambda: "Fri 20 Nov 09:00" in app.text)
        await app.press("down", "enter")
        await app.until(lambda: app.task("one").due == "2026-11-27T09:00")
        await app.until(lambda: app.app.main.is_active)
        await app.press("w", "d", "escape", "w", "d", "ctrl+x")
        await app.until(lambda: app.task("one").due is None)
        await app.press("w", "s")
        await app.until_on(DateScreen)
        await app.press(*"none", "enter")
        await app.until(lambda: app.app.main.is_active)
        assert app.task("one").scheduled is None
        await app.press("e", *["tab"] * 4, *"+1d", "ctrl+o")
        await app.until_on(DateScreen)
        await app.pilot.click("Month", offset=(9, 4))  # Wednesday of the second week
        await app.until(lambda: "[11]" in app.text)
        await app.press("enter")
        await app.until(lambda: "2026-11-11" in app.text)
        await app.press("enter")
        await app.until(lambda: app.task("one").due == "2026-11-11")


@pytest.mark.usefixtures("state")
async def test_what_is_wrong_is_said_where_saving_leads_to_it(file: Path) -> None:
    async with opened(file, clock=_clock) as app:
        await app.press("e", "tab", "tab", "tab", *"urgent")
        row = app.app.screen.query_one("FormRow.-current", FormRow)
        await app.press("tab", "tab")
        await app.until(lambda: app.app.screen.query_one("FormRow.-current") is not row)
        await app.press("ctrl+s")
        await app.until(lambda: app.app.screen.query_one("FormRow.-current") is row)
        await app.pilot.pause()
        assert app.text.count("A priority is") == 2  # beside the field, and whole at the foot


@pytest.mark.parametrize("columns", [40, 55, 80])
@pytest.mark.usefixtures("state")
async def test_there_is_room_to_type_in_a_narrow_form(columns: int, file: Path) -> None:
    async with opened(file, clock=_clock, size=(columns, 24)) as app:
        await app.press("e")
        await app.until_on(FormScreen)
        fields = app.app.screen.query(Entry)
        await app.until(lambda: all(field.content_region.width >= 9 for field in fields))


async def test_ten_rows_are_enough(file: Path) -> None:
    saved_list(file, "one")
    async with opened(file, size=(60, 10)) as app:
        await app.press("e")
        await app.until_on(FormScreen)
        await app.press(*["tab"] * 13, *"said")
        await app.until(lambda: "Description said" in app.text and "enter or ctrl+s saves" in app.text)
        await app.press("ctrl+s")
        await app.until(lambda: app.task("one").description == "said")
        await app.until(lambda: app.app.main.is_active)
        await app.press("w", "d", *"tomorrow")
        await app.until(lambda: "tomorrow" in app.lines[1] and ", tomorrow" in app.lines[2])


@pytest.mark.parametrize(
    ("day", "days", "months", "then"),
    [
        (date(2026, 1, 31), 0, 1, date(2026, 2, 28)),
        (date(2026, 1, 31), 0, -2, date(2025, 11, 30)),
        (date(2026, 12, 31), 1, 0, date(2027, 1, 1)),
        (date.max, 7, 0, date.max),
        (date.max, 0, 1, date.max),
        (date.min, 0, -1, date.min),
        (date(9999, 11, 5), 0, 1, date(9999, 12, 5)),
    ],
)
def test_moving_in_the_calendar(day: date, days: int, months: int, then: date) -> None:
    assert moved(day, days, months) == then


@pytest.mark.parametrize(
    ("day", "week_start", "line", "shown"),
    [
        (date.max, 0, -1, " 27  28  29  30 [31]        "),
        (date.min, 6, 2, "    [ 1]  2   3   4   5   6 "),
        (date.min, 0, 2, "[ 1]  2   3   4   5   6   7 "),
    ],
)
def test_what_is_no_date_is_blank_in_the_calendar(day: date, week_start: int, line: int, shown: str) -> None:
    assert Month(day, week_start).render().plain.splitlines()[line] == shown


async def test_the_last_day_of_all_is_shown_and_behind_it_there_is_none_to_click(file: Path) -> None:
    state = saved_list(file, "one")
    state.edit([state.find(1)], due="9999-12-31")
    state.save_to_file(file)
    async with opened(file, clock=_clock) as app:
        await app.press("w", "d")
        await app.until_on(DateScreen)
        await app.until(lambda: "December 9999" in app.text)
        await app.pilot.click("Month", offset=(21, 6))
        await app.press("left", "enter")
        await app.until(lambda: app.task("one").due == "9999-12-30")


async def test_hostile_text_is_literal_in_the_form_and_stays_as_it_is(file: Path) -> None:
    state = saved_list(file, "one")
    nasty = " ".join(text for text in HOSTILE if "x" * 100 not in text)
    fields: dict[str, Any] = {
        "name": nasty,
        "comment": nasty,
        "project": nasty.replace("/", "|"),
        "tags": HOSTILE[:6],
        "recur": nasty,
    }
    state.edit([state.find(1)], **fields, description="\n".join(HOSTILE))
    state.save_to_file(file)
    async with opened(file, size=(120, 40)) as app:
        before = app.app.state.tasks[0]
        await app.press("e")
        await app.until_on(FormScreen)
        await app.until(lambda: "[/bold] [red]" in app.text)
        assert all(literal(line) == line for line in app.lines)
        await app.press("tab", "tab", "tab", *"high", "enter")
        await _until_saved(app)
        after = app.app.state.tasks[0]
        assert after.priority == 1
        assert (after.name, after.tags, after.recur) == (before.name, before.tags, before.recur)
        assert after.description == before.description
        await app.press("w", "d")
        await app.until_on(DateScreen)
        await app.press(*"[/x]")
        await app.until(lambda: "[/x]" in app.text)
