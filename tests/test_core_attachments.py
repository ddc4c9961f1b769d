"""Attached files: copied by their content, on the disk before they are named, and told where they are missing."""

from __future__ import annotations

import errno
import os
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from core.attachments import digest_of, file_name, is_there, keep, missing, path_of
from core.errors import DiskFullError, FileSafetyError
from tests.instances import a_task


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "list" / "tasks.json"


@pytest.fixture
def source(tmp_path: Path, file: Path) -> Path:
    file.parent.mkdir()
    source = tmp_path / "invoice.pdf"
    source.write_bytes(b"an invoice" * 200_000)
    return source


def test_a_file_is_copied_under_its_content(file: Path, source: Path) -> None:
    told: list[tuple[int, int]] = []
    name = keep(file, source, lambda done, total: told.append((done, total)))
    assert name == f"{sha256(source.read_bytes()).hexdigest()}/invoice.pdf"
    path = path_of(file, name)
    assert path is not None
    assert path.read_bytes() == source.read_bytes()
    assert digest_of(path) == name[:64]
    assert [path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777] == [0o600, 0o700]
    assert told[-1] == (4_000_000, 4_000_000)
    assert len(told) > 2
    assert told == sorted(told)
    assert keep(file, source) == name
    assert is_there(file, name)
    assert file_name(name) == "invoice.pdf"


def test_what_is_missing_is_told_and_never_fatal(file: Path, source: Path) -> None:
    there, gone = keep(file, source), f"{'0' * 64}/gone.txt"
    odd = ("no/such", "../../etc/passwd", f"{'0' * 64}/..", f"{'0' * 64}/a/b", "")
    task = a_task(attachments=(there, gone, *odd))
    assert [name for _task, name in missing(file, [task])] == [gone, *odd]
    assert all(path_of(file, name) is None for name in odd)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a: b?.txt", "a_ b_.txt"),
        (" .hidden. ", "hidden"),
        ("tab\tnew\nline", "tab_new_line"),
        ("ä" * 120 + ".jpeg", "ä" * 73 + ".jpeg"),
        ("no suffix", "no suffix"),
    ],
)
def test_a_name_is_made_fit_for_every_system(name: str, kept: str, file: Path, source: Path) -> None:
    found = keep(file, source.rename(source.with_name(name)))
    assert file_name(found) == kept
    assert is_there(file, found)


def test_what_is_no_file_is_refused(file: Path, source: Path) -> None:
    os.mkfifo(source.with_name("fifo"))
    for name in ("nothing", "list", "fifo"):
        with pytest.raises(FileSafetyError):
            keep(file, source.with_name(name))
    assert not list(file.parent.rglob("*.tmp"))


@pytest.mark.parametrize("call", ["mkdir", "write", "fsync", "replace"])
def test_a_copy_that_fails_leaves_nothing_half(
    call: str, file: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: Any, **_options: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        with pytest.raises(DiskFullError, match="could not be saved"):
            keep(file, source)
    assert not [path for path in file.parent.rglob("*") if path.is_file()]
    assert is_there(file, keep(file, source))


def test_it_is_on_the_disk_before_it_is_named(file: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: set[int] = set()
    fsync = os.fsync

    def note(descriptor: int) -> None:
        synced.add(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    path = path_of(file, keep(file, source))
    assert path is not None
    assert {one.stat().st_ino for one in (path, path.parent, path.parent.parent, file.parent)} <= synced
