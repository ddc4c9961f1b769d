"""What a query costs over 100,000 tasks, beside a loop written by hand.

Medians of turns that alternate, so that both meet the same machine.
"""

from __future__ import annotations

from collections.abc import Iterator
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
NOW = datetime(2026, 6, 15, 12)  # noqa: DTZ001 - in whatever zone
MEASURED = "#home -@phone due<=eow sort:due"
OTHERS = (
    "",
    "landlord",
    "milk or fence -is:done",
    "/a (flight|dentist)/",
    "is:ready",
)


def figures(_directory: Path) -> Iterator[Figure]:
    """A query beside what a person would write for it, and others."""
    known = made_list(SIZE).tasks
    tasks = sorted(known.values(), key=place)
    query = parse(MEASURED, now=NOW)
    assert query.select(tasks, known) == by_hand(tasks)  # noqa: S101 - a measurement of something else is worth nothing
    times = in_turns({"ours": timed(lambda: query.select(tasks, known)), "hand": timed(lambda: by_hand(tasks))}, TURNS)
    yield figure(f"query {MEASURED}", times["ours"], ("by hand", median(times["hand"])))
    for text in OTHERS:
        other = parse(text, now=NOW)
        times = in_turns({"ours": timed(partial(other.select, tasks, known))}, TURNS)
        yield figure(f"query {text or '(nothing)'}".replace("|", "or"), times["ours"])


def by_hand(tasks: list[Task]) -> list[Task]:
    """`#home -@phone due<=eow sort:due`, as a person would write it for these tasks."""
    now = NOW.isoformat(timespec="seconds")
    after = (NOW + timedelta(days=7 - NOW.weekday())).date().isoformat()
    found = [
        task
        for task in tasks
        if (task.project == "home" or task.project.startswith("home/"))
        and "@phone" not in task.tags
        and task.due is not None
        and task.due < after
        and task.status in (Status.PENDING, Status.ACTIVE)
        and not (task.wait and task.wait > now)
    ]
    return sorted(found, key=lambda task: task.due or "")
