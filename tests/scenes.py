"""Commands on lists that are made ready for them: what the list holds before and after, and the calls it takes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

from core.changes import encode_record
from tests import strace
from tests.real_command import COMMAND, FILE, Content, Ended, content, environment, make_list, open_list, run
from tests.strace import Fault, Point, Traced

GARBAGE = b'{"schema_version":1,"seq":7,"next_id":5,"checksum":"0'


def nothing(_directory: Path) -> None:
    """No directory, no list."""


def damaged(directory: Path) -> None:
    """A list whose checkpoint is cut."""
    make_list(directory)
    (directory / FILE).write_bytes(GARBAGE)


def torn(directory: Path) -> None:
    """A list whose last writer died in the middle of a line, with a change before it that only the journal has."""
    make_list(directory)
    journal = directory / f"{FILE}.journal"
    checkpoint = (directory / FILE).read_bytes()
    with open_list(directory) as state:
        state.add_task("in the journal alone")
        state.save_to_file(directory / FILE)
        state.add_task("never acknowledged")
        line = encode_record(state.pending[0])
    (directory / FILE).write_bytes(checkpoint)
    journal.write_bytes(journal.read_bytes() + line[: len(line) // 2])


def crowded(directory: Path) -> None:
    """A list whose journal is so long that the next save moves most of it away."""
    make_list(directory)
    with open_list(directory) as state:
        task = state.find(2)
        for number in range(2200):
            state.edit([task], description=f"{number} {'x' * 1000}")
        for number in range(3):
            state.save_to_file(directory / FILE)
            state.rename(task, f"task 2, again {number}")
    assert not (directory / "backups").exists()


ADD = ("add", "Buy", "milk")
CASES: dict[str, tuple[tuple[str, ...], Callable[[Path], None]]] = {
    "add to a list": (ADD, make_list),
    "undo in a damaged list": (("undo",), damaged),
    "done": (("done", "2"), make_list),
    "add to a new list": (ADD, nothing),
    "add to a damaged list": (ADD, damaged),
    "add to a torn journal": (ADD, torn),
    "add to a list with a long journal": (ADD, crowded),
    "done in a damaged list": (("done", "2"), damaged),
    "undo": (("undo",), make_list),
}


class Scene(NamedTuple):
    """A command, a list made ready for it, what that holds before and after, and the calls that it takes."""

    root: Path
    compiled: Path
    program: tuple[str, ...]
    arguments: tuple[str, ...]
    old: Content
    new: Content
    points: list[Point]
    numbers: Iterator[int]

    @property
    def is_damaged(self) -> bool:
        """Whether the list is damaged to begin with."""
        return (self.ready / FILE).exists() and (self.ready / FILE).read_bytes() == GARBAGE

    @property
    def ready(self) -> Path:
        """The list to start from. Each run has a copy at a path as long as this one."""
        return self.root / "list-0000"

    def copy(self) -> Path:
        """A list of its own for one run."""
        directory = self.root / f"list-{next(self.numbers):04}"
        if self.ready.exists():
            shutil.copytree(self.ready, directory)
        return directory

    def environment(self, directory: Path) -> dict[str, str]:
        """What the command gets."""
        return environment(directory, self.compiled)

    def trace(self, directory: Path, fault: Fault | None) -> Traced:
        """Run the command on the list in `directory`."""
        command = (*self.program, *self.arguments)
        return strace.trace(command, self.environment(directory), directory.with_suffix(".log"), fault)

    def add_one_more(self, directory: Path) -> Ended:
        """Run the program once more on the list in `directory`, to add a task."""
        return run((*self.program, "add", "one more"), self.environment(directory))


def play(case: str, root: Path, compiled: Path, program: tuple[str, ...] = COMMAND) -> Scene:
    """The scene `case` below `root`, after `program` was seen in it without a fault."""
    arguments, prepare = CASES[case]
    scene = Scene(root / "scene", compiled, program, arguments, {}, {}, [], count(1))
    scene.root.mkdir()
    prepare(scene.ready)
    scene = scene._replace(old=content(scene.ready))
    while True:
        directory = scene.copy()
        traced = scene.trace(directory, None)
        assert traced.ended.code == 0, traced.ended
        found = strace.points(traced, directory)
        # The first run compiles what it imports, and so makes other calls than those after it.
        if [point[:2] for point in found] == [point[:2] for point in scene.points]:
            return scene._replace(new=content(directory), points=found)
        scene = scene._replace(points=found)
