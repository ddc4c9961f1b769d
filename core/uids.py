"""UIDs as text: UUIDs of RFC 9562, the same as `uuid` of the standard library makes, for less: an import makes many.

And what people write in place of one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection

from core.errors import AmbiguousTaskError, UnknownTaskError

_OBJECTS = bytes.fromhex("6ba7b8129dad11d180b400c04fd430c8")
"""The namespace of RFC 9562 for what has no other."""
_VARIANT = "89ab"
_SHORTEST = 4
"""Letters of a uid that name a task; fewer are a slip, or a word that was meant otherwise."""
_LONGEST_ID = 16
"""Digits: no id has more, and making a number of very many fails."""


def random_uid() -> str:
    """A UID that nothing else has."""
    return _uid(os.urandom(16), 4)


def uid_of(name: str) -> str:
    """The UID that stands for `name`, the same each time."""
    from hashlib import sha1

    return _uid(sha1(_OBJECTS + name.encode(), usedforsecurity=False).digest()[:16], 5)


def uid_named(wanted: str, known: Collection[str], with_id: Callable[[int], Collection[str]]) -> str:
    """The one of the uids `known` that `wanted` names: by the id of its task, or by at least its first four letters.

    Digits alone are always an id; `with_id` gives the uids of the tasks that have it. Raises UnknownTaskError, or
    AmbiguousTaskError where several would be meant.
    """
    found: Collection[str] = ()
    if wanted.isdecimal():
        found = with_id(int(wanted)) if len(wanted) <= _LONGEST_ID else ()
    elif wanted in known:
        found = (wanted,)
    elif len(wanted) >= _SHORTEST:
        found = [uid for uid in known if uid.startswith(wanted)]
    if len(found) > 1:
        raise AmbiguousTaskError(wanted)
    for uid in found:
        return uid
    raise UnknownTaskError(wanted)


def _uid(raw: bytes, version: int) -> str:
    digits = raw.hex()
    rest = f"{_VARIANT[raw[8] >> 4 & 3]}{digits[17:20]}-{digits[20:]}"
    return f"{digits[:8]}-{digits[8:12]}-{version}{digits[13:16]}-{rest}"
