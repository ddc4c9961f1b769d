"""Disks that are full, read-only or broken, for real: nothing acknowledged is lost, and all goes on once they are well.

Mounting needs root; a limit on the size of files, which the kernel enforces for anybody, does not.
"""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from core.errors import DiskFullError, FileSafetyError, ReadOnlyError
from core.state import AppState
from tests import disks, proof
from tests.disks import Disk
from tests.real_command import (
    COMMAND,
    FILE,
    Content,
    Ended,
    complaint,
    content,
    damage,
    environment,
    leftovers,
    make_list,
    open_list,
    run,
    up_to_date,
)

STORE_ERROR = 3
ROOM = 7 * disks.BLOCK
"""Enough for a few more changes."""


@contextmanager
def small_disk(kind: str, tmp_path: Path) -> Iterator[Disk]:
    if kind == "tmpfs":
        with disks.in_memory(tmp_path / "disk") as disk:
            yield disk
    else:
        with disks.ext4(tmp_path / "disk", tmp_path / "image") as disk:
            yield disk


def add(directory: Path, compiled: Path, name: str) -> Ended:
    return run((*COMMAND, "add", name), environment(directory, compiled))


def add_until_refused(directory: Path, compiled: Path) -> tuple[Content, Ended]:
    """Add tasks until one is refused: what was acknowledged, and how it was refused."""
    acknowledged: Content = {}
    while True:
        name = f"number {len(acknowledged)} " + "x" * 200
        ended = add(directory, compiled, name)
        if ended.code != 0:
            return acknowledged, ended
        acknowledged[int(ended.out)] = (name, "pending")


def assert_well(directory: Path) -> None:
    assert complaint(directory) == ""
    assert damage(directory) == []
    assert leftovers(directory) == []
    assert up_to_date(directory)


@pytest.mark.parametrize("kind", ["tmpfs", "ext4"])
def test_on_a_full_disk_a_change_is_refused_and_none_is_lost(kind: str, tmp_path: Path, compiled: Path) -> None:
    with small_disk(kind, tmp_path) as disk:
        directory = disk.path / "list"
        make_list(directory)
        before = content(directory)
        disk.fill(leave=ROOM)

        acknowledged, refused = add_until_refused(directory, compiled)

        assert acknowledged
        assert refused.code == STORE_ERROR
        assert refused.out == ""
        assert refused.err.startswith(f"todurable: {FILE} could not be saved: the disk is full.")
        assert content(directory) == before | acknowledged
        assert (complaint(directory), damage(directory), leftovers(directory)) == ("", [], [])
        listed = run((*COMMAND, "list"), environment(directory, compiled))
        assert (listed.code, listed.err) == (0, "")

        disk.make_room()
        ended = add(directory, compiled, "there is room again")
        assert ended.code == 0
        assert "MB are free" in ended.err
        assert len(ended.err.splitlines()) == 1
        assert content(directory) == before | acknowledged | {int(ended.out): ("there is room again", "pending")}
        assert_well(directory)
        proof.count("changes on a disk that ran full", len(acknowledged) + 2)


def test_an_open_list_keeps_what_a_full_disk_refuses_until_there_is_room(tmp_path: Path) -> None:
    with disks.in_memory(tmp_path / "disk") as disk:
        directory = disk.path / "list"
        make_list(directory)
        with open_list(directory) as state:
            disk.fill(leave=0)
            with pytest.raises(DiskFullError):
                save_changes_until_refused(state, directory)
            before = content(directory)
            state.add_task("also while it was full")
            with pytest.raises(DiskFullError):
                state.save_to_file(directory / FILE)
            assert len(state.pending) == 2
            assert content(directory) == before

            disk.make_room()
            state.save_to_file(directory / FILE)

            assert not state.pending
            assert content(directory) == shown(state)
            assert_well(directory)


def save_changes_until_refused(state: AppState, directory: Path) -> None:
    """Add tasks one after the other; what is left of the last block of the journal takes some."""
    while True:
        state.add_task("x" * 500)
        state.save_to_file(directory / FILE)


def shown(state: AppState) -> Content:
    return {task.id: (task.name, task.status.value) for task in (*state.tasks, *state.trash)}


def test_an_open_list_keeps_what_a_read_only_disk_refuses_until_it_is_writable(tmp_path: Path, compiled: Path) -> None:
    with disks.in_memory(tmp_path / "disk") as disk:
        directory = disk.path / "list"
        make_list(directory)
        before = content(directory)
        with open_list(directory) as state:
            state.add_task("kept")
            disk.remount("ro")
            for _once_more in range(2):
                with pytest.raises(ReadOnlyError):
                    state.save_to_file(directory / FILE)
            assert len(state.pending) == 1
            assert content(directory) == before
            refused = add(directory, compiled, "refused")
            assert refused.code == STORE_ERROR
            assert "the disk is read-only" in refused.err

            disk.remount("rw")
            state.save_to_file(directory / FILE)

            assert not state.pending
            assert content(directory) == shown(state)
            assert [task.name for task in state.tasks if task.id not in before] == ["kept"]
            assert_well(directory)


def test_an_open_list_outlives_an_error_that_makes_its_disk_read_only(tmp_path: Path) -> None:
    image = tmp_path / "image"
    with disks.ext4(tmp_path / "disk", image, "errors=remount-ro") as disk:
        directory = disk.path / "list"
        make_list(directory)
        with open_list(directory) as state:
            state.add_task("acknowledged before")
            state.save_to_file(directory / FILE)
            before = content(directory)
            state.add_task("kept")
            disks.break_ext4(disk)
            with pytest.raises(FileSafetyError):
                state.save_to_file(directory / FILE)
            assert len(state.pending) == 1
            assert content(directory) == before

            assert state._store is not None
            state._store.close()  # or the disk could not be unmounted
            disks.mend_ext4(disk, image)
            assert content(directory) == before
            state.save_to_file(directory / FILE)

            assert not state.pending
            assert content(directory) == shown(state)
            assert [task.name for task in state.tasks if task.id not in before] == ["kept"]
            assert_well(directory)


# No file may grow beyond a limit


def limited(size: int, directory: Path, *arguments: str) -> Ended:
    """Run todurable where the kernel lets no file grow beyond `size` bytes; a longer write is cut there."""
    ended = subprocess.run(
        (*COMMAND, *arguments),
        env=environment(directory, directory) | {"PYTHONDONTWRITEBYTECODE": "1"},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=partial(resource.setrlimit, resource.RLIMIT_FSIZE, (size, size)),
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


@pytest.mark.parametrize("more", [0, 1, 100])
def test_a_write_that_is_cut_leaves_no_part_of_a_line(more: int, tmp_path: Path) -> None:
    directory = tmp_path / "list"
    make_list(directory)
    before = content(directory)
    journal = (directory / f"{FILE}.journal").read_bytes()

    ended = limited(len(journal) + more, directory, "add", "x" * 500)

    assert (ended.code, ended.out) == (STORE_ERROR, "")
    assert ended.err.startswith(f"todurable: {FILE} could not be saved: the file is too large for this disk.")
    assert (directory / f"{FILE}.journal").read_bytes() == journal
    assert content(directory) == before
    assert_well(directory)


def test_reading_a_list_needs_no_disk_that_can_be_written(tmp_path: Path) -> None:
    directory = tmp_path / "list"
    make_list(directory)
    ended = limited(0, directory, "list")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines()[0].split("\t")[4] == "task 2"
