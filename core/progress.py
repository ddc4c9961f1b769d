"""How far long work is: told by whoever does it as so many steps of so many, and heard by whoever shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Progress = Callable[[int, int], None]
"""Is told how many steps of how many are done. It may raise, which gives up the work."""
_Item = TypeVar("_Item")
_STEP = 500
"""Items after which it is told again: some hundredths of a second of work."""


def unheard(_done: int, _total: int) -> None:
    """For work that nobody watches."""


def added(progress: Progress, total: int) -> Callable[[int], None]:
    """What is told how many steps were done each time, and tells `progress` how many of `total` these are by then."""
    done = 0

    def add(steps: int) -> None:
        nonlocal done
        done += steps
        progress(done, total)

    return add


def counted(items: Sequence[_Item], progress: Progress, part: int = 0, parts: int = 1) -> Iterator[_Item]:
    """`items`; as they are taken, it is told how far that is, as part `part` (from 0 on) of `parts` equal ones."""
    for number, item in enumerate(items):
        if number % _STEP == 0:
            progress(part * len(items) + number, parts * len(items))
        yield item
