"""A measured figure, and the table of all of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from statistics import median, quantiles
from time import perf_counter
from typing import NamedTuple, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
Baseline = tuple[str, float]
"""What a figure is held beside: its name, and what the same run measured for it."""


class Figure(NamedTuple):
    """What was measured: a `value` in `unit`, its `ratio` to the baseline `beside`, measured in the same run.

    `worst` is the 95th percentile, where it matters. Without a value it was not measured, for the reason `beside`.
    """

    what: str
    value: float | None
    unit: str = "ms"
    beside: str = ""
    ratio: float | None = None
    worst: float | None = None


HEADING = "| what | | 95 % below | ratio |\n|---|--:|--:|---|"


def row(figure: Figure) -> str:
    """The line of `figure` in a Markdown table."""
    value = "not measured" if figure.value is None else _number(figure.value, figure.unit)
    worst = "" if figure.worst is None else _number(figure.worst, figure.unit)
    beside = figure.beside if figure.ratio is None else f"{figure.ratio:.2f} x {figure.beside}"
    return f"| {figure.what} | {value} | {worst} | {beside} |"


def figure(what: str, seconds: Iterable[float], *beside: Baseline, tail: bool = False) -> Figure:
    """The median of `seconds`, in milliseconds, beside baselines in seconds."""
    times = sorted(seconds)
    held = measured(what, median(times), "s", *beside)
    worst = quantiles(times, n=20)[-1] * 1000 if tail else None
    return held._replace(value=median(times) * 1000, unit="ms", worst=worst)


def measured(what: str, value: float, unit: str, *beside: Baseline) -> Figure:
    """`value`, beside baselines in the same unit."""
    if not beside:
        return Figure(what, value, unit)
    (name, base), *others = beside
    also = "".join(f"; {value / other:.2f} x {others_name}" for others_name, other in others)
    return Figure(what, value, unit, name + also, value / base)


def left_out(what: str, reason: str) -> Figure:
    """What was not measured, and why."""
    return Figure(what, None, beside=reason)


def in_turns(calls: Mapping[_Key, Callable[[], float]], turns: int, each: int = 1) -> dict[_Key, list[float]]:
    """What each of `calls` gives, `each` times in each of `turns`, so that all meet the same machine.

    Who begins changes from turn to turn.
    """
    times: dict[_Key, list[float]] = {name: [] for name in calls}
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
