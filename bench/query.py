"""What a query costs over 100,000 tasks, beside a loop written by hand: `python -m bench.query`.

Medians of turns that alternate, so that both meet the same machine.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median
from time import perf_counter

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


def main() -> None:
    """Print a line a query."""
    known = made_list(SIZE).tasks
    tasks = sorted(known.values(), key=place)
    query = parse(MEASURED, now=NOW)
    assert query.select(tasks, known) == by_hand(tasks)  # noqa: S101 - a measurement of something else is worth nothing
    ours, hand = [], []
    for _turn in range(TURNS):
        start = perf_counter()
        query.select(tasks, known)
        ours.append(perf_counter() - start)
        start = perf_counter()
        by_hand(tasks)
        hand.append(perf_counter() - start)
    print(f"{1000 * median(hand):8.1f} ms  by hand: {MEASURED}")
    print(f"{1000 * median(ours):8.1f} ms  {MEASURED}   ({median(ours) / median(hand):.2f} x)")
    for text in OTHERS:
        other = parse(text, now=NOW)
        times = []
        for _turn in range(TURNS):
            start = perf_counter()
            other.select(tasks, known)
            times.append(perf_counter() - start)
        print(f"{1000 * median(times):8.1f} ms  {text or '(nothing)'}")


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


if __name__ == "__main__":
    main()
