"""What changes the state of the tasks that are chosen, and undo and redo."""

from __future__ import annotations

from collections.abc import Callable

from core.state import Outcome
from core.task import Status, Task
from core.tasklist import Conflict
from ui import sentences
from ui.changing import Changing

_OPEN = (Status.PENDING, Status.ACTIVE)


class TaskActions:
    """The commands whose action begins with `task.`"""

    def __init__(
        self, changing: Changing, note: Callable[[tuple[Conflict, ...]], str], day_words: Callable[[str], str]
    ) -> None:
        """`note` is given the conflicts of an undo or redo, and gives what to tell of them; `day_words` tells a day."""
        self._day_words = day_words
        self._changing = changing
        self._state = changing.state
        self._screen = changing.screen
        self._tasks = changing.screen.tasks
        self._note = note

    def action_toggle_done(self) -> None:
        """Complete what is open of what is chosen; where nothing of it is, open it again."""
        chosen = self._tasks.chosen
        still = [task for task in chosen if task.status in _OPEN]
        self._do_and_tell(self._state.complete if still else self._state.reopen, still or chosen)

    def action_toggle_started(self) -> None:
        chosen = self._tasks.chosen
        still = [task for task in chosen if task.status is not Status.ACTIVE]
        self._do(self._state.start if still else self._state.stop, still or chosen)

    def action_cancel(self) -> None:
        chosen = self._tasks.chosen
        still = [task for task in chosen if task.status is not Status.CANCELLED]
        self._do_and_tell(self._state.cancel if still else self._state.reopen, still or chosen)

    def action_trash(self) -> None:
        """Move to the trash; what is there already is brought back."""
        chosen = self._tasks.chosen
        if chosen and all(task.status is Status.DELETED for task in chosen):
            self._do(self._state.reopen, chosen)
        elif chosen and self._do(self._state.trash_tasks, chosen) is not None:
            what = f"“{chosen[0].name}” is" if len(chosen) == 1 else f"{len(chosen)} tasks are"
            self._screen.message.say(f"{what} in the trash; u brings {'it' if len(chosen) == 1 else 'them'} back.")

    def _do(self, act: Callable[[list[Task]], Outcome], tasks: list[Task]) -> Outcome | None:
        return self._changing.do(lambda: act(tasks)) if tasks else None

    def _do_and_tell(self, act: Callable[[list[Task]], Outcome], tasks: list[Task]) -> None:
        """Do it, and say what comes again because of that: it may stand far below."""
        outcome = self._do(act, tasks)
        made = (outcome.changed if outcome else frozenset()) - {task.uid for task in tasks}
        again = [self._state.known[uid] for uid in made if uid in self._state.known]
        if len(again) == 1:
            day = self._day_words(again[0].due or again[0].scheduled or again[0].wait or "")
            self._screen.message.say(f"Comes again as {again[0].id}: {day}.")
        elif again:
            self._screen.message.say(f"{len(again)} tasks come again.")

    def action_undo(self) -> None:
        self._reverse(self._state.undo, sentences.undone)

    def action_redo(self) -> None:
        self._reverse(self._state.redo, sentences.done_again)

    def _reverse(self, act: Callable[[], Outcome], tell: Callable[[Outcome], str]) -> None:
        outcome = self._changing.do(act)
        if outcome is not None:
            told = tell(outcome) + self._note(outcome.conflicts)
            self._tasks.go_to_one_of(outcome.changed)
            self._screen.message.say(told, problem=not outcome.changed)
