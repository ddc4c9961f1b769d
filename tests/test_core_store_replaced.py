"""Files that are replaced while the list is open: whatever was acknowledged is in it at the end, in every instance."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import DiskFullError
from core.state import AppState
from core.task import Status
from tests.instances import Instance, opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "list" / "tasks.json"


@pytest.fixture
def here(file: Path) -> Instance:
    """An instance that has a list of three tasks open."""
    file.parent.mkdir()
    here = opened(file)
    here.add("a", "b", "c")
    return here


def removed(file: Path) -> None:
    shutil.rmtree(file.parent)
    file.parent.mkdir()


def copied_over(source: Path, file: Path) -> None:
    """Each file is cut and written anew, as `cp` does."""
    for path in source.iterdir():
        if path.is_file():
            (file.parent / path.name).write_bytes(path.read_bytes())


def renamed_over(source: Path, file: Path) -> None:
    """Each file is another one, as git and synchronizers do."""
    for path in source.iterdir():
        if path.is_file():
            shutil.copy(path, file.parent / "copy")
            os.replace(file.parent / "copy", file.parent / path.name)


REPLACE = pytest.mark.parametrize("replace", [copied_over, renamed_over])


def all_hold(names: list[str], file: Path, *instances: Instance) -> None:
    """Everybody, and whoever comes new, holds the same tasks, and each has an id of its own."""
    for instance in instances:
        instance.save()
    held = []
    for instance in (*instances, opened(file, "fresh:9:-")):
        instance.refresh()
        assert sorted(instance.names) == sorted(names)
        assert not instance.state.pending
        tasks = instance.state.tasks
        assert len({task.id for task in tasks}) == len(tasks)
        held.append({(task.uid, task.id, task.name, task.status) for task in tasks})
    assert all(one == held[0] for one in held)


def script(file: Path, *names: str) -> None:
    """A command that adds tasks, as it would be acknowledged."""
    other = opened(file, "script:7:-")
    other.add(*names)
    other.store.close()


@pytest.mark.parametrize("seen", [True, False])
def test_a_new_list_in_its_place(here: Instance, file: Path, *, seen: bool) -> None:
    there = opened(file, "there:2:-")
    removed(file)
    if seen:
        here.refresh()
        there.refresh()
    script(file, "new 1", "new 2")
    all_hold(["a", "b", "c", "new 1", "new 2"], file, here, there)


def test_a_new_list_that_is_longer_already(here: Instance, file: Path) -> None:
    removed(file)
    script(file, *"defgh")
    all_hold([*"abcdefgh"], file, here)


@REPLACE
def test_an_older_state_in_its_place_to_which_was_added(
    replace: Callable[[Path, Path], None], here: Instance, file: Path, tmp_path: Path
) -> None:
    there = opened(file, "there:2:-")
    shutil.copytree(file.parent, tmp_path / "kept")
    here.add("d", "e")
    there.refresh()
    ids = {task.name: task.id for task in here.state.tasks}
    replace(tmp_path / "kept", file)
    script(file, "x")
    all_hold([*"abcde", "x"], file, here, there)
    assert {task.name: task.id for task in here.state.tasks} == ids | {"x": 6}


@REPLACE
def test_an_older_state_in_its_place_that_was_edited(
    replace: Callable[[Path, Path], None], here: Instance, file: Path, tmp_path: Path
) -> None:
    shutil.copytree(file.parent, tmp_path / "kept")
    here.state.edit([here.state.find(2)], name="b, better")
    here.save()
    replace(tmp_path / "kept", file)
    other = AppState(by="script:7:-")  # whose clock is later
    other.load_from_file(file)
    other.complete([other.find(1)])
    other.save_to_file(file)
    here.refresh()
    all_hold(["a", "b, better", "c"], file, here)
    assert here.state.find(1).status is Status.DONE


@REPLACE
def test_an_older_state_alone_is_no_news(
    replace: Callable[[Path, Path], None], here: Instance, file: Path, tmp_path: Path
) -> None:
    here.add("d")
    shutil.copytree(file.parent, tmp_path / "kept")
    here.state.purge([here.state.find(4)])
    here.add("e")
    replace(tmp_path / "kept", file)
    here.refresh()
    assert here.names == [*"abce"]
    all_hold([*"abce"], file, here)


@REPLACE
def test_the_list_of_another_machine_that_went_its_own_way(
    replace: Callable[[Path, Path], None], here: Instance, file: Path, tmp_path: Path
) -> None:
    shutil.copytree(file.parent, tmp_path / "elsewhere")
    script(tmp_path / "elsewhere" / "tasks.json", "theirs 1", "theirs 2", "theirs 3")
    here.add("ours")
    replace(tmp_path / "elsewhere", file)
    all_hold([*"abc", "ours", "theirs 1", "theirs 2", "theirs 3"], file, here)


def test_what_is_ours_waits_until_it_can_be_saved(here: Instance, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    removed(file)
    script(file, "new")
    here.state.add_task("mine")
    with monkeypatch.context() as patch:

        def full(*_arguments: object) -> int:
            raise OSError(28, "No space left on device")

        patch.setattr(os, "write", full)
        for _attempt in range(2):
            with pytest.raises(DiskFullError):
                here.commit()
        assert [record.label for record in here.state.pending] == ["add “mine”"]
    all_hold(["a", "b", "c", "mine", "new"], file, here)


@pytest.mark.parametrize("seen", [True, False])
def test_a_window_that_knew_less_than_another_ends_with_all(
    here: Instance, file: Path, tmp_path: Path, *, seen: bool
) -> None:
    there = opened(file, "there:2:-")
    shutil.copytree(file.parent, tmp_path / "kept")
    here.add("d")
    renamed_over(tmp_path / "kept", file)
    script(file, "x")
    if seen:
        there.refresh()
    all_hold([*"abcd", "x"], file, here, there)


def test_what_another_window_did_with_the_files_is_not_done_again(here: Instance, file: Path, tmp_path: Path) -> None:
    shutil.copytree(file.parent, tmp_path / "kept")
    here.add("d")
    there = opened(file, "there:2:-")
    renamed_over(tmp_path / "kept", file)
    script(file, "x")
    here.refresh()
    there.save()
    there.add("y")
    all_hold([*"abcd", "x", "y"], file, here, there)


def test_a_new_list_that_is_longer_by_its_journal_alone(here: Instance, file: Path) -> None:
    removed(file)
    other = opened(file, "script:7:-")
    other.add("new")
    for name in "defgh":
        other.state.add_task(name)
        other.commit()
    other.store.close()
    all_hold([*"abcdefgh", "new"], file, here)
    lines = file.with_name("tasks.json.journal").read_text().splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(1, 13))


def test_who_comes_between_a_change_and_its_checkpoint_finds_all(here: Instance, file: Path) -> None:
    removed(file)
    script(file, "new")
    here.state.add_task("mine")
    here.commit()
    fresh = opened(file, "fresh:9:-")
    assert fresh.names == ["a", "b", "c", "new", "mine"]
    assert fresh.store.report is None


def test_what_was_undone_in_a_new_list_takes_the_id_of_nobody(here: Instance, file: Path) -> None:
    removed(file)
    other = opened(file, "script:7:-")
    other.add("new")
    other.state.purge([other.state.find(1)])
    other.save()
    other.state.undo()
    other.save()
    all_hold(["a", "b", "c", "new"], file, here)


def test_of_what_was_forgotten_only_what_is_younger_is_new(
    here: Instance, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.store.HISTORY", 1)
    window = opened(file, "window:3:-")
    here.state.edit([here.state.find(1)], name="a, better")
    here.save()
    window.refresh()
    shutil.copytree(file.parent, tmp_path / "same")
    renamed_over(tmp_path / "same", file)
    window.refresh()
    assert window.store.journal.strangers == ()
    removed(file)
    late = AppState(by="script:7:-")  # whose clock is later
    late.add_task("new")
    late.save_to_file(file)
    all_hold(["a, better", "b", "c", "new"], file, window)
