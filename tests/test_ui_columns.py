"""Columns line up and fit, whatever stands in them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.display import literal
from ui.columns import Column, cell_width, cut, lines

texts = st.text(max_size=30).map(literal)
rows = st.lists(st.tuples(texts, texts, texts), min_size=1, max_size=5)


@given(texts, st.integers(1, 40))
def test_what_is_cut_fits_and_begins_as_before(text: str, width: int) -> None:
    shown = cut(text, width)
    assert cell_width(shown) <= width
    assert shown == text or text.startswith(shown.removesuffix("…"))


@given(texts)
def test_what_fits_is_not_cut(text: str) -> None:
    assert cut(text, max(cell_width(text), 1)) == text


def test_wide_and_combined_characters_take_their_cells() -> None:
    assert [cell_width(text) for text in ("abc", "日本", "e\u0301", "a\u200db", "")] == [3, 4, 1, 2, 0]
    assert cut("日本日本", 4) == "日…"


def columns_of(table: list[tuple[str, str, str]]) -> list[Column]:
    first, second, third = zip(*table, strict=True)
    return [Column("A", first, drop=1, right=True), Column("B", second), Column("C", third, drop=2)]


@given(rows, st.integers(1, 100))
def test_no_line_is_wider_than_asked(table: list[tuple[str, str, str]], width: int) -> None:
    columns = columns_of(table)
    shown = list(lines(columns, width))
    if any(columns[1].cells):
        assert len(shown) == len(table) + 1
        assert max(map(cell_width, shown)) <= width


@given(rows)
def test_where_there_is_room_nothing_is_lost(table: list[tuple[str, str, str]]) -> None:
    shown = list(lines(columns_of(table), 200))[1:]
    for line, row in zip(shown, table, strict=False):
        assert all(cell.strip() in line for cell in row)


def test_the_second_column_begins_at_the_same_place_in_every_row() -> None:
    shown = list(lines(columns_of([("1", "one", ""), ("10", "ten", ""), ("100", "hundred", "")]), 80))
    assert shown == ["  A  B", "  1  one", " 10  ten", "100  hundred"]


def test_columns_give_way_in_turn() -> None:
    columns = columns_of([("1", "a name that is rather long", "label")])
    assert [list(lines(columns, width))[1] for width in (40, 30, 24, 16, 3)] == [
        "1  a name that is rather long  label",
        "1  a name that is rath…  label",
        "1  a name that is rathe…",
        "a name that is…",
        "a…",
    ]
