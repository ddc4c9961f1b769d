"""A field for one line of text, in which keys act in the order in which they were pressed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.text import Text
from textual.message import Message
from textual.widgets import Input

from core.display import literal

if TYPE_CHECKING:
    from textual.events import Key, Paste


class Completion(NamedTuple):
    """What could stand in place of `text[start:]`, where `text` is what stands before the cursor; the best first."""

    start: int
    choices: tuple[str, ...]


class Painted(NamedTuple):
    """`text[start:end]` is drawn in the style of the component class `style`."""

    start: int
    end: int
    style: str


NO_COMPLETION = Completion(0, ())


class Entry(Input):
    """Acts on each key when it comes, where Textual acts on those that type nothing when the app gets round to it.

    So keys that are typed fast, or pasted, work in their order: what is typed behind enter is the next text. The
    colours of parts and what tab would complete are asked of `paint` and `complete`.
    """

    COMPONENT_CLASSES = {*Input.COMPONENT_CLASSES, "entry--mark", "entry--problem"}  # noqa: RUF012 - Textual's name
    DEFAULT_CSS = """
    Entry {
        & > .entry--mark { color: $text-accent; }
        & > .entry--problem { color: $text-error; text-style: underline; }
    }
    """

    class Entered(Message):
        """Enter was pressed; the field is empty now, unless it keeps its text."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """Escape was pressed."""

    class LinesPasted(Message):
        """Several lines were pasted into the field; none of them is in it. `text` is all that there would be."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(
        self, *, keeps: bool = False, keys: Mapping[str, Callable[[], None]] | None = None, **options: Any
    ) -> None:
        """With `keeps`, enter leaves the text where it is; `keys` are those that do something else here."""
        self.paint: Callable[[str], Iterable[Painted]] = lambda _text: ()
        self.complete: Callable[[str], Completion] = lambda _before: NO_COMPLETION
        self.completion = NO_COMPLETION
        """What tab would complete."""
        self._keeps = keeps
        self._keys = keys or {}
        self._tabs = 0
        super().__init__(select_on_focus=False, compact=True, **options)

    def on_mount(self) -> None:
        if self.app.animation_level == "none":
            self.cursor_blink = False

    def put(self, text: str) -> None:
        """Have `text` in the field, and the cursor behind it."""
        self.value = text
        self.cursor_position = len(text)

    # Drawing

    @property
    def _value(self) -> Text:
        """What Textual draws. Its own would let the terminal obey what is in the text."""
        text = Text(literal(self.value), no_wrap=True, overflow="ignore", end="")
        for start, end, style in self.paint(self.value):
            text.stylize(self.get_component_rich_style(style, partial=True), start, end)
        return text

    # Completion

    def watch_value(self) -> None:
        self.look_for_completion()

    def watch_selection(self) -> None:
        self.look_for_completion()  # the cursor follows the text, so that is what tells where the word ends

    def look_for_completion(self) -> None:
        """Find what could be completed, unless it is a completion that was just put in."""
        if self._tabs:
            return
        self.completion = self.complete(self.value[: self.cursor_position])
        start, choices = self.completion
        word = self.value[start:]
        fits = choices and self.cursor_at_end and choices[0].casefold().startswith(word.casefold())
        self._suggestion = literal(self.value + choices[0][len(word) :]) if fits else ""

    def action_cursor_right(self, select: bool = False) -> None:
        """As Textual's, which would take over the suggestion as it is drawn."""
        if self._suggestion and self.cursor_at_end and not select:
            self._take_completion()
        else:
            super().action_cursor_right(select)

    @property
    def _can_complete(self) -> bool:
        start, choices = self.completion
        return bool(choices) and (self._tabs > 0 or choices != (self.value[start : self.cursor_position],))

    def _take_completion(self) -> None:
        """Put in the best completion, or the one after that which was put in last."""
        start, choices = self.completion
        before = self.value[: self.cursor_position]
        chosen = choices[self._tabs % len(choices)]
        self._tabs += 1
        self.value = before[:start] + chosen + self.value[len(before) :]
        self.cursor_position = start + len(chosen)

    # Keys

    async def on_key(self, event: Key) -> None:
        if event.key == "tab" and self._can_complete:
            self._take_completion()
        else:
            self._tabs = 0
            if event.is_printable or not await self._act(event):
                return
        event.stop()
        event.prevent_default()

    async def _act(self, event: Key) -> bool:
        bound = self.screen.active_bindings.get(event.key)
        if event.key in self._keys:
            self._keys[event.key]()
        elif event.key == "enter":
            self.post_message(self.Entered(self.value))
            self.value = self.value if self._keeps else ""
        elif event.key == "escape":
            self.post_message(self.Left())
        elif bound is not None and bound.node is self:
            await self.run_action(bound.binding.action)
        else:
            return False
        return True

    def on_paste(self, event: Paste) -> None:
        """In place of Textual's, which drops all lines but the first."""
        event.stop()
        event.prevent_default()
        self._tabs = 0
        start, end = sorted(self.selection)
        text = event.text.strip("\r\n")
        if len(text.splitlines()) > 1:
            self.post_message(self.LinesPasted(self.value[:start] + text + self.value[end:]))
        else:
            self.replace(text, start, end)
