"""Damaged, unreadable and newer lists."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from core.state import AppState
from core.task import Status
from tests.app_driver import names_on_disk, opened, running, saved_list
from tests.processes import without_privileges
from ui.screens.backups_screen import BackupsScreen
from ui.screens.recovery_screen import RecoveryScreen
from ui.screens.stop_screen import StopScreen


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tasks.json"
    saved_list(path, "one", "two")
    return path


def _read(file: Path) -> bytes:
    return file.read_bytes()


def _write(file: Path, raw: bytes) -> None:
    file.write_bytes(raw)


def _make_newer(file: Path) -> None:
    raw = re.sub(b'"checksum":"[0-9a-f]*",', b"", _read(file))
    _write(file, raw.replace(b'"schema_version":1', b'"schema_version":9'))


def _everything(file: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in file.parent.iterdir() if path.is_file()}


def _cut(raw: bytes) -> bytes:
    return raw[:100]


def _flipped(raw: bytes) -> bytes:
    return raw.replace(b'"name":"one"', b'"name":"ond"')


def _overwritten(_raw: bytes) -> bytes:
    return b"garbage"


@pytest.mark.parametrize("damage", [_cut, _flipped, _overwritten])
async def test_a_damaged_list_is_explained_before_it_is_shown(file: Path, damage: Callable[[bytes], bytes]) -> None:
    damaged = damage(_read(file))
    _write(file, damaged)
    async with running(file) as app:
        await app.until(lambda: isinstance(app.app.screen, RecoveryScreen) and app.says("damaged-"))
        for words in (
            "This list was damaged",
            "tasks.json: ",
            "Recovered from",
            "tasks.json.backup",
            "nothing",
            "2 open, 0 done",
        ):
            assert app.says(words)
        await app.press("x", "d", "d", "enter")
        await app.until(lambda: app.app.main.is_active)
        assert app.names == ["one", "two"]
        assert app.task("one").status is Status.PENDING
    assert names_on_disk(file) == ["one", "two"]
    (kept,) = file.parent.glob("tasks.json.damaged-*")
    assert _read(kept) == damaged


async def test_another_copy_can_be_looked_at_before_anything_else_is_done(file: Path) -> None:
    state = AppState(by="elsewhere:1:-")
    state.load_from_file(file)
    state.trash_tasks([state.find(1)])
    state.save_to_file(file)
    _write(file, b"garbage")
    async with running(file) as app:
        await app.until_on(RecoveryScreen)
        await app.press("b")
        await app.until_on(BackupsScreen)
        await app.until(lambda: "tasks.json.backup" in app.text or "2 tasks" in app.text)
        await app.press("escape")
        await app.until(lambda: app.app.main.is_active)
        assert app.names == ["two"]


async def test_what_is_missing_is_said(file: Path) -> None:
    journal = file.with_name("tasks.json.journal")
    _write(file, _cut(_read(file)))
    for older in file.parent.glob("tasks.json.backup*"):
        older.unlink()
    _write(journal, _read(journal).splitlines(keepends=True)[0] + b"garbage\n")
    async with running(file) as app:
        await app.until_on(RecoveryScreen)
        assert app.says("tasks.json.journal")
        assert app.says("could not be read")


async def test_a_list_that_cannot_be_read_is_no_empty_list_and_nothing_is_written(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    _write(file, b'{"tasks": "no')
    before = _everything(file)
    async with running(file) as app:
        await app.until_on(StopScreen)
        assert app.says("This list cannot be read")
        assert app.says("Nothing was changed")
        await app.press("a", "x", "u", "ctrl+p", "r")
        await app.until(lambda: app.says("r try again"))
        assert isinstance(app.app.screen, StopScreen)
        await app.press("q")
        await app.until(lambda: app.app._exit)
        assert app.app.return_code == 3
    assert _everything(file) == before


async def test_a_list_that_can_be_read_again_is_shown(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    _write(file, b"garbage")
    async with running(file) as app:
        await app.until_on(StopScreen)
        file.unlink()
        saved_list(file, "one")
        await app.press("r")
        await app.until(lambda: app.app.main.is_active and app.names == ["one"])


async def test_a_directory_in_place_of_the_list_is_said(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    file.mkdir()
    async with running(file) as app:
        await app.until_on(StopScreen)
        assert app.says("tasks.json")


async def test_a_missing_folder_keeps_changes_as_unsaved(tmp_path: Path) -> None:
    file = tmp_path / "nowhere" / "tasks.json"
    async with opened(file) as app:
        await app.add("one")
        await app.until(lambda: app.says("1 unsaved: its folder does not exist") or "1 unsaved" in app.lines[-1])
        file.parent.mkdir()
        await app.until_saved()
    assert names_on_disk(file) == ["one"]


async def test_a_read_only_folder_keeps_changes_as_unsaved(file: Path) -> None:
    for path in (*file.parents[1:4], file.parent):
        path.chmod(path.stat().st_mode | 0o055)
    for path in file.parent.iterdir():
        path.chmod(0o444)
    with without_privileges():
        async with opened(file) as app:
            await app.press("x")
            await app.until(lambda: "1 unsaved: " in app.lines[-1])
            assert app.says("permission")


async def test_a_newer_list_is_shown_and_can_only_be_read(file: Path) -> None:
    _make_newer(file)
    before = _everything(file)
    async with opened(file) as app:
        assert app.names == ["one", "two"]
        await app.until(lambda: app.says("written by a newer version") and app.lines[-1].endswith("read-only"))
        for keys in (["a"], ["i"], ["x"], ["d", "d"], ["u"], ["ctrl+r"]):
            await app.press(*keys)
            assert not app.app.main.typing
            assert app.says("can only be read")
            await app.press("escape")
        assert not app.app.state.pending
        await app.press("q")
        await app.until(lambda: app.app._exit)
    assert _everything(file) == before


async def test_a_list_that_becomes_newer_while_it_is_open_can_only_be_read_from_then_on(file: Path) -> None:
    async with opened(file) as app:
        _make_newer(file)
        newer = _read(file)
        await app.press("x")
        await app.until(lambda: app.says("written by a newer version"))
        await app.press("j", "x")
        assert app.task("two").status is Status.PENDING
        assert _read(file) == newer
        await app.press("q")
        await app.until(lambda: app.says("not saved yet"))
        await app.press("Q")
        await app.until(lambda: app.app._exit)
    assert _read(file) == newer


async def test_damage_while_the_list_is_open_is_told_and_repaired(file: Path) -> None:
    async with opened(file) as app:
        _write(file, b"garbage")
        await app.until(lambda: "kept in tasks.json.damaged-" in " ".join(app.text.split()))
        assert app.names == ["one", "two"]
    assert names_on_disk(file) == ["one", "two"]
