"""Rows of text as columns that line up, however wide their characters are, and that fit where they are shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from msgspec import Struct

_GAP = "  "
_LEAST = 16
"""Cells below which the column that gives way could not be read."""


class Column(Struct, frozen=True):
    """A heading and one cell a row.

    Where the columns do not fit side by side, the one with the highest `drop` goes first; 0 never goes: it is the
    one that gives way, and its cells are cut.
    """

    heading: str
    cells: Sequence[str]
    drop: int = 0
    right: bool = False


def lines(columns: Sequence[Column], width: int) -> Iterator[str]:
    """The headings, then the rows, none wider than `width` cells; columns without any text are left out."""
    wanted = [(column, _needed(column)) for column in columns if any(column.cells)]
    shown = _fitting(wanted, width)
    for row in zip(*((column.heading, *column.cells) for column, _width in shown), strict=True):
        yield _GAP.join(_padded(text, *place) for text, place in zip(row, shown, strict=True)).rstrip()


def cell_width(text: str) -> int:
    """How many cells of a terminal `text` takes."""
    if text.isascii():
        return len(text)
    return sum(map(_width_of_one, text))


def cut(text: str, width: int) -> str:
    """`text`, or as much of it as fits into `width` cells with an ellipsis."""
    if cell_width(text) <= width:
        return text
    kept, room = [], width - 1
    for character in text:
        room -= _width_of_one(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"


def _width_of_one(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):  # drawn onto the character before
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _needed(column: Column) -> int:
    return max(map(cell_width, (column.heading, *column.cells)))


def _fitting(wanted: list[tuple[Column, int]], width: int) -> list[tuple[Column, int]]:
    """The columns to show, each with the cells that it gets."""
    while True:
        fixed = sum(needed for column, needed in wanted if column.drop) + len(_GAP) * (len(wanted) - 1)
        last = max((column for column, _needed in wanted), key=lambda column: column.drop, default=None)
        short = any(width - fixed < min(needed, _LEAST) for column, needed in wanted if not column.drop)
        if last is None or last.drop == 0 or not short:
            return [
                (column, needed if column.drop else max(min(needed, width - fixed), 1)) for column, needed in wanted
            ]
        wanted = [one for one in wanted if one[0] is not last]


def _padded(text: str, column: Column, width: int) -> str:
    shown = cut(text, width)
    blanks = " " * (width - cell_width(shown))
    return blanks + shown if column.right else shown + blanks
