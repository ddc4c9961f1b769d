"""Where things live on Linux, macOS and Windows."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

from core import durable
from core.errors import NotAFileError, TodurableError, from_os_error

_NAME = "todurable"
TASK_FILE = "tasks.json"
PROFILE_FILE = "profile.json"


class NoHomeError(TodurableError):
    """The environment does not say where the user's files live. `variable` is the one that is missing."""

    def __init__(self, variable: str) -> None:
        super().__init__(
            f"There is no place for your tasks: {variable} is not set to the full path of a folder. "
            "Set it, or set TODURABLE_HOME to the folder that you want; nothing was read or written.",
        )
        self.variable = variable


class NoCurrentDirectoryError(TodurableError):
    """A path is relative, and the directory that it is relative to is gone."""

    def __init__(self, named: Path) -> None:
        super().__init__(
            f"{named} cannot be found: the folder that you are in is gone. "
            "Change to another folder, or give the full path; nothing was read or written."
        )
        self.named = named


class NoInputError(TodurableError):
    """What was named to be read is no file."""

    def __init__(self, path: Path, problem: str, hint: str = "") -> None:
        super().__init__(f"{problem}. Nothing was changed. {hint}".rstrip())
        self.path = path


def data_directory(environ: Mapping[str, str]) -> Path:
    """The absolute path of the user's data directory, whether it exists or not.

    $TODURABLE_HOME where that is not empty, else the platform's own place. Raises NoHomeError where there is none.
    """
    chosen = environ.get("TODURABLE_HOME")
    return absolute_path(environ, chosen) if chosen else _platform_directory(environ) / _NAME


def task_file(environ: Mapping[str, str], named: str | None) -> Path:
    """The absolute path of the task file: `named` on the command line, else the one in the data directory.

    Symbolic links and ".." stay as they are: "x/.." is not where it looks to be when x is a link.
    """
    return data_directory(environ) / TASK_FILE if named is None else absolute_path(environ, named)


def profile_file(environ: Mapping[str, str]) -> Path:
    """The absolute path of the user's settings: in $TODURABLE_HOME where that is set, else the platform's own place.

    Raises NoHomeError where there is none.
    """
    chosen = environ.get("TODURABLE_HOME")
    return (absolute_path(environ, chosen) if chosen else _configuration_directory(environ) / _NAME) / PROFILE_FILE


def input_file(environ: Mapping[str, str], text: str, beside: Path | None = None, hint: str = "") -> Path:
    """The full path of a file to read that `text` names from here, else from `beside`.

    Raises NoInputError, which gives the `hint`, where there is none, FileSafetyError where that cannot be told.
    """
    here = absolute_path(environ, text)
    path = here if beside is None or os.path.lexists(here) else beside / text
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NoInputError(here, f"There is no file {here}", hint) from error
    except OSError as error:
        raise from_os_error(error, path, "read") from error
    if not stat.S_ISREG(mode):
        raise NoInputError(path, f"{path} is not a file", hint)
    return path


def make_private_directory(path: Path) -> None:
    """Make `path`, and the parents that are missing, for the user alone (0700); on return their names are on the disk.

    Directories that exist keep their modes. Raises FileSafetyError.
    """
    if os.path.isdir(path):
        return
    if path.parent != path:
        make_private_directory(path.parent)
    try:
        _make(path)
        durable.sync_directory(path.parent)
    except OSError as error:
        raise from_os_error(error, path, "created") from error


def _make(path: Path) -> None:
    try:
        os.mkdir(path, 0o700)
    except FileExistsError as error:
        if not os.path.isdir(path):  # else another process was faster
            raise NotAFileError(
                f"The folder {path} could not be created: something else has that name. Move it away, then try again.",
                path,
                error,
            ) from error


def _platform_directory(environ: Mapping[str, str]) -> Path:
    if sys.platform == "win32":
        import platformdirs

        return platformdirs.user_data_path(appauthor=False, roaming=True)
    # Not platformdirs: it takes as long to import as a short command runs, reads the process's own environment,
    # and obeys XDG_DATA_HOME on macOS too.
    if sys.platform == "darwin":
        return _home(environ) / "Library" / "Application Support"
    xdg = environ.get("XDG_DATA_HOME", "")
    # "If an implementation encounters a relative path in any of these variables it should consider the path invalid
    # and ignore it": XDG Base Directory Specification 0.8.
    return Path(xdg) if os.path.isabs(xdg) else _home(environ) / ".local" / "share"


def _configuration_directory(environ: Mapping[str, str]) -> Path:
    if sys.platform in ("win32", "darwin"):  # these have one place for settings and data
        return _platform_directory(environ)
    xdg = environ.get("XDG_CONFIG_HOME", "")
    return Path(xdg) if os.path.isabs(xdg) else _home(environ) / ".config"


def _home(environ: Mapping[str, str]) -> Path:
    variable = "USERPROFILE" if sys.platform == "win32" else "HOME"
    home = environ.get(variable, "")
    if not os.path.isabs(home):
        raise NoHomeError(variable)
    return Path(home)


def absolute_path(environ: Mapping[str, str], text: str) -> Path:
    """The full path that `text` names for its user: “~” is their home. Raises NoHomeError, NoCurrentDirectoryError."""
    # Asked of the text, because Path("./~") is Path("~").
    if text == "~" or text.startswith(("~/", f"~{os.sep}")):
        return _home(environ) / text[1:].lstrip(f"/{os.sep}")
    path = Path(os.path.expanduser(text))  # "~name": another user's home
    try:
        return path.absolute()
    except OSError as error:
        raise NoCurrentDirectoryError(path) from error
