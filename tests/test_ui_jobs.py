"""Long commands are jobs: each ends as done, failed, cancelled or interrupted, and is found to have ended so."""

from __future__ import annotations

import json
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple

import pytest

from core import compaction, jobs, store
from core.errors import TodurableError
from core.instance_files import Owner
from core.jobs import all_of
from core.state import AppState
from tests.command_line import make_list
from tests.in_process import call, shown
from tests.processes import Child
from tests.terminal import Terminal
from ui import progress
from ui.verbs import take_in

_COMMAND = """
    import os
    import sys
    from pkgutil import resolve_name
    from core import compaction, jobs, store
    from ui import progress
    from ui.cli import main

    def stop(*arguments, **options):
        if not sys.stdout.isatty():
            print("there", flush=True)
        while True:
            os.sched_yield()  # a call that never ended could begin just when Ctrl-C has come

    jobs.SOON = progress._SOON = progress._INTERVAL = 0.0
    place, name = sys.argv[1].rsplit(".", 1)
    setattr(resolve_name(place), name, stop)
    sys.exit(main(sys.argv[2:]))
"""
"""A command that stops at a place, given by its name, and says so, for ever."""
_HERE = Owner.this_process()
_MANY = take_in.LARGE // 20


class Long(NamedTuple):
    """A kind of job: where a command of it is in the midst of its work, and how that is called."""

    place: str
    command: Callable[[Path], tuple[str, ...]]


def _import(home: Path) -> tuple[str, ...]:
    (home / "todo.txt").write_text("".join(f"task number {number} to do\n" for number in range(_MANY)))
    return "import", str(home / "todo.txt")


def _export(home: Path) -> tuple[str, ...]:
    return "export", "--to", str(home / "out" / "tasks.json")


def _backup(home: Path) -> tuple[str, ...]:
    return "backup", "mine", "--to", str(home)


def _restore(_home: Path) -> tuple[str, ...]:
    return "restore", "--at", "1", "--yes"


def _move(home: Path) -> tuple[str, ...]:
    return "path", "--move", str(home / "new")


KINDS = {
    "import": Long("core.store.TaskStore.commit", _import),
    "export": Long("core.interop.own._document", _export),
    "backup": Long("core.zip_backup.verify", _backup),
    "restore": Long("core.store.TaskStore.commit", _restore),
    "move": Long("core.moving.digest_of", _move),
}
each = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def file(home: Path) -> Path:
    file = home / "todurable" / "tasks.json"
    make_list(file, "one", "two")
    (home / "out").mkdir()
    (home / "out" / "tasks.json").write_text("what was there")
    return file


@pytest.fixture(autouse=True)
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """However little there is to do, it lasts so long that it is worth a file."""
    monkeypatch.setattr(jobs, "SOON", 0.0)


def _states(file: Path) -> list[tuple[str, str]]:
    return [(job.kind, job.state) for job in all_of(file, _HERE)]


def _files(home: Path) -> dict[str, bytes]:
    """All there is, but for what tells of jobs, what may be copied beforehand, and the lock."""
    found = {str(path.relative_to(home)): path for path in home.rglob("*") if path.is_file()}
    besides = ("todurable/jobs/", "todurable/backups/tasks-", "todurable/tasks.json.lock", ".cache")
    return {name: path.read_bytes() for name, path in found.items() if not name.startswith(besides)}


@each
def test_done(kind: str, file: Path, home: Path) -> None:
    assert call(*KINDS[kind].command(home)).code == 0
    assert _states(file) == [(kind, "done")]


@each
def test_failed(kind: str, file: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: Any, **_options: Any) -> None:
        raise TodurableError("It is no good.")

    command = KINDS[kind].command(home)
    before = _files(home)
    monkeypatch.setattr(KINDS[kind].place, fail)
    assert call(*command).code == 1
    (job,) = all_of(file, _HERE)
    assert (job.state, job.reason) == ("failed", "It is no good.")
    assert _files(home) == before


