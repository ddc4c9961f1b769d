from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.display import literal, literal_block

_ANY_TEXT = st.text(st.characters(codec=None, categories=None))
_BIDI_AND_LINES = "\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def _is_unsafe(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs"} or character in _BIDI_AND_LINES


def test_every_unsafe_character_and_no_other_is_replaced() -> None:
    every = [chr(code) for code in range(0x110000)]
    assert [c for c in every if literal(c) != c] == [c for c in every if _is_unsafe(c)]
    assert {literal(c) for c in every if _is_unsafe(c)} == {"\ufffd"}


def test_a_block_keeps_newlines_and_tabs_and_is_the_same_otherwise() -> None:
    every = [chr(code) for code in range(0x110000)]
    assert [c for c in every if literal_block(c) != literal(c)] == ["\t", "\n"]
    assert literal_block("a\n\tb\r\n") == "a\n\tb\ufffd\n"


@given(_ANY_TEXT)
def test_a_text_is_replaced_one_for_one(text: str) -> None:
    shown = literal(text)
    assert shown == "".join("\ufffd" if _is_unsafe(c) else c for c in text)
    assert literal(shown) == shown
    assert shown.encode("utf-8").decode("utf-8") == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Pay rent",
        "[/] [@click=app.quit]x",
        "\\",
        "👩‍👩‍👧 🏳️‍🌈",
        "שלום مرحبا",
        "e\u0301 नमस्ते",
        "\u200b\u00ad\ufeff",
        "東京",
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    assert literal(text) == text
    assert literal_block(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;owned\x07", "\ufffd]0;owned\ufffd"),
        ("a\x9b31mb", "a\ufffd31mb"),
        ("a\r\nb\tc", "a\ufffd\ufffdb\ufffdc"),
        ("invoice\u202efdp.exe", "invoice\ufffdfdp.exe"),
        ("half \ud83d", "half \ufffd"),
        ("\x00\x7f", "\ufffd\ufffd"),
    ],
)
def test_attacks_are_shown_and_not_obeyed(text: str, shown: str) -> None:
    assert literal(text) == shown
