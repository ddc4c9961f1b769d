"""Second names of a file: backups that move up, and what is set aside."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from core import durable
from core.errors import NotAFileError
from tests import failing_calls, places, safe_files

path = places.tasks


# A second name


def test_a_second_name_is_a_link_where_there_are_links(path: Path) -> None:
    path.write_bytes(b"content")
    target = path.with_name("second")
    target.write_bytes(b"old")
    durable.second_name(path, target)
    assert target.samefile(path)
    assert safe_files.names(path.parent) == ["second", "tasks.json"]
    durable.second_name(path, target)  # rename(2) does nothing here
    assert safe_files.names(path.parent) == ["second", "tasks.json"]


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.EXDEV, errno.ENOSYS])
def test_a_second_name_is_a_synced_copy_where_there_are_none(
    number: int, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_bytes(b"content")
    path.chmod(0o640)
    os.utime(path, ns=(0, 1_000_000_000))
    failing_calls.fail_always(monkeypatch, "link", number)
    made = failing_calls.record(monkeypatch, "write", "fsync", "rename")
    target = path.with_name("second")
    durable.second_name(path, target)
    assert made == ["write", "fsync", "rename"]
    assert target.read_bytes() == b"content"
    assert not target.samefile(path)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert target.stat().st_mtime_ns == 1_000_000_000  # how old it is, is told by it
    assert safe_files.names(path.parent) == ["second", "tasks.json"]


@pytest.mark.parametrize(("call", "number"), [("link", errno.ENOSPC), ("link", errno.EIO), ("rename", errno.EIO)])
def test_a_second_name_that_fails_leaves_what_there_was(
    call: str, number: int, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_bytes(b"content")
    target = path.with_name("second")
    target.write_bytes(b"old")
    failing_calls.fail_always(monkeypatch, call, number)
    with pytest.raises(OSError, match=os.strerror(number)):
        durable.second_name(path, target)
    assert target.read_bytes() == b"old"
    assert safe_files.names(path.parent) == ["second", "tasks.json"]


def test_a_planted_link_gets_no_copy_of_what_it_leads_to(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(b"secret")
    link, target = path.with_name("link"), path.with_name("second")
    link.symlink_to(path)
    durable.second_name(link, target)
    assert target.is_symlink()
    target.unlink()
    failing_calls.fail_always(monkeypatch, "link", errno.EPERM)
    with pytest.raises(NotAFileError):
        durable.second_name(link, target)
    assert not target.exists()


def test_a_copy_of_what_is_missing_fails(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        durable.copy_to_temporary(path, path.with_name("second"))
    assert safe_files.names(path.parent) == []


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
    assert len(safe_files.names(path.parent)) == len(after.replace("-", "").split())


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
        failing_calls.fail_always(monkeypatch, "link", errno.EPERM)
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
    made = failing_calls.record(monkeypatch, "link", "rename", "fsync")
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
