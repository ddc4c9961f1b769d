"""gzip in memory, for files whose bytes go through `core.durable`."""

from __future__ import annotations

from collections.abc import Iterator

MAX_UNPACKED = 1 << 30
"""Bytes: more than any file of ours has; a smaller file that claims to unpack to more is none of ours."""
_PIECE = 1 << 14
"""Bytes that are unpacked at once: to no more than a thousand times as many."""
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
    return b"".join(unpacked_blocks(raw, limit))


def unpacked_blocks(raw: bytes, limit: int = MAX_UNPACKED) -> Iterator[bytes]:
    """As `unpack`, a block at a time; it is whole only where this comes to its end."""
    import zlib

    at, room = 0, limit
    while at < len(raw):
        unpacking = zlib.decompressobj(_GZIP)
        while not unpacking.eof:
            piece = raw[at : at + _PIECE]
            if not piece:
                raise PackedError("it ends early")
            try:
                block = unpacking.decompress(piece)
            except zlib.error as error:
                raise PackedError("it cannot be unpacked") from error
            at, room = at + len(piece) - len(unpacking.unused_data), room - len(block)
            if room < 0:
                raise PackedError(f"it unpacks to more than {limit:,} bytes")
            yield block
