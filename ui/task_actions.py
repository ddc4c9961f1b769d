"""What changes the tasks under the cursor at a key, with nothing to type: states, undo and redo."""

from __future__ import annotations

from collections.abc import Callable

from core.state import Outcome
from core.task import Status
from core.tasklist import Conflict
from ui import sentences
from ui.changing import Changing

_OPEN = (Status.PENDING, Status.ACTIVE)


class TaskActions:
    """The commands whose action begins with `task.`"""

    def __init__(self, changing: Changing) -> None:
        self._changing = changing
        self._state = changing.state
        self._screen = changing.screen
        self.told_conflicts: tuple[Conflict, ...] = ()
        """The conflicts of the last undo or redo, of which its sentence tells."""

    def action_toggle_done(self) -> None:
        task = self._screen.tasks.current
        if task is not None:
            act = self._state.complete if task.status in _OPEN else self._state.reopen
            self._changing.do(lambda: act([task]))

    def action_trash(self) -> None:
        task = self._screen.tasks.current
        if task is not None and self._changing.do(lambda: self._state.trash_tasks([task])) is not None:
            self._screen.message.say(f"“{task.name}” is in the trash; u brings it back.")

    def action_undo(self) -> None:
        self._reverse(self._state.undo, sentences.undone)

    def action_redo(self) -> None:
        self._reverse(self._state.redo, sentences.done_again)

    def _reverse(self, act: Callable[[], Outcome], tell: Callable[[Outcome], str]) -> None:
        outcome = self._changing.do(act)
        if outcome is not None:
            self.told_conflicts = outcome.conflicts
            for uid in list(outcome.changed)[:1]:
                self._screen.tasks.go_to(uid)
            self._screen.message.say(tell(outcome), problem=not outcome.changed)
