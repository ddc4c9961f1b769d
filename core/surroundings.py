"""What a list's directory is like: who may read it, how much room is left, whether the file system keeps promises."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from core import durable
from core.errors import FileSafetyError

LITTLE_SPACE = 10_000_000
"""Bytes below which there may soon be no room to save."""
_UNSAFE_TYPES = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ncpfs", "ceph", "lustre", "ocfs2", "gfs2", "davfs"),
        *("9p", "virtiofs", "vboxsf", "fuse.vmhgfs-fuse"),
        *("fuse.sshfs", "fuse.rclone", "fuse.davfs2", "fuse.gvfsd-fuse", "fuse.s3fs", "fuse.glusterfs", "fuse.ceph"),
    }
)
_CLOUD = (
    *("dropbox", "onedrive", "google drive", "googledrive", "icloud", "mobile documents", "nextcloud", "owncloud"),
    *("syncthing", "pcloud", "megasync", "cloudstorage", "proton drive"),
)
_MOUNTS = Path("/proc/self/mounts")
_TYPE = 2
"""Where the type stands in a line there, from 0 on."""


def free_space(directory: Path) -> int | None:
    """The bytes that are left for this user where `directory` is; None where the system does not tell."""
    if not hasattr(os, "statvfs"):
        return None
    try:
        found = os.statvfs(directory)
    except OSError:
        return None
    return found.f_bavail * found.f_frsize


def little_space(directory: Path) -> str:
    """A warning where hardly any room is left; else empty."""
    free = free_space(directory)
    if free is None or free >= LITTLE_SPACE:
        return ""
    return f"Only {free / 1_000_000:.1f} MB are free where the list is: make room before it cannot be saved."


def readable_by_others(paths: Iterable[Path]) -> Iterator[tuple[Path, int]]:
    """The files and directories among `paths` that others may read or write, with their modes.

    Not links: these have no modes of their own.
    """
    if sys.platform == "win32":
        return
    for path in paths:
        try:
            status = os.lstat(path)
        except OSError:
            continue
        mode = stat.S_IMODE(status.st_mode)
        if mode & 0o077 and not stat.S_ISLNK(status.st_mode):
            yield path, mode


def unsafe_place(directory: Path) -> str:
    """Why locks or syncing may not hold where `directory` is; empty where nothing speaks against it."""
    kind = _type_of(directory)
    if kind in _UNSAFE_TYPES:
        return (
            f"The list is on a network file system ({kind}): locks and syncing there are what the server makes of them."
        )
    parts = [part.casefold() for part in directory.parts]
    cloud = next((word for word in _CLOUD if any(word in part for part in parts)), "")
    if cloud:
        return (
            f"The list is in a synchronized folder ({cloud}): do not change it on two computers while they are apart."
        )
    return ""


def _type_of(directory: Path) -> str:
    """The type of the file system, as Linux tells it: proc_pid_mounts(5)."""
    try:
        read = durable.read_file(_MOUNTS)
    except FileSafetyError:
        return ""
    lines = read[0].decode(errors="surrogateescape").splitlines() if read else []
    mounts = [line.split(" ") for line in lines]
    places = [(_unescaped(fields[1]), fields[2]) for fields in mounts if len(fields) > _TYPE]
    inside = [(place, kind) for place, kind in places if _is_inside(directory, Path(place))]
    return max(inside, key=lambda mount: len(mount[0]), default=("", ""))[1]


def _unescaped(text: str) -> str:
    """Without what stands for blanks there: a backslash and three octal digits."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def _is_inside(directory: Path, mount: Path) -> bool:
    return directory == mount or mount in directory.parents
