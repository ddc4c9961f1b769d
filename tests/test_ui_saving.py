"""What the app does when saving takes its time or fails, and when it is left meanwhile."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from threading import Event

import pytest

from core.store import TaskStore
from tests.app_driver import Driver, names_on_disk, opened, running, saved_list
from tests.processes import Child
from tests.trouble import HOLDER, FullDisk
from ui.screens.quit_screen import QuitScreen


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tasks.json"
    saved_list(path, "one", "two")
    return path


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> FullDisk:
    return FullDisk(monkeypatch)


async def _until_asked(app: Driver) -> None:
    await app.until(lambda: isinstance(app.app.screen, QuitScreen) and app.app.screen.is_mounted)


async def test_a_lock_held_elsewhere_is_shown_with_its_holder_until_all_is_saved(file: Path) -> None:
    async with opened(file, lock_timeout=0.05) as app:
        with Child(HOLDER, f"{file}.lock") as holder:
            assert holder.hear() == "held"
            await app.press("x")
            await app.until(lambda: "1 unsaved: locked by" in app.lines[-1])
            assert f"(process {holder.pid})" in app.lines[-1]
            await app.until(lambda: "Your change is kept" in " ".join(app.text.split()))
            await app.press("j", "x")
            await app.until(lambda: "2 unsaved: locked by" in app.lines[-1])
            assert "0 open · 2 done" in app.lines[-1]
            holder.tell()
            await app.until(lambda: app.lines[-1].endswith("  saved"))
        assert "lock" not in app.text


async def test_a_full_disk_is_shown_and_what_waits_is_saved_when_there_is_room(file: Path, disk: FullDisk) -> None:
    async with opened(file) as app:
        disk.full = True
        await app.add("three")
        await app.until(lambda: "1 unsaved: the disk is full" in app.lines[-1])
        assert "Free some space" in app.text
        disk.full = False
        await app.until(lambda: app.lines[-1].endswith("  saved"))
    assert names_on_disk(file) == ["one", "two", "three"]


async def test_saving_that_takes_its_time_holds_up_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    may_commit = Event()
    real = TaskStore.commit
    monkeypatch.setattr(TaskStore, "commit", lambda store, records: (may_commit.wait(), real(store, records))[1])
    async with opened(file) as app:
        await app.press("x", "j", "d", "d")
        await app.until(lambda: app.lines[-1].endswith("saving…"))
        assert app.names == ["one"]
        may_commit.set()
        await app.until(lambda: app.lines[-1].endswith("  saved"))


# Leaving


async def test_leaving_with_unsaved_changes_asks_and_escape_stays(file: Path, disk: FullDisk) -> None:
    async with opened(file) as app:
        disk.full = True
        await app.press("x")
        await app.until(lambda: "1 unsaved" in app.lines[-1])
        await app.press("q")
        await _until_asked(app)
        assert "1 change not saved yet" in app.text
        assert "the disk is full" in app.text
        assert "quit and lose 1 change" in app.text
        await app.press("escape")
        await app.until(lambda: app.app.main.is_active)
        disk.full = False
        await app.until_saved()
        assert not app.app._exit


async def test_leaving_can_lose_what_is_unsaved(file: Path, disk: FullDisk) -> None:
    async with opened(file) as app:
        disk.full = True
        await app.add("three")
        await app.until(lambda: "1 unsaved" in app.lines[-1])
        await app.press("q")
        await _until_asked(app)
        await app.press("Q")
        await app.until(lambda: app.app._exit)
        assert app.app.return_code == 3
    disk.full = False
    assert names_on_disk(file) == ["one", "two"]


async def test_leaving_can_wait_until_all_is_saved(file: Path, disk: FullDisk) -> None:
    async with opened(file) as app:
        disk.full = True
        await app.add("three")
        await app.until(lambda: "1 unsaved" in app.lines[-1])
        await app.press("q")
        await _until_asked(app)
        await app.press("w")
        await app.until(lambda: app.app.main.is_active)
        assert "Quits as soon as all is saved" in app.text
        disk.full = False
        await app.until(lambda: app.app._exit)
        assert app.app.return_code == 0
    assert names_on_disk(file) == ["one", "two", "three"]


async def test_the_question_answers_itself_when_all_is_saved(file: Path, disk: FullDisk) -> None:
    async with opened(file) as app:
        disk.full = True
        await app.press("x")
        await app.until(lambda: "1 unsaved" in app.lines[-1])
        await app.press("q")
        await _until_asked(app)
        disk.full = False
        await app.until(lambda: app.app._exit)
        assert app.app.return_code == 0


async def test_leaving_while_a_save_is_under_way_asks_only_when_that_fails(
    file: Path, disk: FullDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_commit = Event()
    real = TaskStore.commit
    monkeypatch.setattr(TaskStore, "commit", lambda store, records: (may_commit.wait(), real(store, records))[1])
    async with opened(file) as app:
        disk.full = True
        await app.press("x", "q")
        assert app.app.main.is_active
        assert not app.app._exit
        may_commit.set()
        await _until_asked(app)
        disk.full = False
        await app.until(lambda: app.app._exit)


async def test_asking_twice_to_leave_during_a_long_save_asks_what_to_do(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_commit = Event()
    real = TaskStore.commit
    monkeypatch.setattr(TaskStore, "commit", lambda store, records: (may_commit.wait(), real(store, records))[1])
    async with opened(file) as app:
        await app.press("x", "q", "q")
        await _until_asked(app)
        assert "Saving takes longer than usual." in app.text
        may_commit.set()
        await app.until(lambda: app.app._exit)


async def test_a_worker_that_ended_by_a_defect_is_told_and_can_be_left(file: Path) -> None:
    async with opened(file) as app:
        app.app.worker.stop()  # behind the app's back
        await app.until(lambda: "saving has stopped" in app.lines[-1])
        await app.press("x")
        assert "1 unsaved: saving has stopped" in app.lines[-1]
        await app.press("q")
        await _until_asked(app)
        await app.press("Q")
        await app.until(lambda: app.app._exit)
        assert app.app.return_code == 3


async def test_leaving_while_the_list_is_being_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    may_load = Event()
    real = TaskStore.load
    monkeypatch.setattr(TaskStore, "load", lambda store: (may_load.wait(), real(store))[1])
    async with running(file) as app:
        await app.press("q")
        await app.until(lambda: app.lines[-1].endswith("closing…"))
        may_load.set()
        await app.until(lambda: app.app._exit)
        assert app.app.return_code == 0


async def test_a_checkpoint_that_fails_is_said_once_and_all_is_saved_nevertheless(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    async with opened(file) as app:
        monkeypatch.setattr(os, "replace", full)
        await app.add("three")
        await app.until_saved()
        await app.until(lambda: "the disk is full" in app.lines[-1])
        assert "unsaved" not in app.lines[-1]
    assert names_on_disk(file) == ["one", "two", "three"]
