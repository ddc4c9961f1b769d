"""The one way by which what a person does changes the list: applied at once, refused in a sentence, then saved."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from core.errors import FileSafetyError, TodurableError
from core.state import AppState, Outcome
from core.task import Task
from ui.screens.list_screen import ListScreen

_READ_ONLY = "This list can only be read; why is said above it."
_READING = "The list is still being read. Try again in a moment."
_Result = TypeVar("_Result", bound=Outcome | list[Task])


class Changing:
    """What actions are given: the list, the screen that shows it, and `do`. `saved` is told which tasks changed."""

    def __init__(self, state: AppState, screen: ListScreen, saved: Callable[[frozenset[str]], None]) -> None:
        self.state = state
        self.screen = screen
        self.opened = False
        """Whether the list has been read."""
        self.waiting: Callable[[], Awaitable[None]] | None = None
        """What is to be done once it has been."""
        self.read_only: FileSafetyError | None = None
        """Why the list can only be read; None where it can be changed."""
        self._saved = saved

    def do(self, act: Callable[[], _Result]) -> _Result | None:
        """Change the list; None where that was refused, which is told."""
        try:
            return self.attempt(act)
        except TodurableError as error:
            self.refuse(str(error))
            return None

    def attempt(self, act: Callable[[], _Result], *, early: bool = False) -> _Result:
        """Change the list; `early` is for what can be done while it is still being read, and then waits.

        Raises TodurableError, with a sentence for people, where that is refused.
        """
        refusal = self.refusal()
        if refusal and not (early and refusal is _READING):
            raise TodurableError(refusal)
        result = act()
        self.screen.tasks.end_range()
        changed = result.changed if isinstance(result, Outcome) else frozenset(task.uid for task in result)
        self._saved(changed)
        return result

    def refusal(self) -> str:
        """Why the list cannot be changed now; empty where it can."""
        return _READ_ONLY if self.read_only is not None else "" if self.opened else _READING

    def can_type(self) -> bool:
        """Whether text for the list may be typed: while it is being read too. Where not, that is told."""
        if self.read_only is not None:
            self.refuse(_READ_ONLY)
        return self.read_only is None

    def waits(self, act: Callable[[], Awaitable[None]]) -> bool:
        """Whether `act`, which needs the whole list, has to wait for it; it is then done once that is there."""
        if not self.opened:
            self.waiting = act
        return not self.opened

    def refuse(self, why: str) -> None:
        """Say why something was not done."""
        self.screen.message.say(why, problem=True)
