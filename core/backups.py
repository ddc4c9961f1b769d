"""Every backup of a list, of whatever kind: what there is, how old, whether it is good, and what it holds."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from core import archive, attachments, checkpoint, durable, zip_backup
from core.errors import FileSafetyError, InvalidContentError, NewerSchemaError, TodurableError, from_os_error
from core.file_safety import SafeFileManager
from core.migrations import SCHEMA_VERSION
from core.profile import accepted
from core.profile import examine as examine_profile
from core.progress import Progress, added, unheard
from core.task import Status, Task
from core.zip_backup import Backup

_ASIDE = re.compile(r"\.(damaged|schema-[0-9]+)-[0-9TZ]+(-[0-9]+)?")
_DAILY = re.compile(r"daily-(.+)_\d{8}T\d{6}\.\d{6}Z\.zip")
_SAVED = re.compile(r"_\d{8}T\d{6}\.\d{6}Z\.zip")


class NoSettingsError(TodurableError):
    """A backup holds no settings that could be restored. `path` is that of the backup."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"No settings can be restored from {path.name}: {problem}. Nothing was changed.")
        self.path = path


class Found(NamedTuple):
    """A backup as a list shows it. `kind` is `backup`, `copy`, `zip` or `set aside`.

    `problem` is empty where it is good, and `damaged` says that it is what the file holds; `at` is when that was saved,
    `tasks` how many are not in the trash.
    """

    path: Path
    kind: str
    size: int
    at: datetime
    seq: int | None = None
    tasks: int | None = None
    problem: str = ""
    damaged: bool = False


class Content(NamedTuple):
    """What a backup holds: the tasks by uid, and the change that it goes up to."""

    path: Path
    tasks: dict[str, Task]
    seq: int
    at: str


def find(files: SafeFileManager, places: Iterable[Path] = ()) -> Iterator[Path]:
    """Every backup of the list of `files`: beside it, in `backups/`, and the ZIPs in `places`."""
    file = files.path
    yield from (path for path in files.backup_paths if os.path.lexists(path))
    yield from (copy.path for copy in archive.copies(file))
    for place in dict.fromkeys((archive.directory(file), *places)):
        found = ((_SAVED.search(name), name) for name in durable.names_in(place))
        ours = [(saved[0], name) for saved, name in found if saved and not _is_of_another(name, file.name)]
        yield from (place / name for _saved, name in sorted(ours, reverse=True))
    for name in sorted(durable.names_in(file.parent)):
        if name.startswith(file.name) and _ASIDE.fullmatch(name, len(file.name)):
            yield file.parent / name


def examine(path: Path) -> Found | None:
    """What the backup at `path` is, read from beginning to end; None where it is gone: others thin copies meanwhile.

    Raises FileSafetyError where that cannot be told.
    """
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise from_os_error(error, path, "read") from error
    found = Found(path, _kind(path), status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))
    try:
        content = read(path)
    except FileSafetyError as error:
        if not os.path.lexists(path):
            return None
        if isinstance(error, InvalidContentError):
            return found._replace(problem=error.problem, damaged=True)
        return found._replace(problem=str(error))
    shown = sum(task.status is not Status.DELETED for task in content.tasks.values())
    found = found._replace(seq=content.seq, tasks=shown)
    return found._replace(at=datetime.fromisoformat(content.at)) if content.at else found


def read(path: Path, progress: Progress = unheard) -> Content:
    """The tasks in the backup at `path`, of any kind: a ZIP, a copy, a file that was set aside, another list.

    `progress` is told how many bytes of a ZIP are verified, of how many. Raises InvalidContentError where it is not
    whole, NewerSchemaError, or another FileSafetyError.
    """
    if path.suffix == ".zip":
        zip_backup.verify(path, progress)
        with zip_backup.opened(path) as backup:
            found = backup.tasks()
    else:
        raw = durable.read_file(path)
        if raw is None:
            raise InvalidContentError(path, "it is missing")
        found = checkpoint.decode(archive.unpacked(raw[0], path), path)
        if found.problems:
            raise InvalidContentError(path, str(found.problems[0]))
    if found.version > SCHEMA_VERSION:
        raise NewerSchemaError(path, found.version, SCHEMA_VERSION)
    if found.seq and not found.verified:
        raise InvalidContentError(path, "its checksum does not hold")
    return Content(path, found.tasks.tasks, found.tasks.seq, found.saved_at)


def settings(path: Path) -> dict[str, Any]:
    """The settings in the ZIP at `path`, as `ProfileStore.replace` takes them.

    Raises NoSettingsError where there are none, or not valid ones; else as `read`.
    """
    if path.suffix != ".zip":
        raise NoSettingsError(path, "only a ZIP holds settings")
    zip_backup.verify(path)
    with zip_backup.opened(path) as backup:
        raw = backup.profile()
    if raw is None:
        raise NoSettingsError(path, "none had been saved when it was made")
    if problem := examine_profile(raw, path)[1]:
        raise NoSettingsError(path, problem.rstrip("."))
    return accepted(raw, path)


def bring_back_attachments(path: Path, file: Path, tasks: Iterable[Task], progress: Progress = unheard) -> list[str]:
    """Copy the attached files of `tasks` that are missing beside the list at `file` out of the ZIP at `path`.

    Returns the names of those that are not in there either. On return the others are on the disk. `progress` is told
    how many bytes of how many are copied.
    """
    wanted = [name for _task, name in attachments.missing(file, tasks)]
    if path.suffix != ".zip" or not wanted:
        return wanted
    with zip_backup.opened(path) as backup:
        names = dict.fromkeys(wanted)
        add = added(progress, sum(backup.size(name) for name in names))
        return [name for name in names if not _brought_back(backup, file, name, add)]


def _brought_back(backup: Backup, file: Path, name: str, add: Callable[[int], None]) -> bool:
    blocks = backup.attachment(name)
    if blocks is None or attachments.path_of(file, name) is None:
        return False
    attachments.keep_blocks(file, _told(blocks, add), name)
    return True


def _told(blocks: Iterable[bytes], add: Callable[[int], None]) -> Iterator[bytes]:
    for block in blocks:
        yield block
        add(len(block))


def _kind(path: Path) -> str:
    if path.suffix == ".zip":
        return "zip"
    if path.parent.name == "backups":
        return "copy"
    return "set aside" if ".damaged-" in path.name or ".schema-" in path.name else "backup"


def _is_of_another(name: str, file: str) -> bool:
    """Whether a ZIP is the daily one of a list that is called otherwise than `file`: two may have one second place."""
    daily = _DAILY.fullmatch(name)
    return daily is not None and daily[1] != file
