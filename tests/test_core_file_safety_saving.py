"""Saving and loading: any JSON document comes back, in a file of any name, with the mode that the file has."""

from __future__ import annotations

import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import NotAFileError, UnavailableError
from core.file_safety import SafeFileManager
from core.strict_json import JsonValue, StrictJsonError
from tests import places, safe_files

quick_disk = safe_files.quick_disk
path = places.tasks


# Saving and loading


@pytest.mark.parametrize("document", [None, True, 0, -1.5, "", "text", [], {}, [[], {}, [None]], {"": {"a": [""]}}])
@pytest.mark.parametrize("indent", [None, 0, 2, 4])
def test_any_json_document_comes_back(document: JsonValue, indent: int | None, path: Path) -> None:
    manager = SafeFileManager(path)
    manager.save_json_with_lock(document, indent=indent)
    assert manager.load_json_with_recovery() == document
    assert SafeFileManager(path).load_json_with_lock() == document
    assert manager.last_recovery is None
    assert json.loads(path.read_bytes()) == document


def test_it_is_indented_for_people_by_four(path: Path) -> None:
    SafeFileManager(path).save_json_with_lock({"a": ["ä"]})
    assert path.read_text(encoding="utf-8") == '{\n    "a": [\n        "ä"\n    ]\n}\n'


def test_the_first_save_leaves_these_files_and_no_other(path: Path) -> None:
    safe_files.save(path, 1)
    assert safe_files.names(path.parent) == ["tasks.json", "tasks.json.backup", "tasks.json.lock"]
    assert path.with_name("tasks.json.lock").read_bytes() == b""


def test_an_atomic_write_leaves_the_file_alone(path: Path) -> None:
    manager = SafeFileManager(path)
    for generation in (1, 2):
        manager.atomic_write_json(safe_files.document(generation))
        assert safe_files.generation(manager.load_json_with_recovery()) == generation
    assert safe_files.names(path.parent) == ["tasks.json"]
    manager.atomic_write_json([1, 2], indent=None)
    assert path.read_bytes() == b"[1,2]\n"


def test_it_can_be_saved_without_a_backup(path: Path) -> None:
    manager = safe_files.save(path, 2)
    manager.save_json_with_lock(safe_files.document(3), create_backup=False)
    assert safe_files.generation(manager.load_json_with_recovery()) == 3
    assert [safe_files.generation(backup.value) for backup in manager.list_backups()] == [1]


def test_a_byte_order_mark_is_read(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(safe_files.document(7)).encode())
    assert safe_files.generation(SafeFileManager(path).load_json_with_recovery()) == 7


def test_loading_writes_nothing(path: Path) -> None:
    safe_files.save(path, 5)
    path.write_bytes(b"damaged")
    path.with_name("tasks.json.backup").write_bytes(b"")
    (before, times) = (
        safe_files.content(path.parent),
        {name: (path.parent / name).stat() for name in safe_files.names(path.parent)},
    )
    manager = SafeFileManager(path)
    manager.load_json_with_recovery()
    manager.load_json_with_lock()
    manager.list_backups()
    assert safe_files.content(path.parent) == before
    for name, status in times.items():
        assert (path.parent / name).stat().st_mtime_ns == status.st_mtime_ns
        assert (path.parent / name).stat().st_ino == status.st_ino


def test_what_is_not_json_is_refused_with_nothing_written(path: Path) -> None:
    cycle: list[Any] = []
    cycle.append(cycle)
    deep: list[Any] = []
    for _ in range(1000):
        deep = [deep]
    wrong: list[Any] = [
        float("nan"),
        float("inf"),
        {1, 2},
        {1: "a"},
        {None: 1},
        {("a",): 1},
        "\ud800",
        {"\udfff": 1},
        cycle,
        deep,
        (1, 2),
        b"bytes",
        object(),
        datetime.now(UTC),
        {"deep": [{"value": float("nan")}]},
        10**5000,
    ]
    manager = SafeFileManager(path)
    for document in wrong:
        with pytest.raises(StrictJsonError):
            manager.save_json_with_lock(document)
        with pytest.raises(StrictJsonError):
            manager.atomic_write_json(document)
    assert safe_files.names(path.parent) == []
    safe_files.save(path, 2)
    before = safe_files.content(path.parent)
    for document in wrong:
        with pytest.raises(StrictJsonError):
            manager.save_json_with_lock(document)
    assert safe_files.content(path.parent) == before


