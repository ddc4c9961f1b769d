"""The details pane: what a person reads of a task, and of what happened to it."""

from __future__ import annotations

from pathlib import Path

from core.state import AppState
from tests.app_driver import opened


async def test_rules_and_other_tasks_are_told_in_words(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    state = AppState()
    rent = state.add_task("Pay rent", priority=0)
    job = state.add_task("Find a job", priority=0)
    state.save_to_file(file)
    state.edit([rent], recur="FREQ=MONTHLY", depends=[job.uid])
    state.save_to_file(file)
    async with opened(file, size=(160, 40)) as app:
        await app.press("enter")
        await app.until(lambda: "depends" in app.text)
        assert "repeats" in app.text
        assert "every month" in app.text
        assert "+2" in app.text
        assert job.uid[:8] not in app.text
        assert "FREQ" not in app.text
