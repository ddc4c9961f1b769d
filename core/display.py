"""Text of tasks on its way to a screen, a line of output or a log: shown, never obeyed."""

from __future__ import annotations

import re

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# Besides C0, DEL and C1: what changes the direction of text around it, starts a line or paragraph, or is half a
# character and cannot be encoded. Joiners stay: emoji and several scripts are written with them.
_DIRECTION_AND_LINES = r"\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
_SURROGATES = r"\ud800-\udfff"
# Not compiled here: that takes longer than all else that a short command shows. `re` keeps what it once compiled.
_UNSAFE = rf"[\x00-\x1f\x7f-\x9f{_DIRECTION_AND_LINES}{_SURROGATES}]"
_UNSAFE_IN_BLOCK = rf"[\x00-\x08\x0b-\x1f\x7f-\x9f{_DIRECTION_AND_LINES}{_SURROGATES}]"


def literal(text: str) -> str:
    """`text` for one line: each control, bidi or surrogate character replaced by U+FFFD, one for one.

    The result has the same length, can be encoded as UTF-8, and moves no cursor, colours nothing and reorders nothing
    around it. Markup is not its business: whoever shows the result must not parse it.
    """
    if text.isprintable():  # nothing that we replace is
        return text
    return re.sub(_UNSAFE, _REPLACEMENT, text)


def literal_block(text: str) -> str:
    r"""As `literal`, for text of several lines: "\n" and "\t" stay."""
    if text.isprintable():
        return text
    return re.sub(_UNSAFE_IN_BLOCK, _REPLACEMENT, text)
