"""What the details pane is told: the task under the cursor at once, and its past as soon as the cursor rests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from core.changes import Record
from core.errors import FileSafetyError
from core.file_safety import SafeFileManager
from core.history import search
from core.list_state import ListState
from core.task import Task
from core.wanted import Wanted
from ui.moments import shown_moment
from ui.newest import Newest
from ui.screens.list_screen import ListScreen
from ui.showing import Showing
from ui.told_changes import told_record
from ui.widgets.details import Event

if TYPE_CHECKING:
    from textual.timer import Timer

_REST = 0.25
"""Seconds without a move of the cursor after which the past is read."""
_MOST = 30
"""Events that are shown, the newest first."""


class Detailing:
    """The past of the list at `file` is read in a thread."""

    def __init__(self, state: ListState, showing: Showing, screen: ListScreen, file: Path) -> None:
        self._state = state
        self._showing = showing
        self._screen = screen
        self._file = file
        self._newest = Newest(showing.post)
        self._timer: Timer | None = None

    def follow(self) -> None:
        """Show the task under the cursor, where details are wanted."""
        if not self._screen.panes.details_wanted:
            return
        task = self._screen.tasks.current
        self._screen.details.show(task, self._state.known, self._showing.date_style)
        if self._timer is not None:
            self._timer.stop()
        if task is not None:
            uid = task.uid
            self._timer = self._screen.set_timer(_REST, lambda: self._newest.ask(lambda: self._read(uid)))

    def _read(self, uid: str) -> Callable[[], None]:
        """Called in the thread."""
        events: list[Event] = []
        known = self._state.known
        with suppress(FileSafetyError):  # what cannot be read is told where it matters: the list shows the rest
            events = [(shown_moment(record.at), _told(record, known)) for record in islice(self._about(uid), _MOST)]
        return lambda: self._screen.details.show_history(uid, events)

    def _about(self, uid: str) -> Iterator[Record]:
        journal = SafeFileManager(self._file).sibling(".journal")  # here, for a link is followed
        for record in search(journal, Wanted(frozenset({uid}))):
            if isinstance(record, Record):
                yield record


def _told(record: Record, known: Mapping[str, Task]) -> str:
    """What happened, and who did it."""
    return f"{told_record(record, known)} ({record.by.partition(':')[0]})"
