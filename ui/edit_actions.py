"""Adding tasks and changing their texts: what opens a place to type, and what is done with the text."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

from core.drafts import Draft
from core.errors import TodurableError
from core.order import keys_between
from core.task import Priority, Task
from ui import sentences
from ui.changing import Changing
from ui.drafting import Drafting
from ui.showing import Showing
from ui.views import TODAY, View, title
from ui.widgets.name_line import NameLine
from ui.widgets.quick_add import QuickAddWords


class _Place(NamedTuple):
    """Where a task is added: what it gets from there, and between which siblings; None where that does not matter."""

    fields: dict[str, Any]
    before: Task | None = None
    after: Task | None = None


class EditActions:
    """The commands whose action begins with `edit.`; `words` gives what lines are read with.

    `resume` goes on with the kinds of drafts that are not typed in a line.
    """

    def __init__(
        self,
        changing: Changing,
        drafting: Drafting,
        words: Callable[[], QuickAddWords],
        showing: Showing,
        ends_beside: Callable[..., tuple[Task | None, Task | None]],
        resume: Mapping[str, Callable[[Task, Draft], Awaitable[None]]],
    ) -> None:
        self._changing = changing
        self._state = changing.state
        self._screen = changing.screen
        self._words_now = words
        self._showing = showing
        self._ends_beside = ends_beside
        self._drafting = drafting
        self._resume = resume
        self._place = _Place({})
        self._words = words()

    # Adding

    def action_add(self) -> None:
        view = self._showing.shown.view
        named = f" to {title(view)}" if view.kind in ("project", "tag") or view == TODAY else ""
        self._open(f"Add{named}", _Place(self._view_fields(view)))

    def action_add_child(self) -> None:
        task = self._screen.tasks.current
        if task is not None:
            self._open(f"Add under {task.id}", _Place({"parent": task.uid, "project": task.project}))

    def action_add_beside(self, where: str) -> None:
        task = self._screen.tasks.current
        if task is not None:
            ends = self._ends_beside(task, below=where == "below")
            fields = self._view_fields(self._showing.shown.view) | {"parent": task.parent, "project": task.project}
            self._open(f"Add {where} {task.id}", _Place(fields, *ends))

    def _view_fields(self, view: View) -> dict[str, Any]:
        """What puts a task into `view`."""
        if view == TODAY:
            return {"due": self._words_now().today.isoformat()}
        if view.kind == "project":
            return {"project": view.name}
        return {"tags": (view.name,)} if view.kind == "tag" else {}

    def _open(self, prompt: str, place: _Place, text: str = "") -> None:
        """Take lines of quick add, one after the other: while the list is still being read too."""
        if self._changing.can_type():
            self._place, self._words = place, self._words_now()
            self._screen.start_adding(prompt, self._words, text)

    def renew_words(self) -> None:
        """Complete the names that are in the list now, in what is being typed too."""
        self._words = self._words_now()
        self._screen.name_line.learn(self._words)

    def take_lines(self, given: NameLine.LinesGiven) -> None:
        """Add the tasks that were pasted, as one step of undo."""
        try:
            added = self._add(list(given.lines))
            self._drafting.done()
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
                self._drafting.done()
            elif given.text.strip():
                self._add([given.text])
            else:
                self._screen.close_name_line()
        except TodurableError as error:
            self._screen.name_line.refuse(given.text, str(error))

    def _add(self, lines: list[str]) -> int:
        said = [self._words.read(line).fields for line in lines]
        added = self._changing.attempt(lambda: self._state.add_tasks(self._placed(said)), early=True)
        if self._place.before or self._place.after:
            self._place = self._place._replace(before=added[-1])  # what is typed next stands below it
        self._screen.name_line.take_next()
        self.renew_words()
        self._screen.tasks.go_to(added[-1].uid)
        return len(added)

    def _placed(self, said: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """What lines said, and what tasks have from the place where they are added. Raises OrderError."""
        fields, before, after = self._place
        orders = keys_between(before, after, len(said)) if before or after else [""] * len(said)
        return [
            {"priority": Priority.NONE, "order": order}
            | fields
            | own
            | {"tags": (*fields.get("tags", ()), *own.get("tags", ()))}
            for own, order in zip(said, orders, strict=True)
        ]

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

    # Drafts

    def typed(self, typed: NameLine.Typed) -> None:
        """Keep what stands in the line, in case that the screen ends."""
        if not typed.text.strip():
            self._drafting.done()
        elif typed.uid is not None:
            self._drafting.typed(Draft("rename", typed.uid, {"name": typed.text}, {"name": typed.before}))
        else:
            self._drafting.typed(Draft("add", self._place.fields.get("parent") or "", {"line": typed.text}))

    def leave_line(self) -> None:
        """Close the line; what was typed can be gone on with."""
        self._screen.close_name_line()
        if self._drafting.put_aside() is not None:
            self._screen.message.say("What you typed was put aside: . brings it back.")

    def tell_left_behind(self, drafts: Sequence[Draft]) -> None:
        """Offer what was half typed when an earlier screen ended."""
        self._drafting.left_behind(drafts)
        [*_others, last] = drafts
        more = f" and {sentences.count(len(drafts) - 1, 'more text')}" if len(drafts) > 1 else ""
        text = next(iter(last.texts.values()), "")[:60]
        self._screen.message.say(f"“{text}”{more} was half typed when todurable ended: . brings it back.")

    async def action_resume(self) -> None:
        """Go on with what was half typed last."""
        draft = self._drafting.take() if self._changing.can_type() else None
        if draft is None:
            self._changing.refuse("Nothing is half typed.")
        elif draft.kind == "add":
            self._resume_adding(draft)
        elif (task := self._state.known.get(draft.uid)) is None:
            self._changing.refuse(f"The task is gone for which you typed “{' '.join(draft.texts.values())}”.")
        elif draft.kind in self._resume:
            await self._resume[draft.kind](task, draft)
        else:
            self._screen.tasks.go_to(task.uid)
            self._screen.start_renaming(task, draft.texts.get("name"))

    def _resume_adding(self, draft: Draft) -> None:
        parent = self._state.known.get(draft.uid)
        prompt, fields = (f"Add under {parent.id}", {"parent": parent.uid}) if parent else ("Add", {})
        self._open(prompt, _Place(fields), draft.texts.get("line", ""))
