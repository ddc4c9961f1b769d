"""What each operation costs, counted and not timed: calls, bytes, painted lines. As much for many tasks as for few."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bench.lists import write_list
from core import archive, changes, checkpoint, tasklist
from core.state import AppState, Outcome
from core.store import LONG_TAIL, SMALL_FILE, TaskStore
from tests.app_driver import opened
from tests.crash.system_calls import PATCHED
from tests.in_process import call
from ui.widgets.task_list import TaskList

FEW, MANY, TWICE_AS_MANY = 10, 6_000, 12_000
"""The last two lists are so large that no checkpoint follows a commit."""
A_CHANGE = 1_000
"""Bytes that no record of one small change exceeds."""


A_FEW_LINES = 4
"""What a key may paint: the line it changed and the one it came from, once more when the line no longer flashes."""


class Costs:
    """What was done while this was counted."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.read = self.written = 0


@contextmanager
def counted() -> Iterator[Costs]:
    """Count calls of the system and the bytes they moved."""
    costs = Costs()

    def counting(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def counted_call(*arguments: Any, **options: Any) -> Any:
            costs.calls[name] += 1
            result = real(*arguments, **options)
            costs.read += len(result) if name == "read" else 0
            costs.written += result if name == "write" else 0
            return result

        return counted_call

    with pytest.MonkeyPatch.context() as patch:
        for name in PATCHED:
            patch.setattr(os, name, counting(name, getattr(os, name)))
        yield costs


def _writer(file: Path) -> tuple[AppState, TaskStore]:
    """Somebody who has the list open, and has changed it once."""
    store = TaskStore(file)
    state = AppState(by="elsewhere:1:-")
    loaded = store.load()
    state.adopt(loaded.tasks, store.history())
    _rename(state, store, "begun")
    return state, store


def _rename(state: AppState, store: TaskStore, name: str) -> None:
    state.rename(state.tasks[0], name)
    state.receive(store.commit(state.pending))


def _costs_of_a_commit(file: Path) -> Costs:
    state, store = _writer(file)
    with counted() as costs:
        _rename(state, store, "renamed")
    store.close()
    return costs


def test_a_commit_costs_the_change_not_the_list(tmp_path: Path) -> None:
    few, many = (_costs_of_a_commit(write_list(size, tmp_path)) for size in (FEW, MANY))
    assert few.calls == many.calls
    assert few.calls == {"lstat": 3, "stat": 1, "write": 1, "fdatasync": 1}
    assert few.read == many.read == 0
    assert max(few.written, many.written) < A_CHANGE


def _costs_of_a_refresh(file: Path) -> Costs:
    state, store = _writer(file)
    reader = TaskStore(file)
    reader.load()
    reader.refresh()
    _rename(state, store, "renamed")
    with counted() as costs:
        assert [record.label for record in reader.refresh().foreign] == ["rename “begun”"]
    for used in (store, reader):
        used.close()
    return costs


def test_a_change_from_elsewhere_costs_the_change_not_the_list(tmp_path: Path) -> None:
    few, many = (_costs_of_a_refresh(write_list(size, tmp_path)) for size in (FEW, MANY))
    assert few.calls == many.calls
    assert max(few.read, many.read) < A_CHANGE
    assert few.written == many.written == 0


def test_a_look_at_a_list_where_nothing_is_new_costs_two_calls(tmp_path: Path) -> None:
    file = write_list(FEW, tmp_path)
    unchanged = TaskStore(file)
    unchanged.load()
    for journal_exists in (False, True):
        store = _writer(file)[1] if journal_exists else unchanged
        with counted() as costs:
            store.refresh()
        assert costs.calls == {"lstat": 1, "stat": 1}
        store.close()


def test_opening_reads_each_byte_once(tmp_path: Path) -> None:
    file = write_list(MANY, tmp_path)
    _writer(file)[1].close()
    journal = file.with_name("tasks.json.journal")
    archive.directory(file).mkdir()
    with counted() as costs:
        TaskStore(file).load()
    assert costs.read == file.stat().st_size + journal.stat().st_size
    assert costs.written == costs.calls["listdir"] == 0


def test_a_checkpoint_writes_the_list_once(tmp_path: Path) -> None:
    state, store = _writer(write_list(MANY, tmp_path))
    _rename(state, store, "renamed")
    with counted() as costs:
        store.checkpoint()
    assert costs.written == store.files.path.stat().st_size > SMALL_FILE
    store.close()


def _costs_of(command: str, file: Path) -> Costs:
    call("--file", str(file), "add", "first")
    with counted() as costs:
        assert call("--file", str(file), *command.split()).code == 0
    return costs


def test_add_costs_the_same_however_long_the_list_is(tmp_path: Path) -> None:
    many, twice = (_costs_of("add more #home +new", write_list(size, tmp_path)) for size in (MANY, TWICE_AS_MANY))
    assert many.calls == twice.calls
    assert many.read - twice.read in range(-10, 10)  # the digits of numbers
    assert max(many.read, twice.read) < checkpoint.HEADER_SIZE + (1 << 16)
    assert max(many.written, twice.written) < A_CHANGE


def test_done_writes_the_change_and_not_the_list(tmp_path: Path) -> None:
    many, twice = (_costs_of("done 3", write_list(size, tmp_path)) for size in (MANY, TWICE_AS_MANY))
    assert many.calls["write"] == twice.calls["write"] == 1
    assert max(many.written, twice.written) < A_CHANGE


def test_a_list_that_grows_long_behind_its_checkpoint_gets_a_new_one(tmp_path: Path) -> None:
    state, store = _writer(write_list(MANY, tmp_path))
    assert not store.checkpoint_due
    task = state.tasks[0]
    for number in range(LONG_TAIL):
        state.rename(task, f"renamed {number}")
    state.receive(store.commit(state.pending))
    assert store.checkpoint_due
    store.close()


@contextmanager
def _work() -> Iterator[Counter[str]]:
    """Count how often all fields of a task are checked, a task is made anew or from another, and lines are encoded."""
    counts: Counter[str] = Counter()

    def counting(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def counted_call(*arguments: Any, **options: Any) -> Any:
            counts[name] += 1
            return real(*arguments, **options)

        return counted_call

    places: tuple[tuple[Any, str], ...] = (
        (changes, "check_fields"),
        (changes, "Task"),
        (tasklist, "replace"),
        (checkpoint, "_encode_lines"),
    )
    with pytest.MonkeyPatch.context() as patch:
        for module, name in places:
            patch.setattr(module, name, counting(name, getattr(module, name)))
        yield counts


@pytest.mark.parametrize("size", [FEW, 600])
def test_a_new_task_is_checked_and_made_once_until_it_is_in_the_checkpoint(size: int, tmp_path: Path) -> None:
    entries = [{"uid": f"{number:08x}-0000-4000-8000-000000000000", "name": f"task {number}"} for number in range(size)]
    state, store = AppState(), TaskStore(tmp_path / "tasks.json")
    actions: tuple[Callable[[], object], ...] = (partial(state.add_tasks, entries), partial(state.take_in, entries))
    for add in actions:
        with _work() as work:
            add()
            state.receive(store.commit(state.pending))
            store.checkpoint()
        assert work == {"check_fields": size, "Task": size, "_encode_lines": 1}
        state.purge(state.tasks)
        state.receive(store.commit(state.pending))
    store.close()


@pytest.mark.parametrize("size", [FEW, 600])
def test_a_changed_task_is_made_once_by_each_list_that_the_change_is_applied_to(size: int, tmp_path: Path) -> None:
    state, store = _writer(write_list(size, tmp_path))
    reader = TaskStore(store.files.path)
    reader.load()
    assert store.tasks == reader.tasks
    edit: Callable[[], Outcome] = partial(state.edit, state.tasks, project="new", tags=["new"])
    for act in (edit, state.undo):
        with _work() as work:
            assert len(act().changed) == size
            state.receive(store.commit(state.pending))
            reader.refresh()
        assert work == {"replace": size}
        for there in (store, reader):
            with _work() as work:
                assert there.tasks is not None
            assert work == {"replace": size}
    for used in (store, reader):
        used.close()


async def _lines_painted(file: Path, keys: list[str]) -> list[int]:
    """How many lines of the list each key has painted."""
    painted: list[int] = []
    real = TaskList.render_line

    def render_line(widget: TaskList, y: int) -> Any:
        painted.append(y)
        return real(widget, y)

    counts = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TaskList, "render_line", render_line)
        async with opened(file) as app:
            await app.press("j")
            await app.until_saved()
            for key in keys:
                await app.pilot.pause()
                painted.clear()
                await app.press(key)
                await app.until_saved()
                await app.pilot.pause()
                counts.append(len(painted))
    return counts


async def test_a_key_paints_what_it_changed(tmp_path: Path) -> None:
    keys = ["j", "k", "x", "u"]
    few, many = [await _lines_painted(write_list(size, tmp_path), keys) for size in (FEW + 30, MANY)]
    assert min(few + many) > 0
    assert max(few + many) <= A_FEW_LINES
