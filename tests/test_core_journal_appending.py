"""Reading a journal and appending to it: what one writes all can read, and no line is passed over or broken."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.changes import Record
from core.errors import UnavailableError
from core.journal import Journal
from tests import failing_calls, journals, places
from tests.journals import lines, numbers, record, records
from tests.processes import Child, open_descriptors

path = places.journal


def test_where_there_is_no_file_there_are_no_records(path: Path) -> None:
    journal = Journal(path)
    assert journal.replay(0).records == ()
    assert journal.last() is None
    assert journal.catch_up() == ()
    assert journal.read_all() == b""
    assert journal.recent(5) == ()
    assert not path.exists()


def test_what_is_appended_can_be_read_by_all(path: Path) -> None:
    writer, reader = journals.ready(path), journals.ready(path)
    for seq in range(1, 6):
        writer.append([record(seq)])
        assert reader.catch_up() == (record(seq),)
        assert (reader.seq, reader.next_id, reader.size) == (writer.seq, writer.next_id, writer.size)
        assert writer.catch_up() == ()
    writer.append(records(6, 9))
    assert reader.catch_up() == records(6, 9)
    assert path.read_bytes() == lines(records(1, 9))
    assert journals.ready(path).replay(0).records == records(1, 9)
    assert journals.ready(path).replay(7).records == records(8, 9)
    assert writer.read_all() == reader.read_all() == lines(records(1, 9))


def test_its_place_is_behind_what_was_read(path: Path) -> None:
    path.write_bytes(lines(records(1, 5)))
    journal = Journal(path)
    journal.replay(2)
    assert (journal.seq, journal.next_id, journal.size) == (5, 6, len(lines(records(1, 5))))
    journal.replay(9)
    assert journal.seq == 9  # what is older is in the list, and the next one has its number from that
    journal.stand_at(20, 30)
    journal.append([record(21)])
    assert (journal.seq, journal.next_id) == (21, 22)


def test_two_writers_take_turns(path: Path) -> None:
    one, other = journals.ready(path), journals.ready(path)
    for seq in range(1, 11):
        writer = one if seq % 2 else other
        assert numbers(writer.catch_up()) == ([seq - 1] if seq > 1 else [])
        writer.append([record(seq)])
    assert path.read_bytes() == lines(records(1, 10))


def test_a_second_writer_without_the_lock_overwrites_nothing(path: Path) -> None:
    one = journals.writer(path, 2)
    other = journals.ready(path)
    other.append([record(3)])
    one.append([record(3, key="one")])  # it did not catch up: both lines stand
    assert path.read_bytes() == lines(records(1, 3), record(3, key="one"))
    assert Journal(path).replay(0).records == (*records(1, 3), record(3, key="one"))
    assert one.catch_up() is None  # they must read anew
    assert other.catch_up() is None
    assert one.replay(2).records == other.replay(2).records == (record(3), record(3, key="one"))


@pytest.mark.parametrize("filling", ["", "x", "xxxxx", "x" * 100_000])
def test_a_line_between_our_own_is_never_passed_over(filling: str, path: Path) -> None:
    one = journals.writer(path, 2)
    other = journals.ready(path)
    other.append([record(3, key="other", filling=filling)])
    one.append([record(3, key="one")])
    assert one.catch_up() is None


def test_a_line_that_was_not_read_is_not_taken_for_a_torn_one(path: Path) -> None:
    one, other = journals.writer(path, 2), journals.ready(path)
    one.append([record(3)])
    with pytest.raises(UnavailableError, match="Nothing was written"):
        other.append([record(3, key="other")])  # it opens the file for writing only now
    assert path.read_bytes() == lines(records(1, 3))
    assert other.catch_up() == (record(3),)
    other.append([record(4)])
    assert path.read_bytes() == lines(records(1, 4))


def test_six_processes_that_append_without_a_lock_break_no_line(path: Path) -> None:
    program = """
        import os, sys
        from pathlib import Path
        from core.journal import Journal
        from tests.journals import record

        os.fdatasync = lambda _: None  # no power is cut here
        journal = Journal(Path(sys.argv[1]))
        journal.replay(0)
        for number in range(21):
            journal.append([record(1, key=f"{sys.argv[2]}-{number}", filling="x" * 5000)])
            if number == 0:
                print("open", flush=True)
                sys.stdin.readline()
    """
    children = []
    for name in range(6):
        children.append(Child(program, path, name))
        assert children[-1].hear() == "open"
    for child in children:
        child.tell("go")
    for child in children:
        child.end()
    assert len(journals.ready(path).replay(0).records) == 6 * 21


def test_the_first_append_brings_the_name_to_the_disk_before_the_line(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    told: dict[str, Callable[..., Any]] = {
        "open": lambda *_: "open",
        "write": lambda *_: "write",
        "fsync": lambda _: "fsync",
        "fdatasync": lambda _: "fdatasync",
    }
    failing_calls.note(monkeypatch, made, **told)
    journal = journals.ready(path)
    made.clear()
    journal.append([record(1)])
    assert made[-3:] == ["fsync", "write", "fdatasync"]
    made.clear()
    for seq in (2, 3):
        journal.catch_up()
        journal.append([record(seq)])
    assert made == ["write", "fdatasync"] * 2  # neither the file nor the directory is opened or synced again


def test_an_empty_file_of_a_writer_that_died_is_named_on_the_disk_too(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.touch()
    synced: list[bool] = []
    failing_calls.note(monkeypatch, synced, fsync=lambda descriptor: stat.S_ISDIR(os.fstat(descriptor).st_mode))
    journals.ready(path).append([record(1)])
    assert synced == [True]


@pytest.mark.parametrize("mask", [0, 0o022])
def test_only_its_owner_can_read_it(mask: int, path: Path) -> None:
    before = os.umask(mask)
    try:
        journals.writer(path, 1)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_short_write_is_no_loss(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, raw: write(descriptor, bytes(raw)[:7]))
    journals.writer(path, 5)
    assert path.read_bytes() == lines(records(1, 5))


def test_closing_is_no_end(path: Path) -> None:
    journal, before = journals.writer(path, 3), open_descriptors()
    journal.close()
    journal.close()
    assert open_descriptors() == before - 1
    assert journal.catch_up() == ()
    assert journal.read_all() == lines(records(1, 3))
    journal.close()
    assert journal.read_all() == lines(records(1, 3))
    assert journal.recent(2) == records(2, 3)
    journal.append([record(4)])
    journal.close()
    assert path.read_bytes() == lines(records(1, 4))
    assert open_descriptors() == before - 1


def test_a_whole_batch_is_one_write_and_one_sync(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = journals.writer(path, 1)
    batch: tuple[Record, ...] = records(2, 50)
    made: list[str] = []
    failing_calls.note(monkeypatch, made, write=lambda *_: "write", fdatasync=lambda _: "sync")
    journal.append(batch)
    assert made == ["write", "sync"]
    assert path.read_bytes() == lines(records(1, 50))
