"""Adding tasks and changing their texts: what opens a place to type, and what is done with the text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from core.errors import TodurableError
from core.task import Priority
from ui import sentences
from ui.changing import Changing
from ui.widgets.name_line import NameLine
from ui.widgets.quick_add import QuickAddWords, words_for


class EditActions:
    """The commands whose action begins with `edit.`; `today` gives the present day."""

    def __init__(self, changing: Changing, today: Callable[[], date]) -> None:
        self._changing = changing
        self._state = changing.state
        self._screen = changing.screen
        self._today = today
        self._place: dict[str, Any] = {}
        """What a task that is added gets from the place where it is added."""
        self._words = QuickAddWords(today())

    # Adding

    def action_add(self) -> None:
        self._open("Add", {})

    def action_add_child(self) -> None:
        task = self._screen.tasks.current
        if task is not None:
            self._open(f"Add under {task.id}", {"parent": task.uid})

    def _open(self, prompt: str, place: dict[str, Any]) -> None:
        """Take lines of quick add, one after the other: while the list is still being read too."""
        if self._changing.can_type():
            self._place, self._words = place, words_for(self._state.tasks, self._today())
            self._screen.start_adding(prompt, self._words)

    def take_lines(self, given: NameLine.LinesGiven) -> None:
        """Add the tasks that were pasted, as one step of undo."""
        try:
            added = self._add(list(given.lines))
        except TodurableError as error:
            self._screen.name_line.refuse_lines(given.lines, str(error))
        else:
            self._screen.close_name_line()
            self._screen.message.say(f"{sentences.count(added, 'task')} added; u takes them back.")

    def take(self, given: NameLine.Given) -> None:
        """Do what was entered; where it is refused, the text stays in its line with the reason."""
        try:
            if given.uid is not None:
                self._rename(given.text, given.uid, given.before)
            elif given.text.strip():
                self._add([given.text])
            else:
                self._screen.close_name_line()
        except TodurableError as error:
            self._screen.name_line.refuse(given.text, str(error))

    def _add(self, lines: list[str]) -> int:
        given = [{"priority": Priority.NONE} | self._place | self._words.read(line).fields for line in lines]
        added = self._changing.attempt(lambda: self._state.add_tasks(given))
        self._screen.name_line.take_next()
        self._screen.tasks.go_to(added[-1].uid)
        return len(added)

    # Renaming

    def action_rename(self) -> None:
        task = self._screen.tasks.current
        if self._changing.can_type() and task is not None:
            self._screen.start_renaming(task)

    def _rename(self, text: str, uid: str, before: str) -> None:
        if text != before:
            task = self._state.find(uid)
            self._changing.attempt(lambda: self._state.rename(task, text))
            if task.name != before:
                self._screen.message.say(sentences.renamed_meanwhile(task.name))
        self._screen.close_name_line()
