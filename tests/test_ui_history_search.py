"""A long history on the screen: what is found shows at once, how far reading is shows too, and all can be given up."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from core import history, timeline
from core.changes import Record
from core.replay import decoded
from core.state import AppState
from tests.app_driver import Driver, opened
from ui import progress
from ui.screens.history_screen import HistoryScreen

CHANGES = 60


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A list of 60 changes; 58 and 3 are of one name."""
    file = tmp_path / "tasks.json"
    state = AppState(by="kitchen:1:-", clock=lambda: datetime(2019, 3, 5, 12, tzinfo=UTC))
    for number in range(1, CHANGES + 1):
        state.add_task("rare" if number in (3, 58) else f"task {number}")
    state.save_to_file(file)
    for path in tmp_path.glob("*.backup*"):
        path.unlink()
    return file


class Gate:
    """Lets a thread pass change `at` only when it is opened."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.open = threading.Event()

    def passed(self, record: Record | None) -> Record | None:
        if record is not None and record.seq == self.at:
            assert self.open.wait(60)
        return record


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """A search tells every ten changes, and waits at change 25."""
    gate = Gate(25)
    monkeypatch.setattr(history, "_TOLD", 10)
    monkeypatch.setattr(history, "decoded", lambda line: gate.passed(decoded(line)))
    yield gate
    gate.open.set()


async def look_for(app: Driver, words: str) -> None:
    await app.press("slash")
    app.app.screen.query_one(Input).value = words
    await app.press("enter")


async def open_history(app: Driver, gate: Gate | None = None) -> HistoryScreen:
    """The screen, its first page read."""
    if gate is not None:
        gate.open.set()
    await app.press("g", "h")
    await app.until_on(HistoryScreen)
    screen = app.app.screen
    assert isinstance(screen, HistoryScreen)
    await app.until(lambda: screen.states.option_count == CHANGES and app.says("as it is now"))
    if gate is not None:
        gate.open.clear()
    return screen


async def test_what_is_found_shows_while_the_rest_is_looked_at(file: Path, gate: Gate) -> None:
    async with opened(file, size=(120, 30)) as app:
        screen = await open_history(app, gate)
        assert app.says("60 2019-03-05  add “task 60”")
        await look_for(app, "rare")
        await app.until(lambda: app.says("History: “rare” looking… back to change 31, c cancels"))
        await app.until(lambda: screen.states.option_count == 1 and app.says("58 "))
        gate.open.set()
        await app.until(lambda: screen.states.option_count == 2 and not app.says("looking…"))


async def test_a_search_is_given_up(file: Path, gate: Gate) -> None:
    async with opened(file, size=(120, 30)) as app:
        screen = await open_history(app, gate)
        await look_for(app, "rare")
        await app.until(lambda: app.says("looking…"))
        await app.press("c")
        gate.open.set()
        await app.until(lambda: app.says("Stopped looking."))
        assert not app.says("looking…")
        assert screen.states.option_count == 1
        await look_for(app, "task 2")
        await app.until(lambda: screen.states.option_count == 11)


async def test_a_new_search_takes_the_place_of_one_at_work(file: Path, gate: Gate) -> None:
    async with opened(file, size=(120, 30)) as app:
        screen = await open_history(app, gate)
        await look_for(app, "rare")
        await app.until(lambda: app.says("looking…"))
        await look_for(app, "nothing like that")
        await app.until(lambda: screen.states.option_count == 0)
        gate.open.set()
        await app.until(lambda: app.says("No change matches."))
        assert screen.states.option_count == 0


async def test_leaving_gives_a_search_up(file: Path, gate: Gate) -> None:
    async with opened(file, size=(120, 30)) as app:
        screen = await open_history(app, gate)
        await look_for(app, "rare")
        await app.until(lambda: app.says("looking…"))
        await app.press("escape")
        await app.until(lambda: app.app.main.is_active)
        gate.open.set()
        await app.until(lambda: screen._search.ended)


async def test_a_long_way_back_is_told_and_given_up(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, readings = Gate(16), count()
    read: list[tuple[int, int]] = []

    def forwards(*given: Any) -> Iterator[Record]:
        reading = next(readings)
        for record in history.forwards(*given):
            gate.passed(record)
            read.append((reading, record.seq))
            yield record

    monkeypatch.setattr(progress, "_SOON", 0.0)
    monkeypatch.setattr(progress, "_INTERVAL", 0.0)
    monkeypatch.setattr(timeline, "_TOLD", 5)
    monkeypatch.setattr(timeline, "forwards", forwards)
    async with opened(file, size=(120, 30)) as app:
        screen = await open_history(app)
        screen.states.highlighted = 4
        await app.until(lambda: app.says("reading… 27 % c cancels"))
        await app.press("c")
        await app.until(lambda: app.says("Not read."))
        await app.press("R")
        await app.until(lambda: app.says("It is not read yet."))
        await app.press("j")
        assert app.says("reading…")
        gate.open.set()
        await app.until(lambda: app.says("The list after change 55: 5 differences to now"))
        await app.press("k")
        await app.until(lambda: app.says("The list after change 56: 4 differences to now"))
    assert read == sorted(read)  # one at a time
    first = next(reading for reading, seq in read if seq == 16)
    assert max(seq for reading, seq in read if reading == first) == 20  # where it told next how far it was
    assert app.app.state.pending == ()