@pytest.mark.parametrize(
    "name", ["my list of ü.json", "noextension", ".hidden", "a" * 200, "-", "--help", "a:b*?.json"]
)
def test_names_of_all_kinds(name: str, tmp_path: Path) -> None:
    manager = safe_files.save(tmp_path / "Ordner mit Ö und 空白" / name if name == "-" else tmp_path / name, 0)
    manager.path.parent.mkdir(exist_ok=True)
    for generation in range(1, 6):
        manager.save_json_with_lock(safe_files.document(generation))
    assert [safe_files.generation(backup.value) for backup in manager.list_backups()] == [4, 3, 2]
    safe_files.damage(manager.path, "half")
    assert safe_files.generation(manager.load_json_with_recovery()) == 4
    manager.save_json_with_lock(safe_files.document(6))
    assert safe_files.generation(manager.load_json_with_lock()) == 6


@pytest.mark.parametrize("length", [255, 256, 5000])
def test_a_name_that_is_too_long_is_named(length: int, tmp_path: Path) -> None:
    with pytest.raises(NotAFileError, match="name is too long"):
        SafeFileManager(tmp_path / ("x" * length)).save_json_with_lock([])
    with pytest.raises(NotAFileError, match="name is too long"):
        SafeFileManager(tmp_path / ("x" * length)).atomic_write_json([])
    assert safe_files.names(tmp_path) == []


def test_two_lists_whose_names_begin_alike_do_not_meet(tmp_path: Path) -> None:
    short, long = SafeFileManager(tmp_path / "tasks"), SafeFileManager(tmp_path / "tasks.json")
    for generation in range(1, 6):
        short.save_json_with_lock(safe_files.document(generation))
        long.save_json_with_lock(safe_files.document(generation + 10))
    assert [safe_files.generation(backup.value) for backup in short.list_backups()] == [4, 3, 2]
    assert [safe_files.generation(backup.value) for backup in long.list_backups()] == [14, 13, 12]


def test_a_relative_name_is_that_of_when_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tasks.json").symlink_to("missing/tasks.json")
    manager = SafeFileManager("tasks.json")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    with pytest.raises(UnavailableError):
        manager.load_json_with_recovery()
    (tmp_path / "missing").mkdir()
    manager.save_json_with_lock(safe_files.document(1))
    assert (tmp_path / "missing" / "tasks.json").exists()


def test_a_negative_number_of_backups_is_refused(path: Path) -> None:
    with pytest.raises(ValueError, match="backup_count"):
        SafeFileManager(path, backup_count=-1)


# Modes


@pytest.mark.parametrize("mask", [0, 0o022, 0o077])
def test_new_files_are_private(mask: int, path: Path) -> None:
    before = os.umask(mask)
    try:
        safe_files.save(path, 6)
    finally:
        os.umask(before)
    assert {
        name: stat.S_IMODE((path.parent / name).stat().st_mode) for name in safe_files.names(path.parent)
    } == dict.fromkeys([*safe_files.FOUR, "tasks.json.lock"], 0o600)


@pytest.mark.parametrize("mode", [0o644, 0o664, 0o640, 0o600])
def test_the_mode_of_a_file_is_kept(mode: int, path: Path) -> None:
    manager = safe_files.save(path, 1)
    path.chmod(mode)
    for generation in range(2, 7):
        manager.save_json_with_lock(safe_files.document(generation))
        assert stat.S_IMODE(path.stat().st_mode) == mode
    manager.atomic_write_json(safe_files.document(9))
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert {stat.S_IMODE(backup.path.stat().st_mode) for backup in manager.list_backups()} == {mode}
