"""A program in a real pseudo-terminal: its bytes, and what a terminal makes of them."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

import pyte

from core.paths import profile_file
from core.profile import ProfileStore

_JOINERS = re.compile("[\u200c\u200d\ufe0e\ufe0f]")
"""What pyte gives up a whole run of text for."""


class Terminal:
    """`command`, running in a terminal of `columns` x `rows`, for somebody who has seen the tour."""

    def __init__(
        self, command: Sequence[str], *, columns: int = 80, rows: int = 24, environment: Mapping[str, str] | None = None
    ) -> None:
        self.raw = b""
        """All bytes that the program has sent."""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self._screen)
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        ProfileStore(profile_file({**os.environ, **(environment or {})})).change({"tour_seen": True})
        self._master, slave = pty.openpty()
        _set_size(slave, columns, rows)
        self._process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**_elsewhere(), "TERM": "xterm-256color", **(environment or {})},
        )
        os.close(slave)

    def send(self, keys: str) -> None:
        """Type `keys`."""
        os.write(self._master, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Make the window another size, and tell the program so."""
        self._screen.resize(rows, columns)
        _set_size(self._master, columns, rows)
        self.send_signal(signal.SIGWINCH)  # the kernel would, if it were the program's controlling terminal

    def send_signal(self, which: signal.Signals) -> None:
        """Send the program a signal."""
        self._process.send_signal(which)

    def vanish(self) -> int:
        """Go away without a signal, as a terminal does that is not the program's controlling one; its exit code."""
        os.close(self._master)
        code = self._process.wait()
        self._master = os.open(os.devnull, os.O_RDWR)
        return code

    def until(self, condition: Callable[[], object]) -> None:
        """Return once `condition` holds; the program's bytes are read meanwhile."""
        while not condition():
            assert self._read(), f"the program ended, and showed:\n{self.text}"

    def until_shown(self, text: str) -> None:
        """Return once `text` is on the screen."""
        self.until(lambda: text in self.text)

    def wait(self) -> int:
        """The exit code, once the program has ended."""
        while self._read():
            pass
        return self._process.wait()

    @property
    def lines(self) -> list[str]:
        """What is on the screen, line by line, without the blanks at the end."""
        cells = self._screen.buffer  # not pyte's `display`, which fails where a wide character was overwritten by half
        columns = range(self._screen.columns)
        return ["".join(cells[row][column].data for column in columns).rstrip() for row in range(self._screen.lines)]

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(self.lines)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._master)

    def _read(self) -> bool:
        """Take in what the program sent next; False where it has ended."""
        try:
            sent = os.read(self._master, 1 << 16)
        except OSError:  # how Linux says that nobody has the other end open any more: pty(7)
            return False
        self.raw += sent
        self._stream.feed(_JOINERS.sub("", self._decode(sent)))
        return bool(sent)


def _elsewhere() -> dict[str, str]:
    """Our environment without the size of our own terminal, which programs would prefer to that of theirs."""
    return {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}


def _set_size(descriptor: int, columns: int, rows: int) -> None:
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
