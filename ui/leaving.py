"""Leaving the app: as soon as all is saved, without a question unless something could not be."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ui import exit_codes, sentences
from ui.changing import Changing

if TYPE_CHECKING:
    from textual.app import App

    from ui.screens.quit_screen import Choice

STOPPED = "saving has stopped, by a defect of todurable: quit, and start it again"


class Leaving:
    """`stop_saving` has what waits saved, and ends the worker; then `saving_ended` is to be called."""

    def __init__(self, app: App[None], changing: Changing, stop_saving: Callable[[], None]) -> None:
        self._app = app
        self._changing = changing
        self._stop_saving = stop_saving
        self._wanted = self._asked = False
        self.finishing = False
        """Whether all is saved, and the worker is to end."""
        self.ended = False
        """Whether the worker has ended: nothing more is saved."""

    async def leave(self, problem: str) -> None:
        """Leave as soon as all is saved. Ask only where there is a `problem`, or when asked for once more."""
        if self.finishing:
            self._app.exit()
        elif not self._changing.state.pending:
            self._finish()
        elif self._wanted or self.ended or problem:
            await self._ask(problem)
        self._wanted = True

    def saved(self) -> None:
        """Something was saved: if that was all, and leaving is wanted, leave."""
        if self._wanted and not self._changing.state.pending:
            self._finish()

    async def not_saved(self, problem: str) -> None:
        """Something could not be saved: ask, where leaving is wanted."""
        if self._wanted and not self._asked:
            await self._ask(problem)

    def saving_ended(self) -> None:
        """The worker has ended."""
        self.ended = True
        if self.finishing:
            self._app.exit(return_code=exit_codes.DONE if self._changing.opened else exit_codes.STORE)

    def _finish(self) -> None:
        self.finishing = True
        self._stop_saving()
        if self.ended:
            self._app.exit()

    async def _ask(self, problem: str) -> None:
        from ui.screens.quit_screen import QuitScreen

        self._asked = True
        if not isinstance(self._app.screen, QuitScreen):
            unsaved = sentences.count(len(self._changing.state.pending), "change")
            slow = STOPPED if self.ended else "Saving takes longer than usual."
            await self._app.push_screen(QuitScreen(unsaved, problem or slow), self._decide)

    def _decide(self, choice: Choice | None) -> None:
        self._wanted = self._asked = choice == "wait"
        if choice == "wait":
            self._changing.screen.message.say("Quits as soon as all is saved. Press q to choose otherwise.")
        elif choice == "lose":
            self._app.exit(return_code=exit_codes.STORE)
