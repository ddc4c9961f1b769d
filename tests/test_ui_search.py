"""The search that finds as one types, in a small list and in one that is looked through in a thread."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from core.state import AppState
from tests.app_driver import many_tasks, opened, saved_list
from tests.zones import system_zone
from ui.searched import Searched

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from core.query import Query
    from core.task import Task


async def test_it_finds_as_one_types(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    saved_list(file, "buy milk", "pay rent", "milk the cow")
    async with opened(file) as app:
        await app.press("/")
        await app.type("mi")
        await app.until(lambda: app.lines[0].split()[:2] == ["/mi", "2"])
        assert [row[8:] for row in app.rows[:3]] == ["buy milk", "milk the cow", ""]
        await app.press("l", "k", "space", "z")
        await app.until(lambda: "Nothing matches." in app.text)
        await app.press("backspace", "backspace", "enter")
        await app.until(lambda: not app.app.main.typing)
        await app.press("n")
        assert app.current == "milk the cow"
        await app.press("n")
        assert app.current == "buy milk"
        await app.press("x")  # what is completed stays, until something else is shown
        await app.until(lambda: "[x]" in app.rows[0])
        await app.press("escape")
        await app.until(lambda: "pay rent" in app.text)
        assert app.lines[0].split()[:2] == ["All", "tasks"]
        assert app.current == "pay rent"


async def test_enter_does_not_put_a_fault_out_of_sight(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    saved_list(file, "buy milk", "pay rent")
    async with opened(file) as app:
        await app.press("/", *"due<=fro", "enter")
        assert app.app.main.typing
        await app.until(lambda: app.says("“fro” is not understood as a date."))
        await app.press(*["backspace"] * 8, *"milk", "enter")
        await app.until(lambda: app.lines[0].split()[:2] == ["/milk", "1"] and not app.app.main.typing)


async def test_projects_tags_and_dates_are_completed(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    state = saved_list(file, "buy milk", "pay rent")
    state.edit([state.find(1)], project="household")
    state.save_to_file(file)
    async with opened(file) as app:
        await app.press("/", *"#ho", "tab")
        await app.until(lambda: app.lines[0].split()[:2] == ["/#household", "1"])
        await app.press("space", *"or due:tom", "tab")
        await app.until(lambda: app.lines[0].startswith(" /#household or due:tomorrow"))


async def test_escape_closes_a_line_that_lost_the_keys_to_a_click(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    saved_list(file, "buy milk", "pay rent")
    async with opened(file) as app:
        for key, line in (("t", app.app.main.ask_line), ("slash", app.app.main.search_line)):
            await app.press(key, "m")
            await app.until(lambda line=line: line.is_open)  # type: ignore[misc]
            await app.pilot.click(app.app.main.tasks, offset=(20, 0))
            assert not app.app.main.typing
            await app.press("escape")
            assert not line.is_open
        assert app.app.main.message.display
        await app.until(lambda: "pay rent" in app.text)
        await app.pilot.click(app.app.main.tasks, offset=(20, 0), times=2)
        await app.until(lambda: "created" in app.text)


async def test_a_faulty_query_keeps_what_was_found_and_says_why(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    saved_list(file, "buy milk", "pay rent")
    async with opened(file) as app:
        await app.press("/")
        await app.type("milk (")
        await app.until(lambda: "milk" in app.lines[-2] and app.lines[-3].strip())
        assert app.app.main.search_line.entry.fault is not None
        assert "buy milk" in app.rows[0]
        assert "pay rent" not in app.text
        await app.press("escape")
        await app.until(lambda: "pay rent" in app.text)


async def test_many_tasks_are_looked_through_in_a_thread_and_the_keys_wait_for_it(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    state = saved_list(file)
    state.add_tasks([{"name": f"task {number}", "priority": 0} for number in range(1100)])
    state.complete(state.tasks[:3])
    state.save_to_file(file)
    async with opened(file) as app:
        for key in ["7", "d", "d", "1"]:  # all at once: each is for what the one before shows
            app.app.simulate_key(key)
        await app.until(lambda: app.app.state.trash and not app.app.state.pending)
        assert [task.name for task in app.app.state.trash] == ["task 0"]
        assert sum(task.status == "done" for task in app.app.state.tasks) == 2
        await app.until(lambda: app.lines[0].split()[:3] == ["All", "tasks", "1097"])
        await app.press("/")
        await app.type("task 109")
        await app.until(lambda: app.lines[0].split()[:3] == ["/task", "109", "11"])
        await app.press("enter", "V", "d", "d")
        await app.until(lambda: "11 tasks are in the trash" in app.text)
        assert len(app.names) == 1088


async def test_words_are_looked_for_in_texts_that_are_made_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = many_tasks(tmp_path)
    made: list[str] = []
    _count(monkeypatch, "core.query.text_of", made)
    _count(monkeypatch, "core.query_terms._notes_of", made)
    async with opened(file) as app:
        await app.press("/", "1")
        await app.until(lambda: app.lines[0].split()[:2] == ["/1", "371"])
        await app.until(lambda: made.count("text_of") == 1100)
        made.clear()
        await app.press("0", "9", "9")
        await app.until(lambda: app.lines[0].split()[:2] == ["/1099", "1"])
        assert not made
        await app.press("escape", "x")
        await app.until(lambda: any("[x]" in row for row in app.rows))
        await app.press("/")
        await app.type("is:done 1099")
        await app.until(lambda: app.lines[0].split()[:3] == ["/is:done", "1099", "1"])  # as it is now


async def test_a_search_that_is_left_before_it_found_anything_shows_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = many_tasks(tmp_path)
    begun, left = Event(), Event()
    find = Searched.find

    def find_late(self: Searched, query: Query, known: Mapping[str, Task]) -> list[Task]:
        begun.set()
        left.wait()
        return find(self, query, known)

    monkeypatch.setattr(Searched, "find", find_late)
    async with opened(file) as app:
        await app.press("/", "1")
        await app.until(begun.is_set)
        await app.press("escape")
        await app.until(lambda: not app.app.main.search_line.is_open)
        left.set()
        await app.app.showing.settled()
        assert app.lines[0].split()[:3] == ["All", "tasks", "1100"]


async def test_what_was_shown_before_is_there_at_once_unless_something_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = many_tasks(tmp_path)
    built: list[str] = []
    async with opened(file) as app:
        await app.until(lambda: app.lines[0].split()[:3] == ["All", "tasks", "1100"])
        _count(monkeypatch, "ui.showing.build", built)
        for keys in (["/", "7", "7", "escape"], ["/", "7", "7", "enter", "escape"]):
            await app.press(*keys)
            await app.until(lambda: app.lines[0].split()[:3] == ["All", "tasks", "1100"])
        assert not built
        await app.press("x", "3")
        await app.until(lambda: app.lines[0].split()[:1] == ["Today"])
        await app.press("1")
        await app.until(lambda: app.lines[0].split()[:3] == ["All", "tasks", "1099"])  # and not what was completed
        await app.press("3", "1", "3", "1")
        await app.until(lambda: app.lines[0].split()[:3] == ["All", "tasks", "1099"])
        assert len(built) == 2
        await app.press("3")
        await app.add("task 1100")
        await app.press("1")
        await app.until(lambda: app.lines[0].split()[:3] == ["All", "tasks", "1100"])


async def test_a_regular_expression_that_takes_too_long_is_told_and_nothing_stands_still(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    state = saved_list(file)
    state.add_tasks([{"name": f"{'a' * 200}b {number}", "priority": 0} for number in range(1100)])
    state.save_to_file(file)
    async with opened(file) as app:
        await app.press("/")
        await app.type("/(a|aa)+$/")
        await app.until(lambda: "takes too long" in app.text)
        await app.press("escape", "x")
        await app.until(lambda: any("[x]" in row for row in app.rows))


async def test_days_of_the_other_half_of_the_year_begin_when_they_did(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    state = AppState(clock=lambda: datetime(2026, 7, 1, 22, 30, tzinfo=UTC))
    state.add_task("early")
    state.save_to_file(file)
    with system_zone("Europe/Berlin"):
        async with opened(file, clock=lambda: datetime(2026, 11, 21, 12, tzinfo=UTC)) as app:
            await app.press("/")
            await app.type("created:2026-07-02")
            await app.until(lambda: app.lines[0].split()[:2] == ["/created:2026-07-02", "1"])


async def test_what_became_overdue_meanwhile_is_not_left_out_of_what_was_shown_before(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    saved_list(file)
    state = AppState()
    state.load_from_file(file)
    state.add_tasks([{"name": "soon", "due": "2026-11-21T12:30"}])
    state.save_to_file(file)
    times = [datetime(2026, 11, 21, 12, tzinfo=UTC).astimezone().replace(hour=12)]
    async with opened(file, clock=lambda: times[-1]) as app:
        await app.press("5")
        await app.until(lambda: app.lines[0].split()[:1] == ["Overdue"])
        await app.press("1")
        await app.until(lambda: app.lines[0].split()[:2] == ["All", "tasks"])
        times.append(times[0] + timedelta(hours=1))
        app.app.showing.tick()
        await app.press("5")
        await app.until(lambda: app.lines[0].split()[:2] == ["Overdue", "1"])


async def test_a_change_costs_what_changed_and_not_the_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = many_tasks(tmp_path)
    looked: list[str] = []
    for where in ("ui.board.views_of", "ui.views.place", "ui.widgets.task_list.task_line"):
        _count(monkeypatch, where, looked)
    async with opened(file) as app:
        await app.until(lambda: any("task 20" in row for row in app.rows))
        for keys in (["j", "k"], ["x"], ["u"], ["+"], ["w", "t"], ["J"], ["space"]):
            await app.pilot.pause()
            looked.clear()
            await app.press(*keys)
            await app.until_saved()
            assert len(looked) < 60, (keys, len(looked))  # a screen, not a list


def _count(monkeypatch: pytest.MonkeyPatch, where: str, calls: list[str]) -> None:
    module, _dot, name = where.rpartition(".")
    real = getattr(import_module(module), name)

    def counted(*arguments: object) -> object:
        calls.append(name)
        return real(*arguments)

    monkeypatch.setattr(where, counted)
