"""`todurable manual`: the manual page."""

from __future__ import annotations

import os
import shutil
import subprocess
from argparse import Namespace

from ui import exit_codes
from ui.arguments import DESCRIPTION, EXIT_CODES, VERBS, verb_parser
from ui.manual import page
from ui.output import Output


def run(_options: Namespace, out: Output) -> int:
    """Show the page to whoever sits at a terminal, where there is `man`; else print it in roff."""
    text = page([(verb, verb_parser(verb)) for verb in VERBS], DESCRIPTION, EXIT_CODES)
    man = shutil.which("man") if out.to_terminal else None
    if man is None or os.name == "nt":
        out.raw(text.encode())
        return exit_codes.DONE
    # "-l -": a page from stdin; man-db and mandoc both know it
    return subprocess.run([man, "-l", "-"], input=text.encode(), check=False).returncode  # noqa: S603 - found above
