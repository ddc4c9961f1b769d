"""A file with its backups as tests of safe files need them: saved, damaged, edited and looked at."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.file_safety import SafeFileManager
from core.strict_json import JsonValue

FOUR = ("tasks.json", "tasks.json.backup", "tasks.json.backup.1", "tasks.json.backup.2")
DAMAGES: dict[str, Callable[[bytes], bytes | None]] = {
    "empty": lambda _raw: b"",
    "half": lambda raw: raw[: len(raw) // 2],
    "garbage": lambda raw: bytes(byte ^ 0xA5 for byte in raw),
    "zeros": lambda raw: b"\0" * len(raw),
    "deleted": lambda _raw: None,
}


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for no disk: no power is cut in these tests.

    That it is waited for, tests/test_core_durable_writing.py shows.
    """
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory that other users can reach too."""
    directory = Path(tempfile.mkdtemp())
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


def document(number: int) -> JsonValue:
    """What is saved as the generation of this number."""
    return {"generation": number, "text": "äöü 漢字 \u2028", "deep": [{"list": [1, 2.5, None, True]}]}


def save(path: Path, generations: int, *, backup_count: int = 3) -> SafeFileManager:
    """Save so many generations, one after the other."""
    manager = SafeFileManager(path, backup_count=backup_count)
    for number in range(1, generations + 1):
        manager.save_json_with_lock(document(number))
    return manager


def generation(found: object) -> int:
    """Which generation this whole document is."""
    assert isinstance(found, dict)
    number = found["generation"]
    assert isinstance(number, int)
    assert found == document(number)
    return number


def names(directory: Path) -> list[str]:
    """The names in `directory`, sorted."""
    return sorted(os.listdir(directory))


def content(directory: Path) -> dict[str, bytes]:
    """The bytes of each file in `directory`."""
    return {name: (directory / name).read_bytes() for name in names(directory) if (directory / name).is_file()}


def damage(path: Path, how: str) -> None:
    """Damage the file in place, as a disk does."""
    damaged = DAMAGES[how](path.read_bytes())
    if damaged is None:
        path.unlink()
    else:
        path.write_bytes(damaged)


def edit(path: Path, value: JsonValue) -> None:
    """Save `value` as an editor does."""
    editors = path.with_name("editor's")
    editors.write_text(json.dumps(value))
    editors.rename(path)


def set_aside(path: Path, word: str = "damaged") -> list[bytes]:
    """The bytes of all that was set aside under `word`, in the order of the names."""
    kept = sorted(name for name in names(path.parent) if f".{word}-" in name)
    return [(path.parent / name).read_bytes() for name in kept]
