"""What is shown while something else is being worked out, and where that fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from threading import Event

import pytest

from core.state import AppState
from core.task import Status
from tests.app_driver import Driver, many_tasks, opened, saved_list


@contextmanager
def held(function: str) -> Iterator[Event]:
    """That function of `ui.showing` ends when this does; yields what tells that it has begun to end."""
    worked_out, go_on = Event(), Event()
    real: Callable[..., object] = getattr(import_module("ui.showing"), function)

    def late(*arguments: object) -> object:
        result = real(*arguments)
        worked_out.set()
        go_on.wait()
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"ui.showing.{function}", late)
        yield worked_out
        go_on.set()


async def until_titled(app: Driver, *words: str) -> None:
    await app.until(lambda: tuple(app.lines[0].split()[: len(words)]) == words)


async def test_what_fails_is_told_and_nothing_stands_still(tmp_path: Path) -> None:
    async with opened(many_tasks(tmp_path), defects=(ZeroDivisionError,)) as app:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("ui.showing.build_found", lambda *_arguments: 1 // 0)
            await app.press("/", "7")
            await app.until(lambda: app.app.defects)
        await app.press("escape", "x")
        await app.until(lambda: any("[x]" in row for row in app.rows))
        await app.press("/", "9", "9")
        await until_titled(app, "/99", "20")


async def test_a_search_outlives_many_changes_of_others(tmp_path: Path) -> None:
    async with opened(many_tasks(tmp_path)) as app:
        with held("build_found") as found:
            await app.press("/", "9", "9")
            await app.until(found.is_set)
            app.app.showing.update(app.app.state.known)
        await until_titled(app, "/99", "20")
        await app.app.showing.settled()
        await app.press("enter", "x")
        await until_titled(app, "/99", "20")


async def test_the_counts_follow_a_change_of_many_elsewhere(tmp_path: Path) -> None:
    file = many_tasks(tmp_path)
    async with opened(file) as app:
        await app.until(lambda: "1100 open" in app.lines[-1])
        state = AppState(by="elsewhere:1:-")
        state.load_from_file(file)
        state.trash_tasks(state.tasks)
        state.save_to_file(file)
        await app.until(lambda: " 0 open" in app.lines[-1])


async def test_a_fault_of_a_search_does_not_keep_the_list_from_being_read(tmp_path: Path) -> None:
    opened_again: list[int] = []
    async with opened(many_tasks(tmp_path)) as app:
        await app.press("/")
        with held("sort_into_views") as sorting:
            app.app.showing.load(lambda: opened_again.append(1))
            await app.until(sorting.is_set)
            await app.type("is:foo")
        await app.until(lambda: opened_again)
        assert "ready, recurring." in app.text
        await until_titled(app, "All", "tasks", "1100")
        await app.press(*["backspace"] * 3, *"open")
        await until_titled(app, "/is:open", "1100")
        assert "ready, recurring." not in app.text


async def test_what_becomes_overdue_while_a_view_is_made_is_in_it(tmp_path: Path) -> None:
    file = many_tasks(tmp_path)
    state = saved_list(tmp_path / "tasks.json")
    state.load_from_file(file)
    state.add_tasks([{"name": "soon", "due": "2026-11-21T12:30"}])
    state.save_to_file(file)
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC).astimezone().replace(hour=12)
    times = [noon]
    async with opened(file, clock=lambda: times[-1]) as app:
        with held("build") as made:
            await app.press("5")
            await app.until(made.is_set)
            times.append(noon + timedelta(hours=1))
            app.app.showing.tick()
        await until_titled(app, "Overdue")
        app.app.showing.tick()
        await until_titled(app, "Overdue", "1")


async def test_a_search_that_takes_too_long_for_what_came_gives_way_to_all(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    state = saved_list(file, "aaa", "other")
    async with opened(file) as app:
        await app.press("/")
        await app.type("/(a|aa)+$/")
        await app.press("enter")
        await until_titled(app, "//(a|aa)+$/", "1")
        state.add_task(f"{'a' * 200}b", priority=0)
        state.save_to_file(file)
        await until_titled(app, "All", "tasks", "3")
        assert app.says("This regular expression takes too long")
        await app.press("x")
        await app.until(lambda: app.task("aaa").status is Status.DONE)


async def test_a_search_that_takes_too_long_for_what_came_while_it_was_made(tmp_path: Path) -> None:
    file = many_tasks(tmp_path)
    state = saved_list(tmp_path / "tasks.json")
    state.load_from_file(file)
    state.add_tasks([{"name": "aaa", "priority": 0}])
    state.save_to_file(file)
    async with opened(file) as app:
        await until_titled(app, "All", "tasks", "1101")
        with held("build_found") as found:
            await app.press("/")
            await app.type("/^(a|aa)+$/")
            await app.until(found.is_set)
            state.add_task(f"{'a' * 200}b", priority=0)
            state.save_to_file(file)
            await app.until(lambda: len(app.app.state.known) == 1102)
        await app.until(lambda: app.says("This regular expression takes too long"))
        await app.app.showing.settled()
        await app.press("escape", "g", "g", "x")
        await app.until(lambda: app.task("task 0").status is Status.DONE)


async def test_a_list_that_once_could_not_be_sorted_is_kept_up_to_date(tmp_path: Path) -> None:
    async with opened(many_tasks(tmp_path), defects=(ZeroDivisionError,)) as app:
        await app.press("3")
        await until_titled(app, "Today")
        with pytest.MonkeyPatch.context() as patch:
            failing = iter([True])
            real = import_module("ui.showing").sort_into_views
            patch.setattr("ui.showing.sort_into_views", lambda *given: 1 // 0 if next(failing, False) else real(*given))
            app.app.showing.load(lambda: None)
            await app.until(lambda: app.app.defects)
        await until_titled(app, "All", "tasks", "1100")
        await app.add("a new one")
        await until_titled(app, "All", "tasks", "1101")
