"""Small disks of their own to mount: they can be full, read-only or broken without harm to anything else.

Mounting needs root on Linux. Where that is refused the test is left out, and the end of the run says so.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

BLOCK = 4096


class Disk:
    """A file system at `path`."""

    def __init__(self, path: Path, source: str, *options: str) -> None:
        self.path = path
        self._mount = ("mount", *options, source, str(path))
        self._filler = path / "something else"

    def mount(self) -> None:
        """Mount it, or leave the test out where that cannot be done."""
        refused = _refused(*self._mount)
        if refused:
            pytest.skip(f"real disks: {refused}")

    def unmount(self) -> None:
        """Take it away; nothing may be open on it."""
        _do("umount", str(self.path))

    def remount(self, how: str) -> None:
        """Make it "ro" or "rw"; nothing may be open for writing."""
        _do("mount", "-o", f"remount,{how}", str(self.path))

    def fill(self, leave: int) -> None:
        """Fill it with something else, up to the last `leave` bytes."""
        descriptor = os.open(self._filler, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            size = _write_until_full(descriptor)
            os.ftruncate(descriptor, size - leave)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def make_room(self) -> None:
        """Remove what `fill` wrote."""
        os.unlink(self._filler)


def _write_until_full(descriptor: int) -> int:
    size = 0
    try:
        while True:
            size += os.write(descriptor, bytes(BLOCK))
    except OSError:
        return size


@contextmanager
def in_memory(path: Path, size: str = "64k") -> Iterator[Disk]:
    """A tmpfs at the new directory `path`."""
    path.mkdir()
    disk = Disk(path, "tmpfs", "-t", "tmpfs", "-o", f"size={size},mode=700")
    with _mounted(disk):
        yield disk


@contextmanager
def ext4(path: Path, image: Path, options: str = "errors=continue") -> Iterator[Disk]:
    """An ext4 of 1 MB without reserved blocks at the new directory `path`, in the new file `image`."""
    path.mkdir()
    image.write_bytes(bytes(1 << 20))
    if refused := _refused("mkfs.ext4", "-q", "-m0", str(image)):
        pytest.skip(f"real disks, ext4: {refused}")
    with _mounted(Disk(path, str(image), "-o", f"loop,{options}")) as disk:
        yield disk


@contextmanager
def _mounted(disk: Disk) -> Iterator[Disk]:
    disk.mount()
    try:
        yield disk
    finally:
        if os.path.ismount(disk.path):
            _do("umount", "--lazy", str(disk.path))


def break_ext4(disk: Disk) -> None:
    """Let the kernel find an error on it, as it would where the device gave back nonsense."""
    device = _do("findmnt", "--noheadings", "--output", "SOURCE", str(disk.path)).strip()
    trigger = Path("/sys/fs/ext4", Path(device).name, "trigger_fs_error")
    if not os.access(trigger, os.W_OK):
        pytest.skip(f"real disks, an error in ext4: {trigger} cannot be written")
    trigger.write_text("made by a test", encoding="ascii")


def mend_ext4(disk: Disk, image: Path) -> None:
    """Unmount it, repair it and mount it again."""
    disk.unmount()
    mended = subprocess.run(("e2fsck", "-fy", str(image)), capture_output=True, check=False)
    assert mended.returncode in (0, 1), mended
    disk.mount()


def _do(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _refused(*command: str) -> str:
    try:
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return f"{command[0]} is not installed"
    return ended.stderr.strip() if ended.returncode else ""
