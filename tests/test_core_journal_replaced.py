"""A journal that others replace, cut or delete; and replaying the lines that left it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from core.journal import Journal
from tests import failing_calls, journals, places
from tests.journals import lines, numbers, record, records

path = places.journal


# The file is replaced, cut or deleted


def _by_another(path: Path, raw: bytes) -> None:
    other = path.with_name("other")
    other.write_bytes(raw)
    other.rename(path)


def test_a_replaced_file_that_goes_on_is_gone_on_with(path: Path) -> None:
    journal = journals.writer(path, 4)
    _by_another(path, lines(records(3, 6)))
    assert journal.catch_up() == records(5, 6)
    assert not journal.behind
    journal.append([record(7)])
    assert path.read_bytes() == lines(records(3, 7))


def test_a_compaction_by_another_process_is_no_news(path: Path) -> None:
    journal, other = journals.writer(path, 6), journals.ready(path)
    other.replace(lines(records(4, 6)))
    assert journal.catch_up() == ()
    assert not journal.behind
    journal.append([record(7)])
    assert other.catch_up() == (record(7),)
    assert path.read_bytes() == lines(records(4, 7))


def test_a_replaced_file_with_a_gap_must_be_read_anew(path: Path) -> None:
    journal = journals.writer(path, 4)
    _by_another(path, lines(records(7, 9)))
    assert journal.catch_up() is None
    assert journal.seq == 4
    assert numbers(journal.replay(6).records) == [7, 8, 9]


@pytest.mark.parametrize("kept", [0, 1, 3])
def test_a_file_that_was_cut_shows(kept: int, path: Path) -> None:
    journal = journals.writer(path, 4)
    path.write_bytes(lines(records(1, kept)))
    assert journal.catch_up() == ()
    assert journal.behind
    assert journal.seq == 4
    journal.append([record(5)])  # it is in the list that the number is never given twice
    assert path.read_bytes() == lines(records(1, kept), record(5))


def test_a_file_that_was_cut_within_a_line_shows(path: Path) -> None:
    journal = journals.writer(path, 4)
    os.truncate(path, path.stat().st_size - 1)
    assert journal.catch_up() == ()
    assert journal.behind
    journal.append([record(5)])
    assert path.read_bytes() == lines(records(1, 3), record(5))


def test_a_deleted_file_shows_and_is_made_anew(path: Path) -> None:
    journal = journals.writer(path, 4)
    path.unlink()
    assert journal.catch_up() == ()
    assert journal.behind
    journal.append([record(5)])
    assert path.read_bytes() == lines(record(5))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_that_there_never_was_a_file_is_no_loss(path: Path) -> None:
    journal = journals.ready(path)
    assert journal.catch_up() == ()
    assert not journal.behind


def test_an_older_file_put_back_shows(path: Path) -> None:
    journal = journals.writer(path, 2)
    older = path.read_bytes()
    journal.append(records(3, 5))
    _by_another(path, older)
    assert journal.catch_up() == ()
    assert journal.behind


def test_a_damaged_tail_must_be_read_anew(path: Path) -> None:
    journal = journals.writer(path, 2)
    with path.open("ab") as file:
        file.write(lines(records(3, 4)).replace(b"task 3", b"TASK 3") + lines(record(5)))
    assert journal.catch_up() is None
    assert journal.seq == 2
    replay = journal.replay(2)
    assert (numbers(replay.records), replay.lost) == ([4, 5], ("Change 3 could not be read.",))


def test_replacing_keeps_mode_and_place(path: Path) -> None:
    journal = journals.writer(path, 6)
    path.chmod(0o640)
    journal.replace(lines(records(5, 6)))
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert path.read_bytes() == lines(records(5, 6))
    assert journal.read_all() == lines(records(5, 6))
    assert journal.recent(9) == records(5, 6)
    assert journal.catch_up() == ()
    journal.append([record(7)])
    assert path.read_bytes() == lines(records(5, 7))
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_failed_replace_changes_nothing(call: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = journals.writer(path, 6)
    with monkeypatch.context() as patch:
        failing_calls.fail_once(patch, call, failing_calls.full())
        with pytest.raises(OSError, match="No space"):
            journal.replace(lines(records(5, 6)))
    assert path.read_bytes() == lines(records(1, 6))
    assert os.listdir(path.parent) == [path.name]
    assert journal.catch_up() == ()
    journal.append([record(7)])
    assert path.read_bytes() == lines(records(1, 7))


# Replaying what left the file


def test_earlier_lines_come_first(path: Path) -> None:
    path.write_bytes(lines(records(5, 8)))
    for earlier in (
        lines(records(1, 4)),
        lines(records(1, 6)),
        lines(records(1, 8)),
        lines(records(1, 4), records(2, 5)),
    ):
        journal = Journal(path)
        replay = journal.replay(0, earlier)
        assert (replay.records, replay.lost) == (records(1, 8), ())
        assert (journal.seq, journal.size) == (8, path.stat().st_size)
    journal = Journal(path)
    assert journal.replay(0, lines(records(1, 2))).lost == ("Changes 3 to 4 could not be read.",)
    assert journal.replay(0).lost == ("Changes 1 to 4 could not be read.",)


def test_a_place_is_in_the_file_not_in_earlier_lines(path: Path) -> None:
    path.write_bytes(b"torn")
    journal = Journal(path)
    assert journal.replay(0, lines(records(1, 4))).records == records(1, 4)
    assert (journal.seq, journal.size) == (4, 0)
    journal.append([record(5)])
    assert path.read_bytes() == lines(record(5))
