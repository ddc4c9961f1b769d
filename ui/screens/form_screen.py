"""All fields of a task, each checked while it is typed; what is saved is what was changed, as one step of undo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, Static, TextArea

from core.display import literal
from core.errors import TodurableError
from core.task import DATES, Task
from ui.screens.date_screen import Chosen, DateScreen
from ui.widgets.entry import Entry
from ui.widgets.form_fields import FORM_FIELDS, Around, values
from ui.widgets.form_row import FormRow
from ui.widgets.quick_add import QuickAddWords

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

_HINT = "enter or ctrl+s saves   tab next   esc leaves"
_DATE_HINT = "fri 17:00, +3d, eom, 24.12.   ctrl+o calendar   enter saves   esc leaves"


class FormScreen(ModalScreen[None]):
    """Shows `task`. `texts` are what was typed already; `save` is given the changed fields, and may refuse."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("ctrl+s", "save", "Save"),
        ("escape", "leave", "Leave"),
        ("ctrl+o", "calendar", "Calendar"),
        ("down", "app.focus_next", "Next"),
        ("up", "app.focus_previous", "Previous"),
    ]
    DEFAULT_CSS = """
    FormScreen {
        align: center middle;
        & > Vertical {
            width: 100;
            max-width: 100%;
            height: 26;
            max-height: 100%;
            padding: 0 1;
            background: $surface;
            border: round $primary;
            border-title-color: $text;
            border-subtitle-color: $text-warning;
        }
        #form-rows { height: 1fr; overflow-y: auto; scrollbar-size-vertical: 1; }
        #form-foot { height: auto; max-height: 3; color: $text-muted; }
    }
    """

    class Typed(Message):
        """What differs from `before` now, by field."""

        def __init__(self, uid: str, texts: Mapping[str, str], before: Mapping[str, str]) -> None:
            super().__init__()
            self.uid = uid
            self.texts = texts
            self.before = before

    def __init__(
        self,
        task: Task,
        texts: Mapping[str, str],
        around: Around,
        words: QuickAddWords,
        save: Callable[[str, dict[str, Any]], None],
    ) -> None:
        super().__init__()
        self.uid = task.uid
        self._shown = task
        self._texts = texts
        self._around = around
        self._save = save
        self._words = words
        self._rows = [FormRow(field, field.text_of(task, around), around, words) for field in FORM_FIELDS]

    def compose(self) -> ComposeResult:
        box = Vertical(Vertical(*self._rows, id="form-rows"), Static(_HINT, markup=False, id="form-foot"))
        box.border_title = Content(literal(f"Task {self._shown.id}"))
        yield box

    def on_mount(self) -> None:
        for row in self._rows:
            if row.field.name in self._texts:
                row.put(self._texts[row.field.name])

    # Told by the app

    def follow(self, task: Task) -> None:
        """The task has become `task`, here or elsewhere."""
        self._shown = task
        for row in self._rows:
            row.follow(row.field.text_of(task, self._around))

    def show_others(self, where: tuple[str, ...]) -> None:
        """Tell who else is changing the same task."""
        box = self.query_one(Vertical)
        box.border_subtitle = Content(literal(f"! also being changed at {', '.join(where)}")) if where else ""

    # What is typed

    def on_input_changed(self, message: Input.Changed) -> None:
        message.stop()
        self._tell_typed()

    def on_text_area_changed(self, message: TextArea.Changed) -> None:
        message.stop()
        self._tell_typed()

    def on_descendant_focus(self) -> None:
        self._tell_problem()

    def _tell_typed(self) -> None:
        changed = [row for row in self._rows if row.changed]
        texts = {row.field.name: row.text for row in changed}
        self.post_message(self.Typed(self.uid, texts, {row.field.name: row.before for row in changed}))
        self._tell_problem()

    def _tell_problem(self) -> None:
        """Say what is wrong with the field that is typed, for which there may be no room beside it."""
        row = self._current
        self._say(row.problem if row else "")

    def _say(self, problem: str) -> None:
        row = self._current
        hint = _DATE_HINT if row and row.field.name in DATES else _HINT
        text = Content.styled(literal(problem), "$text-error") if problem else Content(hint)
        self.query_one("#form-foot", Static).update(text)

    @property
    def _current(self) -> FormRow | None:
        return next((row for row in self._rows if row.has_focus_within), None)

    # Keys

    def on_entry_entered(self, message: Entry.Entered) -> None:
        message.stop()
        self.action_save()

    def on_entry_left(self, message: Entry.Left) -> None:
        message.stop()
        self.action_leave()

    def action_save(self) -> None:
        """Save what was changed, and close; where something is wrong, go there."""
        wrong = next((row for row in self._rows if row.problem), None)
        if wrong is not None:
            wrong.query_one("Entry, TextBox").focus()
            self._say(wrong.problem)
            return
        changed = {row.field.name: row.text for row in self._rows if row.changed}
        before = {row.field.name: row.before for row in self._rows if row.changed}
        try:
            self._save(self.uid, values(changed, before, self._shown, self._around))
        except TodurableError as error:
            self._say(str(error))
        else:
            self.action_leave()

    def action_leave(self) -> None:
        _ = self.dismiss()

    async def action_calendar(self) -> None:
        row = self._current
        if row is None or row.field.name not in DATES:
            return
        before = None if row.problem or not row.text else row.field.value_of(row.text, self._around)

        def take(chosen: Chosen | None) -> None:
            if chosen is not None:
                row.put((chosen.day or "").replace("T", " "))

        await self.app.push_screen(DateScreen(row.field.label, before, self._words), take)
