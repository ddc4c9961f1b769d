"""Reading: bytes with the identity of their file, and what is missing told from what cannot be read."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from core import durable
from core.errors import AccessDeniedError, NotAFileError, UnavailableError
from tests import failing_calls, places
from tests.processes import open_descriptors, without_privileges

path = places.tasks


def test_what_is_not_there_is_none(path: Path) -> None:
    assert durable.read_file(path) is None
    assert durable.identity(path) is None


def test_bytes_and_identity_belong_together(path: Path) -> None:
    content = os.urandom((1 << 20) * 2 + 17)
    path.write_bytes(content)
    assert durable.read_file(path) == (content, durable.identity(path))
    assert durable.read_file(path, limit=10) == (content[:10], durable.identity(path))
    path.write_bytes(b"")
    assert durable.read_file(path) == (b"", durable.identity(path))


def test_an_identity_changes_with_inode_size_and_time(path: Path) -> None:
    path.write_bytes(b"one")
    before = durable.identity(path)
    assert before is not None
    os.link(path, path.with_name("second"))
    assert durable.identity(path) == before
    os.utime(path, ns=(0, before.modified_ns + 1))
    assert durable.identity(path) != before
    os.utime(path, ns=(0, before.modified_ns))
    assert durable.identity(path) == before
    path.write_bytes(b"four")
    os.utime(path, ns=(0, before.modified_ns))
    assert durable.identity(path) != before
    path.unlink()
    path.write_bytes(b"one")
    os.utime(path, ns=(0, before.modified_ns))
    assert durable.identity(path) != before  # the second name keeps the old inode


@pytest.mark.parametrize("kind", ["directory", "fifo"])
def test_what_is_not_a_file_is_refused_without_waiting(kind: str, path: Path) -> None:
    path.mkdir() if kind == "directory" else os.mkfifo(path)
    before = open_descriptors()
    with pytest.raises(NotAFileError, match=r"tasks\.json is not a file"):
        durable.read_file(path)
    assert open_descriptors() == before


def test_a_link_is_followed_only_where_asked_for(path: Path) -> None:
    path.write_bytes(b"precious")
    link = path.with_name("link")
    link.symlink_to(path)
    read = durable.read_file(link)
    assert read is not None
    assert read[0] == b"precious"
    with pytest.raises(NotAFileError):
        durable.read_file(link, follow=False)


@pytest.mark.parametrize(
    ("call", "number", "error"),
    [
        ("open", errno.EACCES, AccessDeniedError),
        ("open", errno.EMFILE, UnavailableError),
        ("fstat", errno.EIO, UnavailableError),
        ("read", errno.EIO, UnavailableError),
        ("read", errno.ESTALE, UnavailableError),
    ],
)
def test_what_cannot_be_read_is_not_missing(
    call: str, number: int, error: type[Exception], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_bytes(b"precious")
    before = open_descriptors()
    with monkeypatch.context() as patch:
        failing_calls.fail_always(patch, call, number)
        with pytest.raises(error, match=r"tasks\.json could not be read"):
            durable.read_file(path)
    assert open_descriptors() == before


def test_a_directory_that_may_not_be_searched_is_no_missing_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = path.parent / "closed"
    closed.mkdir(0)
    monkeypatch.chdir(path.parent)  # the way there may be closed to others
    relative = Path("closed/tasks.json")
    with without_privileges():
        with pytest.raises(AccessDeniedError):
            durable.read_file(relative)
        with pytest.raises(AccessDeniedError):
            durable.identity(relative)


def test_the_names_in_a_directory_that_is_not_there_are_none_and_one_that_cannot_be_read_is_told(path: Path) -> None:
    path.write_bytes(b"")
    assert durable.names_in(path.parent) == [path.name]
    assert durable.names_in(path.parent / "nothing") == []
    with pytest.raises(NotAFileError, match=r"tasks\.json could not be read"):
        durable.names_in(path)
