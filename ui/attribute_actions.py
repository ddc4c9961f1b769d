"""Giving tasks dates, priorities, tags, a project or what they wait for: by a key, or by a few words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from core.dates import parse_date
from core.errors import TodurableError
from core.state import Outcome
from core.task import Priority, Task
from ui.changing import Changing
from ui.showing import Showing
from ui.views import View
from ui.widgets.ask_line import Question
from ui.widgets.entry import Completion

_MOST_CHOICES = 6
_STEPS = (Priority.NONE, Priority.LOW, Priority.MEDIUM, Priority.HIGH)


class AttributeActions:
    """The commands whose action begins with `set.`; they are for all that is chosen. `today` gives the present day."""

    def __init__(self, changing: Changing, showing: Showing, today: Callable[[], date]) -> None:
        self._changing = changing
        self._showing = showing
        self._state = changing.state
        self._screen = changing.screen
        self._today = today

    # When

    def action_due(self, words: str) -> None:
        """Make it due on the day that `words` say; the time of the day stays. No words: on no day."""
        day = parse_date(words, today=self._today(), week_start=self._showing.week_start) if words else ""
        self._edit_each("due", lambda task: {"due": f"{day}{(task.due or '')[10:]}" if day else None})

    def action_shift(self, days: int) -> None:
        """Make it due that many days later; what has no date is due that many days from today."""

        def shifted(task: Task) -> dict[str, Any]:
            day = date.fromisoformat(task.due[:10]) if task.due else self._today()
            return {"due": f"{(day + timedelta(days=days)).isoformat()}{(task.due or '')[10:]}"}

        self._edit_each("due", shifted)

    # Priority

    def action_priority(self, step: int) -> None:
        def stepped(task: Task) -> dict[str, Any]:
            place = _STEPS.index(task.priority) + step
            return {"priority": _STEPS[min(max(place, 0), len(_STEPS) - 1)]}

        self._edit_each("priority", stepped)

    # With words

    def action_tags(self) -> None:
        chosen = self._screen.tasks.chosen
        if len(chosen) == 1:
            text = "".join(f"{tag} " for tag in chosen[0].tags)
            self._ask("Tags", self._take_tags, text, "separated by spaces; @ begins a context", "tag")
        elif chosen:
            self._ask(
                f"Tags of {len(chosen)} tasks", self._take_more_tags, "", "red -blue adds red, removes blue", "tag"
            )

    def _take_tags(self, text: str) -> str:
        return self._attempt("tag", lambda _task: {"tags": tuple(dict.fromkeys(map(_tag, text.split())))})

    def _take_more_tags(self, text: str) -> str:
        words = text.split()
        gone = {_tag(word[1:]) for word in words if word.startswith("-")}
        more = [_tag(word) for word in words if not word.startswith("-")]

        def tagged(task: Task) -> dict[str, Any]:
            return {"tags": tuple(dict.fromkeys([*(tag for tag in task.tags if tag not in gone), *more]))}

        return self._attempt("tag", tagged)

    def action_project(self) -> None:
        projects = {task.project for task in self._screen.tasks.chosen}
        text = projects.pop() if len(projects) == 1 else ""
        self._ask(
            "Project", self._take_project, text, "a path such as home/garden; empty: none", "project", selected=True
        )

    def _take_project(self, text: str) -> str:
        project = text.strip().removeprefix("#").strip("/")
        return self._attempt("project", lambda _task: {"project": project})

    def action_blocked(self) -> None:
        chosen = self._screen.tasks.chosen
        known = self._state.known
        ids = [str(known[uid].id) for uid in chosen[0].depends if uid in known] if len(chosen) == 1 else []
        self._ask("Blocked by", self._take_blocked, " ".join(ids), "ids of tasks; empty: nothing", "")

    def _take_blocked(self, text: str) -> str:
        try:
            others = [self._state.find(word).uid for word in text.replace(",", " ").split()]
        except TodurableError as error:
            return str(error)
        if any(task.uid in others for task in self._screen.tasks.chosen):
            return "A task cannot wait for itself."
        return self._attempt("blocked by", lambda _task: {"depends": tuple(dict.fromkeys(others))})

    # For the mouse

    def put_into(self, tasks: list[Task], view: View) -> None:
        """What dropping tasks on a view means: they get its project, or its tag too."""
        if view.kind == "project":
            self._changing.do(lambda: self._state.edit(tasks, "project", project=view.name))
        elif view.kind == "tag":
            edits = [(task, {"tags": (*task.tags, view.name)}) for task in tasks if view.name not in task.tags]
            self._changing.do(lambda: self._state.edit_each(edits, "tag"))

    # Steps

    def _ask(
        self,
        prompt: str,
        answer: Callable[[str], str],
        text: str,
        placeholder: str,
        kind: str,
        *,
        selected: bool = False,
    ) -> None:
        if self._screen.tasks.chosen and self._changing.can_type():
            self._screen.ask(Question(prompt, answer, text, placeholder, self._completer(kind), selected))

    def _completer(self, kind: str) -> Callable[[str], Completion]:
        """Completes names of views of that kind, the fullest first."""
        counts = self._showing.counts
        names = [view.name for view in sorted(counts, key=lambda view: -counts[view]) if view.kind == kind]

        def complete(before: str) -> Completion:
            start = 0 if kind == "project" else before.rfind(" ") + 1
            word = before[start:].lstrip("#+-").casefold()
            fitting = [name for name in names if word and name.casefold().startswith(word)]
            return Completion(len(before) - len(word), tuple(fitting[:_MOST_CHOICES]))

        return complete

    def _edit_each(self, label: str, fields: Callable[[Task], Mapping[str, Any]]) -> None:
        refusal = self._attempt(label, fields)
        if refusal:
            self._changing.refuse(refusal)

    def _attempt(self, label: str, fields: Callable[[Task], Mapping[str, Any]]) -> str:
        """Give what is chosen the fields that it is to get; returns why not, where that is refused."""

        def change() -> Outcome:
            return self._state.edit_each([(task, fields(task)) for task in self._screen.tasks.chosen], label)

        try:
            self._changing.attempt(change)
        except (TodurableError, OverflowError) as error:
            return str(error)
        return ""


def _tag(word: str) -> str:
    """A tag as it is kept, however it is typed."""
    return word.removeprefix("+")
