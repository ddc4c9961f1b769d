"""What the app draws with, in ASCII: for terminals and fonts that have no more. The text of tasks stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.filter import LineFilter

if TYPE_CHECKING:
    from textual.color import Color

_SIGNS = {
    "-": "─▁▂▔▄▀\N{EN DASH}\N{EM DASH}",
    "=": "━═≡",
    "|": "│┃║▏▎▕▐",
    "+": "┌┐└┘├┤┬┴┼╭╮╰╯┏┓┗┛╔╗╚╝",
    "#": "▅▆▇█▊▉▋",
    '"': "“”",
    "*": "·•●○◆",
    ">": "▌▶▸»→",
    "<": "◀◂«←",
    "~": "…",
    "x": "✗",
    "v": "✓↓▼▾",
    "^": "↑▲",
    "%": "⊘",
    "/": "⏎",
    "@": "↻",
    "?": "\N{REPLACEMENT CHARACTER}",
}
_TABLE = str.maketrans({sign: plain for plain, signs in _SIGNS.items() for sign in signs})


class PlainSigns(LineFilter):
    """One cell for one cell, in all that is drawn."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        """See Textual."""
        return [
            segment if segment.text.isascii() else Segment(segment.text.translate(_TABLE), segment.style)
            for segment in segments
        ]
