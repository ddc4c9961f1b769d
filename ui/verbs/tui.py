"""`todurable`, `todurable tui`: the app."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from core.errors import TodurableError, UnavailableError
from core.paths import profile_file
from core.profile import Profile
from ui.arguments import UsageError
from ui.first_look import first_look
from ui.output import Output
from ui.settings import chosen, make_usual_directory


def run(options: Namespace, out: Output) -> int:
    """Open the app on the list, and return when its user leaves it."""
    if not out.to_terminal or sys.stdin is None or not sys.stdin.isatty():
        raise UsageError("The app needs a terminal. For scripts there are commands: todurable --help")
    if options.no_color:
        os.environ["NO_COLOR"] = "1"  # which Textual reads
    if options.demo:
        return _try_out()
    told = _Told()
    try:
        file, profile = chosen(options, told)
    except TodurableError:
        for sentence in told.warnings:
            out.warn(sentence)
        raise
    make_usual_directory(file)
    if not os.path.isdir(file.parent):
        raise UnavailableError(
            f"The folder of your list, {file.parent}, is not there. Connect its drive, or make the folder.", file
        )
    first = first_look(file, profile.start_view, lambda: datetime.now(UTC))
    from ui.running import run as run_app  # which takes most of the time that a start takes

    return run_app(file, profile, profile_file(os.environ), first, told.warnings)


class _Told(Output):
    """Keeps the warnings for the app: nobody sees what stands behind it."""

    def __init__(self) -> None:
        super().__init__()
        self.warnings: list[str] = []

    def warn(self, sentence: str, **_fields: Any) -> None:
        self.warnings.append(sentence)


def _try_out() -> int:
    """The app on a list that is thrown away, and so is what it remembers."""
    from ui import demonstration
    from ui.running import run as run_app

    with TemporaryDirectory(prefix="todurable-demo-") as directory:
        file = Path(directory, "demonstration.json")
        demonstration.make(file, lambda: datetime.now(UTC))
        return run_app(file, Profile(), None)
