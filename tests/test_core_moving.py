"""Moving a list: copied, verified, then used from there; what it was stays."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from core import archive, attachments, moving, presence
from core.errors import DiskFullError, FileSafetyError, UnavailableError
from core.moving import CannotMoveError, move
from core.presence import Presence
from tests.command_line import make_list, snapshot
from tests.instances import Instance, opened
from tests.processes import Child
from tests.trouble import HOLDER
from ui.cli import main


@pytest.fixture
def here(tmp_path: Path) -> Instance:
    """A list with all that can belong to one."""
    (tmp_path / "old").mkdir()
    here = opened(tmp_path / "old" / "tasks.json")
    here.add("one", "two", "three")
    (tmp_path / "a.txt").write_text("a")
    here.state.edit([here.state.find(1)], attachments=[attachments.keep(here.store.files.path, tmp_path / "a.txt")])
    here.save()
    archive.write(here.store.files.path, here.store.files.path.read_bytes())
    return here


def content(directory: Path) -> dict[str, bytes]:
    found = {str(path.relative_to(directory)): path for path in directory.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if not name.endswith(".lock")}


def test_all_that_belongs_to_a_list_is_copied_and_stays(here: Instance, tmp_path: Path) -> None:
    old, target = tmp_path / "old", tmp_path / "far" / "away"
    (old / "other.json").write_text("not of this list")
    before = content(old)
    told: list[int] = []
    new = move(here.store, target, lambda done, _total: told.append(done))
    assert new == target / "tasks.json"
    assert content(target) == {name: raw for name, raw in before.items() if name != "other.json"}
    assert content(old) == before
    assert told == list(range(len(content(target))))
    assert target.stat().st_mode & 0o777 == 0o700
    there = opened(new)
    assert there.state.tasks == here.state.tasks
    there.state.undo()
    assert there.state.find(1).attachments == ()


def test_a_list_that_is_there_is_never_replaced(here: Instance, tmp_path: Path) -> None:
    make_list(tmp_path / "there" / "tasks.json", "another")
    before = snapshot(tmp_path / "there")
    with pytest.raises(CannotMoveError, match="already"):
        move(here.store, tmp_path / "there")
    assert snapshot(tmp_path / "there") == before


@pytest.mark.parametrize("call", ["write", "fsync", "replace", "read"])
def test_a_move_that_fails_leaves_the_list_where_it_was(
    call: str, here: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, made = getattr(os, call), [0]

    def fail(*arguments: Any, **options: Any) -> Any:
        made[0] += 1
        if made[0] > 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, call, fail)
        with pytest.raises(DiskFullError):
            move(here.store, tmp_path / "new")
    assert not (tmp_path / "new" / "tasks.json").exists()
    assert not list(tmp_path.rglob("*.tmp"))
    assert opened(move(here.store, tmp_path / "new")).state.tasks == here.state.tasks


def test_a_copy_that_is_not_the_same_is_not_used(
    here: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "digest_of", str)
    with pytest.raises(UnavailableError, match="The list is where it was"):
        move(here.store, tmp_path / "new")


def test_nobody_writes_meanwhile(here: Instance, tmp_path: Path) -> None:
    here.store.files.lock.timeout = 0.0
    with Child(HOLDER, here.store.files.lock.path) as child:
        assert child.hear() == "held"
        with pytest.raises(FileSafetyError):
            move(here.store, tmp_path / "new")
    assert not (tmp_path / "new" / "tasks.json").exists()


def test_the_command_moves_the_users_own_list(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(*arguments: str, code: int = 0) -> str:
        assert main(arguments) == code, capsys.readouterr().err
        printed = capsys.readouterr()
        return printed.err if code else printed.out

    old = home / "todurable" / "tasks.json"
    make_list(old, "one", "two")
    monkeypatch.setattr(presence, "others", lambda _files: (Presence("here:1:-", ""),))
    assert "open in another terminal" in said("path", "--move", str(home / "new"), code=1)
    monkeypatch.undo()
    monkeypatch.setenv("TODURABLE_HOME", str(home / "todurable"))
    assert "Only your own list" in said("--file", str(old), "path", "--move", str(home / "new"), code=1)
    assert said("path", "--move", str(home / "new")) == f"{home / 'new' / 'tasks.json'}\n"
    assert said("path") == f"{home / 'new' / 'tasks.json'}\n"
    said("add", "three")
    assert "three" in said("list")
    assert [task.name for task in opened(old).state.tasks] == ["one", "two"]
