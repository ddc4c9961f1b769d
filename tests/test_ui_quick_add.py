"""A line of quick add while it is typed: what it tells, what it completes, what becomes of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event

import pytest
from textual.events import Paste

from core.errors import FileSafetyError
from core.store import TaskStore
from core.task import Priority
from tests.app_driver import Driver, opened, running, saved_list
from ui.views import ALL, View
from ui.views import TODAY as TODAY_VIEW
from ui.widgets.entry import NO_COMPLETION, Painted
from ui.widgets.quick_add import QuickAddWords, day_words, preview, words_for

TODAY = date(2026, 11, 18)  # a Wednesday
WORDS = QuickAddWords(TODAY, projects=("home/garden", "home", "hobby", "a garage"), tags=("finance", "@desk", "film"))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Pay due:fri 17:00", "due Fri 20 Nov 17:00, in 2 days"),
        ("Pay due:today", "due Wed 18 Nov, today"),
        ("Pay wait:2027-03-01 every:month", "wait Mon 1 Mar 2027, in 14 weeks   every month"),
        ("Pay #home +finance @desk !1", "project home   tag finance   context desk   priority high"),
        ("Pay est:1h30", "estimate 1 h 30 min"),
        ("Pay the rent", "#project"),
        (r"Pay \#home", "#project"),
        ("Pay due:3.4", "“3.4”"),
        ("Pay !7", "is no priority"),
    ],
)
def test_what_is_understood_is_told(line: str, told: str) -> None:
    assert told in preview(line, WORDS, NO_COMPLETION).plain


def test_an_ambiguous_date_is_told_with_its_readings() -> None:
    plain = preview("Pay due:3.4", WORDS, NO_COMPLETION).plain
    assert "Write" in plain
    assert " or " in plain


def test_words_that_are_understood_are_coloured_and_problems_too() -> None:
    assert WORDS.paint("Pay #home !7") == [Painted(4, 9, "entry--mark"), Painted(10, 12, "entry--problem")]


@pytest.mark.parametrize(
    ("before", "choices"),
    [
        ("Pay #ho", ("#home/garden", "#home", "#hobby")),
        ("Pay #gar", ("#home/garden",)),
        ("Pay #", ("#home/garden", "#home", "#hobby")),
        ("+fi", ("+finance", "+film")),
        ("@", ("@desk",)),
        ("due:to", ("due:today", "due:tomorrow")),
        ("every:w", ("every:week", "every:weekday", "every:wed")),
        ("a#ho", ()),
        ("Pay #home ", ()),
        ("due:", ()),
    ],
)
def test_completion(before: str, choices: tuple[str, ...]) -> None:
    assert WORDS.complete(before).choices == choices


def test_the_most_used_names_come_first() -> None:
    counts = {View("project", "a"): 1, View("project", "b"): 2, View("tag", "x"): 1, View("tag", "y"): 0, ALL: 3}
    assert words_for(counts, TODAY) == QuickAddWords(TODAY, 0, ("b", "a"), ("x",))


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-11-17", "Tue 17 Nov, yesterday"),
        ("2026-11-19T08:00", "Thu 19 Nov 08:00, tomorrow"),
        ("2026-11-08", "Sun 8 Nov, 10 days ago"),
        ("2026-11-25", "Wed 25 Nov, in 7 days"),
    ],
)
def test_days_in_words(day: str, words: str) -> None:
    assert day_words(day, TODAY) == words


def test_days_in_the_style_of_the_profile() -> None:
    assert day_words("2026-11-19T08:00", TODAY, "day-month") == "Thu 19.11.2026 08:00, tomorrow"
    assert day_words("2026-11-25", TODAY, "month-day") == "Wed 11/25/2026, in 7 days"


def _preview(app: Driver) -> str:
    return " ".join(app.lines[-5:])


async def test_a_line_is_read_shown_and_completed_while_it_is_typed(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    saved_list(file, "one", "two")
    async with opened(file, size=(110, 24)) as app:
        await app.press("a")
        assert "#project  +tag" in _preview(app)
        app.app.main.name_line.entry.insert_text_at_cursor("Mow the lawn #home/garden !1 due:tomorro")
        await app.press("w")
        await app.until(
            lambda: "due" in _preview(app) and "tomorrow" in _preview(app) and "priority high" in _preview(app)
        )
        await app.press("enter")
        await app.until(lambda: app.names[-1] == "Mow the lawn")
        task = app.task("Mow the lawn")
        assert (task.project, task.priority, len(task.due or "")) == ("home/garden", Priority.HIGH, 10)

        await app.press("escape", "g", "g", "A")
        await app.until(lambda: "Add under 1" in app.lines[-2])
        await app.type("rake #gar")
        assert app.app.main.name_line.entry._suggestion == ""  # it is no beginning, so there is nothing to show behind
        await app.press("tab", "space", *"+x", "enter")
        await app.until(lambda: app.names[-1] == "rake")
        task = app.task("rake")
        assert (task.project, task.tags, task.parent) == ("home/garden", ("x",), app.task("one").uid)
        await app.press("escape", "a")
        await app.type("#home/g")
        await app.until(lambda: app.app.main.name_line.entry._suggestion == "#home/garden")
        await app.press("right", *" ok", "enter")
        await app.until(lambda: app.names[-1] == "ok")
        app.app.main.name_line.entry.insert_text_at_cursor("#home/garden")
        await app.press("enter")
        await app.until(lambda: "must not be empty" in _preview(app))
        assert app.app.main.name_line.entry.value == "#home/garden"


async def test_names_are_completed_as_soon_as_the_list_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, may_load = tmp_path / "tasks.json", Event()
    state = saved_list(file, "one")
    state.edit([state.find(1)], project="home")
    state.save_to_file(file)
    real = TaskStore.load
    monkeypatch.setattr(TaskStore, "load", lambda store: (may_load.wait(), real(store))[1])
    async with running(file) as app:
        await app.press("a", *"x #h")
        assert "tab" not in _preview(app)
        may_load.set()
        await app.until(lambda: "tab #home" in _preview(app))


async def test_a_new_project_is_completed_in_the_next_line(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    saved_list(file, "one")
    async with opened(file) as app:
        await app.press("a", *"x", "space", *"#home", "enter", *"y", "space", *"#ho")
        await app.until(lambda: "tab #home" in _preview(app))


async def test_what_is_added_beside_a_task_or_in_a_view_stands_there(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    state = saved_list(file, "one", "two")
    state.edit([state.find(2)], project="home")
    state.save_to_file(file)
    async with opened(file, clock=lambda: datetime(2026, 11, 18, 12, tzinfo=UTC)) as app:
        await app.press("o", *"a", "enter", *"b", "enter", "escape")
        await app.until(lambda: app.names == ["one", "a", "b", "two"])
        await app.press("g", "g", "O", *"c", "enter", *"d", "enter", "escape")
        await app.until(lambda: app.names == ["c", "d", "one", "a", "b", "two"])
        await app.press("G", "o", *"e", "enter", "escape")
        await app.until(lambda: app.names[-1] == "e")
        assert app.task("e").project == "home"
        app.app.actors.looking.open(View("project", "home"))
        await app.until(lambda: "#home" in app.lines[0])
        await app.press("a")
        await app.until(lambda: "Add to #home" in app.lines[-2])
        await app.press(*"f +x", "enter", *"g #w", "enter", "escape")
        await app.until(lambda: "g" in app.names)
        assert (app.task("f").project, app.task("f").tags, app.task("g").project) == ("home", ("x",), "w")
        app.app.actors.looking.open(TODAY_VIEW)
        await app.until(lambda: "Today" in app.lines[0])
        await app.press("a", *"h", "enter", "escape")
        await app.until(lambda: "h" in app.names)
        assert app.task("h").due == "2026-11-18"


async def test_pasting_many_lines_adds_them_as_one_step(tmp_path: Path) -> None:
    async with opened(tmp_path / "tasks.json") as app:
        await app.press("a")
        entry = app.app.main.name_line.entry
        entry.post_message(Paste("eggs #shop\n\n  milk\r\nbread !2\n"))
        await app.until(lambda: "3 lines were pasted" in app.text)
        await app.press("escape")
        await app.until(lambda: "lines were pasted" not in app.text)
        assert app.names == []
        assert app.app.main.typing
        await app.type("3 ")
        entry.post_message(Paste("eggs #shop\nmilk\nbread !2"))
        await app.until(lambda: "3 lines were pasted" in app.text)
        await app.press("enter")
        await app.until(lambda: app.names == ["3 eggs", "milk", "bread"])
        assert app.task("3 eggs").project == "shop"
        assert "3 tasks added" in app.app.main.message.text
        assert len(app.app.state.pending) <= 1
        await app.press("u")
        assert app.names == []
        await app.press("a")
        entry.post_message(Paste("one line\n"))
        await app.until(lambda: entry.value == "one line")
        entry.post_message(Paste("two\nlines"))
        await app.until(lambda: "2 lines were pasted" in app.text)
        await app.press("x")  # typing on says no
        await app.until(lambda: entry.value == "one linex" and "pasted" not in app.text)


async def test_lines_that_cannot_be_added_are_kept(tmp_path: Path) -> None:
    async with opened(tmp_path / "tasks.json") as app:
        await app.press("a")
        app.app.main.name_line.entry.post_message(Paste("one\ntwo"))
        await app.until(lambda: "2 lines were pasted" in app.text)
        app.app.changing.read_only = FileSafetyError("why", tmp_path)
        await app.press("enter")
        await app.until(lambda: "can only be read" in app.text and "2 lines were pasted" in app.text)
        app.app.changing.read_only = None
        await app.press("enter")
        await app.until(lambda: app.names == ["one", "two"])
