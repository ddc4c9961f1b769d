"""Memory that is needed only for a moment goes back to the system where it is no longer needed.

The C library of Linux keeps what it was once asked for in large blocks, such as a whole file (mallopt(3),
M_MMAP_THRESHOLD): a screen that stays open for weeks would hold on to a fourth more than it needs.
"""

from __future__ import annotations

import sys
from contextlib import suppress

MANY = 10_000
"""Tasks for which it pays to load `ctypes`."""
_MMAP_THRESHOLD = -3
_LARGE = 1 << 20


def give_back_large_blocks() -> None:
    """Have blocks of a megabyte or more given back, now and from now on at once, where the system knows how."""
    if not sys.platform.startswith("linux"):
        return
    # A Python without libffi has no ctypes, a static one no libraries, and only the GNU library has these functions.
    with suppress(ImportError, OSError, AttributeError):
        import ctypes

        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, _LARGE)
        library.malloc_trim(0)
