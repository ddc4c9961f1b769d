"""The end of a journal: torn lines and junk behind the last record, which is found whatever its size."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.journal import Journal
from tests import failing_calls, journals, places
from tests.journals import lines, numbers, record, records

path = places.journal
_BLOCK = 1 << 16


# Torn ends


@pytest.mark.parametrize("known", [True, False])
def test_a_torn_line_of_any_length_is_cut_off_by_the_next_append(known: bool, path: Path) -> None:
    whole, torn = lines(records(1, 3)), lines(record(4))
    for length in range(len(torn)):
        path.write_bytes(whole)
        journal = Journal(path)
        if known:
            journal.replay(0)
        with path.open("ab") as file:
            file.write(torn[:length])
        if known:
            assert journal.catch_up() == ()
        else:
            assert numbers(journal.replay(0).records) == [1, 2, 3]
        assert path.read_bytes() == whole + torn[:length]  # reading cuts off nothing
        journal.append([record(4, key="another")])
        assert path.read_bytes() == whole + lines(record(4, key="another"))
        assert numbers(journals.ready(path).replay(0).records) == [1, 2, 3, 4]
        journal.close()


def test_a_line_in_the_writing_is_read_when_it_is_whole(path: Path) -> None:
    reader, line = journals.writer(path, 1), lines(record(2))
    for length in range(1, len(line)):
        with path.open("ab") as file:
            file.write(line[length - 1 : length])
        assert reader.catch_up() == ()
    with path.open("ab") as file:
        file.write(line[-1:])
    assert reader.catch_up() == (record(2),)


@pytest.mark.parametrize("junk", [b"\0" * 4096, b"garbage", b"\xff" * 70000])
def test_junk_behind_the_last_line_is_cut_off_by_the_next_append(junk: bytes, path: Path) -> None:
    path.write_bytes(lines(records(1, 3)) + junk)
    assert Journal(path).last() == record(3)
    journal = journals.ready(path)
    journal.append([record(4)])
    assert path.read_bytes() == lines(records(1, 4))


def test_a_last_line_whose_end_was_damaged_stays(path: Path) -> None:
    damaged = lines(records(1, 3))[:-1] + b"!"
    path.write_bytes(damaged)
    assert Journal(path).last() is None
    journal = journals.ready(path)
    assert journal.seq == 3
    journal.append([record(4)])
    assert path.read_bytes() == damaged + lines(record(4))
    replay = journals.ready(path).replay(0)
    assert (replay.records, replay.lost) == (records(1, 4), ())


def test_whole_lines_that_cannot_be_read_stay(path: Path) -> None:
    damaged = lines(records(1, 2)) + b"garbage\n\0\0\n"
    path.write_bytes(damaged + b"torn")
    journal = Journal(path)
    assert journal.last() is None
    assert journal.replay(0).lost
    journal.append([record(3)])
    assert path.read_bytes() == damaged + lines(record(3))
    assert Journal(path).last() == record(3)


# The last record


@pytest.mark.parametrize("size", [1, _BLOCK - 1, _BLOCK, _BLOCK + 1, 2 * _BLOCK, 3 * _BLOCK + 5, 8 * _BLOCK])
@pytest.mark.parametrize("behind", [0, 1, _BLOCK - 1, _BLOCK, _BLOCK + 1])
@pytest.mark.parametrize("before", [0, 1, 3])
def test_the_last_record_is_found_whatever_its_size(size: int, behind: int, before: int, path: Path) -> None:
    plain = len(lines(record(before + 1)))
    last = record(before + 1, filling="x" * max(0, size - plain))
    whole = lines(records(1, before), last)
    path.write_bytes(whole + b"t" * behind)
    journal = Journal(path)
    assert journal.last() == last
    assert (journal.seq, journal.next_id, journal.size) == (before + 1, before + 2, len(whole))
    assert journal.catch_up() == ()
    journal.append([record(before + 2)])
    assert path.read_bytes() == whole + lines(record(before + 2))


@pytest.mark.parametrize("distance", range(-3, 4))
def test_the_last_record_is_found_where_lines_end_at_the_edge_of_a_block(distance: int, path: Path) -> None:
    plain = len(lines(record(2)))
    last = record(2, filling="x" * (_BLOCK - plain + distance))
    assert len(lines(last)) == _BLOCK + distance
    path.write_bytes(lines(record(1, filling="y" * 3 * _BLOCK), last))
    assert Journal(path).last() == last


def test_only_the_end_is_read_for_the_last_record(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(lines(records(1, 5000)))
    sizes: list[int] = []
    failing_calls.note(monkeypatch, sizes, read=lambda _descriptor, size: size)
    assert Journal(path).last() == record(5000)
    assert sum(sizes) == _BLOCK < path.stat().st_size


@pytest.mark.parametrize("raw", [b"", b"\n", b"torn", b"garbage\n", b"\0" * 200_000, lines(record(1))[:-1]])
def test_where_the_end_does_not_tell_the_last_record_there_is_none(raw: bytes, path: Path) -> None:
    path.write_bytes(raw)
    assert Journal(path).last() is None


def test_the_most_recent_records(path: Path) -> None:
    journal = journals.writer(path, 10)
    assert journal.recent(3) == records(8, 10)
    assert journal.recent(10) == journal.recent(99) == records(1, 10)
    assert journal.recent(0) == ()
    path.write_bytes(lines(records(1, 4)) + b"garbage\n" + lines(records(6, 9)))
    assert journals.ready(path).recent(99) == records(6, 9)
