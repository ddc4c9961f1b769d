"""The screen of the backups: shown, made, given up and restored, with the settings in them."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.archive import copies
from core.instance_files import Owner
from core.jobs import all_of
from core.profile import ProfileStore
from tests.app_driver import opened, until_read
from tests.lists import with_a_past
from ui.screens.backups_screen import BackupsScreen

if TYPE_CHECKING:
    import pytest

file = with_a_past


async def test_backups_are_shown_made_and_restored(file: Path) -> None:
    async with opened(file, size=(120, 30)) as app:
        await app.press("g", "b")
        await app.until_on(BackupsScreen)
        await until_read(app, "The list in tasks.json.backup: 1 difference to now")
        await app.press("b")
        await app.until(lambda: app.says("Made and verified") and app.says("zip"))
        (made,) = file.parent.glob("backups/tasks_*.zip")
        assert [job.state for job in all_of(file, Owner.this_process())] == ["done"]
        await app.press("escape", "x")
        await app.until(lambda: copies(file))
        await app.press("g", "b")
        await app.until_on(BackupsScreen)
        screen = app.app.screen
        assert isinstance(screen, BackupsScreen)
        await app.until(lambda: screen.states.option_count == 5)
        await app.press("G")
        await until_read(app, f"The list in {made.name}: 1")
        await app.press("R")
        await until_read(app, "zip: as it")
        assert app.task("pay the rent").status == "pending"
        await app.until_saved()
        made.write_bytes(made.read_bytes()[:-9])
        await app.press("escape", "g", "b")
        await app.until_on(BackupsScreen)
        await app.until(lambda: app.says("it is no"))


async def test_a_backup_is_cancelled(file: Path) -> None:
    async with opened(file, size=(120, 30)) as app:
        await app.press("g", "b")
        await app.until_on(BackupsScreen)
        await until_read(app, "1 difference to now")
        screen = app.app.screen
        assert isinstance(screen, BackupsScreen)
        make = screen._make

        def late(progress: Callable[[int, int], None]) -> Path:
            screen.action_cancel()
            return make(progress)

        screen._make = late
        await app.press("b")
        await app.until(lambda: app.says("Cancelled; nothing was changed."))
    assert [job.state for job in all_of(file, Owner.this_process())] == ["cancelled"]
    assert not list(file.parent.glob("backups/*.zip"))


async def test_a_backup_that_fails_says_so_and_another_can_be_made(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.mkdir

    def full(path: Path, *arguments: Any, **options: Any) -> None:
        if Path(path).name == "backups":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(path, *arguments, **options)

    async with opened(file, size=(120, 30)) as app:
        await app.press("g", "b")
        await app.until_on(BackupsScreen)
        screen = app.app.screen
        assert isinstance(screen, BackupsScreen)
        with monkeypatch.context() as broken:
            broken.setattr(os, "mkdir", full)
            await app.press("b")
            await app.until(lambda: app.says("backups could not be created: the disk is full."))
        with monkeypatch.context() as broken:
            broken.setattr(screen, "_make", lambda _progress: 1 // 0)
            await app.press("b")
            await app.until(lambda: not screen._making)
        await app.press("b")
        await app.until(lambda: app.says("Made and verified"))


async def test_the_settings_in_a_zip_are_told_and_then_restored(file: Path, home: Path) -> None:
    profile = home / "todurable" / "profile.json"
    ProfileStore(profile).change({"theme": "nord", "name": "Ada"})
    async with opened(file, size=(120, 30)) as app:
        await app.press("g", "b")
        await app.until_on(BackupsScreen)
        await until_read(app, "1 difference to now")
        await app.press("p")
        await app.until(
            lambda: app.says("No settings can be restored from tasks.json.backup: only a ZIP holds settings.")
        )
        await app.press("b")
        await app.until(lambda: app.says("Made and verified") and app.says("zip  just now"))
        await app.press("G", "p")
        await app.until(lambda: app.says("Your settings are as they are in tasks_"))
        ProfileStore(profile).change({"theme": "gruvbox"})
        await app.press("p")
        await app.until(lambda: app.says("p restores 1 setting: theme: gruvbox → nord"))
        assert ProfileStore(profile).load().theme == "gruvbox"
        await app.press("k", "p", "G", "p")
        await app.until(lambda: app.says("p restores 1 setting"))
        assert ProfileStore(profile).load().theme == "gruvbox"
        await app.press("p")
        await app.until(lambda: app.says("Restored 1 setting."))
        assert ProfileStore(profile).load().theme == app.app.theme == "nord"
