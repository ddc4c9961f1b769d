"""Half-typed text, kept on the disk while it is typed, so that it survives the end of its screen, however that comes.

Each screen has a file of its own. One whose process is gone is left behind: the first screen that sees it takes it
over, so that it is offered once; until that one has dealt with it, it is left behind once more if that ends too.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import DecodeError, Struct
from msgspec.json import Decoder, Encoder

from core import durable
from core.instance_files import InstanceFiles

_SUFFIX = ".draft"
_TAKEN = ".taken.draft"


class Draft(Struct, frozen=True, omit_defaults=True):
    """What was being typed. `kind` says where (`add`, `rename`, `form`), `uid` the task that it is about.

    `texts` are what was typed, by field; `before` what those fields held when it began.
    """

    kind: str
    uid: str = ""
    texts: dict[str, str] = {}
    before: dict[str, str] = {}


_encode = Encoder().encode
_decode = Decoder(list[Draft]).decode


def keep(files: InstanceFiles, drafts: Sequence[Draft]) -> None:
    """Have `drafts` on the disk, in place of those before. Raises OSError or FileSafetyError."""
    if drafts:
        files.write(_SUFFIX, _encode(drafts))
    else:
        files.remove(_SUFFIX)


def kept(files: InstanceFiles) -> list[Path]:
    """Where the drafts of all screens of the list are. Raises OSError."""
    return [found.path for suffix in (_SUFFIX, _TAKEN) for found in files.found(suffix)]


def take_over(files: InstanceFiles) -> tuple[Draft, ...]:
    """The drafts that screens left behind which are gone; they are this screen's from now on.

    Two that start at the same moment may both get them.
    Raises OSError or FileSafetyError; then nothing is lost, for nothing is removed before it is ours on the disk.
    """
    taken: list[Draft] = []
    read: list[Path] = []
    for suffix in (_SUFFIX, _TAKEN):
        for path, owner in files.found(suffix):
            found = durable.read_file(path, follow=False) if owner.is_gone(files.owner) else None
            with suppress(DecodeError):  # not ours, or of a version that writes more than we know: it stays
                if found is not None:
                    taken += _decode(found[0])
                    read.append(path)
    if taken:
        files.write(_TAKEN, _encode(taken))
    for path in read:
        with suppress(FileNotFoundError):  # another screen was faster
            os.unlink(path)
    return tuple(taken)


def forget_taken(files: InstanceFiles) -> None:
    """What was taken over has been dealt with. Raises OSError."""
    files.remove(_TAKEN)
