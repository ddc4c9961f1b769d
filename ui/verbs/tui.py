"""`todurable`, `todurable tui`: the app."""

from __future__ import annotations

import os
import sys
from argparse import Namespace

from core.paths import make_private_directory, profile_file
from ui.arguments import UsageError
from ui.output import Output
from ui.settings import chosen


def run(options: Namespace, out: Output) -> int:
    """Open the app on the list, and return when its user leaves it."""
    if not out.to_terminal or sys.stdin is None or not sys.stdin.isatty():
        raise UsageError("The app needs a terminal. For scripts there are commands: todurable --help")
    file, profile = chosen(options, out)
    if options.file is None:
        make_private_directory(file.parent)
    if options.no_color:
        os.environ["NO_COLOR"] = "1"  # which Textual reads
    from ui.running import run as run_app

    return run_app(file, profile, profile_file(os.environ))
