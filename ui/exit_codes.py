"""What the exit status of a command says; scripts rely on these numbers."""

from __future__ import annotations

DONE = 0
REFUSED = 1
"""Nothing matched, or it was refused; the reason was told."""
USAGE = 2
STORE = 3
"""The list, or the answer, could not be read or written."""
LOCKED = 4
"""The lock was not free in time."""
REPAIRED = 5
"""Something is or was damaged, and the report was told: only from `doctor`."""
INTERRUPTED = 130
"""Ctrl-C: 128 + SIGINT, as shells count."""
