"""Many processes on one list: nothing that was acknowledged is lost, no id is given twice, and a busy lock is told.

The commands are real processes. Where there are many, each worker forks them from an interpreter that has imported
everything already: a fork begins at the same `main`, and opens its own files, as one started by a shell does.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from core.state import AppState
from core.store import TaskStore
from tests.command_line import ended, make_list, snapshot, somebody_waits_for, start, tasks_shown, todurable
from tests.processes import Child, wait_until

ADD_AND_SAVE = """
    import sys
    from core.state import AppState
    state = AppState()
    state.load_from_file(sys.argv[1])
    print("loaded", flush=True)
    sys.stdin.readline()
    for number in range(10):
        state.add_task(f"task {number} of {sys.argv[2]}")
    state.save_to_file(sys.argv[1])
"""
FORK_COMMANDS = """
    import os, sys
    import portalocker, core.archive, core.quickadd, ui.verbs.add, ui.verbs.status  # once, not in every child
    from ui.cli import main
    print("ready", flush=True)
    sys.stdin.readline()
    for words in sys.argv[1:]:
        if (child := os.fork()) == 0:
            os._exit(main(words.split(" ")))
        print("exit", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def run_together(children: Sequence[Child]) -> list[list[str]]:
    """The lines of `children`, which all begin once the last of them is ready."""
    for child in children:
        assert child.hear()
    for child in children:
        child.tell()
    return [child.end() for child in children]


def content(file: Path) -> AppState:
    """The list as a new process finds it."""
    state = AppState()
    state.load_from_file(file)
    return state


@pytest.fixture
def file(home: Path) -> Path:
    """The list that the command line uses when no other is named."""
    return home / "todurable" / "tasks.json"


def test_five_processes_that_load_add_ten_and_save_keep_all_fifty(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    run_together([Child(ADD_AND_SAVE, file, number) for number in range(5)])
    tasks = content(file).tasks
    assert len({task.name for task in tasks}) == len({task.id for task in tasks}) == 50


def add_25(worker: int) -> list[tuple[int, str, str]]:
    """Run 25 commands, one after the other, each a new interpreter."""
    return [todurable("add", f"task {number} of {worker}") for number in range(25)]


def test_eight_times_25_adds_keep_all_200(file: Path) -> None:
    with ThreadPoolExecutor(8) as workers:
        results = [result for worker in workers.map(add_25, range(8)) for result in worker]
    assert {(code, err) for code, _, err in results} == {(0, "")}
    assert sorted(int(out) for _, out, _ in results) == list(range(1, 201))
    tasks = content(file).tasks
    assert len({task.name for task in tasks}) == 200
    assert {str(task.id) for task in tasks} == {out.strip() for _, out, _ in results}


def test_100_adds_beside_100_completions_lose_none_of_either(file: Path) -> None:
    make_list(file)
    state = AppState()
    for number in range(100):
        state.add_task(f"old {number}")
    state.save_to_file(file)
    adding = [Child(FORK_COMMANDS, *(f"add new-{worker}-{n}" for n in range(25))) for worker in range(4)]
    done = [Child(FORK_COMMANDS, *(f"done --quiet {25 * worker + n + 1}" for n in range(25))) for worker in range(4)]
    lines = [line for child in run_together([*adding, *done]) for line in child]
    assert lines.count("exit 0") == 200
    tasks = content(file).tasks
    assert {int(line) for line in lines if line.isdecimal()} == {task.id for task in tasks if task.id > 100}
    assert {task.name for task in tasks} == {f"old {n}" for n in range(100)} | {
        f"new-{worker}-{n}" for worker in range(4) for n in range(25)
    }
    assert {task.id for task in tasks if task.status == "done"} == set(range(1, 101))


class TestBusyLock:
    def test_after_the_timeout_it_is_4_and_names_the_holder_and_nothing_is_written(self, file: Path) -> None:
        make_list(file, "one")
        with closing(TaskStore(file)) as store, store.files.lock:
            before = snapshot(file.parent)
            for arguments in (["add", "two"], ["done", "1"], ["undo"]):
                code, out, err = todurable(*arguments, "--lock-timeout", "0.05")
                assert (code, out) == (4, "")
                assert "is locked by" in err
                assert "wrote nothing" in err
                assert "is kept" not in err
            assert snapshot(file.parent) == before
            assert len(tasks_shown()) == 1
        assert todurable("add", "two", "--lock-timeout", "0") == (0, "2\n", "")

    def test_who_waits_gets_it_once_it_is_free(self, file: Path) -> None:
        make_list(file, "one")
        with closing(TaskStore(file)) as store:
            with store.files.lock:
                waiting = [start("add", name, "--lock-timeout", "250") for name in ("two", "three")]
                wait_until(lambda: somebody_waits_for(store.files.lock.path))
            assert {ended(process)[0] for process in waiting} == {0}
        assert {task["name"] for task in tasks_shown()} == {"one", "two", "three"}

    def test_a_holder_that_is_killed_lets_it_go(self, file: Path) -> None:
        make_list(file, "one")
        hold = """
            import sys
            from pathlib import Path
            from core.store import TaskStore
            with TaskStore(Path(sys.argv[1])).files.lock:
                print("held", flush=True)
                sys.stdin.readline()
        """
        with Child(hold, file) as holder:
            assert holder.hear() == "held"
            code, _, err = todurable("add", "two", "--lock-timeout", "0")
            assert (code, f"process {holder.pid}" in err) == (4, True)
            holder.kill()
        assert todurable("add", "two", "--lock-timeout", "0").code == 0

    def test_reading_does_not_wait_for_it(self, file: Path) -> None:
        make_list(file, "one")
        with closing(TaskStore(file)) as store, store.files.lock:
            for arguments in (["list"], ["doctor"], ["path"]):
                assert todurable(*arguments).code == 0
