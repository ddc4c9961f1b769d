"""Two changes of one text, brought together by lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple


class Merged(NamedTuple):
    """`both`: where both changed the same lines in different ways, the one stands above the other."""

    text: str
    both: bool


class _Edit(NamedTuple):
    """`lines` in place of `base[start:end]`."""

    start: int
    end: int
    lines: Sequence[str]


def merge(base: str, ours: str, theirs: str) -> Merged:
    """What `ours` and `theirs` made of `base`. No line that either of them wrote is left out."""
    lines = base.split("\n")
    edits = [_edits(lines, text.split("\n")) for text in (ours, theirs)]
    merged: list[str] = []
    position, both = 0, False
    for start, end in _spans(sorted(edit[:2] for edit in (*edits[0], *edits[1]))):
        merged += lines[position:start]
        one, other = (_applied(lines, own, start, end) for own in edits)
        plain = lines[start:end]
        if other in (one, plain):
            merged += one
        elif one == plain:
            merged += other
        else:
            merged += [*one, *other]
            both = True
        position = end
    return Merged("\n".join(merged + lines[position:]), both)


def _edits(lines: Sequence[str], changed: Sequence[str]) -> list[_Edit]:
    codes = SequenceMatcher(None, lines, changed, autojunk=False).get_opcodes()
    return [_Edit(i1, i2, changed[j1:j2]) for tag, i1, i2, j1, j2 in codes if tag != "equal"]


def _spans(edited: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The parts of the base that were edited; those that touch are one."""
    begin, end = -1, -1
    for start, stop in edited:
        if start > end:
            if end >= 0:
                yield begin, end
            begin = start
        end = max(end, stop)
    if end >= 0:
        yield begin, end


def _applied(lines: Sequence[str], edits: Sequence[_Edit], start: int, end: int) -> list[str]:
    """What `edits` make of `lines[start:end]`."""
    result: list[str] = []
    position = start
    for edit in edits:
        if start <= edit.start and edit.end <= end:
            result += [*lines[position : edit.start], *edit.lines]
            position = edit.end
    return result + list(lines[position:end])
