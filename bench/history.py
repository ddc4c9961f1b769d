"""What a past of a million changes costs: reading it, finding in it, going back in time; and a ZIP of 100 MB.

The changes were made to 10,000 tasks, and compacted by the program, which leaves a copy of the list every 50,000 of
them. The costliest moment is the one just before such a copy; without copies it is made from the first change on.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median

from bench.figures import Figure, figure, in_turns, measured, timed
from bench.pasts import write_past
from bench.processes import environment, peak_memory, todurable
from core import archive, zip_backup
from core.archive import STRETCH
from core.compaction import lines, pieces
from core.file_safety import SafeFileManager
from core.history import backwards, search
from core.store import TaskStore
from core.timeline import Timeline
from core.wanted import Wanted
from core.zip_backup import Source
from ui.history_search import PAGE

CHANGES, TASKS = 1_000_000, 10_000
FEW = 1_000
ZIPPED = 100_000_000
TURNS = 5
COSTLIEST = 11 * STRETCH - 1
_TEXT = "number 777777"
_BLOCK = 1 << 20


def figures(directory: Path) -> Iterator[Figure]:
    """Reading, finding, going back, the memory for it, and the ZIP."""
    few = write_past(FEW, FEW // 2, directory / "few")
    many = write_past(CHANGES, TASKS, directory / "many")
    yield from _pages(few, many)
    yield from _searches(many)
    yield from _moments(many)
    yield from _memory(many, directory / "home")
    yield from _without_copies(many, directory / "home")
    yield from _zip(many, directory / "zip")


def _journal(file: Path) -> Path:
    return SafeFileManager(file).sibling(".journal")


def _pages(few: Path, many: Path) -> Iterator[Figure]:
    calls = {changes: timed(partial(_page, file)) for changes, file in ((FEW, few), (CHANGES, many))}
    times = in_turns(calls, 5 * TURNS)
    base = f"of {FEW:,}", median(times[FEW])
    yield figure(f"first page of {CHANGES:,} changes", times[CHANGES], base, tail=True)


def _page(file: Path) -> None:
    assert len(list(islice(backwards(_journal(file)), PAGE))) == PAGE  # noqa: S101 - less is no page


def _searches(file: Path) -> Iterator[Figure]:
    """Each to the first change of all, for little is found."""
    journal = _journal(file)
    uid = next(iter(TaskStore(file).load().tasks.tasks))
    asked = {
        f"the text “{_TEXT}”": Wanted(text=_TEXT),
        "a text beyond ASCII": Wanted(text="Möhren"),
        "one task": Wanted(tasks=frozenset({uid})),
        "the first day": Wanted(until="2016-01-02T23:59:59Z"),
    }
    calls = {what: timed(partial(_find, journal, wanted)) for what, wanted in asked.items()}
    times = in_turns({"unpacking": timed(partial(_unpack, journal)), **calls}, TURNS)
    base = "unpacking the files", median(times["unpacking"])
    for what in asked:
        yield figure(f"finding {what} in {CHANGES:,} changes", times[what], base)


def _find(journal: Path, wanted: Wanted) -> None:
    for _entry in search(journal, wanted):
        pass


def _unpack(journal: Path) -> None:
    for piece in pieces(journal):
        lines(piece)


def _moments(file: Path) -> Iterator[Figure]:
    moments = {
        "the last change": CHANGES,
        f"change {CHANGES // 2:,}, of which there is a copy": CHANGES // 2,
        f"change {COSTLIEST:,}, {STRETCH - 1:,} from a copy": COSTLIEST,
        "the first change": 1,
    }
    calls = {what: timed(partial(_at, file, seq)) for what, seq in moments.items()}
    times = in_turns({"opening": timed(lambda: TaskStore(file).load()), **calls}, TURNS)
    base = "opening the list", median(times["opening"])
    for what in moments:
        yield figure(f"the list after {what}", times[what], base)
    timeline = Timeline(SafeFileManager(file))
    timeline.at(COSTLIEST)
    steps = [timed(partial(timeline.at, COSTLIEST - step))() for step in range(1, 100)]
    yield figure("one step further back", steps, base, tail=True)


def _at(file: Path, seq: int) -> None:
    Timeline(SafeFileManager(file)).at(seq)


def _memory(file: Path, home: Path) -> Iterator[Figure]:
    words = {
        "history": ["history"],
        f"history --text “{_TEXT}”": ["history", "--text", _TEXT],
        f"history --at {COSTLIEST}": ["history", "--at", f"{COSTLIEST}", "1"],
    }
    environ = environment(home)
    base = "todurable list", peak_memory(todurable(file, "list"), environ)
    for what, command in words.items():
        yield measured(f"memory of {what}", peak_memory(todurable(file, *command), environ), "MB", base)


def _without_copies(file: Path, home: Path) -> Iterator[Figure]:
    with_copies = timed(partial(_at, file, COSTLIEST))()
    for copy in archive.copies(file):
        os.unlink(copy.path)
    base = "with copies", with_copies
    yield figure(f"the list after change {COSTLIEST:,} without copies", [timed(partial(_at, file, COSTLIEST))()], base)
    command = todurable(file, "history", "--at", f"{COSTLIEST}", "1")
    yield measured("memory of that", peak_memory(command, environment(home)), "MB")


def _zip(past: Path, directory: Path) -> Iterator[Figure]:
    """Of a list whose journal is so long; the bare copy is read, packed, written and synced, and not verified."""
    directory.mkdir()
    file = directory / past.name
    file.write_bytes(past.read_bytes())
    raw = b"".join(map(lines, islice(pieces(_journal(past)), 40)))[:ZIPPED]
    _journal(file).write_bytes(raw)
    source = Source(file, TaskStore(file).load().tasks)
    make = partial(zip_backup.make, source, directory, "all", datetime.now(UTC))
    calls: dict[str, Callable[[], float]] = {
        "ours": timed(make),
        "bare": timed(partial(_pack, _journal(file), directory / "bare")),
    }
    times = in_turns(calls, TURNS)
    yield figure(f"ZIP of {len(raw) // 1_000_000} MB, verified", times["ours"], ("zlib alone", median(times["bare"])))


def _pack(source: Path, target: Path) -> None:
    packing = zlib.compressobj(zip_backup.LEVEL)
    with open(source, "rb") as given, open(target, "wb") as taken:
        while block := given.read(_BLOCK):
            taken.write(packing.compress(block))
        taken.write(packing.flush())
        taken.flush()
        os.fsync(taken.fileno())
