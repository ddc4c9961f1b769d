from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.changes import Record, encode_record
from core.replay import Replay, decoded, lines_after, mended, salvage
from tests.journals import lines, numbers, record, records

_AFTERS = [0, 1, 4, 5, 6, 9, 10, 11, 1000]
# What a record may hold that looks like a record: JSON of another program, in a field that is kept as it is.
_LOOKALIKES: list[Any] = [
    {"seq": 3, "at": "x"},
    [{"seq": 3, "at": "x"}, {"seq": 4, "at": "x", "crc": "00000000"}],
    {"a": {"seq": 7, "at": "x", "crc": "01234567"}},
    '{"seq":3,"at":"x","crc":"01234567"}\n{"seq":4,"at":"x"',
    encode_record(record(5)).decode(),
]


def _flipped(raw: bytes, position: int, mask: int) -> bytes:
    return raw[:position] + bytes([raw[position] ^ mask]) + raw[position + 1 :]


def _kept(replay: Replay) -> list[int]:
    assert len({one.key for one in replay.records}) == len(replay.records)
    return [one.seq for one in replay.records]


# Intact journals


@pytest.mark.parametrize("after", _AFTERS)
def test_the_records_after_a_number(after: int) -> None:
    raw = lines(records(1, 10))
    wanted = records(after + 1, 10)
    assert lines_after(raw, after) == wanted
    assert salvage(raw, after) == Replay(wanted, (), len(raw))


def test_nothing_is_in_an_empty_journal() -> None:
    for after in (0, 5):
        assert lines_after(b"", after) == ()
        assert salvage(b"", after) == Replay((), (), 0)


def test_a_journal_that_begins_later_has_a_gap_for_who_needs_more() -> None:
    raw = lines(records(501, 510))
    assert numbers(lines_after(raw, 500)) == list(range(501, 511))
    assert numbers(lines_after(raw, 505)) == list(range(506, 511))
    assert lines_after(raw, 499) is None
    assert salvage(raw, 499).lost == ("Change 500 could not be read.",)
    assert salvage(raw, 0).lost == ("Changes 1 to 500 could not be read.",)
    assert _kept(salvage(raw, 0)) == list(range(501, 511))


@given(st.integers(1, 30), st.integers(0, 30), st.integers(0, 70), st.binary(max_size=40))
def test_both_ways_agree_on_whatever_is_intact(first: int, count: int, after: int, torn: bytes) -> None:
    whole = lines(records(first, first + count - 1))
    raw = whole + torn.replace(b"\n", b"")
    straight, salvaged = lines_after(raw, after), salvage(raw, after)
    if straight is None:
        assert count
        assert after < first - 1
        assert salvaged.lost
    else:
        assert salvaged == Replay(straight, (), len(whole))
    assert _kept(salvaged) == list(range(max(first, after + 1), first + count))


@pytest.mark.parametrize("lookalike", _LOOKALIKES)
@pytest.mark.parametrize("damaged", [1, 3])
def test_what_only_looks_like_a_record_is_none(lookalike: Any, damaged: int) -> None:
    strange = record(2, extra={"other program": lookalike})
    raw = lines(record(1), strange, record(3))
    assert lines_after(raw, 0) == (record(1), strange, record(3))
    assert salvage(raw, 0).records == (record(1), strange, record(3))
    harmed = raw.replace(b"task %d" % damaged, b"TASK %d" % damaged)
    assert lines_after(harmed, 0) is None
    found = salvage(harmed, 0)
    assert strange in found.records
    assert _kept(found) == [number for number in (1, 2, 3) if number != damaged]
    assert found.lost == (f"Change {damaged} could not be read.",)
    assert strange in salvage(mended(harmed), 0).records


@pytest.mark.parametrize("lookalike", _LOOKALIKES)
def test_a_damaged_line_end_behind_what_looks_like_records_costs_nothing(lookalike: Any) -> None:
    strange = record(2, extra={"other program": lookalike})
    raw = lines(record(1), strange)[:-1] + b"!" + lines(record(3))
    assert salvage(raw, 0) == Replay((record(1), strange, record(3)), (), len(raw))


def test_a_hostile_line_is_not_searched_for_ever() -> None:
    raw = b'{"seq":1,"at":' * 20_000 + b"\n" + lines(record(1))
    assert _kept(salvage(raw, 0)) == [1]


# Torn ends


