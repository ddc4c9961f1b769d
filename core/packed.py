"""gzip in memory, for files whose bytes go through `core.durable`."""

from __future__ import annotations

MAX_UNPACKED = 1 << 30
"""Bytes: more than any file of ours has; a smaller file that claims to unpack to more is none of ours."""
_GZIP = 31
"""What zlib calls gzip's header and trailer around 32 KB of window."""


class PackedError(ValueError):
    """Not gzip, or not whole. Its text completes the sentence "x is damaged: ..."."""


def pack(raw: bytes) -> bytes:
    """`raw` packed; the same bytes give the same result."""
    import gzip

    return gzip.compress(raw, 6, mtime=0)


def unpack(raw: bytes, limit: int = MAX_UNPACKED) -> bytes:
    """What `raw` holds, every checksum of it verified. Raises PackedError, also for more than `limit` bytes."""
    import zlib

    parts, rest, room = [], raw, limit
    while rest:
        unpacking = zlib.decompressobj(_GZIP)
        try:
            parts.append(unpacking.decompress(rest, room + 1))
        except zlib.error as error:
            raise PackedError("it cannot be unpacked") from error
        room -= len(parts[-1])
        if room < 0:
            raise PackedError(f"it unpacks to more than {limit:,} bytes")
        if not unpacking.eof:
            raise PackedError("it ends early")
        rest = unpacking.unused_data
    return b"".join(parts)
