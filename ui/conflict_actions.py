"""Where a change of ours met one of somebody else: told, and the value that the list does not have is one key away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.task import Task
from core.tasklist import Conflict
from ui import sentences
from ui.changing import Changing

_TAKEABLE = ("overtaken", "changed")


class ConflictActions:
    """The commands whose action begins with `conflict.`"""

    def __init__(self, changing: Changing) -> None:
        self._changing = changing
        self._state = changing.state
        self._screen = changing.screen
        self._met: tuple[Conflict, ...] = ()
        self._noted: tuple[Conflict, ...] = ()

    def note(self, conflicts: tuple[Conflict, ...]) -> str:
        """An undo or redo met these, of which its own sentence tells; returns what to add to that."""
        self._met = self._noted = conflicts
        return " c changes that too." if any(map(_is_takeable, conflicts)) else ""

    def tell(self, conflicts: Sequence[Conflict]) -> None:
        """Tell of those that are news."""
        unheard = tuple(met for met in conflicts if met not in self._noted)
        if unheard:
            self._met = unheard
            told = " ".join(sentences.conflict(met, self._state.known.get(met.uid)) for met in unheard)
            key = " c takes what you wrote." if any(map(_is_takeable, unheard)) else ""
            self._screen.message.say(told + key, problem=True)

    def action_take_other(self) -> None:
        """Give the fields of the last conflict the value that they do not have, as a change of its own."""
        fields: dict[str, dict[str, Any]] = {}
        for met in filter(_is_takeable, self._met):
            if met.uid in self._state.known:
                fields.setdefault(met.uid, {})[met.field] = met.other
        edits: list[tuple[Task, dict[str, Any]]] = [(self._state.known[uid], new) for uid, new in fields.items()]
        self._met = ()
        if not edits:
            self._changing.refuse("There is no conflict whose other value could be taken.")
        elif self._changing.do(lambda: self._state.edit_each(edits, "take the other value of")) is not None:
            self._screen.tasks.go_to(edits[0][0].uid)
            self._screen.message.say("What you wrote stands; u brings the other value back.")


def _is_takeable(met: Conflict) -> bool:
    return met.reason in _TAKEABLE and (met.field, met.other) != ("name", None)
