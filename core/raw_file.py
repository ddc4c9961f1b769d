"""A file as `zipfile` wants it, whose every call goes through `os`."""

from __future__ import annotations

import errno
import io
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer


class RawFile(io.RawIOBase):
    """The open file `descriptor`, which the caller closes.

    `failure` is the error that reading met: `zipfile` takes some of these for a damaged archive.
    """

    def __init__(self, descriptor: int, *, writing: bool) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._writing = writing
        self.failure: OSError | None = None

    def readable(self) -> bool:
        return not self._writing

    def writable(self) -> bool:
        return self._writing

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        try:
            return os.lseek(self._descriptor, offset, whence)
        except OSError as error:
            if (
                error.errno != errno.EINVAL
            ):  # before the start of a file that is too short: that is for `zipfile` to say
                self.failure = error
            raise

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        into = memoryview(buffer).cast("B")
        try:
            raw = os.read(self._descriptor, len(into))
        except OSError as error:
            self.failure = error
            raise
        into[: len(raw)] = raw
        return len(raw)

    def write(self, raw: ReadableBuffer, /) -> int:
        rest = memoryview(raw).cast("B")
        size = len(rest)
        while rest:  # write(2) may take less at a time without an error
            rest = rest[os.write(self._descriptor, rest) :]
        return size

    def truncate(self, size: int | None = None, /) -> int:
        size = self.tell() if size is None else size
        os.ftruncate(self._descriptor, size)
        return size
