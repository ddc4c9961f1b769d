"""Presence, drafts and the log: small files beside a list, whose processes may be gone."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core import drafts, log, presence
from core.drafts import Draft
from core.instance_files import InstanceFiles, Owner
from core.presence import Presence

HERE = Owner.this_process()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tasks.json"


@pytest.fixture(scope="module")
def gone() -> Owner:
    """A process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    return Owner(HERE.host, ended.pid, "1")


def _elsewhere() -> Owner:
    return Owner("attic", 4711, "1")


def test_a_process_is_gone_when_it_has_ended_or_its_number_belongs_to_another(gone: Owner) -> None:
    assert gone.is_gone(HERE)
    assert not HERE.is_gone(HERE)
    assert not Owner("attic", gone.pid, "1").is_gone(HERE)
    assert HERE._replace(started="1").is_gone(HERE)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert Owner(HERE.host, child.pid, "1").is_gone(HERE) == bool(HERE.started)
        child.communicate(b"\n")


def test_a_process_that_ends_while_it_is_looked_at_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Owner(HERE.host, 10**20, "1").is_gone(HERE)

    def ended(*_arguments: object) -> bytes:
        raise ProcessLookupError(errno.ESRCH, os.strerror(errno.ESRCH))

    with monkeypatch.context() as broken:
        broken.setattr(os, "read", ended)
        assert HERE.is_gone(HERE) == bool(HERE.started)


def test_others_are_seen_and_those_that_are_gone_are_swept(file: Path, gone: Owner) -> None:
    mine, dead, far = (InstanceFiles(file, owner) for owner in (HERE, gone, _elsewhere()))
    there = Presence("attic:4711:pts/3", "2026-01-01T00:00:00Z", editing="uid")
    presence.announce(far, there)
    presence.announce(dead, Presence("here:1:-", ""))
    presence.announce(mine, Presence("here:2:-", ""))
    presence.announce(InstanceFiles(file.with_name("other.json"), _elsewhere()), there)
    far.path(".json").with_name("tasks.json.attic.12.3.json").write_bytes(b"garbage")
    assert presence.others(mine) == (there,)
    assert there.where == "attic pts/3"
    assert not dead.path(".json").exists()
    assert far.path(".json").stat().st_mode & 0o777 == 0o600
    assert far.directory.stat().st_mode & 0o777 == 0o700


def test_the_directory_goes_with_the_last_screen(file: Path) -> None:
    mine, far = InstanceFiles(file, HERE), InstanceFiles(file, _elsewhere())
    assert presence.others(mine) == ()
    for files in (mine, far):
        presence.announce(files, Presence("here:2:-", ""))
    presence.leave(far)
    assert mine.path(".json").exists()
    presence.leave(mine)
    presence.leave(mine)
    assert not mine.directory.exists()


def test_where_the_folder_of_the_list_is_missing_it_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        presence.announce(InstanceFiles(tmp_path / "nowhere" / "tasks.json", HERE), Presence("here:2:-", ""))
    assert not (tmp_path / "nowhere").exists()


def test_what_was_half_typed_is_taken_over_once(file: Path, gone: Owner) -> None:
    mine, dead = InstanceFiles(file, HERE), InstanceFiles(file, gone)
    draft = Draft("add", texts={"line": "Pay \x1b[31m“rent” #home"})
    drafts.keep(dead, [draft])
    drafts.keep(InstanceFiles(file, _elsewhere()), [Draft("add", texts={"line": "theirs"})])
    assert drafts.take_over(mine) == (draft,)
    assert not dead.path(".draft").exists()
    assert drafts.take_over(mine) == ()

    next_one = InstanceFiles(file, HERE._replace(pid=HERE.pid, started=f"{HERE.started}0"))
    os.rename(mine.path(".taken.draft"), dead.path(".taken.draft"))  # as if this process had ended too
    assert drafts.take_over(next_one) == (draft,)
    drafts.forget_taken(next_one)
    assert drafts.take_over(next_one) == ()


def test_a_draft_that_cannot_be_taken_over_stays(file: Path, gone: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, dead = InstanceFiles(file, HERE), InstanceFiles(file, gone)
    drafts.keep(dead, [Draft("add", texts={"line": "x"})])
    dead.path(".draft").with_name(f"tasks.json.{gone.host}.{gone.pid}.2.draft").write_bytes(b"[{}]")
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", _fail)
        with pytest.raises(OSError, match="no space"):
            drafts.take_over(mine)
    assert drafts.take_over(mine) == (Draft("add", texts={"line": "x"}),)
    assert len(list(mine.directory.iterdir())) == 2  # what was taken over, and what could not be read
    drafts.keep(mine, [Draft("add")])
    drafts.keep(mine, [])
    assert not mine.path(".draft").exists()


def _fail(*_arguments: object) -> None:
    raise OSError(28, "no space")


def test_what_ended_processes_had_begun_to_write_is_swept(file: Path, gone: Owner) -> None:
    mine, dead = InstanceFiles(file, HERE), InstanceFiles(file, gone)
    for files in (mine, dead):
        presence.announce(files, Presence("here:2:-", ""))
        path = files.path(".json")
        path.with_name(f".{path.name}.{files.owner.pid}.0123456789ab.tmp").write_bytes(b"")
    mine.sweep()
    assert len(list(mine.directory.glob(".*.tmp"))) == 1


def test_the_log_is_literal_private_and_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory, now = tmp_path / "logs", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    log.append(directory, ["one\ntwo", "\x1b[31mthree"], now)
    path = log.log_file(directory)
    assert path.read_text() == "2026-01-02T03:04:05Z one\ntwo\n2026-01-02T03:04:05Z \ufffd[31mthree\n"
    assert path.stat().st_mode & 0o777 == 0o600
    monkeypatch.setattr(log, "LARGEST", 10)
    log.append(directory, ["four"], now)
    log.append(directory, ["five"], now)
    assert sorted(entry.name for entry in directory.iterdir()) == ["todurable.old.log"]
