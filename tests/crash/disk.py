"""What may be on a disk after a crash: a model that follows each change that is made to a directory tree.

- Names: of the changes (create, link, rename, unlink, mkdir) since the last fsync of a directory, any subset may have
  reached the disk. All subsets are followed, without a bound; a rename is one change (it is in every journaling file
  system), and the order of two changes to one name is kept.
- Content: of what was written to a file since its last fsync nothing, zeros, the first half (with or without zeros
  behind it) or all may be there; a cut may have happened or not; each independently of the others.
- After an fsync of a file that failed, a later one that succeeds says nothing about what was written before it: the
  kernel has marked those pages as clean. Only what is written anew counts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from itertools import product
from pathlib import Path
from typing import NamedTuple, TypeAlias

Names: TypeAlias = "frozenset[tuple[str, int]]"
NameChange: TypeAlias = "Mapping[str, int | None]"
MOST_STATES = 50_000


class Write(NamedTuple):
    """Bytes that were written to a place in a file."""

    offset: int
    raw: bytes

    def on(self, content: bytes) -> bytes:
        """`content` with them in it."""
        end = self.offset + len(self.raw)
        return content[: self.offset].ljust(self.offset, b"\0") + self.raw + content[end:]

    def outcomes(self) -> tuple[Write, ...]:
        """What the disk may have of them, where it has anything."""
        length, half = len(self.raw), self.raw[: len(self.raw) // 2]
        kept = (bytes(length), half, half.ljust(length, b"\0"), self.raw)
        return tuple(Write(self.offset, raw) for raw in kept)


class Cut(NamedTuple):
    """A file that was given another size."""

    size: int

    def on(self, content: bytes) -> bytes:
        """`content` with that size."""
        return content[: self.size].ljust(self.size, b"\0")

    def outcomes(self) -> tuple[Cut, ...]:
        """What the disk may have of it, where it has anything."""
        return (self,)


class File:
    """The content of a file: as it is now, and as it may be on the disk."""

    def __init__(self, content: bytes) -> None:
        self.now = content
        self._synced = {content}
        self._unsynced: list[Write | Cut] = []

    def change(self, edit: Write | Cut) -> None:
        self.now = edit.on(self.now)
        self._unsynced.append(edit)

    def sync(self) -> None:
        self._synced = {reduce(lambda content, edit: edit.on(content), self._unsynced, old) for old in self._synced}
        self._unsynced = []

    def fail_to_sync(self) -> None:
        self._synced, self._unsynced = self.possible(), []

    def possible(self) -> set[bytes]:
        found = set(self._synced)
        for edit in self._unsynced:
            found |= {outcome.on(content) for content in found for outcome in edit.outcomes()}
        return found


class Directory:
    """The names in a directory and what they stand for: as they are now, and as they may be on the disk."""

    def __init__(self) -> None:
        self.now: dict[str, int] = {}
        self._possible: set[Names] = {frozenset()}

    def change(self, change: NameChange) -> None:
        self.now = _changed(self.now, change)
        self._possible |= {frozenset(_changed(dict(names), change).items()) for names in self._possible}

    def sync(self) -> None:
        self._possible = {frozenset(self.now.items())}

    def possible(self) -> set[Names]:
        return self._possible


def _changed(names: Mapping[str, int], change: NameChange) -> dict[str, int]:
    return {name: kept for name, kept in {**names, **change}.items() if kept is not None}


@dataclass(frozen=True)
class State:
    """One tree that may be found after a crash. `names` are relative paths; names of one number are one file.

    Equal trees are equal, however they came about. `None` as content: a directory.
    """

    names: tuple[tuple[str, int], ...]
    contents: tuple[bytes | None, ...]

    def build(self, root: Path) -> None:
        """Make this tree in the empty directory `root`."""
        first: dict[int, Path] = {}
        for name, number in self.names:
            path, content = root / name, self.contents[number]
            if content is None:
                os.mkdir(path, 0o700)
            elif number in first:
                os.link(first[number], path)
            else:
                first[number] = path
                _write(path, content)

    def __str__(self) -> str:
        return ", ".join(f"{name} (file {number}: {_size(self.contents[number])})" for name, number in self.names)


@dataclass
class Disk:
    """The tree below `root`, which exists when this is made, and each change of it after that. Paths are relative."""

    root: Path
    files: dict[int, File] = field(default_factory=dict)
    directories: dict[str, Directory] = field(default_factory=dict)
    _numbers: int = 0
    _inodes: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._scan("")

    # What happens

    def create(self, path: str) -> None:
        self._add(path, b"")

    def make_directory(self, path: str) -> None:
        self.directories[path] = Directory()
        self._name(path, self._number())

    def link(self, source: str, target: str) -> None:
        self._name(target, self.number_of(source))

    def rename(self, source: str, target: str) -> None:
        number = self.number_of(source)
        if os.path.dirname(source) != os.path.dirname(target):
            raise NotImplementedError("a rename from one directory into another is two changes: not followed yet")
        if self._directory(target).now.get(os.path.basename(target)) != number:  # else rename(2) does nothing
            names = {os.path.basename(source): None, os.path.basename(target): number}
            self._directory(target).change(names)

    def unlink(self, path: str) -> None:
        self._name(path, None)

    def number_of(self, path: str) -> int:
        return self._directory(path).now[os.path.basename(path)]

    # What may be there

    def states(self) -> Iterator[State]:
        """Each tree that a crash at this moment may leave, some of them more than once."""
        trees = list(self._trees(""))
        if len(trees) > MOST_STATES:
            raise NotImplementedError(f"{len(trees)} sets of names: a directory should be synced more often")
        possible = {number: tuple(file.possible()) for number, file in self.files.items()}
        for names in trees:
            named = sorted({number for _path, number in names if number in possible})
            for contents in product(*(possible[number] for number in named)):
                yield _state(names, dict(zip(named, contents, strict=True)))

    def now(self) -> State:
        """The tree as it is."""
        return _state(list(self._names("")), {number: file.now for number, file in self.files.items()})

    # Steps

    def _scan(self, folder: str) -> None:
        self.directories[folder] = Directory()
        for entry in sorted(os.scandir(self.root / folder), key=lambda entry: entry.name):
            path = os.path.join(folder, entry.name)
            if entry.is_dir(follow_symlinks=False):
                self._name(path, self._number())
                self._scan(path)
            elif entry.inode() in self._inodes:
                self._name(path, self._inodes[entry.inode()])
            else:
                self._inodes[entry.inode()] = self._add(path, _read(self.root / path))
        self.directories[folder].sync()

    def _add(self, path: str, content: bytes) -> int:
        number = self._number()
        self.files[number] = File(content)
        self._name(path, number)
        return number

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers

    def _name(self, path: str, number: int | None) -> None:
        self._directory(path).change({os.path.basename(path): number})

    def _directory(self, path: str) -> Directory:
        return self.directories[os.path.dirname(path)]

    def _names(self, folder: str) -> Iterator[tuple[str, int]]:
        for name, number in self.directories[folder].now.items():
            path = os.path.join(folder, name)
            yield path, number
            if path in self.directories:
                yield from self._names(path)

    def _trees(self, folder: str) -> Iterator[list[tuple[str, int]]]:
        for names in self.directories[folder].possible():
            own = [(os.path.join(folder, name), number) for name, number in names]
            below = [list(self._trees(path)) for path, _number in own if path in self.directories]
            for parts in product(*below):
                yield [*own, *(entry for part in parts for entry in part)]


def _state(names: list[tuple[str, int]], contents: Mapping[int, bytes]) -> State:
    """The state with its files numbered by their first name, so that equal trees are equal."""
    numbers: dict[int, int] = {}
    renumbered = tuple((name, numbers.setdefault(number, len(numbers))) for name, number in sorted(names))
    return State(renumbered, tuple(contents.get(number) for number in numbers))


def _size(content: bytes | None) -> str:
    return "a directory" if content is None else f"{len(content)} bytes"


def _read(path: Path) -> bytes:
    return path.read_bytes()


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        if content:
            os.write(descriptor, content)
    finally:
        os.close(descriptor)
