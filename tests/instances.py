"""Instances of the program as tests need them: with a clock, uids and a name of their own, on a real file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from core.opened import Opened
from core.state import AppState, Outcome
from core.store import TaskStore
from core.task import Priority, Status, Task

START = datetime(2026, 1, 1, tzinfo=UTC)


def ticking(seconds: int = 1) -> Callable[[], datetime]:
    """A clock that goes on by `seconds` whenever it is asked."""
    ticks = count()
    return lambda: START + timedelta(seconds=next(ticks) * seconds)


def uid(family: int, number: int) -> str:
    """A uid that can be told from all others."""
    return f"{family:08x}-0000-4000-8000-{number:012x}"


def uids(family: int) -> Callable[[], str]:
    """What gives the uids of one instance."""
    numbers = count(1)
    return lambda: uid(family, next(numbers))


_families = count(1)


def new_state(by: str = "here:1:-") -> AppState:
    """An empty AppState that depends on nothing outside."""
    return AppState(by=by, clock=ticking(), new_uid=uids(next(_families)))


def names(state: AppState) -> list[str]:
    """The names of the tasks that it shows."""
    return [task.name for task in state.tasks]


def a_task(number: int = 1, name: str = "water the plants", **fields: object) -> Task:
    """A valid task."""
    when = "2026-01-01T00:00:00.000000Z"
    given: dict[str, object] = {
        "uid": uid(0, number),
        "id": number,
        "name": name,
        "status": Status.PENDING,
        "created": when,
        "modified": when,
        "priority": Priority.NONE,
    }
    return Task(**(given | fields))  # type: ignore[arg-type]  # each test says what it breaks


class Instance:
    """A state and a store on one file, used as the app uses them."""

    def __init__(self, file: Path, by: str = "here:1:-", lock_timeout: float = 5.0) -> None:
        self.state = new_state(by)
        self.store = TaskStore(file, clock=ticking(), lock_timeout=lock_timeout)

    def load(self) -> Opened:
        """Read the list, as at the start."""
        opened = self.store.load()
        self.state.adopt(opened.tasks, self.store.history(), opened.outside)
        return opened

    def commit(self) -> Outcome:
        """Commit what waits."""
        return self.state.receive(self.store.commit(self.state.pending))

    def refresh(self) -> Outcome:
        """See what others committed."""
        return self.state.receive(self.store.refresh())

    def checkpoint(self) -> Outcome:
        """Write the list."""
        return self.state.receive(self.store.checkpoint())

    def save(self) -> None:
        """Commit, and checkpoint where that is due."""
        self.commit()
        if self.store.checkpoint_due:
            self.checkpoint()

    def add(self, *names: str) -> None:
        """Add tasks and save them, each as a change of its own."""
        for name in names:
            self.state.add_task(name)
            self.save()

    @property
    def names(self) -> list[str]:
        """The names of the tasks that are shown."""
        return [task.name for task in self.state.tasks]


def opened(file: Path, by: str = "here:1:-") -> Instance:
    """An instance that has read its list."""
    instance = Instance(file, by)
    instance.load()
    return instance
