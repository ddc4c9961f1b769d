"""Every key of the app, on a real file."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from threading import Event

import pytest
from textual.events import MouseScrollDown

from core.store import TaskStore
from core.task import Status, Task
from tests.app_driver import names_on_disk, opened, running, saved_list
from ui.screens.help_screen import HelpScreen
from ui.widgets.task_line import Columns, Look, Piece, task_line


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tasks.json"


@pytest.fixture
def three(file: Path) -> Path:
    """A list of three tasks."""
    saved_list(file, "one", "two", "three")
    return file


@pytest.fixture
def fifty(file: Path) -> Path:
    """A list that is longer than the screen."""
    saved_list(file, *(f"task {number}" for number in range(1, 51)))
    return file


async def test_an_empty_list_says_what_to_do(file: Path) -> None:
    async with opened(file) as app:
        assert "Press a to add your first task." in app.text


async def test_the_frame_is_shown_and_keys_are_taken_before_the_list_is_read(
    three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_load = Event()
    real = TaskStore.load
    monkeypatch.setattr(TaskStore, "load", lambda store: (may_load.wait(), real(store))[1])
    async with running(three) as app:
        await app.until(lambda: app.lines[-1].endswith("reading…"))
        await app.press("x", "d", "d", "u")
        await app.until(lambda: "still being read" in app.text)
        await app.press("a", *"four", "enter", *"five", "enter", "escape")
        assert app.lines[-1].endswith("reading…")
        may_load.set()
        await app.until(lambda: app.names == ["one", "two", "three", "four", "five"])
        await app.until(lambda: "5 open" in app.lines[-1])


async def test_the_list_shows_tasks_counts_and_that_all_is_saved(three: Path) -> None:
    async with opened(three) as app:
        assert [line.split() for line in app.rows[:3]] == [
            ["▌[", "]", "1", "one"],
            ["[", "]", "2", "two"],
            ["[", "]", "3", "three"],
        ]
        status = app.lines[-1]
        assert status.startswith(" tasks.json  3 open · 0 done")
        assert status.endswith("saved")


# Adding


async def test_a_adds_tasks_until_escape(file: Path) -> None:
    async with opened(file) as app:
        await app.add("buy milk", "pay rent")
        assert app.names == ["buy milk", "pay rent"]
        assert app.current == "pay rent"
        await app.until_saved()
    assert names_on_disk(file) == ["buy milk", "pay rent"]


async def test_what_is_typed_right_behind_a_is_text(file: Path) -> None:
    """All keys are in the queue before the first is acted on, as when they are typed ahead or pasted."""
    async with opened(file) as app:
        for key in ["a", *"dxqu", "enter", *"jk", "enter"]:
            app.app.simulate_key(key)
        await app.until(lambda: app.names == ["dxqu", "jk"])


async def test_an_empty_line_adds_nothing_and_closes(file: Path) -> None:
    async with opened(file) as app:
        await app.press("a", "space", "enter")
        await app.until(lambda: not app.app.main.typing)
        assert app.names == []


async def test_escape_leaves_without_adding(file: Path) -> None:
    async with opened(file) as app:
        await app.press("a", "b", "escape")
        await app.until(lambda: not app.app.main.typing)
        assert app.names == []
        assert "add" in app.text


async def test_text_that_is_refused_survives_with_the_reason(three: Path) -> None:
    async with opened(three) as app:
        await app.press("i", *["backspace"] * 3, "enter")
        await app.until(lambda: "must not be empty" in app.text)
        await app.type("1st")
        await app.press("enter")
        await app.until(lambda: app.names == ["1st", "two", "three"])
        assert "must not be empty" not in app.text


async def test_a_line_that_lost_the_focus_to_a_click_keeps_its_text(three: Path) -> None:
    async with opened(three) as app:
        await app.press("a", "b")
        await app.pilot.click(app.app.main.tasks, offset=(10, 1))
        assert app.current == "two"
        await app.press("a", "c", "enter")
        await app.until(lambda: app.names == ["one", "two", "three", "bc"])


# Changing


async def test_i_renames(three: Path) -> None:
    async with opened(three) as app:
        await app.press("j", "i")
        assert app.app.main.name_line.entry.value == "two"
        await app.press("!", "enter")
        await app.until(lambda: app.names == ["one", "two!", "three"])
        assert not app.app.main.typing
        await app.until_saved()
    assert names_on_disk(three) == ["one", "two!", "three"]


async def test_an_unchanged_name_is_no_change(three: Path) -> None:
    async with opened(three) as app:
        await app.press("i", "enter")
        await app.until(lambda: not app.app.main.typing)
        await app.press("u")
        assert app.app.main.message.text == "Undone: add “three”."


async def test_i_and_x_without_a_task_do_nothing(file: Path) -> None:
    async with opened(file) as app:
        await app.press("i", "x", "d", "d")
        assert not app.app.main.typing
        assert app.names == []


async def test_x_completes_and_opens_again(three: Path) -> None:
    async with opened(three) as app:
        await app.press("x")
        assert app.task("one").status is Status.DONE
        assert app.task("one").completed
        assert "[x]" in app.rows[0]
        assert "2 open · 1 done" in app.lines[-1]
        await app.press("x")
        assert app.task("one").status is Status.PENDING
        assert app.task("one").completed is None


async def test_dd_moves_to_the_trash_and_the_cursor_stays_on_its_row(three: Path) -> None:
    async with opened(three) as app:
        await app.press("j", "d", "d")
        assert app.names == ["one", "three"]
        assert app.task("two").status is Status.DELETED
        assert app.current == "three"
        assert "u brings it back" in app.text


async def test_the_last_task_trashed_leaves_the_cursor_on_the_one_before(three: Path) -> None:
    async with opened(three) as app:
        await app.press("G", "d", "d")
        assert app.current == "two"


async def test_a_single_d_trashes_nothing(three: Path) -> None:
    async with opened(three) as app:
        await app.press("d")
        assert "trash" in app.lines[-2]
        await app.press("j")
        await app.press("d", "escape", "d", "z")
        assert app.names == ["one", "two", "three"]
        assert app.current == "two"


async def test_u_and_ctrl_r_say_what_they_did_and_go_there(three: Path) -> None:
    async with opened(three) as app:
        await app.press("x", "G", "u")
        assert app.task("one").status is Status.PENDING
        assert app.app.main.message.text == "Undone: done “one”."
        assert app.current == "one"
        await app.press("ctrl+r")
        assert app.task("one").status is Status.DONE
        assert app.app.main.message.text == "Done again: done “one”."


async def test_undo_works_across_a_restart(three: Path) -> None:
    async with opened(three) as app:
        await app.press("d", "d")
        await app.until_saved()
    async with opened(three) as app:
        assert app.names == ["two", "three"]
        await app.press("u")
        assert app.names == ["one", "two", "three"]


async def test_nothing_to_undo_is_said(file: Path) -> None:
    async with opened(file) as app:
        await app.press("u")
        assert app.app.main.message.text == "There is nothing to undo."
        await app.press("ctrl+r")
        assert app.app.main.message.text == "There is nothing to redo."


# Moving


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        (["j"], "task 2"),
        (["down", "down"], "task 3"),
        (["j", "j", "k"], "task 2"),
        (["up"], "task 1"),
        (["G"], "task 50"),
        (["end", "j"], "task 50"),
        (["G", "g", "g"], "task 1"),
        (["G", "home"], "task 1"),
        (["ctrl+d"], "task 11"),
        (["ctrl+d", "ctrl+d", "ctrl+u"], "task 11"),
        (["pagedown"], "task 22"),
        (["pagedown", "pagedown", "pageup"], "task 22"),
    ],
)
async def test_the_cursor_moves(fifty: Path, keys: list[str], name: str) -> None:
    async with opened(fifty) as app:
        await app.press(*keys)
        assert app.current == name
        await app.until(lambda: f"▌[ ] {name.split()[1]:>2}  {name}" in app.text)


async def test_a_click_selects_and_the_wheel_scrolls(fifty: Path) -> None:
    async with opened(fifty) as app:
        await app.pilot.click(app.app.main.tasks, offset=(10, 4))
        assert app.current == "task 5"
        await app.pilot._post_mouse_events([MouseScrollDown], app.app.main.tasks, offset=(10, 4))
        await app.until(lambda: app.app.main.tasks.scroll_offset.y > 0)
        top = app.app.main.tasks.scroll_offset.y
        await app.pilot.click(app.app.main.tasks, offset=(10, 4))
        assert app.current == f"task {top + 5}"


async def test_only_what_changed_is_drawn(fifty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: set[int] = set()

    def noted(task: Task, columns: Columns, today: date, look: Look, date_style: str) -> list[Piece]:
        drawn.add(task.id)
        return task_line(task, columns, today, look, date_style)

    monkeypatch.setattr("ui.widgets.task_list.task_line", noted)
    async with opened(fifty) as app:
        await app.until(lambda: 21 in drawn)
        assert drawn == set(range(1, 22))
        await app.press("j", "k")  # by then the scroll bar is laid out
        await app.pilot.pause()
        drawn.clear()
        await app.press("j")
        await app.until(lambda: drawn)
        assert drawn == {1, 2}
        drawn.clear()
        await app.press("x")
        await app.until_saved()
        await app.until(lambda: drawn)
        assert drawn == {2}


# The rest


async def test_the_help_screen_shows_every_command(three: Path) -> None:
    async with opened(three, size=(80, 90)) as app:
        await app.press("?")
        await app.until_on(HelpScreen)
        assert "Go to the first task" in app.text
        await app.press("end")
        await app.until(lambda: "Leave; never asks" in app.text)
        await app.press("x", "escape")
        await app.until(lambda: app.app.main.is_active)
        assert app.task("one").status is Status.PENDING


async def test_the_palette_finds_and_does_every_command(three: Path) -> None:
    async with opened(three) as app:
        await app.press("ctrl+p")
        await app.until(lambda: not app.app.main.is_active)
        await app.type("done or reopen")
        await app.until(lambda: "Mark as done" in app.text)
        await app.press("enter", "enter")
        await app.until(lambda: app.task("one").status is Status.DONE)


async def test_escape_closes_a_message(three: Path) -> None:
    async with opened(three) as app:
        await app.press("x", "u")
        assert "Undone" in app.text
        await app.press("escape")
        assert "Undone" not in app.text


async def test_q_leaves_without_asking(three: Path) -> None:
    async with opened(three) as app:
        await app.press("x", "q")
        await app.until(lambda: app.app._exit)
        assert app.app.return_code == 0
    assert _status_on_disk(three) == "done"


async def test_ctrl_c_says_how_to_leave(three: Path) -> None:
    async with opened(three) as app:
        await app.press("ctrl+c")
        await app.until(lambda: "Press q to quit." in app.text)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 10), (20, 5), (200, 60)])
async def test_every_size_works(fifty: Path, size: tuple[int, int]) -> None:
    async with opened(fifty, size=size) as app:
        await app.press("G")
        assert app.current == "task 50"
        await app.until(lambda: any("▌[ ] 50" in line for line in app.lines))
        await app.pilot.resize_terminal(size[0] + 10, max(size[1] - 3, 4))
        await app.until(lambda: any("▌[ ] 50" in line for line in app.lines))


def _status_on_disk(file: Path) -> str:
    store = TaskStore(file)
    tasks = store.load().tasks.tasks.values()
    store.close()
    return next(task.status for task in tasks if task.id == 1)
