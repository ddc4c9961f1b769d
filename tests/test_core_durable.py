from __future__ import annotations

import errno
import fcntl
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from core import durable
from core.errors import AccessDeniedError, NotAFileError, UnavailableError
from tests.processes import open_descriptors, without_privileges


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tasks.json"


def _names(directory: Path) -> list[str]:
    return sorted(os.listdir(directory))


def _fail(monkeypatch: pytest.MonkeyPatch, name: str, number: int, module: ModuleType = os) -> None:
    def failing(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(module, name, failing)


def _record(monkeypatch: pytest.MonkeyPatch, *names: str) -> list[str]:
    """The names of the calls that are made from now on, in order."""
    made: list[str] = []

    def recording(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **options: object) -> object:
            made.append(name)
            return real(*arguments, **options)

        return call

    for name in names:
        monkeypatch.setattr(os, name, recording(name, getattr(os, name)))
    return made


# Reading


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
        _fail(patch, call, number)
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
    assert _names(path.parent) == ["tasks.json"]
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
    made = _record(monkeypatch, "write", "fsync", "replace")
    durable.replace_with(durable.write_temporary(path, b"new"), path)
    assert made == ["write", "fsync", "replace", "fsync"]


def test_what_stands_there_can_be_settled(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(b"by an editor")
    made = _record(monkeypatch, "fsync", "write", "replace")
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
    made = _record(monkeypatch, "fsync")
    durable.replace_with(durable.write_temporary(path, b"new"), path)
    assert (full_syncs, made) == ([False, True], [])


@pytest.mark.usefixtures("full_syncs")
@pytest.mark.parametrize("number", [errno.ENOTSUP, errno.EINVAL, errno.ENOTTY])
def test_on_macos_a_file_system_that_does_not_know_that_has_its_usual_sync(
    number: int, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fail(monkeypatch, "fcntl", number, fcntl)
    made = _record(monkeypatch, "fsync")
    durable.replace_with(durable.write_temporary(path, b"new"), path)
    assert made == ["fsync", "fsync"]


@pytest.mark.usefixtures("full_syncs")
def test_on_macos_a_drive_that_fails_is_an_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fail(monkeypatch, "fcntl", errno.EIO, fcntl)
    with pytest.raises(OSError, match="Input/output"):
        durable.write_temporary(path, b"new")
    with pytest.raises(OSError, match="Input/output"):
        durable.sync_directory(path.parent)


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP])
def test_a_file_system_that_cannot_sync_a_directory_is_no_error(
    number: int, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fail(monkeypatch, "fsync", number)
    durable.sync_directory(path.parent)


def test_a_directory_that_fails_to_sync_is_an_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = open_descriptors()
    with monkeypatch.context() as patch:
        _fail(patch, "fsync", errno.EIO)
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
    assert _names(path.parent) == ["tasks.json"]


def test_a_failed_replace_leaves_the_old_file_and_no_temporary_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(b"old")
    _fail(monkeypatch, "replace", errno.EIO)
    with pytest.raises(OSError, match="Input/output"):
        durable.replace_with(durable.write_temporary(path, b"new"), path)
    assert path.read_bytes() == b"old"
    assert _names(path.parent) == ["tasks.json"]


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


# A second name


def test_a_second_name_is_a_link_where_there_are_links(path: Path) -> None:
    path.write_bytes(b"content")
    target = path.with_name("second")
    target.write_bytes(b"old")
    durable.second_name(path, target)
    assert target.samefile(path)
    assert _names(path.parent) == ["second", "tasks.json"]
    durable.second_name(path, target)  # rename(2) does nothing here
    assert _names(path.parent) == ["second", "tasks.json"]


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.EXDEV, errno.ENOSYS])
def test_a_second_name_is_a_synced_copy_where_there_are_none(
    number: int, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_bytes(b"content")
    path.chmod(0o640)
    os.utime(path, ns=(0, 1_000_000_000))
    _fail(monkeypatch, "link", number)
    made = _record(monkeypatch, "write", "fsync", "rename")
    target = path.with_name("second")
    durable.second_name(path, target)
    assert made == ["write", "fsync", "rename"]
    assert target.read_bytes() == b"content"
    assert not target.samefile(path)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert target.stat().st_mtime_ns == 1_000_000_000  # how old it is, is told by it
    assert _names(path.parent) == ["second", "tasks.json"]


@pytest.mark.parametrize(("call", "number"), [("link", errno.ENOSPC), ("link", errno.EIO), ("rename", errno.EIO)])
def test_a_second_name_that_fails_leaves_what_there_was(
    call: str, number: int, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_bytes(b"content")
    target = path.with_name("second")
    target.write_bytes(b"old")
    _fail(monkeypatch, call, number)
    with pytest.raises(OSError, match=os.strerror(number)):
        durable.second_name(path, target)
    assert target.read_bytes() == b"old"
    assert _names(path.parent) == ["second", "tasks.json"]


def test_a_planted_link_gets_no_copy_of_what_it_leads_to(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(b"secret")
    link, target = path.with_name("link"), path.with_name("second")
    link.symlink_to(path)
    durable.second_name(link, target)
    assert target.is_symlink()
    target.unlink()
    _fail(monkeypatch, "link", errno.EPERM)
    with pytest.raises(NotAFileError):
        durable.second_name(link, target)
    assert not target.exists()


def test_a_copy_of_what_is_missing_fails(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        durable.copy_to_temporary(path, path.with_name("second"))
    assert _names(path.parent) == []


# Rotation


def _generations(path: Path, *held: str) -> list[Path]:
    """Files at `path` and its backups, newest first; where "-" stands, there is none."""
    names = [path, *(path.with_name(f"{path.name}.{index}") for index in range(1, len(held)))]
    for name, content in zip(names, held, strict=True):
        if content != "-":
            name.write_text(content)
    return names


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("5 4 3 2", "5 5 4 3"),
        ("5 - 3 2", "5 5 3 2"),
        ("5 4 - 2", "5 5 4 2"),
        ("5 4 3 -", "5 5 4 3"),
        ("5 - - -", "5 5 - -"),
        ("5 4 - -", "5 5 4 -"),
        ("5 4", "5 5"),
        ("5", "5"),
    ],
)
def test_backups_move_up_as_far_as_the_first_gap(before: str, after: str, path: Path) -> None:
    names = _generations(path, *before.split())
    durable.rotate(path, names[1:])
    assert [name.read_text() if name.exists() else "-" for name in names] == after.split()
    assert len(_names(path.parent)) == len(after.replace("-", "").split())


@pytest.mark.parametrize("links", [True, False])
def test_every_name_is_whole_at_every_step_of_a_rotation(
    links: bool, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = _generations(path, "5", "4", "3", "2")
    rename, seen = os.rename, []

    def look(source: Path, target: Path) -> None:
        seen.append([name.read_text() for name in names])
        rename(source, target)

    if not links:
        _fail(monkeypatch, "link", errno.EPERM)
    monkeypatch.setattr(os, "rename", look)
    durable.rotate(path, names[1:])
    assert seen == [["5", "4", "3", "2"], ["5", "4", "3", "3"], ["5", "4", "4", "3"]]


def test_a_rotation_that_is_broken_off_again_and_again_costs_no_more_generations(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = _generations(path, "5", "4", "3", "2")
    rename = os.rename

    def fail_at_the_newest(source: Path, target: Path) -> None:
        if target == names[1]:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        rename(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", fail_at_the_newest)
        for _ in range(5):
            with pytest.raises(OSError, match="Input/output"):
                durable.rotate(path, names[1:])
    assert [name.read_text() for name in names] == ["5", "4", "4", "3"]
    durable.rotate(path, names[1:])
    assert [name.read_text() for name in names] == ["5", "5", "4", "3"]


# Setting aside


def test_what_is_set_aside_gets_a_name_of_its_own_each_time(path: Path) -> None:
    kept = []
    for content in ("one", "two", "three"):
        path.write_text(content)
        kept.append(durable.set_aside(path, "damaged-20300101T000000Z"))
        path.unlink()
    assert [name.name.removeprefix("tasks.json.damaged-20300101T000000Z") for name in kept] == ["", "-1", "-2"]
    assert [name.read_text() for name in kept] == ["one", "two", "three"]


def test_what_is_set_aside_is_on_the_disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text("damaged")
    made = _record(monkeypatch, "link", "rename", "fsync")
    durable.set_aside(path, "damaged")
    assert made == ["link", "rename", "fsync"]


def test_nothing_is_set_aside_through_a_planted_link(path: Path) -> None:
    target = path.with_name("target")
    target.write_text("precious")
    path.with_name("tasks.json.damaged").symlink_to(target)
    path.write_text("damaged")
    kept = durable.set_aside(path, "damaged")
    assert kept.name == "tasks.json.damaged-1"
    assert target.read_text() == "precious"


def test_it_does_not_look_for_a_free_name_for_ever(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text("damaged")
    monkeypatch.setattr(os.path, "lexists", lambda _path: True)
    with pytest.raises(FileExistsError):
        durable.set_aside(path, "damaged")


# Temporary files of the past


@pytest.mark.parametrize(
    "left",
    [
        ".tasks.json.1.0123456789ab.tmp",
        ".tasks.json.99999999999999999999.0123456789ab.tmp",
        ".tasks.json.backup.12.0123456789ab.tmp",
        ".tasks.json.backup.1.12.0123456789ab.tmp",
        ".tasks.json.journal.12.0123456789ab.tmp",
        ".tasks.json.damaged-20300101T000000Z-1.12.0123456789ab.tmp",
        ".tasks.json.schema-0.12.0123456789ab.tmp",
    ],
)
def test_temporary_files_that_were_left_are_removed(left: str, path: Path) -> None:
    path.with_name(left).touch()
    durable.sweep(path)
    assert _names(path.parent) == []


def test_every_temporary_name_that_we_give_is_known_as_such(path: Path) -> None:
    for suffix in ("", ".backup", ".backup.2", ".journal", ".damaged-20300101T000000Z"):
        durable.temporary_name(path.with_name(path.name + suffix)).touch()
    durable.sweep(path)
    assert _names(path.parent) == []


@pytest.mark.parametrize(
    "other",
    [
        "tasks.json",
        ".tasks.json.tmp",
        ".tasks.json.swp",
        ".tasks.json.12.tmp",
        ".tasks.json.12.0123456789ab.tmp.orig",
        ".tasks.json.x.0123456789ab.tmp",
        ".tasks.json.²².0123456789ab.tmp",
        ".tasks.json.12.notes of mine.tmp",
        ".tasks.jsonl.12.0123456789ab.tmp",
        ".profile.json.12.0123456789ab.tmp",
        "tasks.json.12.0123456789ab.tmp",
    ],
)
def test_files_of_others_stay(other: str, path: Path) -> None:
    path.with_name(other).touch()
    durable.sweep(path)
    assert _names(path.parent) == [other]


def test_temporary_files_of_another_list_with_a_longer_name_stay(path: Path) -> None:
    other = durable.write_temporary(path, b"in the writing")
    durable.sweep(path.with_name("tasks"))
    assert other.read_bytes() == b"in the writing"


def test_a_planted_link_or_directory_is_not_followed(path: Path) -> None:
    target = path.with_name("target")
    target.write_text("precious")
    path.with_name(".tasks.json.1.0123456789ab.tmp").symlink_to(target)
    path.with_name(".tasks.json.2.0123456789ab.tmp").mkdir()
    durable.sweep(path)
    assert _names(path.parent) == [".tasks.json.2.0123456789ab.tmp", "target"]
    assert target.read_text() == "precious"


def test_that_a_file_cannot_be_removed_is_no_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = durable.write_temporary(path, b"left")
    with monkeypatch.context() as patch:
        _fail(patch, "unlink", errno.EIO)
        durable.sweep(path)
        durable.discard(left)
    assert left.exists()
