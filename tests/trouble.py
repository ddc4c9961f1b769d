"""What apps must stand: a lock that another process holds, a full disk, text that is not what it seems."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

HOLDER = """
    import sys
    from pathlib import Path
    from core.locking import FileLock

    with FileLock(Path(sys.argv[1])):
        print("held", flush=True)
        sys.stdin.readline()
"""
"""A `Child` that holds the lock on the file it is given, until it is told a line."""

HOSTILE = [
    "[/]",
    "[/bold] [red]",
    "[@click=app.bell]x[/]",
    "[",
    "\\[x]",
    "\x1b[31mred\x1b[0m",
    "\x1b]52;c;aGVsbG8=\x07",
    "\x9b31mC1\x9d0;title\x9c",
    "\u202eright to left\u2066",
    "a\tb\x00c\x7f",
    "x" * 10_000,
    "👩‍👩‍👧‍👦 🇩🇪 ❤️ 日本語",
    "שלום עולם مرحبا",
    "e\u0301\u0301\u0301",
    "${name} %s {0}",
]


class FullDisk:
    """While `full` is set, this process can write nothing."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = False
        real = os.write

        def write(descriptor: int, data: bytes) -> int:
            if self.full:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(descriptor, data)

        monkeypatch.setattr(os, "write", write)
