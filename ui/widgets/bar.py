"""How far long work is, as one line of a screen: what the command line shows, in the colours of the theme."""

from __future__ import annotations

from concurrent.futures import CancelledError
from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content

from core.errors import TodurableError
from core.progress import Progress
from ui.progress import WIDTH, paced, share

if TYPE_CHECKING:
    from textual.widgets import Static


class LeftError(TodurableError):
    """The app was left while it was at work."""

    def __init__(self) -> None:
        super().__init__("The app was left before it was done.")


def bar(what: str, done: int, total: int, hint: str = "") -> Content:
    """A line that says `what`, how far that is, and the `hint` of a key."""
    full, percent = share(done, total)
    return Content.assemble(
        f"{what} ",
        ("━" * full, "$primary"),
        ("─" * (WIDTH - full), "$text-muted"),
        f" {percent}",
        (f"   {hint}", "$text-muted"),
    )


def shown_in(line: Static, what: str, hint: str = "") -> Progress:
    """What shows in `line` how far the work of this thread is, as long as that is on a screen.

    It raises LeftError where the app was left: nobody waits for that work any more, but the end of the app would.
    """
    app = line.app

    def update(done: int, total: int) -> None:
        if line.is_attached:
            line.update(bar(what, done, total, hint))

    def show(done: int, total: int) -> None:
        if not app.is_running:
            raise LeftError
        try:
            app.call_from_thread(partial(update, done, total))
        except (RuntimeError, CancelledError) as error:  # it was left just now
            raise LeftError from error

    return paced(show)
