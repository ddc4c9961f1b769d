"""A text in a file of its own, for another program to edit: in a directory that nobody else can look into (0700)."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

from core import durable
from core.errors import UnavailableError


def write(text: str, name: str = "description.md") -> Path:
    """A new file of that name that holds `text`, with the line break at its end that editors want. Raises OSError."""
    file = Path(mkdtemp(prefix="todurable-"), name)
    durable.replace_with(durable.write_temporary(file, f"{text}\n".encode()), file)
    return file


def read(file: Path) -> str:
    """The text in `file` now, without that line break. Raises FileSafetyError or UnicodeDecodeError."""
    found = durable.read_file(file)
    if found is None:
        raise UnavailableError(f"The editor left no {file.name}. Nothing was changed.", file)
    return found[0].decode("utf-8-sig").replace("\r\n", "\n").removesuffix("\n")


def remove(file: Path) -> None:
    """Remove `file`, the files that an editor left beside it, and the directory where nothing else is in it.

    That something stays is no harm: nobody else can look into it.
    """
    with suppress(OSError):
        for name in os.listdir(file.parent):
            durable.discard(file.parent / name)
        os.rmdir(file.parent)
