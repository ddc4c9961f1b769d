"""How far long work is, as one line on stderr that is written over: only where a person sees it, and must wait."""

from __future__ import annotations

import sys
from time import monotonic
from typing import Self

_SOON, _INTERVAL = 0.2, 0.1
"""Seconds after which it is shown, and between two times that it is written."""
_WIDTH = 24


class ProgressLine:
    """Call it with how much of how much is done. Whatever ends the context that it is removes the line."""

    def __init__(self, what: str, *, quiet: bool) -> None:
        self._what = what
        self._silent = quiet or sys.stderr is None or not sys.stderr.isatty()
        self._next = monotonic() + _SOON
        self._written = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_how: object) -> None:
        if self._written:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def __call__(self, done: int, total: int) -> None:
        if self._silent or monotonic() < self._next:
            return
        self._next, self._written = monotonic() + _INTERVAL, True
        part = done / total if total else 0.0
        bar = "#" * round(part * _WIDTH)
        sys.stderr.write(f"\r{self._what} [{bar:<{_WIDTH}}] {part:4.0%}")
        sys.stderr.flush()
