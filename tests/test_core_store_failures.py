"""What keeps a store from saving: the change waits, and the news of others outlive it."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from core import durable
from core.changes import Record
from core.errors import AccessDeniedError, DiskFullError, FileLockTimeoutError, FileSafetyError, UnavailableError
from core.locking import FileLock
from tests import places
from tests.instances import Instance, opened
from tests.lists import files_in, names_in
from tests.processes import without_privileges

file = places.tasks


# Locks and directories


def test_a_removed_lock_is_told_and_what_was_written_is_not_lost(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = opened(file)
    here.add("a")
    append = here.store.journal.append

    def removing(records: tuple[Record, ...]) -> None:
        append(records)
        os.unlink(here.store.files.lock.path)

    monkeypatch.setattr(here.store.journal, "append", removing)
    here.state.add_task("b")
    with pytest.raises(UnavailableError, match="was removed"):
        here.commit()
    monkeypatch.undo()
    assert here.names == ["a", "b"]
    here.add("c")
    assert here.names == opened(file).names == ["a", "b", "c"]
    assert len(here.store.history()) == 3


def test_a_lock_file_removed_while_nothing_happens_is_made_anew(file: Path) -> None:
    here, there = opened(file), opened(file, "there:2:-")
    here.add("a")
    os.unlink(here.store.files.lock.path)
    there.add("b")
    here.add("c")
    assert here.names == ["a", "b", "c"]
    assert here.store.files.lock.path.exists()


def test_a_held_lock_keeps_the_records_for_later(file: Path) -> None:
    here = Instance(file, lock_timeout=0.01)
    here.add("a")
    before = files_in(file.parent)
    here.state.add_task("b")
    with FileLock(here.store.files.lock.path):
        for act in (here.commit, here.checkpoint):
            with pytest.raises(FileLockTimeoutError, match=r"tasks\.json\.lock is locked"):
                act()
        assert opened(file).names == ["a"]  # reading needs no lock
        assert here.refresh().changed == frozenset()
        assert [task.name for task in here.state.tasks] == ["a", "b"]
    assert files_in(file.parent) == before
    here.save()
    assert names_in(file) == ["a", "b"]


def test_a_directory_that_cannot_be_written(memory: Path) -> None:
    file = memory / "tasks.json"  # everybody may pass through the directories above
    here = opened(file)
    here.add("a")
    here.store.close()
    os.unlink(here.store.files.lock.path)
    here.state.add_task("b")
    os.chmod(file.parent, 0o555)
    for path in file.parent.iterdir():
        os.chmod(path, 0o444)
    with without_privileges():
        assert opened(file).names == ["a"]
        with pytest.raises(AccessDeniedError):
            here.commit()
    os.chmod(file.parent, 0o755)
    for path in file.parent.iterdir():
        os.chmod(path, 0o600)
    here.save()
    assert names_in(file) == ["a", "b"]


# News outlive what fails


def failing(error: int, times: int = 1) -> Callable[..., None]:
    """Something that fails `times` times."""
    left = iter(range(times))

    def fail(*_: object, **__: object) -> None:
        if next(left, None) is not None:
            raise OSError(error, os.strerror(error))

    return fail


def test_a_full_disk_keeps_the_change_and_the_news_of_others(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = opened(file), opened(file, "there:2:-")
    there.add("theirs")
    here.state.add_task("mine")
    monkeypatch.setattr(os, "write", failing(errno.ENOSPC))
    with pytest.raises(DiskFullError):
        here.commit()
    monkeypatch.undo()
    assert len(here.state.pending) == 1
    here.commit()
    assert here.names == opened(file).names == ["theirs", "mine"]


@pytest.mark.parametrize("error", [errno.EIO, errno.EMFILE, errno.EACCES])
def test_news_outlive_a_checkpoint_that_cannot_be_read_for_now(
    error: int, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = opened(file), opened(file, "there:2:-")
    here.refresh()
    there.add("a", "b")
    stat, left = os.stat, iter([None])

    def fail_once(path: object, *arguments: object, **options: object) -> os.stat_result:
        if str(path) == str(file) and next(left, 0) is None:
            raise OSError(error, os.strerror(error))
        return stat(path, *arguments, **options)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(os, "stat", fail_once)
    with pytest.raises(FileSafetyError):
        here.refresh()
    monkeypatch.undo()
    here.refresh()
    assert here.names == ["a", "b"]
    here.add("c")
    assert here.names == names_in(file) == opened(file).names == ["a", "b", "c"]


def test_a_checkpoint_that_fails_is_put_off(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = opened(file), opened(file, "there:2:-")
    here.add("a")
    there.refresh()
    there.state.add_task("b")
    there.commit()
    monkeypatch.setattr(durable, "write_temporary", failing(errno.ENOSPC))
    assert here.checkpoint().label == "add “b”"
    monkeypatch.undo()
    assert isinstance(here.store.put_off, DiskFullError)
    assert here.names == ["a", "b"]
    assert here.store.checkpoint_due
    assert names_in(file) == ["a"]
    here.checkpoint()
    assert here.store.put_off is None
    assert names_in(file) == ["a", "b"]
