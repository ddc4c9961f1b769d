"""One line to type a task's name into. What was typed is never lost to an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static

from core.display import literal

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.events import Key


class NameLine(Vertical):
    """Closed until `open` is called. Whoever gets `Given` answers with `take_next`, `close` or `refuse`."""

    DEFAULT_CSS = """
    NameLine {
        height: auto;
        display: none;
        & > #name-error { height: auto; max-height: 3; padding: 0 1; color: $text-error; display: none; }
        & > Horizontal { height: 1; padding: 0 1; background: $surface; }
        #name-prompt { width: auto; padding: 0 1 0 0; color: $text-accent; text-style: bold; }
        Input { width: 1fr; }
    }
    """

    class Given(Message):
        """`text` was entered: as the name of the task `uid`, or of a new one where that is None.

        `before` is what the line held when it was opened.
        """

        def __init__(self, text: str, uid: str | None, before: str) -> None:
            super().__init__()
            self.text = text
            self.uid = uid
            self.before = before

    class Closed(Message):
        """Nothing more is to be entered."""

    def __init__(self) -> None:
        super().__init__()
        self._uid: str | None = None
        self._before = ""

    @property
    def is_open(self) -> bool:
        """Whether the line is shown."""
        return bool(self.display)

    @property
    def entry(self) -> Input:
        """The field that takes the keys."""
        return self.query_one(_Entry)

    def compose(self) -> ComposeResult:
        yield Static(markup=False, id="name-error")
        with Horizontal():
            yield Static(markup=False, id="name-prompt")
            yield _Entry(select_on_focus=False, compact=True)

    def open(self, prompt: str, text: str = "", uid: str | None = None, placeholder: str = "") -> None:
        """Show the line, with `text` in it. Where it is open for the same task, what was typed stays."""
        if self.is_open and self._uid == uid:
            return
        self._uid, self._before = uid, text
        self.query_one("#name-prompt", Static).update(prompt)
        self.entry.placeholder = placeholder
        self._put(text)
        self._tell("")
        self.display = True

    def close(self) -> None:
        """Hide the line, and forget what is in it."""
        self.display = False
        self._put("")

    def take_next(self) -> None:
        """The name was taken; go on with the next one."""
        self._tell("")

    def refuse(self, text: str, why: str) -> None:
        """The name `text` was not taken: put it back, in front of what was typed since."""
        self._put(text + self.entry.value)
        self._tell(why)

    def _put(self, text: str) -> None:
        self.entry.value = text
        self.entry.cursor_position = len(text)

    def _tell(self, error: str) -> None:
        line = self.query_one("#name-error", Static)
        line.update(literal(error))
        line.display = bool(error)

    def on__entry_entered(self, message: _Entry.Entered) -> None:
        message.stop()
        self.post_message(self.Given(message.text, self._uid, self._before))

    def on__entry_left(self, message: _Entry.Left) -> None:
        message.stop()
        self.post_message(self.Closed())


class _Entry(Input):
    """Acts on each key when it comes, where Textual acts on those that type nothing when the app gets round to it.

    So keys that are typed fast, or pasted, work in their order: what is typed behind enter is the next name.
    """

    class Entered(Message):
        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        pass

    @property
    def _value(self) -> Text:
        """What Textual draws. Its own would let the terminal obey what is in the name."""
        return Text(literal(self.value), no_wrap=True, overflow="ignore", end="")

    async def on_key(self, event: Key) -> None:
        if event.is_printable:
            return
        bound = self.screen.active_bindings.get(event.key)
        if event.key == "enter":
            text, self.value = self.value, ""
            self.post_message(self.Entered(text))
        elif event.key == "escape":
            self.post_message(self.Left())
        elif bound is not None and bound.node is self:
            await self.run_action(bound.binding.action)
        else:
            return
        event.stop()
        event.prevent_default()
