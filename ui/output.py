"""What a command says: its answer on stdout, everything else on stderr.

The text of tasks is data: what is printed for people passes through `literal`, and JSON escapes the same characters,
so no terminal obeys them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from core.display import literal
from core.errors import TodurableError

_UNLIMITED = 10_000


class OutputError(TodurableError):
    """The answer could not be written, for another reason than that nobody reads it."""

    def __init__(self, cause: OSError) -> None:
        super().__init__(
            f"The answer could not be written: {cause.strerror}. If the command was to change the list, that is done."
        )
        self.cause = cause


class Output:
    """See the module. `json`: every line is JSON. `quiet`: no notes.

    What writes to stdout raises BrokenPipeError where nobody reads it any more, and OutputError where it fails.
    """

    def __init__(self, *, json: bool = False, quiet: bool = False, no_color: bool = False) -> None:
        self.json = json
        self._quiet = quiet
        self._no_color = no_color

    @property
    def to_terminal(self) -> bool:
        """Whether a person sees the answer at once."""
        return sys.stdout is not None and sys.stdout.isatty()

    @property
    def color(self) -> bool:
        """Whether the answer may be coloured (https://no-color.org)."""
        refused = self._no_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        return self.to_terminal and not refused

    @property
    def width(self) -> int:
        """The cells of a line on the terminal, or what $COLUMNS says; elsewhere more than anybody needs."""
        if not self.to_terminal:
            return _UNLIMITED
        from shutil import get_terminal_size

        return get_terminal_size().columns

    # The answer

    def lines(self, lines: Iterable[str]) -> None:
        """Print `lines`, which are safe to show."""
        text = "".join(f"{line}\n" for line in lines)
        self.raw(text.encode(getattr(sys.stdout, "encoding", None) or "utf-8", "backslashreplace"))

    def done(self, sentence: str) -> None:
        """Print what was done, for people: neither with `quiet` nor with `json`."""
        if not self._quiet and not self.json:
            self.lines([literal(sentence)])

    def document(self, value: Any) -> None:
        """Print `value` as one JSON document, in UTF-8; a list has a line for each item."""
        if isinstance(value, list):
            items = ",\n".join(map(_json, value))
            self.raw(f"[\n{items}\n]\n".encode() if value else b"[]\n")
        else:
            self.raw(f"{_json(value)}\n".encode())

    def json_lines(self, values: Iterable[Any]) -> None:
        """Print each of `values` as a JSON document on a line of its own."""
        self.raw("".join(f"{_json(value)}\n" for value in values).encode())

    def raw(self, raw: bytes) -> None:
        """Print `raw` as it is."""
        if sys.stdout is None:  # closed by whoever started us
            return
        try:
            sys.stdout.buffer.write(raw)
            sys.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError(error) from error

    def flush(self) -> None:
        """Print what other code, such as argparse, left in the buffer of stdout."""
        self.raw(b"")

    # Everything else

    def note(self, sentence: str) -> None:
        """Say what is good to know; not with `quiet`."""
        if not self._quiet:
            self._say("note", "", sentence)

    def warn(self, sentence: str, **fields: Any) -> None:
        """Say what must not go unseen although the command succeeds; `fields` are for programs."""
        self._say("warning", "Warning: ", sentence, **fields)

    def error(self, error: TodurableError, **fields: Any) -> None:
        """Say why the command failed; `fields` are for programs."""
        self._say("error", "todurable: ", str(error), kind=type(error).__name__, **fields)

    def remark(self, lines: Iterable[str]) -> None:
        """Show people `lines` beside a message."""
        if not self.json:
            self._write("".join(f"  {literal(line)}\n" for line in lines))

    def _say(self, level: str, prefix: str, sentence: str, **fields: Any) -> None:
        line = _json({level: {**fields, "message": sentence}}) if self.json else prefix + literal(sentence)
        self._write(f"{line}\n")

    def _write(self, text: str) -> None:
        if sys.stderr is not None:
            with suppress(OSError):  # a full disk, say: no place is left to tell it, but the exit code still does
                sys.stderr.write(text)
                sys.stderr.flush()


def _json(value: Any) -> str:
    from msgspec.json import encode

    try:
        text = encode(value).decode()
    except (UnicodeEncodeError, OverflowError):  # a path that is not UTF-8, a huge number in a field that is not ours
        import json

        text = json.dumps(value)
    shown = literal(text)
    if shown == text:
        return text
    return "".join(c if c == safe else f"\\u{ord(c):04x}" for c, safe in zip(text, shown, strict=True))
