"""Which changes somebody asks for, and in which stretch of lines none of them can be: in a long history in most."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from core.changes import Record

_AT = re.compile(rb'"at":"([^"]*)"')
_ASCII = bytes(range(128))
_RUN = re.compile(rb"[\x00-\x7f]+")
_FOLDED_TO_ASCII = tuple(
    letter.encode()
    for letter in "\u00df\u0130\u0149\u017f\u01f0\u1e96\u1e97\u1e98\u1e99\u1e9a\u1e9e\u212a"
    "\ufb00\ufb01\ufb02\ufb03\ufb04\ufb05\ufb06"
)
"""The letters beyond ASCII in which ASCII ones are found when case does not matter: “ss” in “ß”."""


class Wanted(NamedTuple):
    """Which changes are asked for: all that is given must hold. `since` and `until` are UTC, as records have them.

    `text` is looked for in labels, names and whatever else was written, in any case; `by` in who wrote it.
    """

    tasks: frozenset[str] = frozenset()
    text: str = ""
    since: str = ""
    until: str = ""
    by: str = ""

    def holds(self, record: Record) -> bool:
        """Whether `record` is asked for."""
        return (
            (not self.tasks or any(change.uid in self.tasks for change in record.changes))
            and (not self.since or record.at >= self.since)
            and (not self.until or record.at <= self.until)
            and self.by.casefold() in record.by.casefold()
            and (not self.text or self.text.casefold() in _words(record).casefold())
        )


def sieve(wanted: Wanted) -> Callable[[bytes], bool]:
    """What tells of lines of a journal, without decoding them, whether one that is `wanted` may be among them."""
    uids = [_as_written(uid) for uid in wanted.tasks]
    words = [_as_written(word.casefold()) for word in (wanted.text, wanted.by) if word]
    since, until = wanted.since.encode(), wanted.until.encode()

    def may_hold(raw: bytes) -> bool:
        if uids and not any(uid in raw for uid in uids):
            return False
        if words and not _all_in(words, raw):
            return False
        if not since and not until:
            return True
        return any(since <= at and (not until or at <= until) for at in _AT.findall(raw))

    return may_hold


def _as_written(text: str) -> bytes:
    """`text` as it stands between the quotes of a JSON text."""
    from msgspec.json import encode

    return encode(text.encode(errors="replace").decode())[1:-1]  # what is no text is in none that was written


def _all_in(words: list[bytes], raw: bytes) -> bool:
    """Whether each of `words`, in any case, may be somewhere in `raw`."""
    lowered, beyond = raw.lower(), raw.translate(None, _ASCII)  # of ASCII letters a few passes over the bytes tell
    runs = (run for word in words for run in _RUN.findall(word))
    if not all(run in lowered for run in runs) and not any(letter in beyond for letter in _FOLDED_TO_ASCII):
        return False
    if all(map(bytes.isascii, words)):
        return True
    folded = raw.decode(errors="replace").casefold().encode()
    return all(word in folded for word in words)


def _words(record: Record) -> str:
    values = (
        value for change in record.changes for fields in (change.before, change.after) for value in _texts(fields)
    )
    return "\n".join((record.label, *values))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