def test_a_torn_line_of_any_length_costs_nothing_before_it() -> None:
    whole, last = lines(records(1, 4)), lines(record(5))
    for length in range(len(last)):
        raw = whole + last[:length]
        assert numbers(lines_after(raw, 0)) == [1, 2, 3, 4]
        assert numbers(lines_after(raw, 4)) == []
        assert salvage(raw, 0) == Replay(records(1, 4), (), len(whole))
        assert mended(raw) == raw
    assert numbers(lines_after(whole + last, 4)) == [5]


@pytest.mark.parametrize("junk", [b"\0" * 5000, b"\xff" * 10, b"{", b'{"seq":6,"at":"', b" "])
def test_junk_without_a_line_end_counts_as_torn(junk: bytes) -> None:
    whole = lines(records(1, 5))
    assert numbers(lines_after(whole + junk, 2)) == [3, 4, 5]
    assert salvage(whole + junk, 2) == Replay(records(3, 5), (), len(whole))


def test_a_record_whose_line_end_was_damaged_counts() -> None:
    whole = lines(records(1, 4))
    for mask in (1 << bit for bit in range(8)):
        raw = _flipped(whole, len(whole) - 1, mask)
        assert lines_after(raw, 0) is None
        assert salvage(raw, 0) == Replay(records(1, 4), (), len(raw))
        assert salvage(raw, 3) == Replay(records(4, 4), (), len(raw))
        assert mended(raw) == whole
        more = raw + lines(record(5))
        assert salvage(more, 0) == Replay(records(1, 5), (), len(more))
        torn = more[:-10]
        assert salvage(torn, 0) == Replay(records(1, 4), (), len(raw))


# Damage


@pytest.mark.parametrize("damaged", [1, 3, 5])
def test_a_flipped_bit_anywhere_costs_at_most_its_record(damaged: int) -> None:
    before, line, behind = lines(records(1, damaged - 1)), lines(record(damaged)), lines(records(damaged + 1, 5))
    others = [number for number in range(1, 6) if number != damaged]
    for position in range(len(line)):
        for mask in (1 << bit for bit in range(8)):
            raw = before + _flipped(line, position, mask) + behind
            found = salvage(raw, 0)
            if position == len(line) - 1:  # the line end: nothing is lost
                assert _kept(found) == [1, 2, 3, 4, 5]
                assert found.lost == ()
            else:
                assert lines_after(raw, 0) is None
                assert _kept(found) == others
                assert found.lost == (f"Change {damaged} could not be read.",)
            assert found.end == len(raw)
            assert mended(raw) == lines(found.records)


def test_damage_in_what_is_needed_no_more_is_not_even_seen() -> None:
    raw = lines(records(1, 2)) + b"damaged\n" + lines(records(4, 8))
    assert numbers(lines_after(raw, 3)) == [4, 5, 6, 7, 8]
    assert numbers(lines_after(raw, 6)) == [7, 8]
    assert lines_after(raw, 2) is None
    assert salvage(raw, 3).lost == ()


@pytest.mark.parametrize("junk", [b"\n", b"\n\n", b"junk\n", b"{}\n", b"null\n", b"\0\0\n", b'{"seq":9,"at":\n'])
def test_junk_lines_between_records_cost_nothing(junk: bytes) -> None:
    raw = lines(record(1)) + junk + lines(record(2)) + junk + lines(records(3, 4))
    assert lines_after(raw, 0) is None
    assert salvage(raw, 0) == Replay(records(1, 4), (), len(raw))
    assert mended(raw) == lines(records(1, 4))


@pytest.mark.parametrize("junk", [b"junk", b"\0" * 100, b'"},{"seq":'])
def test_junk_before_a_record_in_its_line_costs_nothing(junk: bytes) -> None:
    raw = lines(record(1)) + junk + lines(records(2, 3))
    assert _kept(salvage(raw, 0)) == [1, 2, 3]
    assert salvage(raw, 0).lost == ()


def test_damage_at_the_end_is_told_by_its_number() -> None:
    whole, line = lines(records(1, 4)), lines(record(5))
    for position in range(len(line) - 1):
        raw = whole + _flipped(line, position, 1)
        for after in range(5):
            assert salvage(raw, after).lost == ("Change 5 could not be read.",), position
        assert salvage(raw, 5).lost == ()


def test_several_damaged_lines_at_the_end_are_told_by_their_numbers() -> None:
    raw = lines(records(1, 4)) + lines(records(5, 7)).replace(b"task", b"TASK")
    assert salvage(raw, 0).lost == ("Changes 5 to 7 could not be read.",)
    assert salvage(raw, 5).lost == ("Changes 6 to 7 could not be read.",)
    assert salvage(raw, 6).lost == ("Change 7 could not be read.",)
    assert salvage(raw, 7).lost == ()
    assert salvage(raw, 99).lost == ()


