"""A list moved to another directory: copied with all that belongs to it, verified, and only then used from there.

Nothing half-made can be taken for a list: all is copied into a hidden directory, and put in its place when it is whole.
What it was stays where it was, for its user to remove; but nobody can write to it any more, for that would be lost.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

from core import archive, compaction, drafts, durable, presence
from core.attachments import digest_of
from core.errors import FileSafetyError, NamedErrors, TodurableError, UnavailableError, from_os_error
from core.instance_files import InstanceFiles, Owner
from core.locking import moved_to
from core.paths import make_private_directory
from core.profile import ProfileStore
from core.progress import Progress, added, unheard
from core.store import TaskStore
from core.surroundings import LITTLE_SPACE, free_space

_WITH_IT = ("backups", "attachments")
_BLOCK = 1 << 20
_STAGE = re.compile(r"\.[0-9]+\.[0-9a-f]{12}\.moving")


class CannotMoveError(TodurableError):
    """The list cannot be moved there, or not now; nothing was changed."""


def move(store: TaskStore, target: Path, profile: ProfileStore, progress: Progress = unheard) -> Path:
    """Have `profile` name a copy of the list of `store` in the directory `target`, and return the new file.

    It was read back and holds the same list. Nobody can write meanwhile, nor to the old file afterwards. `progress` is
    told how many bytes of how many are copied.

    Raises CannotMoveError, FileSafetyError or ProfileError: then the list is where it was, and nothing is left there.
    """
    file = store.files.path
    new = target / file.name
    profile.load()  # a setting that is not valid would be found at the end only
    _refuse_taken(new)
    _refuse_open(file)
    make_private_directory(target)
    with store.files.lock, NamedErrors(new, "saved"):
        names = list(_names(file))
        size = sum(_sizes(file.parent, names))
        _refuse_full(size, target)
        add = added(progress, size)
        with _Stage(new) as stage:
            for name in names:
                make_private_directory((stage.directory / name).parent)
                _copy(file.parent / name, stage.directory / name, add)
            _verify(store, stage.directory / file.name)
            _refuse_open(file)
            stage.put_in_place(names)
            _unsign(new.with_name(f"{new.name}.lock"))
            _switch(profile, new, stage)
        _sign(store.files.lock.path, target)
    return new


def _refuse_taken(new: Path) -> None:
    """Also where a list is only half there: what is left of it would be lost, or mixed with ours."""
    names = sorted(durable.names_in(new.parent))
    there = [name for name in names if name == new.name or name.startswith(f"{new.name}.")]
    there = [name for name in there if not name.endswith(".lock")]
    there += [str(path.relative_to(new.parent)) for path in _copies(new)]
    if there:
        raise CannotMoveError(
            f"There is a list at {new} already, or what is left of one: {there[0]}. Nothing was changed: "
            "choose another folder, or move that away."
        )


def _copies(file: Path) -> Iterable[Path]:
    journal = file.with_name(f"{file.name}.journal")
    return (*(copy.path for copy in archive.copies(file)), *(piece.path for piece in compaction.pieces(journal)))


def _refuse_open(file: Path) -> None:
    try:
        others = presence.others(_instance_files(file))
    except OSError as error:
        raise from_os_error(error, file.parent, "read") from error
    if others:
        raise CannotMoveError("The list is open in another terminal. Close it there, then try again.")


def _instance_files(file: Path) -> InstanceFiles:
    return InstanceFiles(file, Owner.this_process())


def _sizes(directory: Path, names: Iterable[Path]) -> list[int]:
    try:
        return [os.stat(directory / name).st_size for name in names]
    except OSError as error:
        raise from_os_error(error, directory, "read") from error


def _refuse_full(size: int, target: Path) -> None:
    needed = size + LITTLE_SPACE
    free = free_space(target)
    if free is not None and free < needed:
        raise CannotMoveError(
            f"The list and what belongs to it need {needed / 1e6:.1f} MB, but only {free / 1e6:.1f} MB are free "
            f"in {target}. Nothing was changed."
        )


def _names(file: Path) -> Iterator[Path]:
    """The files that belong to the list, relative to its directory, in the order in which they are put in place.

    From the first of them on, what is there already is the whole list or none.
    """
    try:
        beside = [
            name
            for name in os.listdir(file.parent)
            if name.startswith(f"{file.name}.") and not name.endswith(".lock") and os.path.isfile(file.parent / name)
        ]
        for name in sorted(beside, key=lambda name: (not name.endswith(".journal"), name)):
            yield Path(name)
        for folder in _WITH_IT:
            for directory, _folders, names in os.walk(file.parent / folder, onerror=_refuse_unread):
                for name in sorted(names):
                    if not name.startswith("."):
                        yield Path(directory, name).relative_to(file.parent)
        for path in drafts.kept(_instance_files(file)):
            yield path.relative_to(file.parent)
    except OSError as error:
        raise from_os_error(error, Path(error.filename or file.parent), "read") from error
    yield Path(file.name)


def _refuse_unread(error: OSError) -> None:
    """Raise `error`, unless there is no such folder: what cannot be read must not be left out."""
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise error


class _Stage:
    """A hidden directory beside `new` for what is not whole yet. What it put in place goes again unless it `stays`."""

    def __init__(self, new: Path) -> None:
        self._new = new
        self.directory = new.with_name(f".{new.name}.{os.getpid()}.{os.urandom(6).hex()}.moving")
        self.stays = False
        self._placed: list[Path] = []

    def __enter__(self) -> Self:
        self._sweep()
        make_private_directory(self.directory)
        return self

    def __exit__(self, *_error: object) -> None:
        if not self.stays:
            for path in reversed(self._placed):
                durable.discard(path)
                with suppress(OSError):  # others have files there, or it was there before
                    os.removedirs(path.parent)
        _remove(self.directory)

    def put_in_place(self, names: Iterable[Path]) -> None:
        """Move the files `names` beside `new`; on return their names are on the disk. Raises OSError."""
        directories = set()
        for name in names:
            place = self._new.parent / name
            make_private_directory(place.parent)
            if os.path.lexists(place):
                _refuse_another(self.directory / name, place)
                continue
            self._placed.append(place)
            os.rename(self.directory / name, place)
            directories.add(place.parent)
        for directory in directories:
            durable.sync_directory(directory)

    def _sweep(self) -> None:
        """Remove what moves left that were broken off."""
        prefix = f".{self._new.name}"
        for name in os.listdir(self._new.parent):
            if name.startswith(prefix) and _STAGE.fullmatch(name, len(prefix)):
                _remove(self._new.with_name(name))


def _refuse_another(ours: Path, there: Path) -> None:
    """What is named by its content, such as an attachment, may be there already."""
    if digest_of(ours) != digest_of(there):
        raise CannotMoveError(f"{there} is there already, and is another file. Nothing was changed.")


def _switch(profile: ProfileStore, new: Path, stage: _Stage) -> None:
    """Have `profile` name the list at `new`; unless it surely does not, what is there stays."""
    stage.stays = True
    try:
        profile.change({"file": str(new)})
    except BaseException as error:  # Ctrl-C too
        stage.stays = profile.load_usable()[0].file == str(new)
        if not stage.stays or not isinstance(error, FileSafetyError):
            raise


def _sign(lock: Path, target: Path) -> None:
    """Have everybody who waits for the old lock find a link where it was, which says where the list is now.

    Where there are no links, only those who wait at this moment could write to the old file.
    """
    temporary = durable.temporary_name(lock)
    with suppress(OSError):
        if hasattr(os, "O_NOFOLLOW"):  # what would be followed is no sign
            os.symlink(target / lock.name, temporary)
            os.replace(temporary, lock)
            durable.sync_directory(lock.parent)


def _unsign(lock: Path) -> None:
    """Take the sign of an earlier move away, from here to somewhere else."""
    if moved_to(lock) is not None:
        os.unlink(lock)


def _remove(directory: Path) -> None:
    for path, folders, names in os.walk(directory, topdown=False):
        for name in names:
            durable.discard(Path(path, name))
        for name in folders:
            with suppress(OSError):  # the next move tries again
                os.rmdir(Path(path, name))
    with suppress(OSError):
        os.rmdir(directory)


def _copy(source: Path, target: Path, add: Callable[[int], None]) -> None:
    try:
        descriptor = os.open(source, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise from_os_error(error, source, "read") from error
    try:
        status = os.fstat(descriptor)
        with durable.new_temporary(target) as (temporary, into):
            while block := os.read(descriptor, _BLOCK):
                durable.write_all(into, block)
                add(len(block))
        os.utime(temporary, ns=(status.st_atime_ns, status.st_mtime_ns))
        durable.replace_with(temporary, target)
    except OSError as error:
        raise from_os_error(error, target, "saved") from error
    finally:
        durable.close_synced(descriptor)
    if digest_of(source) != digest_of(target):
        raise UnavailableError(f"{target} could not be read back as it was written. The list is where it was.", target)


def _verify(store: TaskStore, new: Path) -> None:
    there = TaskStore(new)
    try:
        if there.load().tasks != store.load().tasks:
            raise UnavailableError(f"{new} does not hold the same list. The list is where it was.", new)
    finally:
        there.close()
