"""The screen of attached files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.widgets import Input

from tests.app_driver import opened
from tests.lists import with_a_past
from ui.screens.attachments_screen import AttachmentsScreen

if TYPE_CHECKING:
    import pytest

file = with_a_past


async def test_files_are_attached_opened_and_taken_off(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "note.txt").write_text("hello")
    ran: list[str] = []

    def run(command: list[str], **_options: Any) -> None:
        ran.append(Path(command[-1]).read_text())

    monkeypatch.setattr("subprocess.run", run)
    async with opened(file) as app:
        await app.press("g", "a")
        await app.until_on(AttachmentsScreen)
        await app.until(lambda: app.says("Nothing is attached yet."))
        await app.press("a", "x", "enter")
        await app.until(lambda: app.says("There is no file"))
        await app.press("a")
        app.app.screen.query_one(Input).value = str(tmp_path / "note.txt")
        await app.press("enter")
        await app.until(lambda: app.says("note.txt") and app.app.focused is not None)
        await app.until_saved()
        (name,) = app.task("pay the rent").attachments
        await app.press("enter")
        await app.until(lambda: ran == ["hello"])
        (tmp_path / "attachments" / name).unlink()
        await app.press("enter")
        await app.until(lambda: app.says("is missing; it was"))
        await app.press("d")
        await app.until(lambda: app.says("Nothing is attached yet."))
        await app.press("escape", "u")
        await app.until(lambda: app.task("pay the rent").attachments == (name,))
