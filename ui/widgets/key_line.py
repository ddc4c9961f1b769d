"""Keys and what they do, at the bottom of a screen: a key and what it does stay on one line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

Key = tuple[str, str]
"""A key, and what it does."""

_APART = "  "


class KeyLine(Static):
    """As many lines as `keys` need."""

    DEFAULT_CSS = "KeyLine { height: auto; padding: 0 1; color: $text-muted; }"

    def __init__(self, keys: Sequence[Key]) -> None:
        super().__init__(markup=False)
        self._told = keys

    def on_resize(self) -> None:
        self.update(Content("\n").join(map(shown, in_lines(self._told, self.size.width))))


def in_lines(keys: Iterable[Key], width: int) -> list[list[Key]]:
    """`keys` in lines of at most `width` cells, but for one that needs more by itself."""
    lines: list[list[Key]] = []
    room = 0
    for key in keys:
        needed = cell_len(" ".join(key))
        if not lines or needed > room:
            lines.append([])
            room = width
        lines[-1].append(key)
        room -= needed + len(_APART)
    return lines


def shown(keys: Iterable[Key]) -> Content:
    """Keys in one line, each set off from what it does."""
    return Content(_APART).join(Content.assemble((key, "bold $text"), f" {does}") for key, does in keys)
