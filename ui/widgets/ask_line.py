"""One line that asks for something short, such as tags, and completes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Static

from core.display import literal
from ui.widgets.entry import NO_COMPLETION, Completion, Entry

if TYPE_CHECKING:
    from textual.app import ComposeResult


class Question(NamedTuple):
    """What is asked. `answer` does something with the text; it returns why it could not, else nothing.

    Where `text` is `selected`, what is typed takes its place.
    """

    prompt: str
    answer: Callable[[str], str]
    text: str = ""
    placeholder: str = ""
    complete: Callable[[str], Completion] = lambda _before: NO_COMPLETION
    selected: bool = False


class AskLine(Vertical):
    """Closed until `ask` is called."""

    DEFAULT_CSS = """
    AskLine {
        height: auto;
        background: $surface;
        & > #ask-error { height: auto; max-height: 3; padding: 0 1; color: $text-error; display: none; }
        & > Horizontal { height: 1; padding: 0 1; }
        #ask-prompt { width: auto; padding: 0 1 0 0; color: $text-accent; text-style: bold; }
        Entry { width: 1fr; }
    }
    """

    class Done(Message):
        """The question was answered, or is no more."""

    def __init__(self) -> None:
        super().__init__()
        self.display = False
        self._answer: Callable[[str], str] = lambda _text: ""

    @property
    def is_open(self) -> bool:
        """Whether the line is shown."""
        return bool(self.display)

    @property
    def entry(self) -> Entry:
        """The field that takes the keys."""
        return self.query_one(Entry)

    def compose(self) -> ComposeResult:
        yield Static(markup=False, id="ask-error")
        with Horizontal():
            yield Static(markup=False, id="ask-prompt")
            yield Entry()

    def ask(self, question: Question) -> None:
        """Show the line with a question."""
        self._answer = question.answer
        self.query_one("#ask-prompt", Static).update(literal(question.prompt))
        self.entry.placeholder = question.placeholder
        self.entry.complete = question.complete
        self.entry.put(question.text)
        if question.selected:
            self.entry.action_select_all()
        self._tell("")
        self.display = True

    def close(self) -> None:
        """Hide the line, and forget what is in it."""
        self.display = False
        self.entry.put("")

    def _tell(self, error: str) -> None:
        line = self.query_one("#ask-error", Static)
        line.update(literal(error))
        line.display = bool(error)

    def on_entry_entered(self, message: Entry.Entered) -> None:
        message.stop()
        refusal = self._answer(message.text)
        if refusal:
            self.entry.put(message.text + self.entry.value)
            self._tell(refusal)
        else:
            self.post_message(self.Done())

    def on_entry_left(self, message: Entry.Left) -> None:
        message.stop()
        self.post_message(self.Done())

    def on_entry_lines_pasted(self, message: Entry.LinesPasted) -> None:
        message.stop()
        self.entry.put(" ".join(message.text.split()))
