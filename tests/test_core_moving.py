"""Moving a list: copied, verified, then used from there; what it was stays."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Self

import pytest

from core import archive, attachments, drafts, moving, presence
from core.drafts import Draft
from core.errors import FileSafetyError, MovedError, UnavailableError
from core.instance_files import InstanceFiles, Owner
from core.moving import CannotMoveError, move
from core.presence import Presence
from core.profile import ProfileStore
from core.profile_rules import ProfileError
from core.store import TaskStore
from core.tasklist import TaskList
from tests.command_line import ended, make_list, snapshot, somebody_waits_for, start, todurable
from tests.crash.system_calls import PATCHED, Failure
from tests.instances import Instance, opened
from tests.processes import Child, wait_until
from tests.trouble import HOLDER
from ui.cli import main

DRAFT = Draft("add", texts={"line": "half typed"})
GONE = Owner.this_process()._replace(pid=2**31 - 1)
"""Whose screen was killed."""


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
    drafts.keep(InstanceFiles(here.store.files.path, GONE), [DRAFT])
    return here


def content(directory: Path) -> dict[str, bytes]:
    found = {str(path.relative_to(directory)): path for path in directory.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if not name.endswith(".lock")}


@pytest.fixture
def profile(tmp_path: Path) -> ProfileStore:
    """Settings that name the list of `here`."""
    store = ProfileStore(tmp_path / "settings" / "profile.json")
    store.change({"file": str(tmp_path / "old" / "tasks.json")})
    return store


def test_all_that_belongs_to_a_list_is_copied_and_stays(
    here: Instance, profile: ProfileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "_BLOCK", 100)
    old, target = tmp_path / "old", tmp_path / "far" / "away"
    others = [old / "other.json", old / "instances" / "other.json.here.7.1.draft"]
    for other in others:
        other.write_text("not of this list")
    before = content(old)
    told: list[tuple[int, int]] = []
    new = move(here.store, target, profile, lambda done, total: told.append((done, total)))
    assert new == target / "tasks.json"
    assert content(target) == {name: raw for name, raw in before.items() if old / name not in others}
    assert content(old) == before
    size = sum(map(len, content(target).values()))
    assert len(told) > len(content(target))  # a large file is told of more than once
    assert told == sorted(told)
    assert told[-1] == (size, size)
    assert target.stat().st_mode & 0o777 == 0o700
    assert profile.load().file == str(new)
    there = opened(new)
    assert there.state.tasks == here.state.tasks
    there.state.undo()
    assert there.state.find(1).attachments == ()
    assert drafts.take_over(InstanceFiles(new, Owner.this_process())) == (DRAFT,)


@pytest.mark.parametrize("left", ["tasks.json", "tasks.json.backup", "tasks.json.journal", "copy", "history"])
def test_a_list_that_is_there_or_half_there_is_never_replaced(
    left: str, here: Instance, profile: ProfileStore, tmp_path: Path
) -> None:
    names = {"copy": "backups/tasks-1-20260101T000000.000000Z-0123456789ab.json"}
    file = (
        tmp_path / "there" / names.get(left, "backups/history-tasks.json-1-2.jsonl.gz" if left == "history" else left)
    )
    file.parent.mkdir(parents=True)
    file.write_text("another")
    before = snapshot(tmp_path / "there")
    with pytest.raises(CannotMoveError, match="already"):
        move(here.store, tmp_path / "there", profile)
    assert snapshot(tmp_path / "there") == before


def test_files_of_others_stay_and_the_same_attachment_serves_both(
    here: Instance, profile: ProfileStore, tmp_path: Path
) -> None:
    old, target = tmp_path / "old", tmp_path / "there"
    make_list(target / "work.json", "another")
    (attached,) = (path.relative_to(old) for path in (old / "attachments").rglob("a.txt"))
    (target / attached).parent.mkdir(parents=True)
    (target / attached).write_text("b")
    before = content(target)
    with pytest.raises(CannotMoveError, match="is another file"):
        move(here.store, target, profile)
    assert content(target) == before
    (target / attached).write_text("a")
    move(here.store, target, profile)
    assert content(target).items() >= (before | content(old)).items() - {(str(attached), b"b")}


def test_without_room_nothing_is_begun(
    here: Instance, profile: ProfileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "free_space", lambda _directory: 10_000_001)
    with pytest.raises(CannotMoveError, match=r"10\.0 MB are free"):
        move(here.store, tmp_path / "new", profile)
    assert list((tmp_path / "new").iterdir()) == []


@pytest.mark.parametrize("folder", ["backups", "attachments", "attachments/*"])
def test_what_cannot_be_read_is_never_left_out(
    folder: str, here: Instance, profile: ProfileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (unreadable,) = (tmp_path / "old").glob(folder)
    before, real = content(tmp_path), os.scandir

    def scandir(path: str | Path) -> Any:
        if Path(path) == unreadable:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return real(path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", scandir)
        with pytest.raises(FileSafetyError, match=f"{unreadable.name} could not be read"):
            move(here.store, tmp_path / "new", profile)
    assert content(tmp_path) == before
    here.add("still here")


def a_list_to_move(root: Path) -> tuple[Instance, ProfileStore]:
    """A list with an attachment in `root/old`, and settings that do not name it."""
    (root / "old").mkdir(parents=True)
    here = opened(root / "old" / "tasks.json")
    here.add("one", "two")
    attached = attachments.keep(here.store.files.path, Path(__file__))
    here.state.edit([here.state.find(1)], attachments=[attached])
    here.save()
    settings = settings_of(root)
    settings.change({"theme": "nord"})
    return here, settings


class Failing:
    """While this is entered, each call of `os` that touches files is counted, and may fail."""

    NAMES = (*PATCHED, "symlink", "readlink", "rmdir", "utime")

    def __init__(self, fails: Callable[[int], bool], failure: Failure) -> None:
        self.made = 0
        self._fails, self._failure = fails, failure
        self._real = {name: getattr(os, name) for name in self.NAMES}

    def __enter__(self) -> Self:
        for name in self.NAMES:
            setattr(os, name, partial(self._call, name))
        return self

    def __exit__(self, *_error: object) -> None:
        for name, real in self._real.items():
            setattr(os, name, real)

    def _call(self, name: str, *arguments: Any, **options: Any) -> Any:
        self.made += 1
        if not self._fails(self.made):
            return self._real[name](*arguments, **options)
        if self._failure.done or name == "close":
            self._real[name](*arguments, **options)
        raise self._failure.error(str(arguments[:1]))


def moved_with(root: Path, fails: Callable[[int], bool], failure: Failure) -> tuple[bool, int, TaskList]:
    """Whether a move came to its end, how many system calls it made, and the list that was to be moved."""
    here, settings = a_list_to_move(root)
    tasks = here.store.load().tasks
    with Failing(fails, failure) as calls, suppress(FileSafetyError, CannotMoveError, KeyboardInterrupt):
        move(here.store, root / "new", settings)
        return True, calls.made, tasks
    return False, calls.made, tasks


def settings_of(root: Path) -> ProfileStore:
    return ProfileStore(root / "settings" / "profile.json")


def in_use(root: Path) -> Path:
    """The list that the settings name."""
    named = settings_of(root).load().file
    return Path(named) if named else root / "old" / "tasks.json"


FAILURES = [Failure(errno.ENOSPC), Failure(errno.EIO), Failure(errno.EIO, done=True), Failure(0)]


def each_call(
    root: Path, failure: Failure, step: int, *, for_good: bool = False
) -> Iterator[tuple[Path, bool, TaskList]]:
    """A directory for each call of a move that fails so, and those after it too where that is `for_good`.

    With it: whether the move came to its end all the same, and the list that was to be moved.
    """
    for index in count(1, step):
        here = root / str(index)

        def fails(call: int, at: int = index) -> bool:
            return call == at or (for_good and call > at)

        ended, made, tasks = moved_with(here, fails, failure)
        if made < index:
            assert index > 100
            return
        yield here, ended, tasks
        shutil.rmtree(here)


@pytest.mark.parametrize("failure", FAILURES, ids=str)
def test_whatever_fails_the_list_in_use_is_whole_and_no_other_is_half_made(
    failure: Failure, memory: Path, *, prove: bool
) -> None:
    for here, at_its_end, tasks in each_call(Path(os.path.realpath(memory)), failure, 1 if prove else 7):
        assert TaskStore(in_use(here)).load().tasks == tasks
        if in_use(here).parent == here / "old":
            assert not at_its_end
            assert not content(here / "new")
            move(TaskStore(in_use(here)), here / "new", settings_of(here))
        assert not [path for path in (here / "new").glob("*.moving/**/*") if path.is_file()]
        assert TaskStore(here / "new" / "tasks.json").load().tasks == tasks


def test_a_move_that_is_killed_leaves_no_other_list_and_can_be_done_again(memory: Path, *, prove: bool) -> None:
    for here, _ended, tasks in each_call(Path(os.path.realpath(memory)), Failure(0), 1 if prove else 7, for_good=True):
        used, new = in_use(here), here / "new"
        assert TaskStore(used).load().tasks == tasks
        assert TaskStore(new / "tasks.json").load().tasks in (tasks, TaskList())
        if used.parent == new:
            continue
        settings = settings_of(here)
        if new.is_dir() and [path for path in new.iterdir() if path.name[0] != "."]:
            with pytest.raises(CannotMoveError, match="what is left of one"):
                move(TaskStore(used), new, settings)
        else:
            move(TaskStore(used), new, settings)
            assert not [path for path in new.iterdir() if path.name.endswith(".moving")]


def test_a_copy_that_is_not_the_same_is_not_used(
    here: Instance, profile: ProfileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "digest_of", str)
    with pytest.raises(UnavailableError, match="The list is where it was"):
        move(here.store, tmp_path / "new", profile)
    assert not content(tmp_path / "new")


def test_settings_that_are_not_valid_are_told_before_anything_is_copied(
    here: Instance, profile: ProfileStore, tmp_path: Path
) -> None:
    profile.path.write_text('{"schema_version": 1, "theme": 5}')
    with pytest.raises(ProfileError, match="theme"):
        move(here.store, tmp_path / "new", profile)
    assert not (tmp_path / "new").exists()


def test_nobody_writes_meanwhile(here: Instance, profile: ProfileStore, tmp_path: Path) -> None:
    here.store.files.lock.timeout = 0.0
    with Child(HOLDER, here.store.files.lock.path) as child:
        assert child.hear() == "held"
        with pytest.raises(FileSafetyError):
            move(here.store, tmp_path / "new", profile)
    assert not (tmp_path / "new" / "tasks.json").exists()


def test_who_waited_to_write_is_told_where_the_list_is_now(
    here: Instance, profile: ProfileStore, tmp_path: Path
) -> None:
    lock = here.store.files.lock.path
    waiting: list[subprocess.Popen[str]] = []

    def have_somebody_wait(_done: int, _total: int) -> None:
        if not waiting:
            waiting.append(start("--file", str(tmp_path / "old" / "tasks.json"), "add", "late"))
            wait_until(lambda: somebody_waits_for(lock))

    new = move(here.store, tmp_path / "new", profile, have_somebody_wait)
    here.store.close()
    code, _out, err = ended(waiting[0])
    assert code == 3
    assert f"tasks.json was moved to {new}. Nothing was written to {tmp_path / 'old'}" in err
    with pytest.raises(MovedError) as refusal:
        opened(tmp_path / "old" / "tasks.json").add("later")
    assert refusal.value.new == new
    assert "late" not in opened(new).names
    assert opened(tmp_path / "old" / "tasks.json").names == opened(new).names
    opened(new).add("in time")
    told = todurable("--file", str(tmp_path / "old" / "tasks.json"), "doctor")
    assert f"the list was moved to {new}" in told.out


def test_it_can_come_back(here: Instance, profile: ProfileStore, tmp_path: Path) -> None:
    old = tmp_path / "old"
    new = move(here.store, tmp_path / "new", profile)
    here.store.close()
    shutil.rmtree(old / "backups")
    for name in content(old):
        (old / name).unlink()
    assert move(opened(new).store, old, profile) == old / "tasks.json"
    opened(old / "tasks.json").add("here again")


def test_a_screen_that_was_opened_meanwhile_stops_it(
    here: Instance, profile: ProfileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [(), (Presence("here:1:-", ""),)]
    monkeypatch.setattr(presence, "others", lambda _files: answers.pop(0))
    with pytest.raises(CannotMoveError, match="open in another terminal"):
        move(here.store, tmp_path / "new", profile)
    assert not content(tmp_path / "new")
    here.add("still here")


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
