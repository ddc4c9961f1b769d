"""A TaskApp on a real file, without a terminal: keys go in, what is on the screen comes out."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.cells import set_cell_size

from core.state import AppState
from core.store import TaskStore
from core.task import Task
from ui.app import TaskApp

if TYPE_CHECKING:
    from textual.pilot import Pilot
    from textual.screen import Screen

# Long enough never to pass on any machine, where a test does not wait for it.
PATIENT = 100.0


class Driver:
    """One open app."""

    def __init__(self, app: TaskApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    async def until(self, condition: Callable[[], object]) -> None:
        """Return once `condition` holds. That it never does is for the guard against hangs to find."""
        while not condition():
            await self.pilot.pause()

    async def until_on(self, screen: type[Screen[Any]]) -> None:
        """Return once a screen of that kind is shown and painted."""
        await self.until(lambda: isinstance(self.app.screen, screen) and self.text.strip())

    async def press(self, *keys: str) -> None:
        """Press `keys` one after the other, and let the app act on each."""
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Type `text`."""
        await self.pilot.press(*("space" if letter == " " else letter for letter in text))

    async def add(self, *names: str) -> None:
        """Add tasks as a user does."""
        await self.press("a")
        for name in names:
            await self.type(name)
            await self.press("enter")
        await self.press("escape")
        await self.until(lambda: not self.app.main.typing)

    async def until_saved(self) -> None:
        """Return once nothing waits to be saved."""
        await self.until(lambda: not self.app.state.pending)

    @property
    def names(self) -> list[str]:
        """The names in the list, in order."""
        return [task.name for task in self.app.state.tasks]

    @property
    def current(self) -> str:
        """The name of the task under the cursor."""
        task = self.app.main.tasks.current
        return task.name if task else ""

    @property
    def lines(self) -> list[str]:
        """What the screen shows, line by line, without the blanks at the end."""
        strips = self.app.screen._compositor.render_strips()
        return [strip.text.rstrip() for strip in strips]

    @property
    def rows(self) -> list[str]:
        """What the list shows, line by line."""
        region = self.app.main.tasks.region
        cut = [set_cell_size(line[region.x :], region.width).rstrip() for line in self.lines]
        return cut[region.y : region.bottom]

    @property
    def text(self) -> str:
        """What the screen shows."""
        return "\n".join(self.lines)

    def says(self, words: str) -> bool:
        """Whether the screen shows `words`, wherever its lines are broken."""
        return _run_together(words) in _run_together(self.text)

    def task(self, name: str) -> Task:
        """The only task of that name, trash included."""
        (found,) = [task for task in (*self.app.state.tasks, *self.app.state.trash) if task.name == name]
        return found


def _run_together(text: str) -> str:
    return re.sub("[\\s\u2500-\u257f\u2580-\u259f]", "", text)


@asynccontextmanager
async def running(
    file: Path,
    *,
    size: tuple[int, int] = (80, 24),
    lock_timeout: float = PATIENT,
    defects: tuple[type[Exception], ...] = (),
    **options: Any,
) -> AsyncIterator[Driver]:
    """An app on `file`, which may not be open yet; `defects` are the exceptions that it is expected to survive."""
    app = TaskApp(file, lock_timeout=lock_timeout, **options)
    async with app.run_test(size=size) as pilot:
        yield Driver(app, pilot)
    app.worker.stop()
    app.side.stop()
    assert app.worker.join(PATIENT)
    assert app.side.join(PATIENT)
    assert [type(error) for error in app.defects] == list(defects), app.defects


@asynccontextmanager
async def opened(file: Path, **options: Any) -> AsyncIterator[Driver]:
    """An app that shows the list at `file`."""
    async with running(file, **options) as driver:
        await driver.until(
            lambda: driver.app.main.is_active and driver.text.strip() and "reading" not in driver.lines[-1]
        )
        yield driver


async def until_read(app: Driver, words: str) -> None:
    """Return once the right pane, where a state of the list is shown, says `words`."""
    await app.until(lambda: app.says(words) and "reading" not in app.text)


def saved_list(file: Path, *names: str) -> AppState:
    """A list at `file` with tasks of these names, saved the way a program does."""
    state = AppState(by="elsewhere:1:-")
    for name in names:
        state.add_task(name, priority=0)
    state.save_to_file(file)
    return state


def many_tasks(directory: Path) -> Path:
    """A list so long that it is looked through in a thread."""
    file = directory / "tasks.json"
    state = saved_list(file)
    state.add_tasks([{"name": f"task {number}", "priority": 0} for number in range(1100)])
    state.save_to_file(file)
    return file


def names_on_disk(file: Path) -> list[str]:
    """What another program finds in the list at `file` now."""
    state = AppState()
    store = TaskStore(file)
    opened_list = store.load()
    state.adopt(opened_list.tasks, store.history())
    store.close()
    return [task.name for task in state.tasks]
