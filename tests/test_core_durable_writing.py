"""Writing and replacing: on the disk before it is told, and nothing left behind by what fails."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import sys
from pathlib import Path

import pytest

from core import durable
from core.errors import UnavailableError
from tests import failing_calls, places, safe_files
from tests.processes import open_descriptors

path = places.tasks


# Writing


def test_a_short_write_is_no_loss(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, raw: write(descriptor, bytes(raw)[:3]))
    temporary = durable.write_temporary(path, b"ten bytes!")
    assert temporary.read_bytes() == b"ten bytes!"


@pytest.mark.parametrize("mask", [0, 0o022, 0o077])
def test_a_new_file_is_private(mask: int, path: Path) -> None:
    before = os.umask(mask)
    try:
        temporary = durable.write_temporary(path, b"new")
    finally:
        os.umask(before)
    assert stat.S_IMODE(temporary.stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o644, 0o600, 0o664, 0o400, 0o755])
def test_a_new_file_takes_after_the_old_one(mode: int, path: Path) -> None:
    path.touch()
    path.chmod(mode)
    temporary = durable.write_temporary(path, b"new", path.stat())
    assert stat.S_IMODE(temporary.stat().st_mode) == mode
    assert (temporary.stat().st_uid, temporary.stat().st_gid) == (path.stat().st_uid, path.stat().st_gid)


def test_what_root_writes_stays_the_users_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.touch()
    given: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "fchown", lambda _descriptor, user, group: given.append((user, group)))
    fields = list(path.stat())
    fields[stat.ST_UID], fields[stat.ST_GID] = 1234, 567
    durable.write_temporary(path, b"new", os.stat_result(fields))
    assert given == [(1234, 567)]


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt()])
@pytest.mark.parametrize("call", ["write", "fsync", "fchmod"])
def test_a_failed_write_leaves_nothing_behind(
    call: str, error: BaseException, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise error

    path.touch(0o644)
    path.chmod(0o644)
    before = open_descriptors()
    with monkeypatch.context() as patch:
        patch.setattr(os, call, failing)
        with pytest.raises(type(error)):
            durable.write_temporary(path, b"new", path.stat())
    assert safe_files.names(path.parent) == ["tasks.json"]
    assert open_descriptors() == before


def test_a_temporary_file_never_goes_through_a_planted_name(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = path.with_name("target")
    target.write_bytes(b"precious")
    monkeypatch.setattr(os, "urandom", lambda size: b"\0" * size)
    durable.temporary_name(path).symlink_to(target)
    with pytest.raises(FileExistsError):
        durable.write_temporary(path, b"new")
    assert target.read_bytes() == b"precious"


def test_data_is_on_the_disk_before_the_name_and_the_name_before_the_return(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = failing_calls.record(monkeypatch, "write", "fsync", "replace")
    durable.replace_with(durable.write_temporary(path, b"new"), path)
    assert made == ["write", "fsync", "replace", "fsync"]


def test_what_stands_there_can_be_settled(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(b"by an editor")
    made = failing_calls.record(monkeypatch, "fsync", "write", "replace")
    durable.settle(path)
    assert made == ["fsync", "fsync"]


@pytest.fixture
def full_syncs(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Have this be macOS; what its F_FULLFSYNC was called for from then on: whether each is a directory."""
    made: list[bool] = []

    def full_sync(descriptor: int, command: int) -> None:
        assert command == 51
        made.append(stat.S_ISDIR(os.fstat(descriptor).st_mode))

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(fcntl, "F_FULLFSYNC", 51, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", full_sync)
    return made


def test_on_macos_files_and_directories_leave_the_cache_of_the_drive(
    full_syncs: list[bool], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = failing_calls.record(monkeypatch, "fsync")
    durable.replace_with(durable.write_temporary(path, b"new"), path)
    assert (full_syncs, made) == ([False, True], [])


@pytest.mark.usefixtures("full_syncs")
@pytest.mark.parametrize("number", [errno.ENOTSUP, errno.EINVAL, errno.ENOTTY])
def test_on_macos_a_file_system_that_does_not_know_that_has_its_usual_sync(
    number: int, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_calls.fail_always(monkeypatch, "fcntl", number, fcntl)
    made = failing_calls.record(monkeypatch, "fsync")
    durable.replace_with(durable.write_temporary(path, b"new"), path)
    assert made == ["fsync", "fsync"]


@pytest.mark.usefixtures("full_syncs")
def test_on_macos_a_drive_that_fails_is_an_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing_calls.fail_always(monkeypatch, "fcntl", errno.EIO, fcntl)
    with pytest.raises(OSError, match="Input/output"):
        durable.write_temporary(path, b"new")
    with pytest.raises(OSError, match="Input/output"):
        durable.sync_directory(path.parent)


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP])
def test_a_file_system_that_cannot_sync_a_directory_is_no_error(
    number: int, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_calls.fail_always(monkeypatch, "fsync", number)
    durable.sync_directory(path.parent)


def test_a_directory_that_fails_to_sync_is_an_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = open_descriptors()
    with monkeypatch.context() as patch:
        failing_calls.fail_always(patch, "fsync", errno.EIO)
        with pytest.raises(OSError, match="Input/output"):
            durable.sync_directory(path.parent)
    assert open_descriptors() == before


# Replacing


def test_a_refusal_leaves_the_old_file_and_no_temporary_one(path: Path) -> None:
    def refuse() -> None:
        raise UnavailableError("no", path)

    path.write_bytes(b"old")
    with pytest.raises(UnavailableError):
        durable.replace_with(durable.write_temporary(path, b"new"), path, refuse)
    assert path.read_bytes() == b"old"
    assert safe_files.names(path.parent) == ["tasks.json"]


def test_a_failed_replace_leaves_the_old_file_and_no_temporary_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(b"old")
    failing_calls.fail_always(monkeypatch, "replace", errno.EIO)
    with pytest.raises(OSError, match="Input/output"):
        durable.replace_with(durable.write_temporary(path, b"new"), path)
    assert path.read_bytes() == b"old"
    assert safe_files.names(path.parent) == ["tasks.json"]


def test_what_was_put_there_is_told_apart_from_what_replaced_it_at_once(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = os.replace

    def replace_twice(source: Path, target: Path) -> None:
        replace(source, target)
        editors = target.with_name("editor's")
        editors.write_bytes(b"new")
        replace(editors, target)

    monkeypatch.setattr(os, "replace", replace_twice)
    made = durable.replace_with(durable.write_temporary(path, b"new"), path)
    assert made != durable.identity(path)
