"""Every combination of damages to a list's five files, against a rule that knows nothing of how they are read.

The list: change k adds task `tk`. `tasks.json` and its backups go up to changes 6, 5, 4, 3; the journal up to 8.
All 16,807 combinations, each with a journal from the first change and with one that was cut below the oldest backup.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest

from core.errors import FileCorruptionError
from core.recovery import RecoveryReport
from core.store import TaskStore
from tests import proof
from tests.instances import Instance, opened, ticking

BASES = {"tasks.json": 6, "tasks.json.backup": 5, "tasks.json.backup.1": 4, "tasks.json.backup.2": 3}
MAIN, JOURNAL = "tasks.json", "tasks.json.journal"
KINDS = ("ok", "missing", "empty", "half", "garbage", "flipped", "older")
GARBAGE = b"\x89\x00 this is {no list} and no journal\xff\n"
LOST_BIT = 5
"""The change whose line has a wrong bit in the flipped journal."""

Kinds = Mapping[str, str]


class Scene(NamedTuple):
    """The bytes that each file may have, by name and kind (None: there is no such file), and the journal's changes."""

    raw: dict[str, dict[str, bytes | None]]
    changes: dict[str, list[int]]


class Expected(NamedTuple):
    """What opening gives. `used` is empty where nothing had to be recovered, `names` None where it must fail."""

    names: set[str] | None
    used: str = ""
    refused: tuple[str, ...] = ()
    replayed: int = 0
    lost: tuple[str, ...] = ()
    outside: bool = False


# The files


def _flipped(raw: bytes, text: bytes) -> bytes:
    at = raw.index(text) + len(text) - 2
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


