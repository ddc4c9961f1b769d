"""Adding tasks and changing their texts: what opens a place to type, and what is done with the text."""

from __future__ import annotations

from core.errors import TodurableError
from core.task import Priority
from ui import sentences
from ui.changing import Changing
from ui.widgets.name_line import NameLine


class EditActions:
    """The commands whose action begins with `edit.`"""

    def __init__(self, changing: Changing) -> None:
        self._changing = changing
        self._state = changing.state
        self._screen = changing.screen

    def action_add(self) -> None:
        if self._changing.can_type():
            self._screen.start_adding()

    def action_rename(self) -> None:
        task = self._screen.tasks.current
        if self._changing.can_type() and task is not None:
            self._screen.start_renaming(task)

    def take(self, given: NameLine.Given) -> None:
        """Do what was entered; where it is refused, the text stays in its line with the reason."""
        try:
            if given.uid is None:
                self._add(given.text)
            else:
                self._rename(given.text, given.uid, given.before)
        except TodurableError as error:
            self._screen.name_line.refuse(given.text, str(error))

    def _add(self, text: str) -> None:
        if not text.strip():
            self._screen.close_name_line()
            return
        task = self._changing.attempt(lambda: self._state.add_task(text, priority=Priority.NONE))
        self._screen.name_line.take_next()
        self._screen.tasks.go_to(task.uid)

    def _rename(self, text: str, uid: str, before: str) -> None:
        if text != before:
            task = self._state.find(uid)
            self._changing.attempt(lambda: self._state.rename(task, text))
            if task.name != before:
                self._screen.message.say(sentences.renamed_meanwhile(task.name))
        self._screen.close_name_line()
