"""Lists of realistic tasks, the same for the same size."""

from __future__ import annotations

import random
from pathlib import Path
from uuid import UUID

from core import checkpoint
from core.task import Priority, Status, Task
from core.tasklist import TaskList

_VERBS = ("Buy", "Call", "Read", "Mend", "Write to", "Ask", "Book", "Clean", "Plan", "Pay")
_THINGS = (
    "the landlord",
    "milk and bread",
    "chapter 4",
    "the garden fence",
    "Jürgen",
    "the dentist",
    "a flight to Oslo",
)
_PROJECTS = ("", "", "home", "home/garden", "work", "work/report", "trip")
_TAGS = ("urgent", "@desk", "@phone", "later", "waiting", "family")
_TIME = "2026-01-02T03:04:05.678901Z"


def made_list(size: int) -> TaskList:
    """A list of `size` tasks, four in five of them open."""
    chance = random.Random(size)  # noqa: S311 - the same list in every run is what is wanted
    tasks = (_task(number, chance) for number in range(1, size + 1))
    return TaskList(seq=size, next_id=size + 1, tasks={task.uid: task for task in tasks})


def write_list(size: int, directory: Path) -> Path:
    """The file of such a list, in a new folder of `directory`."""
    file = directory / str(size) / "tasks.json"
    file.parent.mkdir()
    file.write_bytes(checkpoint.encode(made_list(size), _TIME))
    return file


def _task(number: int, chance: random.Random) -> Task:
    done = chance.random() < 1 / 5
    return Task(
        uid=str(UUID(int=chance.getrandbits(128), version=4)),
        id=number,
        name=f"{chance.choice(_VERBS)} {chance.choice(_THINGS)}",
        status=Status.DONE if done else Status.PENDING,
        created=_TIME,
        modified=_TIME,
        completed=_TIME if done else None,
        priority=Priority(chance.randrange(4)),
        project=chance.choice(_PROJECTS),
        tags=tuple(chance.sample(_TAGS, chance.choice((0, 0, 1, 2)))),
        due=f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}" if chance.random() < 1 / 3 else None,
    )
