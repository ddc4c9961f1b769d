"""A program in a real pseudo-terminal of 120x40, and when what it shows arrived.

Its bytes are only kept, with their time of arrival, for as long as they come; a screen is made of them (by pyte) in the
pauses, so that drawing takes no time from the program, and a mark is found however escape sequences split it.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Self

import pyte

COLUMNS, ROWS = 120, 40
_QUIET = 0.08
"""Seconds without output after which there is a pause."""
_LONGEST = 2.0
"""Seconds of output after which it is looked at even without a pause."""
_RESTING, _BUSY = 0.5, 0.1
"""Seconds in which a program that rests has worked for no more than this share."""
_ENDING = 10.0
"""Seconds in which a program may end by itself."""


class Terminal:
    """`command`, from now on until the end of the block."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self._sent: deque[tuple[float, bytes]] = deque()
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.started = self._shown = perf_counter()
        self._process = subprocess.Popen(  # noqa: S603 - a command of ours
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**environment, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        end = perf_counter() + _ENDING
        while self._process.poll() is None and perf_counter() < end:
            self._read(_QUIET)
        self._process.kill()
        self._process.wait()
        os.close(self._master)

    def until(self, condition: Callable[[Terminal], bool], timeout: float = 60.0) -> float:
        """The time at which the bytes arrived that made `condition` true. Raises TimeoutError."""
        end = perf_counter() + timeout
        while not condition(self):
            if not self._sent:
                if not self._read(max(end - perf_counter(), 0)):
                    why = "it ended" if self._process.poll() is not None else f"after {timeout:.0f} s"
                    raise TimeoutError(f"{self.text}\nnot shown what was waited for: {why}")
                self._read_on()
            self._show_next()
        return self._shown

    def answer(self, keys: str, condition: Callable[[Terminal], bool], timeout: float = 60.0) -> float:
        """Press `keys` when all is quiet; the seconds until `condition` is shown, which must not be so before."""
        pressed = self.press(keys)
        if condition(self):
            raise ValueError(f"{self.text}\nshown before {keys!r} was pressed")
        return self.until(condition, timeout) - pressed

    def press(self, keys: str) -> float:
        """Press `keys` when all is quiet; the time of that."""
        self.settle()
        pressed = perf_counter()
        os.write(self._master, keys.encode())
        return pressed

    def settle(self) -> None:
        """Wait until nothing more is sent, and show what was."""
        self._read_on()
        while self._sent:
            self._show_next()

    def rest(self) -> None:
        """Wait until the program does nothing any more, where it is busy for long before it shows anything."""
        self.settle()
        while self.work(_RESTING) > _BUSY:
            self.settle()

    def work(self, seconds: float) -> float:
        """The share of a core that the program uses in that time."""
        before, start = self.cpu_seconds, perf_counter()
        while (left := start + seconds - perf_counter()) > 0:
            self._read(left)
        return (self.cpu_seconds - before) / (perf_counter() - start)

    @property
    def lines(self) -> list[str]:
        """What is on the screen, line by line."""
        cells = self._screen.buffer  # not pyte's `display`, which fails where half of a wide character was overwritten
        return ["".join(cells[row][column].data for column in range(COLUMNS)) for row in range(ROWS)]

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(self.lines)

    @property
    def memory(self) -> float:
        """The most memory that the program has had, in MB."""
        found = re.search(r"VmHWM:\s*(\d+)", Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii"))
        if found is None:
            raise ProcessLookupError("it ended")
        return int(found[1]) / 1024

    @property
    def cpu_seconds(self) -> float:
        """What all threads of the program that still run have used so far."""
        threads = Path(f"/proc/{self._process.pid}/task").glob("*/schedstat")
        return sum(int(thread.read_text(encoding="ascii").split()[0]) for thread in threads) / 1e9

    def _show_next(self) -> None:
        self._shown, sent = self._sent.popleft()
        self._stream.feed(sent)

    def _read_on(self) -> None:
        end = perf_counter() + _LONGEST
        while perf_counter() < end and self._read(_QUIET):
            pass

    def _read(self, timeout: float) -> bool:
        if not select.select([self._master], [], [], timeout)[0]:
            return False
        try:
            sent = os.read(self._master, 1 << 16)
        except OSError:  # how Linux says that nobody has the other end open any more: pty(7)
            return False
        self._sent.append((perf_counter(), sent))
        return True


def showing(text: str) -> Callable[[Terminal], bool]:
    """Whether `text` is anywhere on the screen."""
    return lambda terminal: text in terminal.text
