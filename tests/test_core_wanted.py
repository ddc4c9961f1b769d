"""Which changes are asked for; and that no line of one of these is passed over unread."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from core.changes import Change, Record, encode_record
from core.wanted import Wanted, sieve
from tests.journals import record


def test_a_filter_asks_for_tasks_text_time_and_instance() -> None:
    first, second = record(1), record(2, filling="Ärger")
    second = Record(2, "2030-01-02T00:00:00.000000Z", "Kitchen:7:pts/1", "rename", 3, second.changes)
    uid = second.changes[0].uid

    def holding(**wanted: object) -> list[int]:
        return [one.seq for one in (first, second) if Wanted(**wanted).holds(one)]  # type: ignore[arg-type]

    assert holding() == [1, 2]
    assert holding(tasks=frozenset({uid, "x"})) == [2]
    assert holding(text="ärg") == [2]
    assert holding(text="TASK") == [1, 2]
    assert holding(text="RENAME") == [2]
    assert holding(by="kitchen") == [2]
    assert holding(since="2030-01-01T12") == [2]
    assert holding(until="2030-01-01T12") == [1]
    assert holding(text="task 1", by="kitchen") == []


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    [
        "Stra\u00dfe",
        "STRASSE",
        "\ufb01n",
        "FIN",
        "\u212aelvin",
        "kelvin",
        "\u0130",
        "i",
        'say "no"',
        "a\\b",
        "a\nb",
        "\x1f",
        "\u2028",
    ]
)


@given(_TEXT, _TEXT, _TEXT, st.sampled_from(["", "2030", "2030-01-01T00:00:00.000000Z", "2031"]), st.booleans())
@example("Stra\u00dfe", "STRASSE", "by", "", True)  # noqa: FBT003 - hypothesis passes by position
@example("M\u00d6HREN", "m\u00f6hren", "by", "", True)  # noqa: FBT003
@example("\u0130stanbul", "\u0130STAN", "by", "", True)  # noqa: FBT003
def test_no_line_that_is_asked_for_is_passed_over(written: str, asked: str, by: str, at: str, inside: bool) -> None:
    changes = (Change(written or "uid", {"name": ""}, {"name": written, "extra": {"more": [written]}}),)
    one = Record(1, "2030-01-01T00:00:00.000000Z", by, "edit", 2, changes)
    text = written[1:].upper() if inside else asked
    for wanted in (
        Wanted(text=text),
        Wanted(by=by.swapcase(), text=asked),
        Wanted(tasks=frozenset({written, asked}), since=at),
        Wanted(until=at, text=text),
    ):
        line = encode_record(one)
        assert sieve(wanted)(encode_record(record(1)) + line) or not wanted.holds(one)


def test_lines_of_others_are_passed_over() -> None:
    raw = encode_record(record(1)) + encode_record(record(2))
    for wanted in (
        Wanted(text="something else"),
        Wanted(text="\u00e4rger"),
        Wanted(by="kitchen"),
        Wanted(tasks=frozenset({"nobody"})),
        Wanted(since="2030-01-02"),
        Wanted(until="2029-12-31"),
        Wanted(text="\udcff"),
    ):
        assert not sieve(wanted)(raw)
    for wanted in (Wanted(), Wanted(text="TASK 2"), Wanted(text="\u00c4"), Wanted(since="2030", until="2030-02")):
        assert sieve(wanted)(raw)
