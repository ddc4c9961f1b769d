"""A text in the user's own editor."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

from core.errors import TodurableError


class NotEditedError(TodurableError):
    """The editor could not be used, or what it left cannot."""


def run_editor(file: Path) -> None:
    """Have the user edit `file` in $VISUAL or $EDITOR; returns when that ends. Raises NotEditedError."""
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ("notepad" if sys.platform == "win32" else "vi")
    # Ctrl-C there is for the editor. Not SIG_IGN, which it would inherit.
    before = signal.signal(signal.SIGINT, lambda _signal, _frame: None)
    try:
        ended = subprocess.run([*shlex.split(command), str(file)], check=False)  # noqa: S603 - the user's own editor
    except (OSError, ValueError) as error:
        raise NotEditedError(f"The editor “{command}” could not be started: {error}. Set $EDITOR.") from error
    finally:
        signal.signal(signal.SIGINT, before)
    if ended.returncode != 0:
        raise NotEditedError(f"The editor ended with status {ended.returncode}. Nothing was changed.")
