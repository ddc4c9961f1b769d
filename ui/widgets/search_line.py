"""The line in which a search is typed; what it finds is shown at each key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static

from core.display import literal
from core.query import QueryError
from ui.widgets.entry import Completion, Entry, Painted

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.events import Key


class SearchLine(Vertical):
    """Closed until `open` is called."""

    DEFAULT_CSS = """
    SearchLine {
        height: auto;
        & > #search-fault { height: auto; max-height: 3; padding: 0 1; color: $text-error; display: none; }
        & > Horizontal { height: 1; padding: 0 1; background: $surface; }
        #search-prompt { width: auto; padding: 0 1 0 0; color: $text-accent; text-style: bold; }
        Input { width: 1fr; }
    }
    """

    class Asked(Message):
        """`text` is to be found."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """The line is done with: what was found stays where it was `kept`."""

        def __init__(self, *, kept: bool) -> None:
            super().__init__()
            self.kept = kept

    def __init__(self) -> None:
        super().__init__()
        self.display = False

    @property
    def is_open(self) -> bool:
        """Whether the line is shown."""
        return bool(self.display)

    @property
    def entry(self) -> _Entry:
        """The field that takes the keys."""
        return self.query_one(_Entry)

    def compose(self) -> ComposeResult:
        yield Static(markup=False, id="search-fault")
        with Horizontal():
            yield Static("Find", markup=False, id="search-prompt")
            yield _Entry(placeholder="words  #project  +tag  p1  due<fri  is:overdue")

    def open(self, text: str, complete: Callable[[str], Completion]) -> None:
        """Show the line, with `text` in it; tab completes it by `complete`."""
        self.display, self.entry.left = True, False
        self.entry.paint, self.entry.complete = self.entry.paint_fault, complete
        with self.prevent(Input.Changed):
            self.entry.value = text
        self.entry.cursor_position = len(text)
        self.accept()

    def close(self) -> None:
        """Hide the line."""
        self.display = False

    def accept(self) -> None:
        """The text was understood."""
        self.entry.fault = None
        self._tell("")

    def refuse(self, error: QueryError) -> None:
        """Mark the place of a fault, and say what it is."""
        self.entry.fault = (error.position, error.position + max(error.length, 1))
        self._tell(str(error))

    def _tell(self, fault: str) -> None:
        line = self.query_one("#search-fault", Static)
        if bool(fault) or line.display:
            line.update(literal(fault))
            line.display = bool(fault)
            self.entry.refresh()

    def on_input_changed(self, changed: Input.Changed) -> None:
        changed.stop()
        self.post_message(self.Asked(changed.value))


class _Entry(Entry):
    """Enter, unless there is a fault, and escape end it.

    Keys that were typed behind them, before that came about, go back to the app.
    """

    left = False
    """Whether it was ended."""
    fault: tuple[int, int] | None = None
    """The place of what is not understood."""

    def paint_fault(self, _text: str) -> list[Painted]:
        """What is not understood is marked."""
        return [] if self.fault is None else [Painted(*self.fault, "entry--problem")]

    async def on_key(self, event: Key) -> None:
        if not self.left:
            await super().on_key(event)
            return
        self.app.simulate_key(event.key)
        event.stop()
        event.prevent_default()

    async def _act(self, event: Key) -> bool:
        if event.key not in ("enter", "escape"):
            return await super()._act(event)
        if event.key == "enter" and self.fault is not None:
            return True  # what is wrong stays in sight
        self.left = True
        self.post_message(SearchLine.Left(kept=event.key == "enter"))
        return True
