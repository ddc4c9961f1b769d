"""What the app costs with many tasks, beside an empty Textual app and beside itself with few.

A real pseudo-terminal of 120x40 lines is read for marks in what is sent: nothing is drawn here, so that only the app is
measured. The baselines: an empty Textual app for the first paint, our own app with ten tasks for the keys.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

from bench.figures import Figure, figure, in_turns
from bench.lists import write_list
from core.profile import ProfileStore
from core.state import AppState
from core.store import TaskStore

SIZES = (10, 1_000, 100_000)
STARTS, KEYS, CHANGES = 5, 60, 40
IDLE_SECONDS = 10.0
_EMPTY_APP = """
from textual.app import App
from textual.widgets import Static

class Empty(App):
    def compose(self):
        yield Static("first paint")

Empty().run()
"""
_VIEWS = (("3", "Today"), ("4", "Upcoming"), ("7", "Done"), ("1", "All"))
_SEARCH = "e dentist #home"
_QUIET = 0.08
"""Seconds without output after which the answer to a key is over."""


class Screen:
    """A program in a terminal; `sent` is all that it has sent."""

    def __init__(self, command: Sequence[str], home: Path) -> None:
        self.sent = b""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "TODURABLE_HOME": str(home)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # compiled, as what is installed is
        environment["PYTHONPYCACHEPREFIX"] = str(home / "compiled")
        self.started = perf_counter()
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True, env=environment
        )
        os.close(slave)

    def until(self, mark: str, timeout: float = 30.0) -> float:
        """Wait until `mark` was sent; returns the time of that."""
        end = perf_counter() + timeout
        while mark.encode() not in self.sent:
            if not self._read(max(end - perf_counter(), 0)):
                raise TimeoutError(f"never sent: {mark}")
        return perf_counter()

    def key(self, keys: str) -> float:
        """Press a key; returns the seconds until its answer begins to come."""
        self.settle()
        start = perf_counter()
        os.write(self._master, keys.encode())
        if not self._read(5.0):
            raise TimeoutError(f"no answer to {keys}")
        return perf_counter() - start

    def settle(self) -> None:
        """Wait until nothing more is sent, and forget what was."""
        while self._read(_QUIET):
            pass
        self.sent = b""

    def status(self, name: str) -> int:
        """A figure of /proc, in kB."""
        lines = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name))

    def cpu_seconds(self) -> float:
        """What the process has used so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self) -> None:
        """Stop the program."""
        self._process.kill()
        self._process.wait()
        os.close(self._master)

    def _read(self, timeout: float) -> bool:
        if not select.select([self._master], [], [], timeout)[0]:
            return False
        self.sent += os.read(self._master, 1 << 16)
        return True


def figures(directory: Path) -> Iterator[Figure]:
    """Starts, keys, and what happens with many tasks."""
    ProfileStore(directory / "profile.json").change({"tour_seen": True})
    small, middle, large = (write_list(size, directory) for size in SIZES)
    yield from _starts(directory, {SIZES[0]: small, SIZES[1]: middle, SIZES[2]: large})
    yield from _keys(directory, small, large)
    yield _memory_with(directory, middle)
    yield from _many(directory, large)


def _app(file: Path, home: Path) -> Screen:
    return Screen([sys.executable, "-m", "ui.cli", "--file", str(file)], home)


def _starts(home: Path, files: Mapping[int, Path]) -> Iterator[Figure]:
    """First paints, and when the tasks are there."""
    empty = "empty Textual app"
    alone = [sys.executable, "-c", _EMPTY_APP]
    calls = {f"start to first paint: {empty}": partial(_start, alone, home, "first paint")}
    for size, file in files.items():
        command = [sys.executable, "-m", "ui.cli", "--file", str(file)]
        calls[f"start to first paint with {size:,} tasks"] = partial(_start, command, home, "reading")
        calls[f"start to the list with {size:,} tasks"] = partial(_start, command, home, "saved")
    for call in calls.values():  # the first one compiles
        call()
    times = in_turns(calls, STARTS)
    base = median(times[f"start to first paint: {empty}"])
    for what, found in times.items():
        yield figure(what, found, (empty, base))


def _start(command: Sequence[str], home: Path, mark: str) -> float:
    screen = Screen(command, home)
    seconds = screen.until(mark) - screen.started
    screen.end()
    return seconds


def _keys(home: Path, small: Path, large: Path) -> Iterator[Figure]:
    """From a key to its paint."""
    bases: dict[str, float] = {}
    for size, file in ((SIZES[0], small), (SIZES[-1], large)):
        screen = _app(file, home)
        screen.until("saved")
        for what, keys in (("cursor down or up", "jk"), ("done or undo", "xu")):
            times = [screen.key(key) for _ in range(KEYS // 2) for key in keys]
            base = bases.setdefault(what, median(times))
            yield figure(f"{what}, {size:,} tasks", times, (f"with {SIZES[0]}", base), tail=True)
        screen.end()


def _memory_with(home: Path, file: Path) -> Figure:
    screen = _app(file, home)
    screen.until("saved")
    screen.settle()
    used = screen.status("VmHWM")
    screen.end()
    return Figure(f"memory with {SIZES[1]:,} tasks", used / 1024, "MB")


def _many(home: Path, large: Path) -> Iterator[Figure]:
    """Searching, switching views, changes from elsewhere, memory and idling with many tasks."""
    screen = _app(large, home)
    screen.until("saved")
    screen.settle()
    yield Figure(f"memory with {SIZES[-1]:,} tasks", screen.status("VmHWM") / 1024, "MB")
    screen.key("/")
    times = []
    for place, key in enumerate(_SEARCH):
        if key in " #":  # which find nothing else, or nothing yet
            screen.key(key)
        else:
            times.append(_timed(screen, key, f"/{_SEARCH[: place + 1]}"))
    yield figure("search, from a key to what it finds", times, tail=True)
    screen.key("\x1b")
    sleep(1)
    yield figure("another view", [_timed(screen, key, mark) for key, mark in _VIEWS])
    yield figure("a change by another process, to its paint", _changes(screen, large), tail=True)
    yield Figure(f"memory with {SIZES[-1]:,} tasks, after all this", screen.status("VmHWM") / 1024, "MB")
    screen.settle()
    sleep(2)
    before = screen.cpu_seconds()
    sleep(IDLE_SECONDS)
    yield Figure("idle", (screen.cpu_seconds() - before) / IDLE_SECONDS * 100, "% of a core")
    screen.end()


def _timed(screen: Screen, key: str, mark: str) -> float:
    screen.settle()
    start = perf_counter()
    os.write(screen._master, key.encode())  # noqa: SLF001 - of this very file
    return screen.until(mark) - start


def _changes(screen: Screen, file: Path) -> list[float]:
    """From the acknowledgement of another process to the paint."""
    state, store = AppState(by="bench:1:-"), TaskStore(file)
    opened = store.load()
    state.adopt(opened.tasks, store.history())
    first = next(task for task in state.tasks if task.status == "pending")
    times = []
    for number in range(CHANGES):
        screen.settle()
        state.rename(first, f"changed elsewhere {number}")
        state.receive(store.commit(state.pending))
        start = perf_counter()
        times.append(screen.until(f"changed elsewhere {number}") - start)
    store.close()
    return times
