"""Changing a task where there is more to say than a key: the form, a date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from core.drafts import Draft
from core.presence import Presence
from core.task import Task
from ui.changing import Changing
from ui.drafting import Drafting
from ui.side_worker import SideWorker
from ui.widgets.quick_add import QuickAddWords

if TYPE_CHECKING:  # screens are imported when they are opened: the first paint of the list does not wait for them
    from ui.screens.date_screen import Chosen
    from ui.screens.form_screen import FormScreen

_TITLES = {"due": "Due", "scheduled": "Scheduled for", "wait": "Wait until", "until": "Ends"}


class FormActions:
    """The commands whose action begins with `form.`; `words` gives what dates and names are read with."""

    def __init__(
        self, changing: Changing, drafting: Drafting, side: SideWorker, words: Callable[[], QuickAddWords]
    ) -> None:
        self._changing = changing
        self._state = changing.state
        self._screen = changing.screen
        self._drafting = drafting
        self._side = side
        self._words = words
        self._form: FormScreen | None = None
        self._others: tuple[Presence, ...] = ()

    # The form

    async def action_edit(self) -> None:
        task = self._screen.tasks.current
        if task is not None and self._changing.can_type():
            await self._open(task, {})

    async def resume(self, task: Task, draft: Draft) -> None:
        """Open the form once more with what was typed in it."""
        await self._open(task, draft.texts)

    async def _open(self, task: Task, texts: Mapping[str, str]) -> None:
        from ui.screens.form_screen import FormScreen
        from ui.widgets.form_fields import Around

        words = self._words()
        around = Around(words.today, words.week_start, self._state.known, self._state.find, words.date_style)
        self._form = FormScreen(task, texts, around, words, self._save)
        self._side.edit(task.uid)
        await self._screen.app.push_screen(self._form, lambda _result: self._closed())
        self._tell_others()

    def typed(self, typed: FormScreen.Typed) -> None:
        """Keep what stands in the form, in case that the screen ends."""
        if self._form is not None:
            self._drafting.typed(Draft("form", typed.uid, dict(typed.texts), dict(typed.before)))

    def follow(self) -> None:
        """The list changed: show that in the form too."""
        if self._form is not None and (task := self._state.known.get(self._form.uid)) is not None:
            self._form.follow(task)

    def show_others(self, others: tuple[Presence, ...]) -> None:
        """Other screens came, left, or edit something else."""
        self._others = others
        self._tell_others()

    def _tell_others(self) -> None:
        form = self._form
        if form is not None and form.is_mounted:
            form.show_others(tuple(other.where for other in self._others if other.editing == form.uid))

    def _save(self, uid: str, fields: dict[str, Any]) -> None:
        if fields:
            task = self._state.find(uid)
            self._changing.attempt(lambda: self._state.edit([task], **fields))
        self._drafting.done()

    def _closed(self) -> None:
        self._form = None
        self._side.edit("")
        if self._drafting.put_aside() is not None:
            self._screen.message.say("What you typed was put aside: . brings it back.")

    # Dates

    async def action_date(self, field: str) -> None:
        """Choose a date for what is chosen."""
        chosen, words = self._screen.tasks.chosen, self._words()
        if not chosen or not self._changing.can_type():
            return

        from ui.screens.date_screen import DateScreen

        def take(answer: Chosen | None) -> None:
            if answer is not None:
                self._changing.do(lambda: self._state.edit(chosen, _TITLES[field].lower(), **{field: answer.day}))

        screen = DateScreen(_TITLES[field], getattr(chosen[0], field), words)
        await self._screen.app.push_screen(screen, take)
