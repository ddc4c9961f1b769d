"""UIDs as text: UUIDs of RFC 9562, the same as `uuid` of the standard library makes, for less: an import makes many."""

from __future__ import annotations

import os

_OBJECTS = bytes.fromhex("6ba7b8129dad11d180b400c04fd430c8")
"""The namespace of RFC 9562 for what has no other."""
_VARIANT = "89ab"


def random_uid() -> str:
    """A UID that nothing else has."""
    return _uid(os.urandom(16), 4)


def uid_of(name: str) -> str:
    """The UID that stands for `name`, the same each time."""
    from hashlib import sha1

    return _uid(sha1(_OBJECTS + name.encode(), usedforsecurity=False).digest()[:16], 5)


def _uid(raw: bytes, version: int) -> str:
    digits = raw.hex()
    rest = f"{_VARIANT[raw[8] >> 4 & 3]}{digits[17:20]}-{digits[20:]}"
    return f"{digits[:8]}-{digits[8:12]}-{version}{digits[13:16]}-{rest}"
