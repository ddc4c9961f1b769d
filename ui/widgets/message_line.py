"""The line between the list and its status: a message while there is one, else the keys that matter most."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content
from textual.widgets import Static

from core.display import literal
from ui.commands import Command, shown_key
from ui.widgets.key_line import shown


class MessageLine(Static):
    """Shows hints for `commands` until something is said, and again when it is hushed."""

    DEFAULT_CSS = """
    MessageLine {
        height: auto;
        max-height: 4;
        padding: 0 1;
        color: $text-muted;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        &.-told { color: $text; text-wrap: wrap; }
        &.-problem { color: $text-error; }
    }
    """

    def __init__(self, commands: Iterable[Command]) -> None:
        self._hints = [(shown_key(command.keys[0]), command.hint) for command in commands if command.hint]
        super().__init__(shown(self._hints), markup=False)
        self.text = ""
        """What is said; empty where nothing is."""

    def say(self, text: str, *, problem: bool = False) -> None:
        """Show `text`, literally, in place of what was shown."""
        self.text = text
        self._show(Content(literal(text)), problem=problem)

    def say_besides(self, text: str, *, problem: bool = False) -> None:
        """Show `text` behind what is said, if anything is."""
        self.say(f"{self.text} {text}".lstrip(), problem=problem or self.has_class("-problem"))

    def say_hints(self, hints: Iterable[tuple[str, str]]) -> None:
        """Show keys and what they do."""
        self.text = ""
        self._show(shown(hints), problem=False)

    def hush(self) -> None:
        """Show the hints again."""
        if self.has_class("-told"):  # else there is nothing to draw anew
            self.text = ""
            self.update(shown(_fitting(self._hints, self.size.width)))
            self.remove_class("-told", "-problem")

    def on_resize(self) -> None:
        if not self.has_class("-told"):
            self.update(shown(_fitting(self._hints, self.size.width)))

    def _show(self, content: Content, *, problem: bool) -> None:
        self.update(content)
        self.add_class("-told")
        self.set_class(problem, "-problem")


def _fitting(hints: list[tuple[str, str]], width: int) -> list[tuple[str, str]]:
    """As many as there is room for; how to get help and to leave comes first."""
    shown, last = list(hints), 2
    while len(shown) > last and sum(len(key) + len(word) + 3 for key, word in shown) > width:
        del shown[-last - 1]
    return shown
