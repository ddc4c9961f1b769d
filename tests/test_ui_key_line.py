"""What keys do, at the bottom of a screen."""

from __future__ import annotations

import pytest

from ui.widgets.key_line import in_lines, shown

_KEYS = [("r", "restore row"), ("/", "find"), ("esc", "back")]


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (80, ["r restore row  / find  esc back"]),
        (31, ["r restore row  / find  esc back"]),
        (30, ["r restore row  / find", "esc back"]),
        (21, ["r restore row  / find", "esc back"]),
        (20, ["r restore row", "/ find  esc back"]),
        (3, ["r restore row", "/ find", "esc back"]),
        (0, ["r restore row", "/ find", "esc back"]),
    ],
)
def test_a_key_and_what_it_does_stay_on_one_line(width: int, lines: list[str]) -> None:
    assert [shown(line).plain for line in in_lines(_KEYS, width)] == lines
