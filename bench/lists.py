"""Lists of realistic tasks, the same for the same size."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from msgspec.structs import replace

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
    "the tax adviser",
    "grandmother",
    "the quarterly figures",
)
_DETAILS = (
    "",
    "",
    "",
    "",
    " before the holidays",
    " for Grete and Jürgen",
    " once the parcel is here",
    " again",
    " by phone",
)
_PROJECTS = (
    *("", "", "", "home", "home/garden", "home/kitchen", "work", "work/report", "work/hiring", "work/customers"),
    *("trip", "trip/oslo", "family", "health", "club/accounts", "reading"),
)
_TAGS = ("urgent", "@desk", "@phone", "later", "waiting", "family", "@town", "money", "short", "ask")
_NOTES = (
    "They answer in the morning only.",
    "See the letter of the 12th: the amount is not what we agreed.",
    "- measure it first\n- compare three offers\n- ask whether they deliver",
    "https://example.org/orders/4711",
)
_BEGAN = datetime(2024, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
_DAYS = 730
_TIME = "2026-01-02T03:04:05.678901Z"


def made_list(size: int) -> TaskList:
    """A list of `size` tasks, written down over two years; four in five of them are open."""
    chance = random.Random(size)  # noqa: S311 - the same list in every run is what is wanted
    tasks: list[Task] = []
    for number in range(1, size + 1):
        tasks.append(_task(number, chance, _BEGAN + timedelta(days=_DAYS * number / size), tasks[-20:]))
    return TaskList(seq=size, next_id=size + 1, tasks={task.uid: task for task in tasks})


def write_list(size: int, directory: Path) -> Path:
    """The file of such a list, in a new folder of `directory`."""
    return write(made_list(size), directory / str(size) / "tasks.json")


def write(tasks: TaskList, file: Path) -> Path:
    """The file with these tasks, in a new folder."""
    file.parent.mkdir()
    file.write_bytes(checkpoint.encode(tasks, _TIME))
    return file


def without_blockers(tasks: TaskList) -> TaskList:
    """The same, where no task waits for another one."""
    return replace(tasks, tasks={uid: replace(task, depends=()) for uid, task in tasks.tasks.items()})


def _task(number: int, chance: random.Random, created: datetime, recent: Sequence[Task]) -> Task:
    """One in five is done, one in three due, one in eight has notes; a few belong to `recent` ones or wait for them."""
    done = chance.random() < 1 / 5
    near = chance.choice(recent) if recent and chance.random() < 1 / 10 else None
    changed = _stamp(created + timedelta(hours=chance.choice((0, 1, 30, 200))))
    return Task(
        uid=str(UUID(int=chance.getrandbits(128), version=4)),
        id=number,
        name=f"{chance.choice(_VERBS)} {chance.choice(_THINGS)}{chance.choice(_DETAILS)}",
        description=chance.choice(_NOTES) if chance.random() < 1 / 8 else "",
        status=Status.DONE if done else Status.PENDING,
        created=_stamp(created),
        modified=changed,
        completed=changed if done else None,
        priority=Priority(chance.randrange(4)),
        project=chance.choice(_PROJECTS),
        tags=tuple(chance.sample(_TAGS, chance.choice((0, 0, 1, 2)))),
        due=f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}" if chance.random() < 1 / 3 else None,
        parent=near.uid if near and near.id % 2 else None,
        depends=(near.uid,) if near and not near.id % 2 else (),
    )


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
