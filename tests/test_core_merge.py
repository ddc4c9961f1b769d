"""Two changes of one text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.merge import Merged, merge

TEXTS = st.lists(st.sampled_from("abc"), max_size=6).map("\n".join)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        ("a\nb\nc", "A\nb\nc", "a\nb\nC", Merged("A\nb\nC", both=False)),
        ("a\nb\nc", "a\nc", "a\nb\nc\nd", Merged("a\nc\nd", both=False)),
        ("a", "b", "c", Merged("b\nc", both=True)),
        ("", "ours", "theirs", Merged("ours\ntheirs", both=True)),
        ("a\nb", "a\nx\nb", "a\ny\nb", Merged("a\nx\ny\nb", both=True)),
        ("a\nb", "a\nx", "a\nx", Merged("a\nx", both=False)),
    ],
)
def test_merging(base: str, ours: str, theirs: str, merged: Merged) -> None:
    assert merge(base, ours, theirs) == merged


@given(TEXTS, TEXTS)
def test_a_change_beside_none_stands(base: str, changed: str) -> None:
    assert merge(base, changed, base) == Merged(changed, both=False)
    assert merge(base, base, changed) == Merged(changed, both=False)
    assert merge(base, changed, changed) == Merged(changed, both=False)


@given(TEXTS, TEXTS, TEXTS)
def test_no_line_that_was_written_is_left_out(base: str, ours: str, theirs: str) -> None:
    marked = "\n".join(f"{line}!" for line in ours.split("\n")), "\n".join(f"{line}?" for line in theirs.split("\n"))
    merged = merge(base, *marked).text.split("\n")
    assert [line for line in merged if line.endswith("!")] == marked[0].split("\n")
    assert [line for line in merged if line.endswith("?")] == marked[1].split("\n")
