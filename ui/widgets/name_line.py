"""One line to type into: a task to add, or another name for one. What was typed is never lost to an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static

from core.display import literal
from ui.widgets.entry import NO_COMPLETION, Entry
from ui.widgets.quick_add import QuickAddWords, preview

if TYPE_CHECKING:
    from textual.app import ComposeResult


class NameLine(Vertical):
    """Closed until `open` is called. Whoever gets `Given` answers with `take_next`, `close` or `refuse`."""

    DEFAULT_CSS = """
    NameLine {
        height: auto;
        background: $surface;
        & > Static { height: auto; max-height: 3; padding: 0 1; display: none; }
        & > #name-error { color: $text-error; }
        & > Horizontal { height: 1; padding: 0 1; }
        #name-prompt { width: auto; padding: 0 1 0 0; color: $text-accent; text-style: bold; }
        Entry { width: 1fr; }
    }
    """

    class Given(Message):
        """`text` was entered: as the name of the task `uid`, or as a line of quick add where that is None.

        `before` is what the line held when it was opened.
        """

        def __init__(self, text: str, uid: str | None, before: str) -> None:
            super().__init__()
            self.text = text
            self.uid = uid
            self.before = before

    class Typed(Message):
        """`text` stands in the line now; the rest is as for `Given`."""

        def __init__(self, text: str, uid: str | None, before: str) -> None:
            super().__init__()
            self.text = text
            self.uid = uid
            self.before = before

    class LinesGiven(Message):
        """Several lines of quick add were pasted, and are wanted."""

        def __init__(self, lines: tuple[str, ...]) -> None:
            super().__init__()
            self.lines = lines

    class Closed(Message):
        """Nothing more is to be entered."""

    def __init__(self) -> None:
        super().__init__()
        self.display = False
        self._uid: str | None = None
        self._before = ""
        self._words: QuickAddWords | None = None
        self._pasted: tuple[str, ...] = ()
        self._pasted_into = ""

    @property
    def is_open(self) -> bool:
        """Whether the line is shown."""
        return bool(self.display)

    @property
    def entry(self) -> Entry:
        """The field that takes the keys."""
        return self.query_one(Entry)

    def compose(self) -> ComposeResult:
        yield Static(markup=False, id="name-error")
        yield Static(markup=False, id="name-preview")
        with Horizontal():
            yield Static(markup=False, id="name-prompt")
            yield Entry()

    def open(
        self,
        prompt: str,
        text: str = "",
        uid: str | None = None,
        placeholder: str = "",
        words: QuickAddWords | None = None,
    ) -> None:
        """Show the line, with `text` in it; with `words` it is a line of quick add.

        Where it is open for the same task, what was typed stays.
        """
        self.query_one("#name-prompt", Static).update(prompt)
        self._read_with(words)
        if self.is_open and self._uid == uid:
            return
        self._uid, self._before, self._pasted = uid, text, ()
        self.entry.placeholder = placeholder
        self.entry.put(text)
        self._tell("")
        self._preview()
        self.display = True

    def learn(self, words: QuickAddWords) -> None:
        """Read what is typed with `words` from now on, if it is a line of quick add."""
        if self._words is not None:
            self._read_with(words)
            self.entry.look_for_completion()
            self._preview()

    def close(self) -> None:
        """Hide the line, and forget what is in it."""
        self.display = False
        self._pasted = ()
        self.entry.put("")

    def take_next(self) -> None:
        """What was given was taken; go on with the next one."""
        self._tell("")

    def refuse(self, text: str, why: str) -> None:
        """`text` was not taken: put it back, in front of what was typed since."""
        self.entry.put(text + self.entry.value)
        self._tell(why)

    def refuse_lines(self, lines: tuple[str, ...], why: str) -> None:
        """`lines` were not taken: offer them once more."""
        self._offer(lines)
        self._tell(why)

    def on_input_changed(self, message: Input.Changed) -> None:
        message.stop()
        if message.value not in ("", self._pasted_into):  # typing on says no to the lines
            self._pasted = ()
        self._preview()
        if self.is_open:
            self.post_message(self.Typed(message.value, self._uid, self._before))

    def on_entry_entered(self, message: Entry.Entered) -> None:
        message.stop()
        if self._pasted:
            lines, self._pasted = self._pasted, ()
            self.post_message(self.LinesGiven(lines))
        else:
            self.post_message(self.Given(message.text, self._uid, self._before))
        self._preview()

    def on_entry_left(self, message: Entry.Left) -> None:
        message.stop()
        if self._pasted:
            self._pasted = ()
            self._preview()
        else:
            self.post_message(self.Closed())

    def on_entry_lines_pasted(self, message: Entry.LinesPasted) -> None:
        message.stop()
        lines = tuple(line.strip() for line in message.text.splitlines() if line.strip())
        if self._words is None:
            self.entry.put(" ".join(lines))
        else:
            self._offer(lines)

    def _read_with(self, words: QuickAddWords | None) -> None:
        self._words = words
        self.entry.paint = words.paint if words else lambda _text: ()
        self.entry.complete = words.complete if words else lambda _before: NO_COMPLETION

    def _offer(self, lines: tuple[str, ...]) -> None:
        self._pasted, self._pasted_into = lines, self.entry.value
        self._preview()

    def _preview(self) -> None:
        line = self.query_one("#name-preview", Static)
        line.display = self._words is not None
        if self._pasted:
            line.update(
                f"{len(self._pasted)} lines were pasted: enter adds {len(self._pasted)} tasks, esc none of them."
            )
        elif self._words is not None:
            line.update(preview(self.entry.value, self._words, self.entry.completion))

    def _tell(self, error: str) -> None:
        line = self.query_one("#name-error", Static)
        line.update(literal(error))
        line.display = bool(error)
