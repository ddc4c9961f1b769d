from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from core.display import literal
from core.task import Priority, Status, Task
from ui.widgets.task_line import STYLES, Columns, cut, due_words, fit_columns, task_line

_TODAY = date(2026, 11, 21)


def _task(name: str = "water the plants", **fields: object) -> Task:
    known: dict[str, object] = {
        "uid": "00000001-0000-4000-8000-000000000001",
        "id": 7,
        "name": name,
        "status": Status.PENDING,
        "created": "2026-01-01T00:00:00Z",
        "modified": "2026-01-01T00:00:00Z",
    }
    return Task(**(known | fields))  # type: ignore[arg-type] # the fields are given by name


def _columns(task: Task, width: int) -> Columns:
    having = {"due": task.due, "priority": task.priority, "labels": task.project or task.tags}
    return fit_columns(having, len(str(task.id)), width)


def _line(task: Task, width: int) -> str:
    return "".join(piece.text for piece in task_line(task, _columns(task, width), _TODAY))


@pytest.mark.parametrize(
    ("status", "sign"),
    [(Status.PENDING, "[ ]"), (Status.ACTIVE, "[>]"), (Status.DONE, "[x]"), (Status.CANCELLED, "[-]")],
)
def test_a_state_is_told_by_a_sign(status: Status, sign: str) -> None:
    assert _line(_task(status=status), 80).strip().startswith(f"{sign} 7  water the plants")


def test_all_fields_are_shown_where_there_is_room() -> None:
    task = _task(due="2026-11-19", priority=Priority.HIGH, project="home/garden", tags=("green", "@outside"))
    shown = " ".join(_line(task, 120).split())
    assert shown == "[ ] 7 water the plants 2d late !1 #home/garden +green @outside"


def test_what_no_task_has_takes_no_room() -> None:
    columns = _columns(_task(), 80)
    assert (columns.due, columns.priority, columns.labels) == (0, 0, 0)
    assert columns.name > 60


def test_on_a_narrow_screen_the_name_has_the_room() -> None:
    task = _task(due="2026-11-19", priority=Priority.HIGH, project="home/garden")
    assert "#home" not in _line(task, 60)
    assert "2d late" in _line(task, 60)
    assert "2d late" not in _line(task, 40)


@pytest.mark.parametrize(
    ("due", "words", "style"),
    [
        ("2025-11-21", "365d late", "late"),
        ("1999-01-01", "1999-01-01", "late"),
        ("2026-11-20", "1d late", "late"),
        ("2026-11-21", "today", "soon"),
        ("2026-11-21T17:00", "today 17:00", "soon"),
        ("2026-11-22T17:00", "tomorrow", "soon"),
        ("2026-11-27", "Fri", "due"),
        ("2026-11-28", "28 Nov", "due"),
        ("2026-12-03", "3 Dec", "due"),
        ("2027-01-01", "2027-01-01", "due"),
        ("0001-01-01", "0001-01-01", "late"),
        ("9999-12-31", "9999-12-31", "due"),
    ],
)
def test_a_due_date_is_said_as_people_say_it(due: str, words: str, style: str) -> None:
    assert due_words(due, _TODAY) == (words, style)


@pytest.mark.parametrize(
    ("due", "style", "words", "kind"),
    [
        ("2026-11-20", "iso", "2026-11-20!", "late"),
        ("2025-11-20", "day-month", "20.11.2025!", "late"),
        ("2026-11-20", "month-day", "11/20!", "late"),
        ("2026-11-21", "iso", "2026-11-21", "soon"),
        ("2026-11-21T17:00", "day-month", "today 17:00", "soon"),
        ("2026-11-22T17:00", "day-month", "22.11.", "soon"),
        ("2026-11-27", "month-day", "11/27", "due"),
        ("2027-01-01", "month-day", "01/01/2027", "due"),
    ],
)
def test_a_due_date_is_written_as_the_profile_says(due: str, style: str, words: str, kind: str) -> None:
    assert due_words(due, _TODAY, style) == (words, kind)
    assert len(words) <= 11
    shown = "".join(
        piece.text for piece in task_line(_task(due=due), _columns(_task(due=due), 80), _TODAY, date_style=style)
    )
    assert words in shown


def test_what_is_done_is_late_no_more() -> None:
    task = _task(due="2026-11-19", priority=Priority.HIGH, status=Status.DONE)
    styles = {piece.style for piece in task_line(task, _columns(task, 100), _TODAY)}
    assert not styles & {"late", "high"}


def test_text_that_does_not_fit_is_cut_with_an_ellipsis() -> None:
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abcdef", 5) == "abcd…"
    assert cut("日本語", 4) == "日…"
    assert cut("a b c", 3) == "a…"


_any_text = st.text(max_size=80).map(lambda text: text.encode("utf-8", "ignore").decode())


@given(_any_text, st.integers(24, 200), st.lists(_any_text, max_size=3))
def test_every_line_fits_the_screen_and_is_literal(name: str, width: int, tags: list[str]) -> None:
    task = _task(name, tags=tuple(tags), project=name, due="2026-11-21", priority=Priority.LOW)
    pieces = task_line(task, _columns(task, width), _TODAY)
    line = "".join(piece.text for piece in pieces)
    assert cell_len(line) == width - 1
    assert literal(line) == line
    assert {piece.style for piece in pieces} <= STYLES | {"", "edge"}


@pytest.mark.parametrize("name", ["x" * 10_000, "\u0301" * 10_000, "日" * 10_000, "👩‍👩‍👧" * 3_000])
def test_a_very_long_name_takes_one_line(name: str) -> None:
    assert cell_len(_line(_task(name), 80)) == 79
    assert "…" in _line(_task(name), 80)
