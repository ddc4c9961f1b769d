"""What the keys of tasks do, on one or on all that are marked."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.state import AppState
from core.task import Priority, Status
from tests.app_driver import opened, saved_list

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def five(tmp_path: Path) -> Path:
    """A list of five tasks."""
    file = tmp_path / "tasks.json"
    saved_list(file, "one", "two", "three", "four", "five")
    return file


async def test_dates_priorities_and_states(five: Path) -> None:
    async with opened(five, clock=lambda: NOW) as app:
        await app.press("w", "t")
        assert app.task("one").due == "2026-11-21"
        await app.press("shift+right", "shift+right", "shift+left")
        assert app.task("one").due == "2026-11-22"
        await app.press("w", "n")
        assert app.task("one").due == "2026-11-23"
        await app.press("w", "m", "w", "x", "shift+left")
        assert app.task("one").due == "2026-11-20"
        await app.until(lambda: "1d late" in app.rows[0])
        await app.press("+", "+", "+", "+", "-")
        assert app.task("one").priority is Priority.MEDIUM
        await app.press("s")
        assert app.task("one").status is Status.ACTIVE
        await app.press("s", "X")
        assert app.task("one").status is Status.CANCELLED
        await app.press("X")
        assert app.task("one").status is Status.PENDING


async def test_what_comes_again_is_told(five: Path) -> None:
    state = AppState()
    state.load_from_file(five)
    state.edit([state.find(1), state.find(2)], recur="FREQ=WEEKLY", due="2026-11-20")
    state.save_to_file(five)
    async with opened(five, clock=lambda: NOW) as app:
        await app.press("x")
        assert app.app.main.message.text == "Comes again as 6: Fri 27 Nov, in 6 days."
        await app.press("u", "V", "x")
        assert app.app.main.message.text == "2 tasks come again."


@pytest.mark.parametrize("blocker", ["x", "X", "u"])
async def test_what_is_blocked_has_a_sign_for_as_long(blocker: str, five: Path) -> None:
    async with opened(five) as app:
        await app.press("j", "b", "1", "enter")
        await app.until(lambda: "two ⊘" in app.rows[1])
        await app.press(*(["k", blocker] if blocker != "u" else ["u"]))
        await app.until(lambda: "two" in app.rows[1] and "⊘" not in app.text)


async def test_marks_make_one_step_of_undo(five: Path) -> None:
    async with opened(five) as app:
        await app.press("space", "j", "v", "j")  # one, and from three to four
        assert [task.name for task in app.app.main.tasks.chosen] == ["one", "three", "four"]
        await app.press("x")
        assert [task.status for task in app.app.state.tasks] == ["done", "pending", "done", "done", "pending"]
        await app.press("u")
        assert app.app.main.message.text == "Undone: done 3 tasks."
        assert all(task.status is Status.PENDING for task in app.app.state.tasks)
        await app.press("*", "d", "d")  # the others
        assert app.names == ["one", "three", "four"]
        await app.press("u", "V", "escape", "d", "d")
        await app.until(lambda: "in the trash" in app.text)
        assert len(app.names) == 4


async def test_tags_projects_and_what_blocks(five: Path) -> None:
    async with opened(five, size=(120, 30)) as app:
        await app.press("t")
        await app.type("red @home")
        await app.press("enter", "m")
        await app.type("house/roof")
        await app.press("enter", "j", "b")
        await app.type("1 3")
        await app.press("enter")
        await app.until(lambda: not app.app.main.typing)
        assert (app.task("one").tags, app.task("one").project) == (("red", "@home"), "house/roof")
        assert app.task("two").depends == (app.task("one").uid, app.task("three").uid)
        await app.until(lambda: "roof" in app.text and "+red" in app.text)
        await app.press("k", "b")
        await app.type("99")
        await app.press("enter")
        await app.until(lambda: "99" in app.text and app.app.main.typing)  # refused, and the text stays
        await app.press("escape", "g", "g", "space", "space", "t")
        await app.type("blue -re")
        await app.press("tab", "enter")
        await app.until(lambda: app.task("two").tags == ("blue",))
        assert app.task("one").tags == ("@home", "blue")


@pytest.mark.parametrize(
    ("opens", "typed"), [("a", "one #zzz"), ("i", " two"), ("m", "zzz"), ("t", "zzz"), ("b", "1"), ("slash", "#zzz")]
)
async def test_tab_completes_what_is_typed_or_does_nothing(opens: str, typed: str, five: Path) -> None:
    async with opened(five) as app:
        before = list(app.app.state.tasks)
        await app.press("j", opens)
        await app.type(typed)
        line = app.app.focused
        await app.press("tab", "shift+tab", "x", "d", "d")
        assert app.app.focused is line
        assert getattr(line, "value", "").endswith(f"{typed}xdd")
        assert list(app.app.state.tasks) == before


async def test_what_is_typed_for_a_project_takes_the_place_of_the_one_before(five: Path) -> None:
    async with opened(five) as app:
        await app.press("m", *"home", "enter", "m", *"work", "enter")
        await app.until(lambda: app.task("one").project == "work")
        await app.press("m", "end", *"/now", "enter")
        await app.until(lambda: app.task("one").project == "work/now")


async def test_a_task_that_would_wait_for_itself_is_refused(five: Path) -> None:
    async with opened(five) as app:
        await app.press("b", "2", "space", "1", "enter")
        await app.until(lambda: app.says("A task cannot wait for itself.") and app.app.main.typing)
        assert app.task("one").depends == ()


async def test_arranging_by_hand(five: Path) -> None:
    def shown() -> list[str]:
        return [row[8:].rstrip() for row in app.rows if row.strip()]

    async with opened(five) as app:
        await app.press("J")
        await app.until(lambda: shown() == ["two", "one", "three", "four", "five"])
        await app.press("G", "K", "K", "g", "g", "K")
        await app.until(lambda: shown() == ["two", "one", "five", "three", "four"])
        await app.press("j", "space", "space", "J")  # both
        await app.until(lambda: shown() == ["two", "three", "one", "five", "four"])
        await app.press("escape", "G", "greater_than_sign", "greater_than_sign", "k", *["greater_than_sign"] * 2)
        await app.until(lambda: shown() == ["two", "three", "one", "  five", "  four"] or app.text)
        assert app.task("four").parent == app.task("five").uid
        assert app.task("five").parent == app.task("one").uid
        await app.until(lambda: shown() == ["two", "three", "one", "  five", "    four"])
        await app.press(*["less_than_sign"] * 2)
        await app.until(lambda: shown() == ["two", "three", "one", "five", "  four"])
        await app.press("j", *["less_than_sign"] * 2)
        await app.until(lambda: shown() == ["two", "three", "one", "five", "four"])
        await app.press("S", "n", "J")
        await app.until(lambda: "S m shows them so" in app.text)
        assert shown()[0] == "five"
        await app.until_saved()
    async with opened(five) as app:
        await app.until(lambda: shown() == ["two", "three", "one", "five", "four"])
