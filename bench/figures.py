"""A measured figure, and the table of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from statistics import median, quantiles
from time import perf_counter
from typing import NamedTuple


class Figure(NamedTuple):
    """What was measured: a `value` in `unit`, its `ratio` to the baseline `beside`, measured in the same run.

    `worst` is the 95th percentile, where it matters.
    """

    what: str
    value: float
    unit: str = "ms"
    beside: str = ""
    ratio: float | None = None
    worst: float | None = None


HEADING = "| what | | 95 % below | ratio | beside |\n|---|--:|--:|--:|---|"


def row(figure: Figure) -> str:
    """The line of `figure` in a Markdown table."""
    worst = "" if figure.worst is None else _number(figure.worst, figure.unit)
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    return f"| {figure.what} | {_number(figure.value, figure.unit)} | {worst} | {ratio} | {figure.beside} |"


def figure(
    what: str, seconds: Iterable[float], beside: tuple[str, float] | None = None, *, tail: bool = False
) -> Figure:
    """The median of `seconds`, in milliseconds; `beside` names a baseline and its seconds."""
    times = sorted(seconds)
    middle = median(times)
    worst = quantiles(times, n=20)[-1] * 1000 if tail else None
    name, base = beside or ("", 0.0)
    return Figure(what, middle * 1000, beside=name, ratio=middle / base if base else None, worst=worst)


def in_turns(calls: Mapping[str, Callable[[], float]], turns: int, each: int = 1) -> dict[str, list[float]]:
    """What each of `calls` gives, `each` times in each of `turns`, so that all meet the same machine.

    Who begins changes from turn to turn.
    """
    times: dict[str, list[float]] = {name: [] for name in calls}
    names = list(calls)
    for turn in range(turns):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            times[name] += [calls[name]() for _ in range(each)]
    return times


def timed(call: Callable[[], object]) -> Callable[[], float]:
    """`call`, which gives the seconds that it took."""

    def seconds() -> float:
        start = perf_counter()
        call()
        return perf_counter() - start

    return seconds


def _number(value: float, unit: str) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3  # noqa: PLR2004 - three digits tell enough
    return f"{value:,.{digits}f} {unit}"
