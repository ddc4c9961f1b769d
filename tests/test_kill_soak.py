"""Several writers on one list, killed at random: after each kill, everything that was acknowledged is there."""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import pytest

from core.changes import Record, ids_given
from core.compaction import history
from core.errors import FileSafetyError
from core.journal import Journal
from core.replay import decoded
from core.store import TaskStore
from core.tasklist import TaskList
from tests import proof, soak_writer
from tests.real_command import COMMAND, FILE, content, damage, environment, leftovers, run

KILLS = 12
SEED = 20261121
LONGEST_WAIT_MS = 60


@dataclass
class Promised:
    """What the writers were told to be safe: keys of records, ids of tasks by uid, names of tasks by id."""

    keys: set[str] = field(default_factory=set)
    ids: dict[str, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)


class Writer:
    """A process that writes until it is killed, or once."""

    def __init__(self, arguments: tuple[str, ...], env: Mapping[str, str], name: str = "") -> None:
        self._name = name
        self._heard = b""
        self._process = subprocess.Popen(arguments, env=env, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert self._process.stdout is not None
        self._out = self._process.stdout.fileno()
        os.set_blocking(self._out, False)

    def wait(self, milliseconds: int) -> bool:
        """Wait until it says something or ends, but not longer; whether it did."""
        poll = select.poll()
        poll.register(self._out, select.POLLIN)
        return bool(poll.poll(milliseconds))

    def hear(self, promised: Promised) -> bool:
        """Note what it has said so far; whether it goes on."""
        while True:
            try:
                heard = os.read(self._out, 1 << 16)
            except BlockingIOError:
                return True
            self._heard += heard
            *lines, self._heard = self._heard.split(b"\n")
            for line in lines:
                self._note(line, promised)
            if not heard:
                return False

    def _note(self, line: bytes, promised: Promised) -> None:
        if self._name:
            promised.names[int(line)] = self._name
        else:
            told = json.loads(line)
            promised.keys.update(told["keys"])
            promised.ids.update(told["ids"])

    def kill(self, promised: Promised) -> str:
        """Kill it, note what it had said before, and return what it complained of: it must not fail by itself."""
        with self._process:
            self._process.kill()
            while self.hear(promised):
                pass
            assert self._process.stderr is not None
            return self._process.stderr.read().decode()


class Soak:
    """Four writers of three kinds on the list in `directory`, and what they were promised."""

    def __init__(self, directory: Path, compiled: Path, defect: str = "") -> None:
        self.directory = directory
        self.promised = Promised()
        self.kills = 0
        self.adds = 0
        self._chance = random.Random(SEED)
        self._env = environment(directory, compiled)
        self._defect = defect
        self._kinds = ("commit", "commit", "save", "add")
        directory.mkdir(exist_ok=True)
        self._writers = [self._start(kind) for kind in self._kinds]

    def _start(self, kind: str) -> Writer:
        if kind == "add":
            self.adds += 1
            name = f"by the command {self.adds}"
            # It must not give up just because this machine is busy.
            return Writer((*COMMAND, "add", name, "--lock-timeout", "3600"), self._env, name)
        options = (str(self.directory / FILE), str(self._chance.getrandbits(32)), kind, self._defect)
        return Writer((sys.executable, soak_writer.__file__, *options), self._env)

    def kill_one(self) -> None:
        """Kill one of them at a moment that nobody knows, and start another one in its place."""
        which = self._chance.randrange(len(self._writers))
        victim = self._writers[which]
        if self._kinds[which] != "add":
            while not victim.wait(LONGEST_WAIT_MS):  # until it has saved something
                self._hear()
        # Nothing depends on how long this is: it only spreads the kills over all that a writer does.
        self._hear()
        for _step in range(self._chance.randint(0, 5)):
            victim.wait(self._chance.randint(0, LONGEST_WAIT_MS) // 5)
            self._hear()
        self._replace(which)
        self.kills += 1

    def _hear(self) -> None:
        for place, writer in enumerate(self._writers):
            if not writer.hear(self.promised):  # a command that has done its work
                self._replace(place)

    def _replace(self, place: int) -> None:
        complaint = self._writers[place].kill(self.promised)
        self._writers[place] = self._start(self._kinds[place])
        assert not complaint, f"a writer failed: {complaint}"

    def end(self) -> None:
        """Kill all that are left."""
        complaints = [writer.kill(self.promised) for writer in self._writers]
        self.kills += len(self._writers)
        self._writers = []
        assert not any(complaints), f"a writer failed: {complaints}"

    def run(self, kills: int, seconds: int) -> None:
        """Kill writers, so many and so long, and check after each kill and at the end."""
        end = monotonic() + seconds
        try:
            while self.kills < kills or monotonic() < end:
                self.kill_one()
                check(self.directory, self.promised)
        finally:
            self.end()
        check(self.directory, self.promised)


def check(directory: Path, promised: Promised) -> None:
    """Assert that all that was promised until now is there, while others may go on writing."""
    assert damage(directory) == []
    with closing(TaskStore(directory / FILE)) as store:
        tasks = store.load().tasks
        assert store.report is None, store.report
    records = committed(directory)
    assert [record.seq for record in records] == list(range(1, len(records) + 1)), "a number is missing or given twice"
    keys = {record.key for record in records}
    assert len(keys) == len(records), "a change was written twice"
    assert promised.keys <= keys, f"{len(promised.keys - keys)} of {len(promised.keys)} acknowledged changes are lost"
    given = ids_given(records)
    assert len(set(given.values())) == len(given), "an id was given twice"
    assert promised.ids.items() <= given.items(), "a task has another id than was told"
    assert promised.names.items() <= names_given(records).items(), "what a command added is lost"
    assert tasks == replayed(records, tasks.seq), "the list is not what its changes make"


def committed(directory: Path) -> list[Record]:
    """All records, in order: those in the journal, read first, and those that had left it by then."""
    journal = Journal(directory / f"{FILE}.journal")
    raw = journal.path.read_bytes()
    lines = {*raw[: raw.rfind(b"\n")].split(b"\n"), *history(journal).split(b"\n")} - {b""}
    found = [decoded(line) for line in lines]
    return sorted((record for record in found if record is not None), key=lambda record: record.seq)


def names_given(records: list[Record]) -> dict[int, str]:
    """The name that each task was created with, by id."""
    made = [change.after for record in records for change in record.changes if change.creates and change.after]
    return {fields["id"]: fields["name"] for fields in made}


def replayed(records: list[Record], seq: int) -> TaskList:
    """The list that `records` make, up to number `seq`."""
    tasks = TaskList()
    for record in records[:seq]:
        tasks.apply(record)
    return tasks


def check_backups(directory: Path, root: Path) -> None:
    """Assert that each backup alone, with the journal, leads to the whole list."""
    whole = content(directory)
    for name in (f"{FILE}.backup", f"{FILE}.backup.1", f"{FILE}.backup.2"):
        alone = root / name
        alone.mkdir()
        shutil.copy(directory / name, alone)
        shutil.copy(directory / f"{FILE}.journal", alone)
        assert content(alone) == whole


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "list"


def test_nothing_that_was_acknowledged_is_lost_when_writers_are_killed(
    directory: Path, tmp_path: Path, compiled: Path, pytestconfig: pytest.Config
) -> None:
    soak = Soak(directory, compiled)
    soak.run(KILLS, pytestconfig.getoption("soak_seconds"))
    check_backups(directory, tmp_path)
    assert soak.promised.keys

    env = environment(directory, compiled)
    assert run((*COMMAND, "add", "the last one"), env).code == 0
    assert leftovers(directory) == []
    examined = run((*COMMAND, "doctor"), env)
    assert examined.code == 0, examined
    proof.count("writers killed at random", soak.kills)
    proof.count("changes that they were told to be safe", len(soak.promised.keys) + len(soak.promised.names))


@pytest.mark.parametrize("defect", [soak_writer.WITHOUT_LOCK, soak_writer.TOO_EARLY])
def test_the_soak_finds_a_writer_that_is_not_safe(defect: str, directory: Path, compiled: Path) -> None:
    soak = Soak(directory, compiled, defect)
    with pytest.raises((AssertionError, FileSafetyError)):
        soak.run(kills=sys.maxsize, seconds=0)
