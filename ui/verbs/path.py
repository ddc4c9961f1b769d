"""`todurable path`: where the list is."""

from __future__ import annotations

import os
from argparse import Namespace

from core.display import literal
from ui import exit_codes
from ui.output import Output
from ui.settings import chosen


def run(options: Namespace, out: Output) -> int:
    """Print the file's path: as it is for programs, safe to show for people."""
    file = str(chosen(options, out)[0])
    if options.json:
        out.document({"file": file})
    elif out.to_terminal:
        out.lines([literal(file)])
    else:
        out.raw(os.fsencode(file) + b"\n")
    return exit_codes.DONE
