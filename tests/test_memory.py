"""How much memory a large list needs for a moment, and how much of that stays: counted in bytes, not timed."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from bench.lists import write_list
from core import archive, checkpoint
from core.checkpoint import accept_ours
from core.file_safety import SafeFileManager
from core.store import TaskStore
from core.tasklist import TaskList

TASKS = 12_000
_KEEPS = """
    import sys
    from pathlib import Path
    from ui.large_blocks import give_back_large_blocks

    def held():
        [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS")]
        return int(line.split()[1]) << 10

    def take():
        raw, pins = bytearray(20 << 20), []
        raw[:] = b"x" * len(raw)
        pins += [bytes(1000) for _ in range(100)]  # what is made after a block keeps its place from being given back
        return pins

    take()  # from now on the C library keeps blocks of that size
    if sys.argv[1] == "give back":
        give_back_large_blocks()
    before, pins = held(), take()
    print(held() - before)
"""


@pytest.fixture
def listed(tmp_path: Path) -> TaskList:
    return TaskStore(write_list(TASKS, tmp_path)).load().tasks


@pytest.fixture(autouse=True)
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


def peak(act: Callable[[], object]) -> int:
    """The bytes that `act` needs beside what was there before."""
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    act()
    return tracemalloc.get_traced_memory()[1] - before


def test_a_checkpoint_is_made_once(listed: TaskList) -> None:
    size = len(checkpoint.encode(listed, "2026-01-01T00:00:00.000000Z"))
    assert size > 1 << 20
    # a little more than it needs, and some of it as pieces
    assert peak(lambda: checkpoint.encode(listed, "2026-01-01T00:00:00.000000Z")) < 1.7 * size


def test_what_is_long_in_a_few_tasks_is_not_taken_for_the_length_of_all(listed: TaskList) -> None:
    for uid, task in list(listed.tasks.items())[:1_000]:
        listed.tasks[uid] = replace(task, description="x" * 2_000)
    size = len(checkpoint.encode(listed, "2026-01-01T00:00:00.000000Z"))
    assert peak(lambda: checkpoint.encode(listed, "2026-01-01T00:00:00.000000Z")) < 2 * size


def test_a_save_holds_no_more_than_the_old_file_beside_the_new_one(listed: TaskList, tmp_path: Path) -> None:
    files = SafeFileManager(tmp_path / "saved.json")
    old = checkpoint.encode(listed, "2026-01-01T00:00:00.000000Z")
    raw = checkpoint.encode(replace(listed, seq=listed.seq + 1), "2026-01-02T00:00:00.000000Z")
    with files.lock:
        files.save_bytes(old, accept_ours)
        assert files.backup_paths[0].read_bytes() == old
        assert peak(lambda: files.save_bytes(raw, accept_ours)) < 1.1 * len(old)
        assert files.backup_paths[0].read_bytes() == old
        assert not files.backup_paths[1].exists()


def test_a_packed_copy_is_not_unpacked_beside_what_it_is_of(listed: TaskList, tmp_path: Path) -> None:
    raw = checkpoint.encode(listed, "2026-01-01T00:00:00.000000Z")
    assert len(raw) > archive.LARGE_COPY
    assert peak(lambda: archive.write(tmp_path / "tasks.json", raw)) < 1.7 * len(raw)


def test_large_blocks_are_given_back() -> None:
    def kept(how: str) -> int:
        command = [sys.executable, "-c", "\n".join(line[4:] for line in _KEEPS.splitlines()), how]
        done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1])
        return int(done.stdout)

    if sys.platform.startswith("linux"):  # only its C library keeps them
        assert kept("keep") > 15 << 20
        assert kept("give back") < 5 << 20


def test_without_ctypes_they_are_kept() -> None:
    program = "import sys; sys.modules['ctypes'] = None; from ui.large_blocks import *; give_back_large_blocks()"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[1])
