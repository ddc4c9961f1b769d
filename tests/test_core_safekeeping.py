"""When copies of a list are made, and what happens where they cannot be."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core import archive
from core.archive import copies
from core.backups import find
from core.errors import DiskFullError
from core.safekeeping import BULK, copy_before, copy_if_due, is_dangerous, sweep
from core.store import Kept, TaskStore
from tests.instances import START, Instance, opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tasks.json"


def seqs(file: Path) -> list[int]:
    return [copy.seq for copy in copies(file)]


def test_each_hour_of_work_leaves_a_copy_of_what_was_before_it(file: Path) -> None:
    here = Instance(file)
    now = START
    here.store.clock = lambda: now
    here.load()
    made: list[list[int]] = []
    for minutes in (0, 1, 2, 59, 60, 61, 62):
        now = START + timedelta(minutes=minutes)
        here.add(f"at {minutes}")
        copy_if_due(here.store)
        made.append(seqs(file))
    assert made == [[1], [1], [1], [1], [4, 1], [5, 4, 1], [5, 4, 1]]
    here.store.kept = Kept(3, 1, 0, 0)
    for hour in range(3, 9):
        now = START + timedelta(hours=hour)
        here.add(f"at hour {hour}")
        copy_if_due(here.store)
    assert len(seqs(file)) == 3


def test_a_copy_before_is_the_list_as_it_is_and_is_made_once(file: Path) -> None:
    here = opened(file)
    assert copy_before(here.store) is None
    here.add("a", "b", "c")
    copy = copy_before(here.store)
    assert copy is not None
    assert copy.seq == 3
    assert copy_before(here.store) == copy
    assert copy_before(TaskStore(file)) == copy  # who has not read the list reads it
    copy.path.write_bytes(b"damaged")
    again = copy_before(here.store)
    assert again is not None
    assert archive.is_good(again)


def test_copies_before_many_operations_of_one_hour_are_thinned(file: Path) -> None:
    here = opened(file)
    here.store.kept = Kept(4, 2, 1, 1)
    assert here.store.kept.most == 8
    counts = []
    for number in range(12):
        copy_before(here.store)
        here.add(f"task {number}")
        copy_if_due(here.store)
        counts.append(len(copies(file)))
    assert counts == [1, 1, 2, 3, 4, 5, 6, 7, 8, 4, 5, 6]


def test_a_copy_before_that_fails_says_so(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = opened(file)
    here.add("a")

    def full(*_arguments: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(
        DiskFullError, match="This change was not saved, for no copy of the list could be made before it"
    ):
        copy_before(here.store)


def test_a_bulk_change_is_one_of_more_than_twenty_tasks(file: Path) -> None:
    here = opened(file)
    here.add(*(f"task {number}" for number in range(BULK + 1)))
    here.state.complete(here.state.tasks[:BULK])
    assert not is_dangerous(here.state.pending)
    here.state.reopen(here.state.tasks)
    assert not is_dangerous(here.state.pending)
    here.state.trash_tasks(here.state.tasks)
    assert is_dangerous(here.state.pending)


def test_what_a_crash_left_half_written_goes_when_nobody_can_be_at_work_on_it(file: Path) -> None:
    sweep(file, START)
    here = opened(file)
    here.add("a")
    copy = copy_before(here.store)
    assert copy is not None
    attached = file.parent / "attachments" / ("0" * 64)
    attached.mkdir(parents=True)
    left = [
        copy.path.with_name(f".{copy.path.name}.77.0123456789ab.tmp"),
        attached / ".a.txt.7.0123456789ab.tmp",
    ]
    others = [copy.path.with_name("mine.tmp"), copy.path.with_name(".mine")]
    for path in (*left, *others):
        path.write_bytes(b"half")
    now = datetime.fromtimestamp(left[0].stat().st_mtime, UTC)
    sweep(file, now + timedelta(hours=23))
    assert all(path.exists() for path in left)
    sweep(file, now + timedelta(hours=25))
    assert not any(path.exists() for path in left)
    assert all(path.exists() for path in (*others, copy.path))


def test_the_daily_zip_of_another_list_is_no_backup_of_this_one(tmp_path: Path) -> None:
    here = opened(tmp_path / "tasks.json")
    place = tmp_path / "stick"
    place.mkdir()
    ours = [place / f"{name}_20261121T080000.000005Z.zip" for name in ("daily-tasks.json", "before the flood")]
    for path in (*ours, place / "daily-work.json_20261121T080000.000005Z.zip"):
        path.write_bytes(b"")
    assert sorted(find(here.store.files, [place])) == sorted(ours)