def test_junk_at_the_end_is_told_by_its_size() -> None:
    raw = lines(records(1, 4)) + b"garbage\n1234567890\n"
    for after in (0, 4, 99):
        assert salvage(raw, after).lost == ("17 bytes at the end of the journal could not be read.",)
        assert salvage(raw, after).end == len(raw)


@pytest.mark.parametrize("raw", [b"garbage\n", lines(record(1)).replace(b"task", b"TASK"), b"\0" * 8 + b"\n"])
def test_where_nothing_can_be_read_that_is_told(raw: bytes) -> None:
    for after in (0, 1, 50):
        assert lines_after(raw, after) is None
        found = salvage(raw, after)
        assert found.records == ()
        assert found.lost == (f"{len(raw) - 1} bytes at the end of the journal could not be read.",)


def test_missing_lines_are_told_wherever_they_are() -> None:
    raw = lines(records(2, 3), records(6, 6), records(8, 12))
    assert lines_after(raw, 0) is None
    found = salvage(raw, 0)
    assert _kept(found) == [2, 3, 6, 8, 9, 10, 11, 12]
    assert found.lost == tuple(f"{which} could not be read." for which in ("Change 1", "Changes 4 to 5", "Change 7"))


@given(st.binary(max_size=300), st.integers(0, 5))
def test_any_bytes_are_borne(raw: bytes, after: int) -> None:
    assert lines_after(raw, after) in ((), None)
    found = salvage(raw, after)
    assert found.records == ()
    assert 0 <= found.end <= len(raw)
    assert mended(raw) in (raw, b"")


@given(st.data())
def test_whatever_is_overwritten_in_place_all_other_records_are_found(data: st.DataObject) -> None:
    raw = lines(records(1, 6))
    start = data.draw(st.integers(0, len(raw)))
    junk = data.draw(st.binary(min_size=1, max_size=300))[: len(raw) - start]
    harmed = raw[:start] + junk + raw[start + len(junk) :]
    ends = [len(lines(records(1, number))) for number in range(7)]
    touched = {number for number in range(1, 7) if ends[number - 1] < start + len(junk) and start < ends[number]}
    found = salvage(harmed, 0)
    assert {1, 2, 3, 4, 5, 6} - touched <= set(_kept(found))
    assert all(one == record(one.seq) for one in found.records)
    assert found.lost or len(found.records) == 6 or harmed.count(b"\n") < 6


# Duplicates


def test_the_same_line_twice_counts_once() -> None:
    raw = lines(records(1, 3), records(2, 5))
    assert salvage(raw, 0) == Replay(records(1, 5), (), len(raw))
    assert lines_after(raw, 3) == records(4, 5)


def test_two_writers_that_gave_one_number_both_count() -> None:
    other = record(3, key="other")
    raw = lines(records(1, 3), other, records(4, 5))
    assert lines_after(raw, 0) is None
    assert salvage(raw, 0).records == (*records(1, 3), other, *records(4, 5))
    assert salvage(raw, 0).lost == ()


@pytest.mark.parametrize("after", range(4))
def test_two_writers_that_gave_the_next_number_both_count(after: int) -> None:
    both = (record(after + 1, key="one"), record(after + 1, key="other"))
    raw = lines(records(1, after), both)
    assert lines_after(raw, after) is None
    assert salvage(raw, after).records == both
    assert salvage(raw, after + 1).records == ()


def test_one_action_written_twice_counts_once() -> None:
    again = record(4, key="key-3")
    assert salvage(lines(records(1, 3), again, record(5)), 0).records[:3] == records(1, 3)
    assert again not in salvage(lines(records(1, 3), again, record(5)), 0).records


def test_records_without_a_key_count_as_often_as_they_stand() -> None:
    one: Record = record(1, key="")
    assert decoded(lines(one)[:-1]) == one
    assert salvage(lines(one, one), 0).records == (one, one)


# Mending


def test_an_intact_journal_needs_no_mending() -> None:
    for raw in (b"", lines(records(1, 5)), lines(records(100, 101))):
        assert mended(raw) is raw


def test_mending_leaves_what_can_be_read() -> None:
    raw = b"junk\n" + lines(records(7, 8)) + b"\0\0\0\n" + lines(records(10, 11))[:-1] + b"!" + lines(record(12))
    assert mended(raw) == lines(records(7, 8), records(10, 12))
    assert mended(mended(raw)) == mended(raw)
