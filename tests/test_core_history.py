"""Reading every change back from the last one, wherever it went."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from core import history as module
from core import replay
from core.changes import Record
from core.compaction import lines as lines_of
from core.compaction import pieces
from core.errors import FileSafetyError
from core.history import Gap, GapError, backwards, forwards, search
from core.jobs import CancelledError
from core.packed import pack
from core.wanted import Wanted
from tests.journals import lines, record, records


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tasks.json.journal"


def old_lines(path: Path, first: int, last: int) -> Path:
    directory = path.parent / "backups"
    directory.mkdir(exist_ok=True)
    piece = directory / f"history-tasks.json-{first}-{last}.jsonl.gz"
    piece.write_bytes(pack(lines(records(first, last))))
    return piece


def seqs(path: Path, before: int | None = None) -> list[int | Gap]:
    return [entry.seq if isinstance(entry, Record) else entry for entry in backwards(path, before)]


def test_all_changes_come_newest_first_wherever_they_are(path: Path) -> None:
    assert seqs(path) == []
    path.write_bytes(lines(records(21, 30)))
    old_lines(path, 1, 9)
    old_lines(path, 10, 20)
    assert seqs(path) == list(range(30, 0, -1))
    assert list(backwards(path)) == list(reversed(records(1, 30)))
    assert tuple(forwards(path, 0, 30)) == records(1, 30)


@pytest.mark.parametrize("before", [31, 30, 22, 21, 15, 10, 2, 1])
def test_reading_can_begin_anywhere(before: int, path: Path) -> None:
    path.write_bytes(lines(records(21, 30)))
    old_lines(path, 1, 9)
    old_lines(path, 10, 20)
    assert seqs(path, before) == list(range(before - 1, 0, -1))
    assert tuple(forwards(path, before - 1, 25)) == records(before, 25)


def test_what_is_in_two_places_comes_once(path: Path) -> None:
    path.write_bytes(lines(records(5, 30)))
    old_lines(path, 1, 9)
    old_lines(path, 1, 14)
    assert seqs(path) == list(range(30, 0, -1))
    assert tuple(forwards(path, 0, 30)) == records(1, 30)


def test_what_is_missing_is_told(path: Path) -> None:
    path.write_bytes(lines(records(21, 24), records(26, 30)))
    old_lines(path, 1, 9).write_bytes(b"damaged")
    old_lines(path, 10, 18)
    assert seqs(path) == [30, 29, 28, 27, 26, Gap(25, 25), 24, 23, 22, 21, Gap(19, 20), *range(18, 9, -1)]
    assert [str(gap) for gap in (Gap(25, 25), Gap(19, 20))] == ["change 25", "changes 19 to 20"]
    assert tuple(forwards(path, 9, 18)) == records(10, 18)
    for after, until, gap in ((9, 30, Gap(19, 20)), (20, 40, Gap(25, 25)), (0, 9, Gap(1, 9)), (26, 40, Gap(31, 40))):
        with pytest.raises(GapError) as error:
            list(forwards(path, after, until))
        assert error.value.gap == gap


@pytest.mark.parametrize("torn", [b"", b'{"seq":7,"at":'])
@pytest.mark.parametrize("block", [1, 7, 200, 1 << 16])
def test_any_block_size_reads_the_same(block: int, torn: bytes, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BLOCK", block)
    longer = record(7, filling="x" * 5000)
    path.write_bytes(lines(records(1, 6), longer, record(8)) + torn)
    assert seqs(path) == [8, 7, 6, 5, 4, 3, 2, 1]
    assert tuple(forwards(path, 0, 8)) == (*records(1, 6), longer, record(8))
    path.write_bytes(torn)
    assert seqs(path) == []


def test_the_last_changes_of_a_long_history_cost_a_block(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(lines(records(1, 3000)))
    old_lines(path, 1, 2).write_bytes(b"never read")
    read, real = [], os.read

    def counted(descriptor: int, size: int) -> bytes:
        raw = real(descriptor, size)
        read.append(len(raw))
        return raw

    monkeypatch.setattr(os, "read", counted)
    assert [entry.seq for entry in islice(backwards(path), 50) if isinstance(entry, Record)] == list(
        range(3000, 2950, -1)
    )
    assert sum(read) == 1 << 16


def test_a_compaction_meanwhile_hides_nothing(path: Path) -> None:
    path.write_bytes(lines(records(1, 30)))
    reading = backwards(path)
    found = [next(reading)]
    old_lines(path, 1, 20)
    path.unlink()
    path.write_bytes(lines(records(21, 30)))
    assert [*found, *reading] == list(reversed(records(1, 30)))


def found(path: Path, **wanted: Any) -> list[int | Gap]:
    entries = search(path, Wanted(**wanted))
    return [entry.seq if isinstance(entry, Record) else entry for entry in entries]


def test_only_what_is_asked_for_is_found_and_all_that_is_missing_told(path: Path) -> None:
    path.write_bytes(lines(records(25, 30)))
    old_lines(path, 1, 9)
    old_lines(path, 10, 11).write_bytes(b"damaged")
    old_lines(path, 12, 20)
    missing = [Gap(21, 24), Gap(10, 11)]
    assert found(path, text="TASK 5") == [*missing, 5]
    assert found(path, tasks=frozenset({record(15).changes[0].uid})) == [Gap(21, 24), 15, Gap(10, 11)]
    assert found(path, text="task 28", by="HOST") == [28, *missing]
    assert found(path, by="cellar") == found(path, since="2031") == missing
    assert [entry.seq for entry in search(path, Wanted(text="task 1"), 17) if isinstance(entry, Record)] == [
        16, 15, 14, 13, 12, 1,
    ]  # fmt: skip


def test_old_lines_that_cannot_hold_it_are_not_decoded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(lines(records(21, 30)))
    old_lines(path, 1, 9)
    old_lines(path, 10, 20)
    read: list[int] = []

    def decoded(line: bytes) -> Record | None:
        one = replay.decoded(line)
        read.extend([one.seq] if one else [])
        return one

    monkeypatch.setattr(module, "decoded", decoded)
    assert found(path, text="task 5") == [5]
    assert read == [*range(30, 20, -1), 5]


def test_a_long_search_tells_how_far_it_is_and_can_be_given_up(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(lines(records(21, 30)))
    old_lines(path, 1, 9)
    old_lines(path, 10, 20)
    monkeypatch.setattr(module, "_TOLD", 4)
    told: list[int] = []
    assert [entry.seq for entry in search(path, Wanted(text="task 1 "), looked=told.append)] == [1]  # type: ignore[union-attr]
    assert told == [27, 23, 10, 1]

    def give_up(_seq: int) -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        list(search(path, Wanted(text="task 1 "), looked=give_up))


def test_something_else_in_its_place_is_an_error(path: Path) -> None:
    path.mkdir()
    with pytest.raises(FileSafetyError):
        seqs(path)


def test_pieces_are_told_by_their_names(path: Path) -> None:
    target = old_lines(path, 3, 12)
    (piece,) = pieces(path)
    assert (piece.first, piece.last, piece.path) == (3, 12, target)
    assert lines_of(piece) == lines(records(3, 12))
