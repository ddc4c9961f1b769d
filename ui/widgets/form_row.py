"""One field of a form: its label, what is typed, and beside it what that means or what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from core.display import literal
from core.errors import TodurableError
from ui.widgets.entry import NO_COMPLETION, Completion, Entry
from ui.widgets.form_fields import Around, FormField
from ui.widgets.quick_add import QuickAddWords
from ui.widgets.text_box import TextBox

if TYPE_CHECKING:
    from textual.app import ComposeResult

_MARKS = {"project": "#", "tags": "+"}


class FormRow(Horizontal):
    """`before` is the text that the field had before it was changed here."""

    DEFAULT_CSS = """
    FormRow {
        height: 1;
        &.-block { height: 1fr; min-height: 3; }
        & > .label { width: 12; color: $text-muted; }
        &.-current > .label { color: $text-accent; text-style: bold; }
        & > Entry { width: 1fr; background: $boost; }
        & > TextBox {
            width: 1fr;
            height: 100%;
            background: $boost;
            border: none;
            padding: 0;
            scrollbar-size-vertical: 1;
            scrollbar-background: $surface;
            scrollbar-color: $panel;
            &:focus { border: none; }
        }
        & > .told { width: 34; max-width: 38%; padding: 0 0 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    def __init__(self, field: FormField, before: str, around: Around, words: QuickAddWords) -> None:
        super().__init__(classes="-block" if field.name == "description" else "")
        self.field = field
        self.before = before
        self.problem = ""
        """What is wrong with the text; empty where nothing is."""
        self.elsewhere: str | None = None
        """What somebody else made of the field while it was being changed here."""
        self._around = around
        self._words = words

    def compose(self) -> ComposeResult:
        yield Static(self.field.label, markup=False, classes="label")
        if self.field.name == "description":
            yield TextBox(self.before, soft_wrap=True, tab_behavior="focus", show_line_numbers=False)
            return
        entry = Entry(keeps=True, value=self.before, placeholder=self.field.hint)
        entry.complete = self._complete
        yield entry
        yield Static(markup=False, classes="told")

    def on_descendant_focus(self) -> None:
        self.add_class("-current")  # not :focus-within, at which Textual draws only the row itself anew

    def on_descendant_blur(self) -> None:
        self.remove_class("-current")

    def on_mount(self) -> None:
        if self.field.name == "description":
            self.before = self.text  # as the field holds it: with one kind of line break
        self._tell()

    @property
    def text(self) -> str:
        """What is typed."""
        return self.query_one(TextBox).text if self.has_class("-block") else self.query_one(Entry).value

    @property
    def changed(self) -> bool:
        """Whether that is something else than before."""
        return self.text != self.before

    def put(self, text: str) -> None:
        """Have `text` in the field."""
        if self.has_class("-block"):
            self.query_one(TextBox).text = text
        else:
            self.query_one(Entry).put(text)

    def follow(self, text: str) -> None:
        """The field has become `text` elsewhere. What is typed here stays; where nothing is, it is shown."""
        if self.changed:
            self.elsewhere = text if text not in (self.before, self.text) else None
        elif text != self.before:
            self.before = text
            self.put(text)
        self._tell()

    def on_input_changed(self) -> None:
        self._tell()

    def on_text_area_changed(self) -> None:
        self._tell()

    def _tell(self) -> None:
        self.problem, meaning = "", ""
        try:
            value = self.field.value_of(self.text, self._around) if self.changed or self.text else None
            meaning = self.field.tell(value, self._around) if value else ""
        except TodurableError as error:
            self.problem = str(error) if self.changed else ""
        if self.has_class("-block"):
            return
        told = self.query_one(".told", Static)
        if self.problem:
            shown = Content.styled(f"✗ {literal(self.problem)}", "$text-error")
        elif self.elsewhere is not None:
            shown = Content.styled(f"! became “{literal(self.elsewhere)}” elsewhere", "$text-warning")
        else:
            shown = Content.styled(literal(meaning), "$foreground 60%")
        told.update(shown)
        told.display = bool(shown.plain)

    def _complete(self, before: str) -> Completion:
        """The rest of a project or tag; nothing for a word that is whole, so that tab leaves the field."""
        mark = _MARKS.get(self.field.name)
        start = before.rfind(" ") + 1
        word = before[start:]
        if mark is None or not word:
            return NO_COMPLETION
        typed = word if word.startswith("@") else mark + word.removeprefix(mark)
        choices = self._words.complete(typed).choices[:1]
        return Completion(start, tuple(choice.removeprefix("+").removeprefix("#") for choice in choices))
