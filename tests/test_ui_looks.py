"""What the first start shows, and screens without colours, without animation, and in ASCII."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.segment import Segment
from textual.color import Color

from core.profile import Profile, ProfileStore
from tests.app_driver import Driver, opened, saved_list
from ui.screens.form_screen import FormScreen
from ui.screens.help_screen import HelpScreen
from ui.widgets.entry import Entry
from ui.widgets.plain import PlainSigns


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tasks.json"
    state = saved_list(path, "one", "ünder", "three")
    state.complete([state.find(3)])
    state.save_to_file(path)
    return path


async def test_the_tour_is_shown_once(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "profile.json"
    async with opened(file, profile=Profile(), profile_path=path) as app:
        assert " adds a task" in app.text
        assert all(len(line) <= 80 for line in app.lines)
        await app.until(lambda: path.exists() and ProfileStore(path).load().tour_seen)
        await app.press("j", "x")
        assert " adds a task" in app.text
        await app.press("escape")
        await app.until(lambda: " adds a task" not in app.text)
        await app.pilot.resize_terminal(60, 10)
        app.app.main.tour.wanted = True
        await app.pilot.pause()
        assert " adds a task" not in app.text  # there is no room for it
    async with opened(file, profile=ProfileStore(path).load(), profile_path=path) as app:
        assert " adds a task" not in app.text


def _signs(app: Driver) -> set[str]:
    return {letter for line in app.lines for letter in line if not letter.isascii()}


async def test_in_ascii_all_but_the_text_of_tasks_is_ascii(file: Path) -> None:
    async with opened(file, profile=Profile(ascii=True)) as app:  # with the tour
        await app.until(lambda: "ünder" in app.text)
        assert _signs(app) == {"ü"}
        await app.press("e")
        await app.until_on(FormScreen)
        await app.press("tab", "tab", "tab", *"urgent")
        await app.until(lambda: "x A priority is" in app.text)
        assert _signs(app) <= {"ü"}
        await app.press("escape", "?")
        await app.until_on(HelpScreen)
        assert _signs(app) <= {"ü"}


async def test_without_animation_nothing_blinks_or_moves(file: Path) -> None:
    async with opened(file, profile=Profile(animation=False, tour_seen=True)) as app:
        await app.press("a")
        assert app.app.animation_level == "none"
        assert not app.app.query_one(Entry).cursor_blink


async def test_without_colours_every_state_has_a_sign(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened(file) as app:
        await app.press("G", "k", "s")
        await app.until(lambda: "[>]" in app.text)
        await app.press("k", "+", "+", "+", "space", "j")
        for sign in ("[ ]", "[>]", "*", "▌", "!1"):
            assert sign in app.text
        colours = {
            segment.style.color.triplet
            for strip in app.app.screen._compositor.render_strips()
            for segment in strip
            if segment.style and segment.style.color and segment.style.color.triplet
        }
        assert all(len(set(colour)) == 1 for colour in colours)  # shades of grey


def test_a_sign_in_ascii_takes_as_many_cells() -> None:
    [made] = PlainSigns().apply([Segment("╭─ “Keys” ─ …▌é日\N{REPLACEMENT CHARACTER}")], Color(0, 0, 0))
    assert made.text == '+- "Keys" - ~>é日?'


async def test_the_keys_can_be_scrolled_to_the_signs(file: Path) -> None:
    async with opened(file) as app:
        await app.press("?")
        await app.until_on(HelpScreen)
        assert "Signs" not in app.text
        await app.press("G")
        await app.until(lambda: "⊘" in app.text)
        await app.press("k", "g")
        await app.until(lambda: "Signs" not in app.text)