def _kinds(raw: bytes, older: bytes, flipped: bytes) -> dict[str, bytes | None]:
    damaged = (raw, None, b"", raw[: len(raw) // 2], GARBAGE, flipped, older)
    return dict(zip(KINDS, damaged, strict=True))


def _scene(directory: Path, *, cut: bool) -> Scene:
    here = opened(directory / MAIN)
    checkpoints = {}
    for change in range(1, 9):
        here.state.add_task(f"t{change}")
        here.commit()
        if change <= BASES[MAIN]:
            here.checkpoint()
            checkpoints[change] = (directory / MAIN).read_bytes()
    first = 4 if cut else 1
    lines = (directory / JOURNAL).read_bytes().splitlines(keepends=True)[first - 1 :]
    whole = b"".join(lines)
    raw = {
        name: _kinds(checkpoints[seq], checkpoints[seq - 2], _flipped(checkpoints[seq], b'"name":"t1'))
        for name, seq in BASES.items()
    }
    raw[JOURNAL] = _kinds(whole, b"".join(lines[: 6 - first]), _flipped(whole, f'"label":"add “t{LOST_BIT}'.encode()))
    half = (raw[JOURNAL]["half"] or b"").count(b"\n")
    changes = {kind: list[int]() for kind in KINDS} | {
        "ok": list(range(first, 9)),
        "half": list(range(first, first + half)),
        "flipped": [change for change in range(first, 9) if change != LOST_BIT],
        "older": list(range(first, 6)),
    }
    return Scene(raw, changes)


# The rule


def _seq(name: str, kind: str) -> int:
    """Up to which change a good base goes; 0 where it is not good."""
    return {"ok": BASES[name], "older": BASES[name] - 2}.get(kind, 0)


def _tasks(changes: set[int]) -> set[str]:
    return {f"t{change}" for change in changes}


def _gaps(after: int, changes: list[int], journal: str) -> tuple[str, ...]:
    """What the journal has to say of what it does not hold."""
    told = []
    last = after
    for change in changes:
        if change > last + 1:
            which = f"Change {last + 1}" if change == last + 2 else f"Changes {last + 1} to {change - 1}"
            told.append(f"{which} could not be read.")
        last = change
    if journal == "garbage":
        told.append(f"{len(GARBAGE) - 1} bytes at the end of the journal could not be read.")
    return tuple(told)


def _expected(kinds: Kinds, scene: Scene) -> Expected:
    journal = kinds[JOURNAL]
    changes = scene.changes[journal]
    good = [name for name in BASES if _seq(name, kinds[name])]
    base = good[0] if good else ""
    refused = tuple(BASES)[: list(BASES).index(base)] if base else tuple(BASES)
    if not base and changes[:1] == [1]:
        base, seq = JOURNAL, 0
    elif base:
        seq = _seq(base, kinds[base])
    else:
        return _without_good_one(kinds, changes)
    later = [change for change in changes if change > seq]
    lost = _gaps(seq, later, journal)
    have = set(range(1, seq + 1)) | set(later)
    if kinds[MAIN] == "flipped":
        return _beside_wrong_bit(have, seq, base, len(later), lost)
    if base == MAIN:
        return Expected(_tasks(have), MAIN if lost else "", (), len(later), lost)
    if all(kinds[name] == "missing" for name in BASES):
        return Expected(_tasks(have), JOURNAL if lost else "", (MAIN,) if lost else (), len(later), lost)
    if base != JOURNAL:
        lost += _unknown(kinds, have, lost)
    return Expected(_tasks(have), base, refused, len(later), lost)


def _unknown(kinds: Kinds, have: set[int], lost: tuple[str, ...]) -> tuple[str, ...]:
    """What the damaged `tasks.json` may have held that nothing else does."""
    if kinds[MAIN] == "half":  # its first line still says how far it went
        known = BASES[MAIN] > max(have) and not lost
        return (f"The changes after number {max(have)} could not be read.",) if known else ()
    if kinds[JOURNAL] in ("missing", "empty"):
        return ("The journal is missing too: the changes since that backup could not be read.",)
    return ()


def _beside_wrong_bit(have: set[int], seq: int, base: str, replayed: int, lost: tuple[str, ...]) -> Expected:
    """`tasks.json` can be read, but has a wrong bit: told as such where it can be compared, else taken for an edit."""
    file = set(range(1, BASES[MAIN] + 1))
    reached = seq <= BASES[MAIN] <= max(have, default=0)
    if reached and file <= have:
        return Expected(_tasks(have), base, (MAIN,), replayed, lost)
    names = _tasks(have | file) - {"t1"} | {"u1"}
    return Expected(names, MAIN if lost else "", (), replayed if lost else 0, lost, outside=True)


def _without_good_one(kinds: Kinds, changes: list[int]) -> Expected:
    """No base is good and the journal does not begin at the beginning: a file with a wrong bit is better than none."""
    journal = kinds[JOURNAL]
    readable = [name for name in BASES if kinds[name] == "flipped"]
    if not readable:
        nothing = all(kinds[name] == "missing" for name in BASES) and journal in ("missing", "empty")
        return Expected(set() if nothing else None)
    name = readable[0]
    later = [change for change in changes if change > BASES[name]]
    doubt = f"{name} was edited or damaged, and there is nothing to compare it with."
    lost = (doubt, *_gaps(BASES[name], later, journal))
    names = _tasks(set(range(2, BASES[name] + 1)) | set(later)) | {"u1"}
    return Expected(names, name, () if name == MAIN else tuple(BASES), len(later), lost)


# The comparison


def _combinations() -> Iterator[dict[str, str]]:
    for kinds in product(KINDS, repeat=len(BASES) + 1):
        yield dict(zip((*BASES, JOURNAL), kinds, strict=True))


class Directory:
    """A directory in which the files are put, each only when it is to be another one than is there."""

    def __init__(self, path: Path, scene: Scene) -> None:
        self.path = path
        self._scene = scene
        self._there: dict[str, str] = {}

    def put(self, kinds: Kinds) -> None:
        for name, kind in kinds.items():
            if self._there.get(name) != kind:
                self._put(self.path / name, self._scene.raw[name][kind])
                self._there[name] = kind

    @staticmethod
    def _put(path: Path, raw: bytes | None) -> None:
        path.unlink(missing_ok=True)
        if raw is not None:
            path.write_bytes(raw)

    def state(self) -> set[tuple[object, ...]]:
        """What tells whether anything was written."""
        with os.scandir(self.path) as entries:
            found = [(entry.name, entry.stat()) for entry in entries]
        return {(name, status.st_ino, status.st_size, status.st_mtime_ns) for name, status in found}


def _found(file: Path) -> Expected:
    store = TaskStore(file, clock=ticking())
    try:
        found = store.load()
    except FileCorruptionError:
        return Expected(None)
    finally:
        store.close()
    tasks = found.tasks.copy()
    if found.outside is not None:
        tasks.apply(found.outside)
    names = {task.name for task in tasks.tasks.values()}
    return _as_expected(names, found.report, outside=found.outside is not None)


def _as_expected(names: set[str], report: RecoveryReport | None, *, outside: bool) -> Expected:
    if report is None:
        return Expected(names, outside=outside)
    assert report.kept == ()
    refused = tuple(attempt.path.name for attempt in report.refused)
    return Expected(names, report.source, refused, report.replayed, report.lost, outside)


@pytest.mark.parametrize("cut", [False, True], ids=["whole journal", "cut journal"])
def test_every_combination_is_read_as_the_rule_says(tmp_path: Path, *, cut: bool) -> None:
    scene = _scene(tmp_path, cut=cut)
    directory = Directory(tmp_path / "damaged", scene)
    directory.path.mkdir()
    tried = 0
    for kinds in _combinations():
        directory.put(kinds)
        before = directory.state()
        expected = _expected(kinds, scene)
        found = _found(directory.path / MAIN)
        if not expected.used:
            expected = expected._replace(replayed=0)
        assert found == expected, kinds
        assert directory.state() == before, kinds
        tried += 1
    proof.count("damage combinations", tried)


@pytest.mark.parametrize("cut", [False, True], ids=["whole journal", "cut journal"])
def test_after_every_kind_of_damage_the_next_save_works_and_keeps_the_bad_bytes(tmp_path: Path, *, cut: bool) -> None:
    scene = _scene(tmp_path, cut=cut)
    combinations = list(_combinations())
    for number in range(0, len(combinations), 149):
        _save_after(combinations[number], scene, tmp_path / str(number))
    proof.count("saves after damage", len(range(0, len(combinations), 149)))


def _save_after(kinds: Kinds, scene: Scene, path: Path) -> None:
    path.mkdir()
    Directory(path, scene).put(kinds)
    expected = _expected(kinds, scene)
    here = Instance(path / MAIN)
    here.state.add_task("next")
    before = _bytes_in(path)
    if expected.names is None:
        with pytest.raises(FileCorruptionError):
            here.load()
        assert _bytes_in(path) == before
        return
    here.load()
    here.save()
    again = opened(path / MAIN)
    assert set(again.names) == set(here.names) == expected.names | {"next"}, kinds
    assert len({task.id for task in again.state.tasks}) == len(again.names)
    there = set(_bytes_in(path).values())
    for name in BASES:
        raw = scene.raw[name][kinds[name]]
        merged = name == MAIN and expected.outside
        assert raw in there or raw is None or merged or _seq(name, kinds[name]), (name, kinds)
    if kinds[JOURNAL] == "garbage":
        assert (path / JOURNAL).read_bytes().startswith(GARBAGE)
    paths = [path / MAIN, *here.store.files.backup_paths]
    for base in paths:
        if base.exists():
            copy = path / f"only {base.name}"
            copy.mkdir()
            (copy / MAIN).write_bytes(base.read_bytes())
            assert opened(copy / MAIN).store.report is None


def _bytes_in(path: Path) -> dict[str, bytes]:
    return {entry.name: entry.read_bytes() for entry in path.iterdir() if entry.is_file() and entry.suffix != ".lock"}
