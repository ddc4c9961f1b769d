"""Temporary files of the past are removed, and no others."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from core import durable
from tests import failing_calls, places, safe_files

path = places.tasks


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
    assert safe_files.names(path.parent) == []


def test_every_temporary_name_that_we_give_is_known_as_such(path: Path) -> None:
    for suffix in ("", ".backup", ".backup.2", ".journal", ".damaged-20300101T000000Z"):
        durable.temporary_name(path.with_name(path.name + suffix)).touch()
    durable.sweep(path)
    assert safe_files.names(path.parent) == []


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
    assert safe_files.names(path.parent) == [other]


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
    assert safe_files.names(path.parent) == [".tasks.json.2.0123456789ab.tmp", "target"]
    assert target.read_text() == "precious"


def test_that_a_file_cannot_be_removed_is_no_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = durable.write_temporary(path, b"left")
    with monkeypatch.context() as patch:
        failing_calls.fail_always(patch, "unlink", errno.EIO)
        durable.sweep(path)
        durable.discard(left)
    assert left.exists()
