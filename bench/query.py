"""What queries cost over 100,000 tasks, beside loops written by hand.

Medians of turns that alternate, so that both meet the same machine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median

from bench.figures import Figure, figure, in_turns, timed
from bench.lists import made_list
from core.query import parse
from core.task import Status, Task
from core.tasklist import place

SIZE = 100_000
TURNS = 15
_OPEN = (Status.PENDING, Status.ACTIVE)
NOW = datetime(2026, 6, 15, 12)  # noqa: DTZ001 - in whatever zone


def figures(_directory: Path) -> Iterator[Figure]:
    """Queries, each beside what a person would write for it."""
    known = made_list(SIZE).tasks
    tasks = sorted(known.values(), key=place)
    for text, by_hand in BY_HAND.items():
        query = parse(text, now=NOW)
        assert query.select(tasks, known) == by_hand(tasks)  # noqa: S101 - what finds something else is worth nothing
        calls = {"ours": partial(query.select, tasks, known), "hand": partial(by_hand, tasks)}
        times = in_turns({name: timed(call) for name, call in calls.items()}, TURNS)
        what = f"query {text or '(nothing)'} of {SIZE:,} tasks"
        yield figure(what.replace("|", "or"), times["ours"], ("by hand", median(times["hand"])))


def _open(tasks: Iterable[Task]) -> list[Task]:
    now = NOW.isoformat(timespec="seconds")
    return [task for task in tasks if task.status in _OPEN and not (task.wait and task.wait > now)]


def _due_at_home(tasks: Iterable[Task]) -> list[Task]:
    after = (NOW + timedelta(days=7 - NOW.weekday())).date().isoformat()
    found = [
        task
        for task in tasks
        if (task.project == "home" or task.project.startswith("home/"))
        and "@phone" not in task.tags
        and task.due is not None
        and task.due < after
    ]
    return sorted(_open(found), key=lambda task: task.due or "")


def _landlord(tasks: Iterable[Task]) -> list[Task]:
    return [task for task in _open(tasks) if "landlord" in _text(task)]


def _milk_or_fence(tasks: Iterable[Task]) -> list[Task]:
    return [task for task in tasks if "milk" in _text(task) or ("fence" in _text(task) and task.status != Status.DONE)]


def _flight_or_dentist(tasks: Iterable[Task]) -> list[Task]:
    search = re.compile("a (flight|dentist)", re.IGNORECASE).search
    return [task for task in _open(tasks) if search(_text(task))]


def _ready(tasks: Iterable[Task]) -> list[Task]:
    now, still_open = NOW.isoformat(timespec="seconds"), {task.uid for task in tasks if task.status in _OPEN}
    return [
        task
        for task in _open(tasks)
        if not (task.scheduled and task.scheduled > now) and still_open.isdisjoint(task.depends)
    ]


def _text(task: Task) -> str:
    return f"{task.name}\n{task.comment}\n{task.description}".lower()


BY_HAND: dict[str, Callable[[Iterable[Task]], list[Task]]] = {
    "#home -@phone due<=eow sort:due": _due_at_home,
    "": _open,
    "landlord": _landlord,
    "milk or fence -is:done": _milk_or_fence,
    "/a (flight|dentist)/": _flight_or_dentist,
    "is:ready": _ready,
}
