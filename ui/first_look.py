"""A look at what the list shows first, taken in a thread of its own while the app is still being imported."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from threading import Thread

from core.facts import moment
from core.glance import Glance, glance
from ui.views import ALL, INBOX, View, title, views_of

_COUNT = 100
"""Tasks that are looked for: more than most screens have lines."""


class FirstLook:
    """Begins at once to look at the list at `file`. `view` is what is looked at."""

    def __init__(self, file: Path, view: View, clock: Callable[[], datetime]) -> None:
        self.view = view
        self._found: Future[Glance | None] = Future()
        # A daemon: nobody waits for a dead network drive.
        Thread(target=self._look, args=(file, clock), name="first look", daemon=True).start()

    def then(self, show: Callable[[Glance], None]) -> None:
        """Have `show` called with what is found: at once, or by the thread; never where that cannot be told."""

        def tell(found: Future[Glance | None]) -> None:
            if (seen := found.result()) is not None:
                show(seen)

        self._found.add_done_callback(tell)

    def _look(self, file: Path, clock: Callable[[], datetime]) -> None:
        now = moment(clock().astimezone())
        self._found.set_result(glance(file, lambda task: self.view in views_of(task, now), _COUNT))


def first_look(file: Path, start_view: str, clock: Callable[[], datetime]) -> FirstLook | None:
    """A look at the view that is called `start_view`; None where its first tasks cannot be told so soon."""
    wanted = start_view.casefold() or ALL.kind
    view = next((view for view in (ALL, INBOX) if wanted in (view.kind, title(view).casefold())), None)
    return FirstLook(file, view, clock) if view is not None else None
