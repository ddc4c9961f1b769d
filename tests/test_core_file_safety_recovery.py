"""Recovery: the first good file is taken, and every earlier one that was refused is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.errors import FileCorruptionError
from core.file_safety import SafeFileManager
from tests import places, safe_files

quick_disk = safe_files.quick_disk
path = places.tasks


class Printed:
    """A console that keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, Any]]] = []

    def print(self, *objects: Any, **options: Any) -> None:
        self.lines.append((" ".join(map(str, objects)), options))


@pytest.mark.parametrize("how", safe_files.DAMAGES)
@pytest.mark.parametrize("damaged", range(1, 5))
def test_the_first_good_one_is_taken_and_each_earlier_refusal_told(damaged: int, how: str, path: Path) -> None:
    safe_files.save(path, 5)
    for name in safe_files.FOUR[:damaged]:
        safe_files.damage(path.parent / name, how)
    before = safe_files.content(path.parent)
    manager = SafeFileManager(path)
    if damaged == 4 and how == "deleted":
        with pytest.raises(FileNotFoundError):
            manager.load_json_with_recovery()
        return
    if damaged == 4:
        with pytest.raises(FileCorruptionError) as raised:
            manager.load_json_with_recovery()
        report = raised.value.report
        assert report.used is None
        assert all(name in str(raised.value) for name in safe_files.FOUR)
    else:
        assert safe_files.generation(manager.load_json_with_recovery()) == 5 - damaged
        assert manager.last_recovery is not None
        report = manager.last_recovery
        assert report.source == safe_files.FOUR[damaged]
        assert safe_files.FOUR[damaged] in str(report)
        assert "is missing" in " ".join(report.lost)  # whatever was saved after that backup
    assert [attempt.path.name for attempt in report.refused] == list(safe_files.FOUR[:damaged])
    wanted = {
        "empty": "it is empty",
        "deleted": "it is missing",
        "zeros": "nothing but zero bytes",
        "half": "ends early",
    }
    for attempt in report.refused:
        assert wanted.get(how, "it is not UTF-8 text at byte") in attempt.problem
        assert f"{attempt.path.name} could not be used: {attempt.problem}." in str(report)
    assert safe_files.content(path.parent) == before


@pytest.mark.parametrize("how", safe_files.DAMAGES)
@pytest.mark.parametrize("name", safe_files.FOUR[1:])
def test_a_damaged_backup_matters_only_when_it_is_needed(name: str, how: str, path: Path) -> None:
    manager = safe_files.save(path, 5)
    safe_files.damage(path.parent / name, how)
    assert safe_files.generation(manager.load_json_with_recovery()) == 5
    assert manager.last_recovery is None


def test_a_report_is_that_of_the_last_load(path: Path) -> None:
    manager = safe_files.save(path, 3)
    whole = path.read_bytes()
    path.write_bytes(b"")
    manager.load_json_with_recovery()
    assert manager.last_recovery is not None
    path.write_bytes(whole)
    manager.load_json_with_recovery()
    assert manager.last_recovery is None
    path.write_bytes(b"")
    manager.load_json_with_lock()
    assert manager.last_recovery is not None
    for name in safe_files.FOUR:
        (path.parent / name).unlink(missing_ok=True)
    with pytest.raises(FileNotFoundError):
        manager.load_json_with_recovery()
    assert manager.last_recovery is None


def test_a_report_is_printed_as_it_is(tmp_path: Path) -> None:
    printed = Printed()
    manager = SafeFileManager(tmp_path / "[bold]\x1b[31m.json", console=printed)
    manager.save_json_with_lock(safe_files.document(1))
    manager.load_json_with_recovery()
    assert printed.lines == []
    manager.path.write_bytes(b"")
    manager.load_json_with_recovery()
    [(line, options)] = printed.lines
    assert line == str(manager.last_recovery).replace("\x1b", "\ufffd")
    assert "[bold]" in line
    assert options == {"markup": False, "highlight": False}


def test_a_console_of_rich_prints_it(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console

    console: Any = Console(width=1000)
    manager = SafeFileManager(path, console=console)
    manager.save_json_with_lock(safe_files.document(1))
    path.unlink()
    manager.load_json_with_recovery()
    assert capsys.readouterr().out == f"{manager.last_recovery}\n"


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":1,"a":2}',
        b"[NaN]",
        b"[1e999]",
        b'["\\ud800"]',
        b"[1] [2]",
        b"[" * 100_000 + b"]" * 100_000,
        b"\xff\xfe[\x001\x00]\x00",
        b"[1,]",
    ],
)
def test_what_could_not_be_saved_again_is_no_good_document(raw: bytes, path: Path) -> None:
    manager = safe_files.save(path, 2)
    path.write_bytes(raw)
    assert safe_files.generation(manager.load_json_with_recovery()) == 1
    manager.save_json_with_lock(safe_files.document(3))
    assert safe_files.set_aside(path) == [raw]


def test_where_nothing_was_ever_saved_that_is_said(path: Path) -> None:
    manager = SafeFileManager(path)
    with pytest.raises(FileNotFoundError):
        manager.load_json_with_recovery()
    with pytest.raises(FileNotFoundError):
        manager.load_json_with_lock()
    assert manager.list_backups() == []
    with pytest.raises(FileNotFoundError):
        SafeFileManager(path.parent / "missing" / "tasks.json").load_json_with_recovery()
