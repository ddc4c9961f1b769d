"""Which process wrote a record, in words that people recognise: "host:pid:tty"."""

from __future__ import annotations

import os
import sys

_STANDARD_STREAMS = (0, 1, 2)
_NONE = "-"


def this_instance() -> str:
    """The running process, as records and lock messages name it: "kitchen:4711:pts/3".

    Always three parts with two colons, of printable characters without spaces; what is not known is "-".
    """
    return f"{_part(_host())}:{os.getpid()}:{_part(_terminal())}"


def _host() -> str:
    if sys.platform == "win32":
        import platform

        return platform.node()
    return os.uname().nodename  # the socket module says the same, and takes milliseconds to import


def _terminal() -> str:
    if sys.platform == "win32":
        return ""
    for stream in _STANDARD_STREAMS:
        try:
            return os.ttyname(stream).removeprefix("/dev/")
        except OSError:  # closed, or no terminal
            continue
    return ""


def _part(text: str) -> str:
    return "".join(c if c.isprintable() and c not in ": " else _NONE for c in text) or _NONE
