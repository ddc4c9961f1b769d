"""The command line without a process of its own: as quick as the function that it is."""

from __future__ import annotations

import json
import sys
from io import BytesIO, TextIOWrapper
from typing import Any
from unittest.mock import patch

from tests.real_command import Ended
from ui.cli import main


class _Terminal(TextIOWrapper):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def call(*arguments: str, stdin: bytes = b"", terminal: bool = False, columns: int = 80) -> Ended:
    """What `todurable ARGUMENTS` does, with `stdin` to read, perhaps on a `terminal` of so many `columns`."""
    stream = _Terminal if terminal else TextIOWrapper
    given, out, err = (stream(BytesIO(raw), encoding="utf-8", newline="") for raw in (stdin, b"", b""))
    with patch.multiple(sys, stdin=given, stdout=out, stderr=err), patch.dict("os.environ", COLUMNS=str(columns)):
        code = main(arguments)
    return Ended(code, *(raw.buffer.getvalue().decode() for raw in (out, err)))  # type: ignore[attr-defined]


def shown(*arguments: str) -> Any:
    """The document that `todurable ARGUMENTS --json` prints."""
    return json.loads(call(*arguments, "--json").out)
