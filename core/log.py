"""The log of what should not have happened: plain text, bounded, in a folder beside the list."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from core import durable
from core.display import literal_block

LARGEST = 256 * 1024
"""Bytes from which on the log begins anew; what it was before stays as one older log."""
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_PRIVATE, _PRIVATE_DIRECTORY = 0o600, 0o700


def append(directory: Path, entries: Iterable[str], now: datetime) -> None:
    """Add `entries`, literally and with the time, to the log in `directory`. Raises OSError."""
    with suppress(FileExistsError):
        os.mkdir(directory, _PRIVATE_DIRECTORY)
    path = log_file(directory)
    descriptor = os.open(path, _APPEND, _PRIVATE)
    try:
        stamp = f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        text = "".join(f"{stamp} {literal_block(entry).rstrip()}\n" for entry in entries)
        durable.write_all(descriptor, text.encode())
        large = os.fstat(descriptor).st_size > LARGEST
    finally:
        os.close(descriptor)
    if large:
        os.replace(path, path.with_suffix(".old.log"))


def log_file(directory: Path) -> Path:
    """Where the log in `directory` is."""
    return directory / "todurable.log"
