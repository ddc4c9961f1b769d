"""The worker by itself: real files, real threads, no screen."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import TypeVar

import pytest

from core import archive, backups, checkpoint
from core.archive import copies
from core.errors import DiskFullError, FileLockTimeoutError, FileSafetyError
from core.safekeeping import daily_copy
from core.state import AppState
from core.store import Kept, TaskStore
from tests.app_driver import PATIENT, names_on_disk, saved_list
from tests.processes import Child
from tests.trouble import HOLDER, FullDisk
from ui.store_worker import Answer, Changed, Loaded, Recovered, Stopped, StoreWorker, Trouble, Unreadable

_Kind = TypeVar("_Kind", bound=Answer)


class Instance:
    """What an app is to its worker: a state, and the answers one after the other."""

    def __init__(self, file: Path, *, lock_timeout: float = PATIENT) -> None:
        self.answers: Queue[Answer] = Queue()
        self.state = AppState(by="here:1:-")
        self.worker = StoreWorker(lambda: TaskStore(file, lock_timeout=lock_timeout), self.answers.put)

    def hear(self, kind: type[_Kind], which: Callable[[_Kind], bool] = lambda _answer: True) -> _Kind:
        """The next answer of that kind, once it is there; what came before it is taken in."""
        while True:
            answer = self.answers.get()
            if isinstance(answer, Loaded):
                self.state.adopt(answer.opened.tasks, answer.history, answer.opened.outside)
            elif isinstance(answer, Changed):
                self.state.receive(answer.news)
            if isinstance(answer, kind) and which(answer):
                return answer

    def add(self, *names: str) -> None:
        for name in names:
            self.state.add_task(name)
            self.worker.offer(self.state.pending)

    def until_saved(self) -> None:
        while self.state.pending:
            self.hear(Changed)

    @property
    def names(self) -> list[str]:
        return [task.name for task in self.state.tasks]


@contextmanager
def running(file: Path, *, lock_timeout: float = PATIENT) -> Iterator[Instance]:
    instance = Instance(file, lock_timeout=lock_timeout)
    instance.worker.start()
    try:
        yield instance
    finally:
        instance.worker.stop()
        assert instance.worker.join(PATIENT)


@contextmanager
def opened(file: Path, *, lock_timeout: float = PATIENT) -> Iterator[Instance]:
    with running(file, lock_timeout=lock_timeout) as instance:
        instance.hear(Loaded)
        yield instance


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tasks.json"


def test_a_list_is_read_and_what_is_offered_is_committed(file: Path) -> None:
    saved_list(file, "one")
    with opened(file) as here:
        assert here.names == ["one"]
        here.add("two")
        here.until_saved()
    assert names_on_disk(file) == ["one", "two"]


def test_a_record_is_committed_once_however_often_it_is_offered(file: Path) -> None:
    with opened(file) as here:
        here.add("one", "two", "three")  # each offer holds the records of those before it
        here.worker.offer(here.state.pending)
        here.until_saved()
        here.worker.offer(here.state.pending)
        here.add("four")
        here.until_saved()
    store = TaskStore(file)
    store.load()
    assert [record.label for record in store.history()] == ["add “one”", "add “two”", "add “three”", "add “four”"]
    store.close()


def test_what_others_commit_is_told(file: Path) -> None:
    with opened(file) as here, opened(file) as there:
        there.add("from there")
        there.until_saved()
        here.hear(Changed, lambda changed: bool(changed.news.foreign))
        assert here.names == ["from there"]
        here.add("from here")
        there.hear(Changed, lambda changed: bool(changed.news.foreign))
        assert there.names == ["from there", "from here"]


def test_a_small_list_is_checkpointed_after_each_commit(file: Path) -> None:
    with opened(file) as here:
        here.add("one")
        here.until_saved()
        while b"one" not in _bytes(file):
            os.sched_yield()


def test_stopping_saves_what_was_offered_and_writes_a_checkpoint(file: Path) -> None:
    with opened(file) as here:
        here.add("one")
        here.worker.stop()
        here.hear(Stopped)
        assert not here.state.pending
    assert b"one" in _bytes(file)


def test_a_list_that_nobody_changed_is_not_written(file: Path) -> None:
    saved_list(file, "one")
    before = {path.name: path.stat().st_mtime_ns for path in file.parent.iterdir()}
    with opened(file):
        pass
    assert {path.name: path.stat().st_mtime_ns for path in file.parent.iterdir()} == before


# Failures


def test_while_another_process_holds_the_lock_changes_wait_and_are_saved_once_it_is_free(file: Path) -> None:
    saved_list(file, "one")
    with opened(file, lock_timeout=0.05) as here, Child(HOLDER, f"{file}.lock") as holder:
        assert holder.hear() == "held"
        here.add("two", "three")
        trouble = here.hear(Trouble)
        assert trouble.doing == "commit"
        assert isinstance(trouble.error, FileLockTimeoutError)
        assert f"process {holder.pid}" in str(trouble.error)
        assert len(here.state.pending) == 2
        holder.tell()
        assert here.hear(Trouble, lambda told: told.error is None).doing == "commit"
        here.until_saved()
    assert names_on_disk(file) == ["one", "two", "three"]


def test_what_fails_is_tried_again_until_it_works(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = FullDisk(monkeypatch)
    with opened(file) as here:
        disk.full = True
        here.add("one")
        for _attempt in range(3):
            assert isinstance(here.hear(Trouble).error, DiskFullError)
        assert len(here.state.pending) == 1
        disk.full = False
        here.until_saved()
    assert names_on_disk(file) == ["one"]


def test_a_new_change_is_tried_at_once(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = FullDisk(monkeypatch)
    monkeypatch.setattr("ui.store_worker.FIRST_DELAY", PATIENT)
    monkeypatch.setattr("ui.store_worker.LONGEST_DELAY", PATIENT)
    with opened(file) as here:
        disk.full = True
        here.add("one")
        here.hear(Trouble)
        disk.full = False
        here.add("two")
        here.until_saved()
    assert names_on_disk(file) == ["one", "two"]


def test_what_others_did_is_told_although_our_commit_failed(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = FullDisk(monkeypatch)
    with opened(file, lock_timeout=0.05) as here:
        with Child(_ADDER, file) as there:
            disk.full = True
            here.add("from here")
            here.hear(Trouble)
            there.tell()
            assert there.hear() == "added"
        disk.full = False
        here.until_saved()
        assert here.names == ["from there", "from here"]


_ADDER = """
    import sys
    from core.state import AppState

    sys.stdin.readline()
    state = AppState()
    state.add_task("from there")
    state.save_to_file(sys.argv[1])
    print("added", flush=True)
