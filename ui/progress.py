"""How far long work is, as one line on stderr that is written over: only where a person sees it."""

from __future__ import annotations

import sys
from time import monotonic

_INTERVAL = 0.1
_WIDTH = 24


class ProgressLine:
    """Call it with how much of how much is done; `clear` removes the line."""

    def __init__(self, what: str, *, quiet: bool) -> None:
        self._what = what
        self._silent = quiet or sys.stderr is None or not sys.stderr.isatty()
        self._shown = 0.0

    def __call__(self, done: int, total: int) -> None:
        if self._silent or monotonic() - self._shown < _INTERVAL:
            return
        self._shown = monotonic()
        part = done / total if total else 0.0
        bar = "#" * round(part * _WIDTH)
        sys.stderr.write(f"\r{self._what} [{bar:<{_WIDTH}}] {part:4.0%}")
        sys.stderr.flush()

    def clear(self) -> None:
        """Leave the line empty for what is said next."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
