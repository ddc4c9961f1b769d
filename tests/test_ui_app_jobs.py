"""Jobs in the app: what ended badly is told once, and long work shows how far it is, and can be cancelled."""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from core import archive, attachments, backups, jobs, zip_backup
from core.drafts import Draft, keep
from core.errors import TodurableError
from core.instance_files import InstanceFiles, Owner
from core.jobs import CancelledError, Running, all_of
from core.state import AppState
from core.store import TaskStore
from tests.app_driver import Driver, opened, saved_list
from tests.processes import Child, wait_until
from tests.real_command import COMMAND
from tests.terminal import Terminal
from tests.test_ui_threads import Recorder
from tests.trouble import HOLDER
from ui import progress
from ui.screens.attachments_screen import AttachmentsScreen
from ui.screens.backups_screen import BackupsScreen
from ui.screens.history_screen import HistoryScreen

_HERE = Owner.this_process()
_DIES = """
    import sys
    from datetime import UTC, datetime
    from pathlib import Path
    from core.jobs import Running

    with Running(Path(sys.argv[1]), sys.argv[2], lambda: datetime.now(UTC)):
        print("running", flush=True)
        sys.stdin.readline()
"""
_seconds = count()


def clock() -> datetime:
    return datetime.fromtimestamp(1_700_000_000 + next(_seconds), UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "tasks.json"
    saved_list(file, "one", "two")
    return file


def _die(file: Path, kind: str) -> None:
    with Child(_DIES, file, kind) as child:
        assert child.hear() == "running"
        child.kill()


def _fail(file: Path, kind: jobs.Kind, error: Exception) -> None:
    with pytest.raises(type(error)), Running(file, kind, clock):
        raise error


async def _until_looked(app: Driver) -> None:
    """Return once the app has been told of all that there is to tell at its start."""
    await app.until(lambda: app.app.side._announced)
    await app.pilot.pause()


async def test_what_ended_badly_is_told_at_the_next_start_and_not_again(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fail(file, "export", ValueError("no good"))
    _fail(file, "move", CancelledError())
    _die(file, "backup")
    recorder = Recorder(file.parent, monkeypatch)
    async with opened(file) as app:
        await app.until(lambda: app.says("was interrupted: its process ended before it did. Make it again with gb b."))
        assert app.says("A backup begun 20")
        assert app.says("1 more job ended badly; todurable doctor tells.")
    assert recorder.of(threading.main_thread().name) == []
    assert [(job.state, job.told) for job in all_of(file, _HERE)] == [
        ("interrupted", True),
        ("cancelled", False),
        ("failed", True),
    ]
    async with opened(file) as app:
        await _until_looked(app)
        assert not app.says("begun")
        _die(file, "import")
    async with opened(file) as app:
        await app.until(lambda: app.says("An import begun 20") and app.says("nothing is added twice."))
        assert not app.says("more")


async def test_it_is_told_beside_what_was_half_typed(file: Path) -> None:
    gone = InstanceFiles(file, _HERE._replace(started="1"))
    keep(gone, [Draft("add", texts={"line": "Pay rent"})])
    _fail(file, "import", ValueError("no good"))
    async with opened(file) as app:
        await app.until(lambda: app.says("begun 2023-11-14") or app.says("begun 2023-11-15"))
        assert app.says("“Pay rent” was half typed when todurable ended: . brings it back. An import begun")


async def test_what_was_made_good_or_cannot_be_read_is_not_told(file: Path) -> None:
    _fail(file, "backup", ValueError("no good"))
    with Running(file, "backup", clock):
        pass
    with Running(file, "import", clock) as job:
        pass
    job.path.write_bytes(b"damaged")
    async with opened(file) as app:
        await _until_looked(app)
        assert app.app.main.message.text == ""


# Long work in the app


class Held:
    """Work that tells how far it is once, and goes on when `go_on` is set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go_on = threading.Event()
        self._patch = monkeypatch

    def hold(self, module: Any, name: str) -> None:
        """Hold what is done by the function `name` of `module`, whose last argument is told how far it is."""
        real = getattr(module, name)

        def held(*arguments: Any) -> Any:
            *others, last = arguments
            if not callable(last):  # who does not want to know
                return real(*arguments)

            def tell(done: int, total: int) -> None:
                last(done, total)
                self.go_on.wait()

            return real(*others, tell)

        self._patch.setattr(module, name, held)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    monkeypatch.setattr(progress, "_SOON", 0.0)
    monkeypatch.setattr(progress, "_INTERVAL", 0.0)
    held = Held(monkeypatch)
    yield held
    held.go_on.set()


def _shows_a_bar(app: Driver, what: str, hint: str = "") -> bool:
    return re.search(rf"{what} [━─]{{24}} +[0-9]+%{hint}", app.text) is not None


def _states(file: Path) -> list[tuple[str, str]]:
    return [(job.kind, job.state) for job in all_of(file, _HERE)]


@pytest.fixture
def attached(file: Path) -> Path:
    """A file of a task that only a ZIP has; the task was renamed since."""
    source = file.with_name("note.txt")
    source.write_bytes(b"hello" * 500_000)
    state = AppState(by="elsewhere:1:-")
    state.load_from_file(file)
    name = attachments.keep(file, source)
    state.edit([state.find(1)], attachments=[name])
    state.save_to_file(file)
    store = TaskStore(file)
    archive.make_directory(archive.directory(file))
    zip_backup.make(zip_backup.Source(file, store.load().tasks), archive.directory(file), "tasks", clock())
    store.close()
    path = attachments.path_of(file, name)
    assert path is not None
    path.unlink()
    state.rename(state.find(1), "one, renamed")
    state.save_to_file(file)
    return path


async def _at_the_zip(app: Driver) -> None:
    """Show what the ZIP would restore."""
    await app.press("g", "b")
    await app.until_on(BackupsScreen)
    screen = app.app.screen
    assert isinstance(screen, BackupsScreen)
    await app.until(lambda: any(found.kind == "zip" for found in screen._found))
    await app.press("G")


async def test_a_zip_shows_how_far_it_is_and_is_cancelled(file: Path, held: Held) -> None:
    held.hold(zip_backup, "make")
    async with opened(file, size=(120, 30)) as app:
        await app.press("g", "b")
        await app.until_on(BackupsScreen)
        await app.press("b")
        await app.until(lambda: _shows_a_bar(app, "Backing up", "   c cancels"))
        assert _states(file) == [("backup", "running")]
        await app.press("c")
        held.go_on.set()
        await app.until(lambda: app.says("Cancelled; nothing was changed."))
        assert "Backing up" not in app.text
        await app.press("b")
        await app.until(lambda: app.says("Made and verified"))
    assert _states(file) == [("backup", "done"), ("backup", "cancelled")]
    assert [path.suffix for path in archive.directory(file).iterdir()] == [".zip"]


async def test_a_zip_is_made_though_its_screen_is_closed(file: Path, held: Held) -> None:
    held.hold(zip_backup, "make")
    async with opened(file) as app:
        await app.press("g", "b")
        await app.until_on(BackupsScreen)
        await app.press("b")
        await app.until(lambda: _shows_a_bar(app, "Backing up", "   c cancels"))
        await app.press("escape")
        await app.until(lambda: app.app.main.is_active)
        held.go_on.set()
        await app.until(lambda: app.says("Made and verified"))
    assert _states(file) == [("backup", "done")]


async def test_a_zip_is_given_up_with_the_app_and_that_is_told(file: Path, held: Held) -> None:
    held.hold(zip_backup, "make")
    async with opened(file) as app:
        await app.press("g", "b")
        await app.until_on(BackupsScreen)
        await app.press("b")
        await app.until(lambda: _shows_a_bar(app, "Backing up", "   c cancels"))
        await app.press("escape", "q")
        await app.until(lambda: app.app._exit)
    held.go_on.set()
    wait_until(lambda: _states(file) == [("backup", "failed")])
    assert list(file.parent.glob("backups/*")) == []
    async with opened(file) as app:
        await app.until(lambda: app.says("failed: The app was left before it was done. Make it again with gb b."))


@pytest.mark.usefixtures("attached")
async def test_reading_a_zip_shows_how_far_it_is_and_ends_when_another_is_looked_at(file: Path, held: Held) -> None:
    held.hold(backups, "read")
    async with opened(file, size=(120, 30)) as app:
        await _at_the_zip(app)
        await app.until(lambda: _shows_a_bar(app, "reading…"))
        await app.press("k")
        held.go_on.set()
        await app.until(lambda: app.says("The list in tasks.json.backup") and "reading" not in app.text)
        assert "Cancelled" not in app.text


async def test_restoring_is_a_job_that_is_cancelled_before_anything_is_changed(
    file: Path, attached: Path, held: Held
) -> None:
    held.hold(backups, "bring_back_attachments")
    async with opened(file, size=(120, 30)) as app:
        await _at_the_zip(app)
        await app.until(lambda: app.says("name: one now one, renamed"))
        await app.press("R")
        await app.until(lambda: _shows_a_bar(app, "Restoring", "   c cancels"))
        assert _states(file) == [("restore", "running")]
        await app.press("c")
        held.go_on.set()
        await app.until(lambda: app.says("Cancelled; nothing was changed."))
        assert app.names == ["one, renamed", "two"]
        assert not list(attached.parent.iterdir())
        await app.press("R")
        await app.until(lambda: app.says("Restored 1 task"))
    assert attachments.digest_of(attached) == attached.parent.name
    assert _states(file) == [("restore", "done"), ("restore", "cancelled")]


async def test_a_restoring_that_fails_says_so(file: Path, attached: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: Any) -> None:
        raise TodurableError("It is no good.")

    monkeypatch.setattr(backups, "bring_back_attachments", fail)
    async with opened(file, size=(120, 30)) as app:
        await _at_the_zip(app)
        await app.until(lambda: app.says("name: one now one, renamed"))
        await app.press("R")
        await app.until(lambda: app.says("It is no good."))
        assert app.names == ["one, renamed", "two"]
    assert attached.name not in os.listdir(attached.parent)
    assert _states(file) == [("restore", "failed")]


async def _restore_the_first_change(app: Driver) -> None:
    await app.press("g", "h")
    await app.until_on(HistoryScreen)
    await app.until(lambda: app.says("as it is now"))
    await app.press("R")
    await app.until(lambda: app.says("All is as it was"))
    await app.press("j")
    await app.until(lambda: app.says("1 difference"))
    await app.press("R")
    await app.until(lambda: app.says("Restored 1 task"))


async def test_restoring_is_done_when_it_is_on_the_disk(file: Path) -> None:
    with Child(HOLDER, file.with_name("tasks.json.lock")) as child:
        assert child.hear() == "held"
        async with opened(file) as app:
            await _restore_the_first_change(app)
            assert app.names == ["one"]
            assert _states(file) == [("restore", "running"), ("restore", "done")]
            child.tell()
            await app.until_saved()
    assert _states(file) == [("restore", "done"), ("restore", "done")]


async def test_restoring_fails_where_the_app_is_left_before_it_is_saved(file: Path) -> None:
    with Child(HOLDER, file.with_name("tasks.json.lock")) as child:
        assert child.hear() == "held"
        async with opened(file, lock_timeout=0.0) as app:
            await _restore_the_first_change(app)
        wait_until(lambda: _states(file) == [("restore", "failed"), ("restore", "done")])
    assert all_of(file, _HERE)[0].reason == "The app was left before it was done."


def test_a_restoring_whose_app_is_killed_is_told_by_the_next(file: Path) -> None:
    command = (*COMMAND, "--file", str(file))
    with Child(HOLDER, file.with_name("tasks.json.lock")) as child:
        assert child.hear() == "held"
        with Terminal(command, columns=120, rows=30) as terminal:
            terminal.until_shown("saved")
            terminal.send("gh")
            terminal.until_shown("as it is now")
            terminal.send("j")
            terminal.until_shown("1 difference to now")
            terminal.send("R")
            terminal.until_shown("Restored 1 task")
            assert _states(file) == [("restore", "running")]
            terminal.send_signal(signal.SIGKILL)
            terminal.wait()
    assert _states(file) == [("restore", "interrupted")]
    with Terminal(command) as terminal:
        terminal.until_shown("A restore begun ")
        terminal.until_shown("All of it was")


async def test_attaching_shows_how_far_it_is_and_is_cancelled(file: Path, tmp_path: Path, held: Held) -> None:
    held.hold(attachments, "keep")
    (tmp_path / "film.mp4").write_bytes(b"x" * 3_000_000)
    async with opened(file) as app:
        await app.press("g", "a")
        await app.until_on(AttachmentsScreen)
        await app.press("a")
        app.app.screen.query_one(Input).value = str(tmp_path / "film.mp4")
        await app.press("enter")
        await app.until(lambda: _shows_a_bar(app, "Attaching", "   c cancels"))
        await app.press("c")
        held.go_on.set()
        await app.until(lambda: app.says("Cancelled; nothing was changed."))
        assert app.task("one").attachments == ()
        await app.press("a")
        app.app.screen.query_one(Input).value = str(tmp_path / "film.mp4")
        await app.press("enter")
        await app.until(lambda: len(app.task("one").attachments) == 1)
        await app.until(lambda: app.says("film.mp4"))
    assert not list(file.parent.rglob("*.tmp"))
