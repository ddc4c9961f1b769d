"""Appends that fail leave the old file, and what could not be cut off is taken back later."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tests import failing_calls, journals, places
from tests.journals import lines, record, records
from tests.processes import open_descriptors

path = places.journal


@pytest.mark.parametrize("known", [0, 3])
def test_an_append_that_fails_at_any_byte_leaves_the_old_file(
    known: int, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = journals.writer(path, known)
    batch = [record(known + 1, key="one"), record(known + 2, key="two")]
    for short in range(len(lines(batch))):
        with monkeypatch.context() as patch:
            failing_calls.fail_once(patch, "write", failing_calls.full(), short=short)
            with pytest.raises(OSError, match="No space"):
                journal.append(batch)
        assert path.read_bytes() == lines(records(1, known))
        assert (journal.seq, journal.size) == (known, path.stat().st_size)
        assert journal.catch_up() == ()
    journal.append(batch)
    assert path.read_bytes() == lines(records(1, known), batch)


@pytest.mark.parametrize("error", [OSError(errno.EIO, "I/O"), KeyboardInterrupt()])
def test_after_a_failed_sync_the_descriptor_is_never_synced_again(
    error: BaseException, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = journals.writer(path, 3)
    fdatasync, close = os.fdatasync, os.close
    events: list[tuple[str, int]] = []

    def sync(descriptor: int) -> None:
        events.append(("sync", descriptor))
        if len(events) == 1:
            raise error
        fdatasync(descriptor)

    def note_close(descriptor: int) -> None:
        events.append(("close", descriptor))
        close(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", sync)
        patch.setattr(os, "close", note_close)
        with pytest.raises(type(error)):
            journal.append([record(4)])
        assert [name for name, _ in events[:2]] == ["sync", "close"]
        assert events[0][1] == events[1][1]
        assert path.read_bytes() == lines(records(1, 3))
        assert journal.catch_up() == ()
        journal.append([record(4, key="again")])
    assert path.read_bytes() == lines(records(1, 3), record(4, key="again"))
    assert [name for name, _ in events].count("sync") == 2  # the second time through another descriptor


def test_what_a_failed_append_could_not_cut_off_is_taken_back_later(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = journals.writer(path, 3)

    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(os, "ftruncate", refuse)
        patch.setattr(os, "fdatasync", refuse)
        with pytest.raises(OSError, match="Input/output"):
            journal.append(records(4, 5))
    assert path.read_bytes() == lines(records(1, 5))  # nobody was told that they are saved
    assert journal.catch_up() == ()
    assert journal.seq == 3
    journal.take_back()
    assert path.read_bytes() == lines(records(1, 3))
    journal.append([record(4, key="another")])
    assert path.read_bytes() == lines(records(1, 3), record(4, key="another"))


def test_what_others_have_built_upon_is_not_taken_back(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = journals.writer(path, 3)

    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(os, "ftruncate", refuse)
        patch.setattr(os, "fdatasync", refuse)
        with pytest.raises(OSError, match="Input/output"):
            journal.append([record(4)])
    other = journals.ready(path)
    other.append([record(5)])
    journal.take_back()
    assert path.read_bytes() == lines(records(1, 5))
    assert journal.catch_up() == records(4, 5)


def test_taking_back_nothing_does_nothing(path: Path) -> None:
    journal = journals.writer(path, 3)
    other = journals.ready(path)
    other.append([record(4)])
    journal.take_back()
    assert path.read_bytes() == lines(records(1, 4))
    assert journal.catch_up() == (record(4),)


@pytest.mark.parametrize(("call", "number"), [("open", errno.EMFILE), ("open", errno.EACCES), ("fsync", errno.EIO)])
def test_a_first_append_that_fails_can_be_tried_again(
    call: str, number: int, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal, before = journals.ready(path), open_descriptors()
    with monkeypatch.context() as patch:
        failing_calls.fail_once(patch, call, OSError(number, os.strerror(number)))
        with pytest.raises(OSError, match=os.strerror(number)):
            journal.append([record(1)])
    assert not path.exists() or path.read_bytes() == b""
    made: list[int] = []
    with monkeypatch.context() as patch:
        failing_calls.note(patch, made, fsync=lambda descriptor: descriptor)
        journal.append([record(1)])
    assert made  # the name, once more
    assert path.read_bytes() == lines(record(1))
    journal.close()
    assert open_descriptors() == before
