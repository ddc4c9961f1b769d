"""Several apps, and other programs, on one list."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.opened import News
from core.state import AppState
from core.store import TaskStore
from tests.app_driver import names_on_disk, opened, saved_list


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tasks.json"
    saved_list(path, "one", "two", "three")
    return path


def _edit(file: Path, name: str, other: str) -> None:
    file.write_text(file.read_text().replace(f'"name":"{name}"', f'"name":"{other}"'))


async def test_two_apps_see_each_others_changes(file: Path) -> None:
    async with opened(file) as here, opened(file) as there:
        await here.add("from here")
        await there.until(lambda: "from here" in there.names)
        await there.press("x")
        await here.until(lambda: here.task("one").completed)
        await there.add("from there")
        await here.until(lambda: "from there" in here.names)
        await here.press("g", "g", "d", "d")
        await there.until(lambda: "one" not in there.names)
        assert here.names == there.names == ["two", "three", "from here", "from there"]
        await there.until(lambda: "two" in there.rows[0])
    assert names_on_disk(file) == ["two", "three", "from here", "from there"]


async def test_the_cursor_stays_on_its_task_whatever_others_do(file: Path) -> None:
    elsewhere = AppState(by="elsewhere:1:-")
    async with opened(file) as app:
        await app.press("j")
        elsewhere.load_from_file(file)
        elsewhere.trash_tasks([elsewhere.find(1)])
        elsewhere.add_task("first of all", order="Zz")
        elsewhere.add_task("second of all", order="Zzz")
        elsewhere.save_to_file(file)
        await app.until(lambda: app.names == ["first of all", "second of all", "two", "three"])
        assert app.current == "two"
        await app.until(lambda: app.rows[2].startswith("▌[ ] 2  two"))
        elsewhere.trash_tasks([elsewhere.find(2)])
        elsewhere.save_to_file(file)
        await app.until(lambda: app.names == ["first of all", "second of all", "three"])
        assert app.current == "three"


async def test_the_line_under_the_cursor_stays_where_it_is_on_the_screen(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    elsewhere = saved_list(file, *(f"task {number}" for number in range(1, 101)))
    async with opened(file) as app:
        await app.press("G", *["k"] * 30)
        await app.until(lambda: any("▌[ ]  70" in line for line in app.lines))
        (line,) = [number for number, text in enumerate(app.lines) if "▌[ ]  70" in text]
        elsewhere.trash_tasks([elsewhere.find(number) for number in (1, 2, 3)])
        elsewhere.add_task("first of all", order="Zz")
        elsewhere.save_to_file(file)
        await app.until(lambda: "first of all" in app.names)
        await app.until(lambda: "▌[ ]  70" in app.lines[line])


async def test_typing_goes_on_while_others_change_the_list(file: Path) -> None:
    elsewhere = AppState(by="elsewhere:1:-")
    elsewhere.load_from_file(file)
    async with opened(file) as app:
        await app.press("j", "i", "!")
        elsewhere.trash_tasks([elsewhere.find(1)])
        elsewhere.save_to_file(file)
        await app.until(lambda: app.names == ["two", "three"])
        await app.press("!", "enter")
        await app.until(lambda: app.names == ["two!!", "three"])


async def test_a_rename_over_one_that_was_not_seen_says_so(file: Path) -> None:
    elsewhere = AppState(by="elsewhere:1:-")
    elsewhere.load_from_file(file)
    async with opened(file) as app:
        await app.press("i")
        elsewhere.rename(elsewhere.find(1), "uno")
        elsewhere.save_to_file(file)
        await app.until(lambda: "uno" in app.names)
        await app.press("!", "enter")
        await app.until(lambda: "one!" in app.names)
        assert "The name had become “uno” meanwhile" in app.app.main.message.text
        await app.press("u")
        assert app.names == ["uno", "two", "three"]


async def test_who_is_overtaken_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both write before either sees the other: the refresh of both is held back."""
    real = TaskStore.refresh
    async with opened(file) as here, opened(file) as there:
        here.app.state.by, there.app.state.by = "here:1:-", "there:2:-"  # they are two processes elsewhere
        monkeypatch.setattr(TaskStore, "refresh", lambda _store: News())
        await here.press("i", "!", "enter")
        await here.until_saved()
        await there.press("i", "?", "enter")
        await there.until_saved()
        assert there.names == ["one?", "two", "three"]
        assert not there.app.main.message.text
        monkeypatch.setattr(TaskStore, "refresh", real)
        await here.until(lambda: here.names == ["one?", "two", "three"])
        assert "you wrote “one!” as its name, and it became “one?” elsewhere" in here.app.main.message.text
        await here.press("c")
        assert here.names == ["one!", "two", "three"]
        await there.until(lambda: there.names == ["one!", "two", "three"])  # as a change like any other
        await here.press("u", "c")
        assert here.names == ["one?", "two", "three"]
        assert "There is no conflict" in here.app.main.message.text


async def test_an_undo_leaves_what_others_changed_since_and_says_so(file: Path) -> None:
    elsewhere = AppState(by="elsewhere:1:-")
    async with opened(file) as app:
        await app.press("i", "!", "enter")
        await app.until_saved()
        elsewhere.load_from_file(file)
        elsewhere.rename(elsewhere.find(1), "uno")
        elsewhere.save_to_file(file)
        await app.until(lambda: "uno" in app.names)
        await app.press("u")
        assert app.names == ["uno", "two", "three"]
        assert "a value that was changed elsewhere since" in app.app.main.message.text
        await app.press("c")
        assert app.names == ["one", "two", "three"]


async def test_an_edit_of_the_file_by_another_program_appears(file: Path) -> None:
    async with opened(file) as app:
        _edit(file, "two", "zwei")
        await app.until(lambda: app.names == ["one", "zwei", "three"])
        await app.until_saved()
        await app.press("u")
        assert app.names == ["one", "two", "three"]