"""


def test_stopping_does_not_wait_for_ever(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = FullDisk(monkeypatch)
    with opened(file) as here:
        disk.full = True
        here.add("one")
        here.hear(Trouble)
        here.worker.stop()
        here.hear(Stopped)
        assert len(here.state.pending) == 1


def test_a_checkpoint_that_fails_is_told_and_nothing_is_lost(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with opened(file) as here:
        monkeypatch.setattr(os, "replace", full)
        here.add("one")
        here.until_saved()
        assert here.hear(Trouble).doing == "checkpoint"
    assert names_on_disk(file) == ["one"]


def test_a_bulk_change_waits_until_a_copy_of_the_list_is_made(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved_list(file, *(f"task {number}" for number in range(30)))

    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with opened(file) as here:
        with monkeypatch.context() as patch:
            patch.setattr(archive, "_write", full)
            here.state.trash_tasks(here.state.tasks)
            here.worker.offer(here.state.pending)
            assert here.hear(Trouble).doing == "commit"
            assert len(names_on_disk(file)) == 30
        assert here.hear(Trouble).error is None
        here.until_saved()
    assert names_on_disk(file) == []
    before = copies(file)[-1]
    assert len(checkpoint.decode(archive.content(before.path), before.path).tasks.tasks) == 30


def test_a_routine_copy_that_fails_only_warns(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    saved_list(file, "one")
    with opened(file) as here:
        with monkeypatch.context() as patch:
            patch.setattr(archive, "_link", refuse)
            here.add("two")
            here.until_saved()
            assert here.hear(Trouble).doing == "copy"
        here.add("three")
        assert here.hear(Trouble, lambda told: told.error is None).doing == "copy"
    assert len(copies(file)) == 1


def test_a_zip_a_day_goes_to_the_second_place(file: Path) -> None:
    place = file.parent / "stick"
    saved_list(file, "one")
    answers: Queue[Answer] = Queue()
    worker = StoreWorker(lambda: TaskStore(file, kept=Kept(place=place)), answers.put)
    worker.start()
    state = AppState(by="here:1:-")
    state.add_task("two")
    worker.offer(state.pending)
    while not isinstance(told := answers.get(), Trouble):
        pass
    assert "is not there" in str(told.error)  # the stick is not connected: only a warning
    worker.stop()
    assert worker.join(PATIENT)
    place.mkdir()
    store = TaskStore(file, kept=Kept(place=place))
    store.load()
    copy = daily_copy(store)
    assert copy is not None
    copy()
    (made,) = place.iterdir()
    assert len(backups.read(made).tasks) == 2


def test_reading_that_fails_is_told_and_so_is_that_it_works_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved_list(file, "one")
    real, broken = os.stat, OSError(errno.EIO, os.strerror(errno.EIO))
    failing = [True]

    def stat(path: str | int, **options: bool) -> os.stat_result:
        if failing and str(path).startswith(str(file)):
            raise broken
        return real(path, **options)

    with opened(file) as here:
        monkeypatch.setattr(os, "stat", stat)
        trouble = here.hear(Trouble)
        assert trouble.doing == "refresh"
        failing.clear()
        assert here.hear(Trouble, lambda told: told.error is None).doing == "refresh"
        assert here.names == ["one"]


# Lists that cannot be read, or were damaged


def test_an_unreadable_list_is_told_and_read_when_asked_again(file: Path) -> None:
    file.write_bytes(b"garbage")
    with running(file) as here:
        unreadable = here.hear(Unreadable)
        assert isinstance(unreadable.error, FileSafetyError)
        here.worker.load()
        here.hear(Unreadable)
        file.unlink()
        here.worker.load()
        here.hear(Loaded)
        assert here.names == []


def test_an_unreadable_list_can_be_left_and_nothing_is_written(file: Path) -> None:
    file.write_bytes(b"garbage")
    with running(file) as here:
        here.hear(Unreadable)
    assert {path.name: path.read_bytes() for path in file.parent.iterdir()} == {"tasks.json": b"garbage"}


def test_a_damaged_list_is_repaired_and_the_report_says_where_the_bytes_are(file: Path) -> None:
    saved_list(file, "one", "two")
    file.write_bytes(_bytes(file)[:100])
    with running(file) as here:
        report = here.hear(Loaded).opened.report
        assert report is not None
        assert report.refused[0].path == file
        (kept,) = here.hear(Recovered).report.kept
        assert len(kept.read_bytes()) == 100
    assert names_on_disk(file) == ["one", "two"]


def test_a_file_damaged_while_the_list_is_open_is_repaired_and_told(file: Path) -> None:
    saved_list(file, "one", "two")
    with opened(file) as here:
        file.write_bytes(b"garbage")
        here.hear(Recovered)
        assert here.names == ["one", "two"]
    assert names_on_disk(file) == ["one", "two"]


def test_an_edit_by_another_program_is_told_and_committed(file: Path) -> None:
    saved_list(file, "one", "two")
    with opened(file) as here:
        file.write_text(file.read_text().replace('"name":"one"', '"name":"uno"'))
        while here.names != ["uno", "two"]:
            here.hear(Changed)
    store = TaskStore(file)
    store.load()
    assert [record.by for record in store.history()][-1] == "outside"
    store.close()


def _bytes(file: Path) -> bytes:
    return file.read_bytes() if file.exists() else b""
