"""A file opened with what the system opens such files with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from core import attachments
from core.attachments import file_name
from core.errors import TodurableError


class MissingAttachmentError(TodurableError):
    """An attached file is not where it was put."""

    def __init__(self, name: str, path: Path | None) -> None:
        super().__init__(
            f"The attached file {file_name(name)} is missing; it was {path or name}. A backup may have it."
        )
        self.name = name
        self.path = path


def open_attachment(file: Path, name: str) -> None:
    """Open the file that tasks of the list at `file` call `name`. Raises TodurableError where that does not work."""
    path = attachments.path_of(file, name)
    if path is None or not attachments.is_there(file, name):
        raise MissingAttachmentError(name, path)
    if sys.platform == "win32":
        os.startfile(path)  # noqa: S606 - what the user asked for
        return
    opener = "open" if sys.platform == "darwin" else "xdg-open"
    silent = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        subprocess.run([opener, str(path)], check=True, **silent)  # type: ignore[call-overload]  # noqa: S603 - as above
    except (OSError, subprocess.CalledProcessError) as error:
        raise TodurableError(f"{path} could not be opened with {opener}: {error}.") from error
