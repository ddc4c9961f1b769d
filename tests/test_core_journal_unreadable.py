"""A journal that is no file, or that cannot be read, is never taken for a missing one."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import AccessDeniedError, FileSafetyError, NotAFileError, UnavailableError
from core.journal import Journal
from tests import failing_calls, journals, places
from tests.journals import lines, record, records
from tests.processes import open_descriptors, without_privileges

path = places.journal


@pytest.mark.parametrize("kind", ["link", "dangling link", "directory", "fifo"])
def test_what_is_not_a_file_is_refused_and_left_alone(kind: str, path: Path) -> None:
    target = path.with_name("target")
    target.write_bytes(lines(records(1, 3)))
    match kind:
        case "link":
            path.symlink_to(target)
        case "dangling link":
            path.symlink_to("missing")
        case "directory":
            path.mkdir()
        case "fifo":
            os.mkfifo(path)
    before, inode = open_descriptors(), path.lstat().st_ino
    journal = Journal(path)
    attempts: list[Callable[[], object]] = [lambda: journal.replay(0), journal.catch_up, journal.last]
    for attempt in attempts:
        with pytest.raises(NotAFileError, match="journal"):
            attempt()
    with pytest.raises((NotAFileError, OSError)):
        journal.append([record(4)])
    journal.close()
    assert path.lstat().st_ino == inode
    assert target.read_bytes() == lines(records(1, 3))
    assert not path.with_name("missing").exists()
    assert open_descriptors() == before


def test_a_link_that_takes_its_place_is_refused(path: Path) -> None:
    journal, target = journals.writer(path, 3), path.with_name("target")
    path.rename(target)
    path.symlink_to(target)
    with pytest.raises(NotAFileError):
        journal.catch_up()
    assert target.read_bytes() == lines(records(1, 3))


def test_a_file_of_somebody_else_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journals.writer(path, 3).close()
    path.chmod(0)
    monkeypatch.chdir(path.parent)  # the way there may be closed to others
    journal = Journal(Path(path.name))
    attempts: list[Callable[[], object]] = [lambda: journal.replay(0), journal.catch_up, journal.last]
    with without_privileges():
        for attempt in attempts:
            with pytest.raises(AccessDeniedError, match="could not be read"):
                attempt()


@pytest.mark.parametrize("call", ["open", "lstat"])
def test_that_it_cannot_be_read_is_never_taken_for_missing(
    call: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = journals.writer(path, 3)
    if call == "open":
        journal.close()
    with monkeypatch.context() as patch:
        failing_calls.fail_once(patch, call, OSError(errno.EIO, os.strerror(errno.EIO)))
        with pytest.raises(UnavailableError):
            journal.catch_up()
    assert journal.seq == 3
    assert journal.catch_up() == ()
    assert not journal.behind


def test_a_read_error_loses_neither_place_nor_descriptors(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, other = journals.writer(path, 3), journals.ready(path)
    other.append(records(4, 5))
    before = open_descriptors()
    for start in ("open", "closed"):
        if start == "closed":
            journal.close()
        with monkeypatch.context() as patch:
            failing_calls.fail_once(patch, "read", OSError(errno.EIO, os.strerror(errno.EIO)))
            with pytest.raises((OSError, FileSafetyError)):
                journal.catch_up()
        assert open_descriptors() <= before
    assert journal.catch_up() == records(4, 5)
    assert not journal.behind