@each
@pytest.mark.parametrize(
    ("sent", "code", "state"), [(signal.SIGINT, 130, "cancelled"), (signal.SIGKILL, -9, "interrupted")], ids=str
)
def test_cancelled_and_interrupted(
    sent: signal.Signals, code: int, state: str, kind: str, file: Path, home: Path
) -> None:
    command = KINDS[kind].command(home)
    before = _files(home)
    with Child(_COMMAND, KINDS[kind].place, *command) as child:
        while (line := child.hear()) != "there":
            assert line, "it ended"
        assert _states(file) == [(kind, "running")]
        child.process.send_signal(sent)
        assert child.process.wait() == code
    assert _states(file) == [(kind, state)]
    left = _files(home).keys() - before.keys()
    assert all(name.endswith(".tmp") or name.startswith("new/") for name in left)
    assert not left or state == "interrupted"
    assert before.items() <= _files(home).items()
    assert (state == "interrupted") == (f"{kind} begun" in call("doctor").out)

    assert call(*command).code == 0
    assert _states(file) == [(kind, "done"), (kind, state)]
    assert "begun" not in call("doctor").out


@pytest.fixture
def long_journal(file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A list whose journal is to be compacted at the next checkpoint."""
    with monkeypatch.context() as patch:
        patch.setattr(store, "LARGE_JOURNAL", 1 << 40)
        state = AppState()
        state.load_from_file(file)
        for number in range(2 * compaction.KEPT + 300):
            state.edit([state.find(1)], description=f"{number} " * 200)
        for number in range(4):
            state.rename(state.find(1), f"name {number}")
            state.save_to_file(file)
    assert file.with_name("tasks.json.journal").stat().st_size > store.LARGE_JOURNAL
    return file


@pytest.mark.parametrize(("sent", "state"), [(signal.SIGINT, "cancelled"), (signal.SIGKILL, "interrupted")], ids=str)
def test_a_compaction_ends_too(sent: signal.Signals, state: str, long_journal: Path) -> None:
    with Child(_COMMAND, "core.compaction.lines", "add", "three") as child:
        assert child.hear() == "there"
        assert _states(long_journal) == [("compaction", "running")]
        child.process.send_signal(sent)
        child.process.wait()
    assert _states(long_journal) == [("compaction", state)]
    assert [task["name"] for task in shown("list")] == ["name 3", "two", "three"]
    assert call("add", "four").code == 0
    assert _states(long_journal) == [("compaction", "done"), ("compaction", state)]
    assert long_journal.with_name("tasks.json.journal").stat().st_size < store.LARGE_JOURNAL
    assert "2308 changes can be read" in call("doctor").out


def test_progress_is_a_line_that_ctrl_c_takes_away(file: Path, home: Path) -> None:
    before = _files(home)
    long = KINDS["import"]
    command = [sys.executable, "-c", dedent(_COMMAND), long.place, *long.command(home)]
    with Terminal(command) as terminal:
        terminal.until_shown("Importing [###############         ]  63%")
        terminal.send_signal(signal.SIGINT)
        assert terminal.wait() == 130
        assert terminal.text.strip() == ""
    assert _states(file) == [("import", "cancelled")]
    assert before.items() <= _files(home).items()


def test_a_small_import_leaves_no_status_and_asks_for_no_patience(
    file: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "SOON", 1_000.0)
    monkeypatch.setattr(progress, "_SOON", 1_000.0)
    (home / "todo.txt").write_text("one more\n")
    assert call("import", str(home / "todo.txt"), terminal=True) == (0, "Imported 1 task.\n", "")
    assert _states(file) == []


def test_a_large_import_into_nothing_is_a_job_too(home: Path) -> None:
    assert call(*_import(home)).code == 0
    assert _states(home / "todurable" / "tasks.json") == [("import", "done")]
    assert len(shown("list")) == _MANY


@pytest.mark.usefixtures("file")
def test_jobs_are_told_by_doctor_and_those_of_backups_where_these_are_listed(home: Path) -> None:
    with Child(_COMMAND, KINDS["backup"].place, *_backup(home)) as child:
        while child.hear() != "there":
            pass
        assert re.fullmatch(r"A backup begun .* is running(: \d+%)?\.", call("backups").err.strip())
        child.kill()
    assert "was interrupted: its process ended before it did." in call("backups").err
    assert json.loads(call("backups", "--json").err)["note"]["message"].startswith("A backup begun ")
    (job,) = shown("doctor")["jobs"]
    assert (job["kind"], job["state"], job["told"]) == ("backup", "interrupted", False)
    assert call("backup").code == 0
    assert call("backups").err == ""
    assert [job["state"] for job in shown("doctor")["jobs"]] == ["done", "interrupted"]
