"""Who else has a list open: one small file an open screen, swept by whoever sees that its process is gone."""

from __future__ import annotations

import os
from contextlib import suppress

from msgspec import DecodeError, Struct
from msgspec.json import Decoder, Encoder

from core import durable
from core.instance_files import InstanceFiles

_SUFFIX = ".json"


class Presence(Struct, frozen=True, omit_defaults=True):
    """An open screen: `by` as records name it ("host:pid:tty"), since when (UTC), and the uid of the task it edits.

    `name` is what its user is called, where they said that.
    """

    by: str
    since: str
    editing: str = ""
    name: str = ""

    @property
    def where(self) -> str:
        """Who it is, and the host and terminal, for people."""
        host, _pid, terminal = self.by.split(":") if self.by.count(":") == 2 else (self.by, "", "-")  # noqa: PLR2004
        place = host if terminal == "-" else f"{host} {terminal}"
        return f"{self.name}, {place}" if self.name else place


_encode = Encoder().encode
_decode = Decoder(Presence).decode


def announce(files: InstanceFiles, presence: Presence) -> None:
    """Say that this screen is there. Raises OSError or FileSafetyError."""
    files.write(_SUFFIX, _encode(presence))


def leave(files: InstanceFiles) -> None:
    """Say that this screen is gone. Raises OSError."""
    files.remove(_SUFFIX)


def others(files: InstanceFiles) -> tuple[Presence, ...]:
    """The other open screens of this list. Raises OSError or FileSafetyError; what is no presence is left out."""
    found = []
    for path, owner in files.found(_SUFFIX):
        if owner == files.owner:
            continue
        if owner.is_gone(files.owner):
            with suppress(FileNotFoundError):  # another screen saw it too
                os.unlink(path)
        elif (read := durable.read_file(path, follow=False)) is not None:
            with suppress(DecodeError):  # not ours, or of a version that writes more than we know
                found.append(_decode(read[0]))
    return tuple(found)
