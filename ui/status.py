"""What the status line is told: how much is in the list, whether it is saved, and what of that does not work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import get_args

from core.errors import FileSafetyError
from ui import sentences
from ui.changing import Changing
from ui.leaving import STOPPED, Leaving
from ui.showing import Showing
from ui.store_worker import Doing
from ui.views import FINISHED, OPEN
from ui.widgets.status_line import ListStatus

READING = "reading…"


class Status:
    """`show` is to be called when something of it has changed. `clock` gives the present time."""

    def __init__(
        self, name: str, changing: Changing, showing: Showing, leaving: Leaving, clock: Callable[[], datetime]
    ) -> None:
        self.name = name
        """What the list is called."""
        self._changing = changing
        self._showing = showing
        self._leaving = leaving
        self._clock = clock
        self.problems: dict[Doing, FileSafetyError] = {}
        """What failed, and is tried again."""
        self.others = 0
        """How many other screens have this list open."""
        self.copied: datetime | None = None
        """When the newest backup was made."""

    def show(self) -> None:
        """Show what holds now."""
        counts = self._showing.counts
        self._changing.screen.show_status(
            ListStatus(
                self.name,
                phase="closing…" if self._leaving.finishing else "" if self._changing.opened else READING,
                open=counts.get(OPEN, 0),
                done=counts.get(FINISHED, 0),
                unsaved=len(self._changing.state.pending),
                problem=self._problem(),
                read_only=self._changing.read_only is not None,
                others=self.others,
                copied=sentences.ago(self.copied, self._clock()) if self.copied else "",
            )
        )

    def _problem(self) -> str:
        if self._leaving.ended and not self._leaving.finishing:
            return STOPPED
        told = [self.problems[doing] for doing in get_args(Doing) if doing in self.problems and doing != "copy"]
        return sentences.why(told[0]) if told else ""
