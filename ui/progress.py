"""How far long work is, shown where a person must wait for it: as one line on stderr that is written over, say."""

from __future__ import annotations

import sys
from time import monotonic
from typing import Self

from core.progress import Progress

_SOON, _INTERVAL = 0.2, 0.1
"""Seconds after which it is shown, and between two times that it is."""
WIDTH = 24
"""Cells of the bar."""


def paced(show: Progress) -> Progress:
    """`show`, only where work lasts a moment, and no more often than eyes can follow."""
    next_time = monotonic() + _SOON

    def progress(done: int, total: int) -> None:
        nonlocal next_time
        if monotonic() >= next_time:
            next_time = monotonic() + _INTERVAL
            show(done, total)

    return progress


def share(done: int, total: int) -> tuple[int, str]:
    """How many cells of a bar are full, and the percentage."""
    part = min(1.0, done / total) if total else 0.0
    return round(part * WIDTH), f"{part:4.0%}"


class ProgressLine:
    """Call it with how much of how much is done. Whatever ends the context that it is removes the line."""

    def __init__(self, what: str, *, quiet: bool) -> None:
        self._what = what
        self._silent = quiet or sys.stderr is None or not sys.stderr.isatty()
        self._paced = paced(self._write)
        self._written = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_how: object) -> None:
        if self._written:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def __call__(self, done: int, total: int) -> None:
        if not self._silent:
            self._paced(done, total)

    def _write(self, done: int, total: int) -> None:
        self._written = True
        full, percent = share(done, total)
        sys.stderr.write(f"\r{self._what} [{'#' * full:<{WIDTH}}] {percent}")
        sys.stderr.flush()
