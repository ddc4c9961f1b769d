"""Files of an AppState: saved and loaded, saved elsewhere, and what keeps it from that."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import FileCorruptionError, FileLockTimeoutError, ReadOnlyListError, UnsavedError
from core.locking import FileLock
from core.recovery import RecoveryReport
from core.state import AppState
from core.store import TaskStore
from tests import places
from tests.instances import Instance, names, new_state, opened

file = places.tasks


class Printed(list[str]):
    """A console that keeps what is printed."""

    def print(self, *objects: object, **_options: object) -> None:
        self.extend(map(str, objects))


def test_n_processes_that_load_add_and_save_keep_every_task(file: Path) -> None:
    program = (
        "import sys; from core.state import AppState\n"
        "state = AppState(); state.load_from_file(sys.argv[1])\n"
        "for number in range(10):\n"
        "    state.add_task(f'{sys.argv[2]}-{number}')\n"
        "    if number % 3 == 0: state.save_to_file(sys.argv[1])\n"
        "state.save_to_file(sys.argv[1])"
    )
    children = [subprocess.Popen([sys.executable, "-c", program, str(file), str(number)]) for number in range(5)]
    assert [child.wait() for child in children] == [0] * 5
    state = AppState()
    state.load_from_file(file)
    assert sorted(names(state)) == sorted(f"{number}-{task}" for number in range(5) for task in range(10))
    assert sorted(task.id for task in state.tasks) == list(range(1, 51))
    assert state.next_id == 51


def test_a_held_lock_leaves_the_change_waiting_and_it_is_saved_later(file: Path) -> None:
    here = Instance(file, lock_timeout=0.01)
    here.load()
    here.state.add_task("kept")
    with FileLock(here.store.files.lock.path), pytest.raises(FileLockTimeoutError):
        here.commit()
    assert not file.exists()
    assert (here.names, len(here.state.pending)) == (["kept"], 1)
    here.save()
    assert here.state.pending == ()
    assert opened(file).names == ["kept"]


def test_a_state_that_failed_to_load_is_never_saved_there(file: Path) -> None:
    file.write_text("{garbage")
    state = AppState()
    state.add_task("mine")
    with pytest.raises(FileCorruptionError):
        state.load_from_file(file)
    for _ in range(2):
        with pytest.raises(ReadOnlyListError, match="reading only"):
            state.save_to_file(file)
    assert os.listdir(file.parent) == ["tasks.json"]
    assert file.read_text() == "{garbage"
    assert len(state.pending) == 1
    file.unlink()
    state.load_from_file(file)
    state.save_to_file(file)
    assert opened(file).names == ["mine"]


def test_what_fails_to_load_at_the_first_save_is_not_written_either(file: Path) -> None:
    file.write_text("{garbage")
    state = AppState()
    state.add_task("mine")
    for error in (FileCorruptionError, ReadOnlyListError):
        with pytest.raises(error):
            state.save_to_file(file)
    assert file.read_text() == "{garbage"


def test_saving_without_loading_adds_to_what_is_there(file: Path) -> None:
    opened(file, "there:2:-").add("theirs")
    state = new_state()
    state.add_task("mine")
    state.save_to_file(file)
    assert [(task.id, task.name) for task in state.tasks] == [(1, "theirs"), (2, "mine")]


def test_another_file_is_not_loaded_over_changes_that_wait(file: Path, tmp_path: Path) -> None:
    state = AppState()
    state.load_from_file(file)
    state.add_task("mine")
    with pytest.raises(UnsavedError, match="1 change"):
        state.load_from_file(tmp_path / "other.json")
    assert names(state) == ["mine"]


def test_reloading_keeps_what_waits_on_top(file: Path) -> None:
    state = new_state()
    state.load_from_file(file)
    state.add_task("mine")
    opened(file, "there:2:-").add("theirs")
    state.load_from_file(file)
    assert names(state) == ["theirs", "mine"]
    state.save_to_file(file)
    assert opened(file).state.tasks == state.tasks


def test_saving_elsewhere_adds_the_tasks_to_what_is_there(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    opened(other, "there:2:-").add("theirs")
    state = new_state()
    state.add_task("a", tags=["x"])
    state.save_to_file(file)
    state.trash_tasks([state.add_task("b")])
    state.save_to_file(other)
    assert names(state) == ["theirs", "a"]
    assert opened(other).state.tasks == state.tasks
    assert [task.name for task in opened(other).state.trash] == ["b"]
    assert opened(file).names == ["a"]
    state.rename(state.tasks[0], "now in the other")
    state.save_to_file(other)
    assert opened(other).names == ["now in the other", "a"]
    state.undo()
    state.undo()
    assert names(state) == ["theirs"]


def test_saving_twice_elsewhere_copies_only_what_differs(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    state = new_state()
    state.add_task("a")
    state.save_to_file(file)
    state.save_to_file(other)
    state.save_to_file(file)
    assert (state.seq, names(state), opened(file).names) == (1, ["a"], ["a"])


def test_saving_elsewhere_where_that_cannot_be_read_changes_nothing(file: Path, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("{garbage")
    state = new_state()
    state.add_task("a")
    state.save_to_file(file)
    state.add_task("b")
    before = (list(state.tasks), state.next_id, state.seq, state.pending)
    with pytest.raises(FileCorruptionError):
        state.save_to_file(tmp_path / "other.json")
    assert (list(state.tasks), state.next_id, state.seq, state.pending) == before
    assert (tmp_path / "other.json").read_text() == "{garbage"
    assert state.add_task("c").id == 3
    state.save_to_file(file)
    assert opened(file).names == ["a", "b", "c"]


def test_a_history_that_cannot_be_read_leaves_the_state_as_it_was(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = new_state()
    state.add_task("a")
    state.save_to_file(file)

    def failing(store: TaskStore) -> None:
        raise FileCorruptionError(store.files.path, RecoveryReport(store.files.path, None))

    monkeypatch.setattr(TaskStore, "history", failing)
    with pytest.raises(FileCorruptionError):
        state.load_from_file(tmp_path / "other.json")
    state.rename(state.tasks[0], "b")
    state.save_to_file(file)
    monkeypatch.undo()
    assert opened(file).names == ["b"]
    assert not (tmp_path / "other.json").exists()


def test_a_console_is_told_what_was_recovered(file: Path) -> None:
    opened(file).add("a", "b")
    file.write_bytes(b"")
    console = Printed()
    state = AppState()
    state.load_from_file(file, console)
    [told] = console
    assert "tasks.json could not be used" in told
    assert "tasks.json.backup" in told
    assert names(state) == ["a", "b"]
    state.save_to_file(file, console)
    assert len(console) == 1


def test_a_save_whose_checkpoint_fails_is_a_save(file: Path) -> None:
    console = Printed()
    state = new_state()
    state.add_task("a")
    state.save_to_file(file)
    os.mkdir(file.with_name("tasks.json.backup.1"))
    (file.with_name("tasks.json.backup.1") / "in the way").touch()
    state.add_task("b")
    state.save_to_file(file, console)
    assert state.pending == ()
    assert opened(file).names == ["a", "b"]
    assert len(console) == 1


def test_what_a_console_is_told_moves_no_cursor(tmp_path: Path) -> None:
    file = tmp_path / "a\x1b[31m.json"
    opened(file).add("a", "b")
    file.write_bytes(b"")
    console = Printed()
    state = AppState()
    state.load_from_file(file, console)
    file.with_name(f"{file.name}.backup.2").mkdir()
    (file.with_name(f"{file.name}.backup.2") / "in the way").touch()
    while len(console) < 2:  # until a checkpoint is due that the directory is in the way of
        state.add_task("c")
        state.save_to_file(file, console)
    assert all("a\ufffd[31m.json" in told and "\x1b" not in told for told in console)


def test_a_link_and_its_target_are_one_list(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(file)
    state = new_state()
    state.load_from_file(link)
    state.add_task("a")
    state.save_to_file(file)
    assert link.is_symlink()
    assert opened(link).names == opened(file).names == ["a"]
