"""What whole commands cost, from their start to their end, beside a Python that does nothing.

In turns, so that all meet the same machine; what Python has to compile was compiled before.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.figures import Figure, figure, in_turns, measured, timed
from bench.lists import made_list, write_list
from bench.processes import Environment, environment, peak_memory, run, todurable
from core.interop import NAMES, format_called

TURNS, IMPORTS = 11, 3
SIZES = (10, 1_000, 10_000, 100_000)
QUERY = ("#home", "due<2026-03-01", "p1")
VERBS = {
    "add": ("add", "Buy oat milk #home"),
    "done": ("done", "3"),
    "list, narrow,": ("list", *QUERY),
    "list, wide,": ("list",),
    "list --json": ("list", "--json"),
}
_NOTHING = "Python that does nothing"


def figures(directory: Path) -> Iterator[Figure]:
    """Each command at all sizes: its time, and its memory with the fewest and the most tasks."""
    environ = environment(directory / "home")
    files = {size: write_list(size, directory) for size in SIZES}
    nothing = [sys.executable, "-c", "pass"]
    calls = {_NOTHING: timed(partial(run, nothing, environ))}
    for size, file in files.items():
        calls |= {f"{verb} at {size:,}": command_call(file, words, environ) for verb, words in VERBS.items()}
    for call in calls.values():
        call()
    times = in_turns(calls, TURNS)
    base = median(times.pop(_NOTHING))
    yield figure(_NOTHING, [base])
    for what, found in times.items():
        verb = what.partition(" at ")[0]
        least = median(times[f"{verb} at {SIZES[0]}"])
        yield figure(f"todurable {what}", found, (_NOTHING, base), (f"at {SIZES[0]}", least), tail=True)
    yield from _memory(files, nothing, environ)
    yield from _imports(directory, environ, base)


def command_call(file: Path, words: Sequence[str], environ: Environment) -> Callable[[], float]:
    """Runs a command of ours, and gives the seconds that it took. What is done anew was reopened before."""
    call = timed(partial(run, todurable(file, *words), environ))

    def after_reopening() -> float:
        run(todurable(file, "reopen", *words[1:]), environ)
        return call()

    return after_reopening if words[0] == "done" else call


def _memory(files: dict[int, Path], nothing: Sequence[str], environ: Environment) -> Iterator[Figure]:
    base = peak_memory(nothing, environ)
    for verb, words in VERBS.items():
        least, most = (peak_memory(todurable(files[size], *words), environ) for size in (SIZES[0], SIZES[-1]))
        beside = (f"{_NOTHING} ({base:.1f} MB)", base), (f"at {SIZES[0]}", least)
        yield measured(f"memory of todurable {verb} at {SIZES[-1]:,}", most, "MB", *beside)


def _imports(directory: Path, environ: Environment, base: float) -> Iterator[Figure]:
    """As many tasks as the longest list has, in each format, into a list of its own: until its first copy is made."""
    tasks = made_list(SIZES[-1]).tasks.values()
    calls = {}
    for name in NAMES:
        source = directory / f"exported.{name}"
        source.write_bytes(format_called(name).write(tasks))
        calls[name] = partial(_import, source, name, environ)
    for name, found in in_turns(calls, IMPORTS).items():
        yield figure(f"todurable import of {SIZES[-1]:,} tasks, {name}", found, (_NOTHING, base))


def _import(source: Path, form: str, environ: Environment) -> float:
    with TemporaryDirectory(dir=source.parent) as place:
        command = todurable(Path(place) / "tasks.json", "import", "--format", form, str(source))
        return timed(partial(run, command, environ))()
