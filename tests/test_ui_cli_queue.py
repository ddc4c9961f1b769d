"""A list as a queue: `claim` gives each task to one worker, `watch` tells every change."""

from __future__ import annotations

import json
import signal
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from core.opened import Anew, News
from core.state import AppState
from core.store import TaskStore
from tests.command_line import ended, make_list, snapshot, start
from tests.in_process import call, shown
from tests.processes import Child
from ui.verbs.watch import new_records

WORKERS, TASKS = 16, 500
CLAIM_ALL = """
    import os, sys
    import ui.verbs.claim
    from ui.cli import main
    workers = []
    for _ in range(int(sys.argv[1])):
        if (child := os.fork()) == 0:
            while (code := main(["claim", "--quiet", "--lock-timeout", "60", "#work"])) == 0:
                pass
            os._exit(code)
        workers.append(child)
    print("codes", *(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in workers))
"""
ADD_SOME = """
    import sys
    from ui.cli import main
    for number in range(10):
        main(["add", "--quiet", f"{sys.argv[1]} {number}"])
"""


@pytest.fixture
def file(home: Path) -> Path:
    """The list that is used when no other is named."""
    return home / "todurable" / "tasks.json"


def test_claim_starts_and_prints_the_first_that_is_ready(file: Path) -> None:
    make_list(file, *"abcde", tags=["x"])
    call("start", "1")
    call("edit", "2", "depends:3")
    call("edit", "4", "wait:2400-01-01")
    assert call("claim").out == "3\tactive\t0\t\tc\t\tx\n"
    assert shown("claim", "+x", "sort:id-")["id"] == 5
    before = snapshot(file.parent)
    code, out, err = call("claim", "+x")
    assert (code, out, err) == (1, "", "todurable: No task that matches “+x” is ready.\n")
    assert snapshot(file.parent) == before
    call("done", "3")
    assert shown("claim")["id"] == 2
    assert call("undo").out == "Undone: start “b”.\n"


def test_sixteen_workers_never_get_the_same_task(file: Path) -> None:
    file.parent.mkdir()
    state = AppState()
    state.add_tasks({"name": f"task {number}", "project": "work"} for number in range(TASKS))
    state.save_to_file(file)
    with Child(CLAIM_ALL, WORKERS) as workers:
        *lines, codes = workers.end()
    assert codes.split() == ["codes", *["1"] * WORKERS]
    claimed = Counter(line.split("\t")[0] for line in lines)
    assert claimed == Counter(map(str, range(1, TASKS + 1)))
    assert {task["status"] for task in shown("list")} == {"active"}


def test_watch_misses_nothing_while_four_write(file: Path) -> None:
    make_list(file, "first")
    watch = start("watch", "--json")
    assert watch.stderr is not None
    assert watch.stdout is not None
    assert "Watching" in watch.stderr.readline()
    writers = [Child(ADD_SOME, name) for name in "abcd"]
    seen = [json.loads(watch.stdout.readline()) for _ in range(40)]
    for writer in writers:
        writer.end()
    call("edit", "1", "+x", "other")
    call("delete", "1")
    call("purge", "1")
    seen += [json.loads(watch.stdout.readline()) for _ in range(3)]
    watch.send_signal(signal.SIGINT)
    assert ended(watch)[::2] == (130, "")
    assert [event["seq"] for event in seen] == list(range(2, 45))
    assert {event["task"]["name"] for event in seen[:40]} == {
        f"{name} {number}" for name in "abcd" for number in range(10)
    }
    assert {event["event"] for event in seen[:40]} == {"created"}
    edited, deleted, purged = seen[40:]
    assert (edited["before"]["name"], edited["task"]["name"], edited["task"]["tags"]) == ("first", "other", ["x"])
    assert (deleted["event"], deleted["task"]["status"]) == ("changed", "deleted")
    assert (purged["event"], purged["task"], purged["before"]["name"]) == ("purged", None, "other")


def test_watch_ends_when_nobody_reads_any_more_though_nothing_happens(file: Path) -> None:
    make_list(file, "first")
    before = snapshot(file.parent)
    watch = start("watch", stderr=subprocess.PIPE)
    assert watch.stderr is not None
    assert watch.stdout is not None
    assert "Watching" in watch.stderr.readline()
    watch.stdout.close()
    assert watch.wait() == 0
    assert watch.stderr.read() == ""
    watch.stderr.close()
    assert snapshot(file.parent) == before


def test_watch_goes_on_where_the_list_had_to_be_read_anew(file: Path) -> None:
    make_list(file, "first")
    state = AppState()
    state.load_from_file(file)
    call("add", "-", stdin=b"second\n")
    call("done", "2")
    store = TaskStore(file)
    tasks = store.load().tasks
    news = News(anew=Anew(tasks.copy(), store.history()))
    store.close()
    assert [(record.seq, state.seq) for record in new_records(news, state)] == [(2, 3), (3, 3)]
    assert [task.name for task in state.tasks] == ["first", "second"]
    assert list(new_records(News(), state)) == []
