from __future__ import annotations

import errno
import json
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import (
    AccessDeniedError,
    DiskFullError,
    FileCorruptionError,
    FileLockTimeoutError,
    FileSafetyError,
    InvalidContentError,
    NotAFileError,
    ReadOnlyError,
    TodurableError,
    UnavailableError,
)
from core.file_safety import SafeFileManager
from core.locking import FileLock
from core.recovery import Attempt
from core.strict_json import JsonValue, StrictJsonError
from tests.processes import Child, open_descriptors, without_privileges

_FOUR = ("tasks.json", "tasks.json.backup", "tasks.json.backup.1", "tasks.json.backup.2")
_DAMAGES: dict[str, Callable[[bytes], bytes | None]] = {
    "empty": lambda _raw: b"",
    "half": lambda raw: raw[: len(raw) // 2],
    "garbage": lambda raw: bytes(byte ^ 0xA5 for byte in raw),
    "zeros": lambda raw: b"\0" * len(raw),
    "deleted": lambda _raw: None,
}


class Printed:
    """A console that keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, Any]]] = []

    def print(self, *objects: Any, **options: Any) -> None:
        self.lines.append((" ".join(map(str, objects)), options))


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for no disk: no power is cut in these tests. That it is waited for, tests/test_core_durable.py shows."""
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tasks.json"


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory that other users can reach too."""
    directory = Path(tempfile.mkdtemp())
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


def _document(generation: int) -> JsonValue:
    return {"generation": generation, "text": "äöü 漢字 \u2028", "deep": [{"list": [1, 2.5, None, True]}]}


def _save(path: Path, generations: int, *, backup_count: int = 3) -> SafeFileManager:
    manager = SafeFileManager(path, backup_count=backup_count)
    for generation in range(1, generations + 1):
        manager.save_json_with_lock(_document(generation))
    return manager


def _generation(document: object) -> int:
    assert isinstance(document, dict)
    found = document["generation"]
    assert isinstance(found, int)
    assert document == _document(found)
    return found


def _names(directory: Path) -> list[str]:
    return sorted(os.listdir(directory))


def _content(directory: Path) -> dict[str, bytes]:
    return {name: (directory / name).read_bytes() for name in _names(directory) if (directory / name).is_file()}


def _damage(path: Path, how: str) -> None:
    """Damage the file in place, as a disk does."""
    damaged = _DAMAGES[how](path.read_bytes())
    if damaged is None:
        path.unlink()
    else:
        path.write_bytes(damaged)


def _fail(patch: pytest.MonkeyPatch, name: str, number: int, *, below: str = "", at: int = 1) -> None:
    """Let the call `os.name`, from the `at`-th on whose first argument ends with `below`, fail."""
    real = getattr(os, name)
    left = [at]

    def failing(subject: Any, *arguments: Any, **options: Any) -> Any:
        if not below or str(subject).endswith(below):
            left[0] -= 1
            if left[0] <= 0:
                raise OSError(number, os.strerror(number), str(subject))
        return real(subject, *arguments, **options)

    patch.setattr(os, name, failing)


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
    _save(path, 1)
    assert _names(path.parent) == ["tasks.json", "tasks.json.backup", "tasks.json.lock"]
    assert path.with_name("tasks.json.lock").read_bytes() == b""


def test_an_atomic_write_leaves_the_file_alone(path: Path) -> None:
    manager = SafeFileManager(path)
    for generation in (1, 2):
        manager.atomic_write_json(_document(generation))
        assert _generation(manager.load_json_with_recovery()) == generation
    assert _names(path.parent) == ["tasks.json"]
    manager.atomic_write_json([1, 2], indent=None)
    assert path.read_bytes() == b"[1,2]\n"


def test_it_can_be_saved_without_a_backup(path: Path) -> None:
    manager = _save(path, 2)
    manager.save_json_with_lock(_document(3), create_backup=False)
    assert _generation(manager.load_json_with_recovery()) == 3
    assert [_generation(backup.value) for backup in manager.list_backups()] == [1]


def test_a_byte_order_mark_is_read(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(_document(7)).encode())
    assert _generation(SafeFileManager(path).load_json_with_recovery()) == 7


def test_loading_writes_nothing(path: Path) -> None:
    _save(path, 5)
    path.write_bytes(b"damaged")
    path.with_name("tasks.json.backup").write_bytes(b"")
    (before, times) = (_content(path.parent), {name: (path.parent / name).stat() for name in _names(path.parent)})
    manager = SafeFileManager(path)
    manager.load_json_with_recovery()
    manager.load_json_with_lock()
    manager.list_backups()
    assert _content(path.parent) == before
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
    assert _names(path.parent) == []
    _save(path, 2)
    before = _content(path.parent)
    for document in wrong:
        with pytest.raises(StrictJsonError):
            manager.save_json_with_lock(document)
    assert _content(path.parent) == before


@pytest.mark.parametrize(
    "name", ["my list of ü.json", "noextension", ".hidden", "a" * 200, "-", "--help", "a:b*?.json"]
)
def test_names_of_all_kinds(name: str, tmp_path: Path) -> None:
    manager = _save(tmp_path / "Ordner mit Ö und 空白" / name if name == "-" else tmp_path / name, 0)
    manager.path.parent.mkdir(exist_ok=True)
    for generation in range(1, 6):
        manager.save_json_with_lock(_document(generation))
    assert [_generation(backup.value) for backup in manager.list_backups()] == [4, 3, 2]
    _damage(manager.path, "half")
    assert _generation(manager.load_json_with_recovery()) == 4
    manager.save_json_with_lock(_document(6))
    assert _generation(manager.load_json_with_lock()) == 6


@pytest.mark.parametrize("length", [255, 256, 5000])
def test_a_name_that_is_too_long_is_named(length: int, tmp_path: Path) -> None:
    with pytest.raises(NotAFileError, match="name is too long"):
        SafeFileManager(tmp_path / ("x" * length)).save_json_with_lock([])
    with pytest.raises(NotAFileError, match="name is too long"):
        SafeFileManager(tmp_path / ("x" * length)).atomic_write_json([])
    assert _names(tmp_path) == []


def test_two_lists_whose_names_begin_alike_do_not_meet(tmp_path: Path) -> None:
    short, long = SafeFileManager(tmp_path / "tasks"), SafeFileManager(tmp_path / "tasks.json")
    for generation in range(1, 6):
        short.save_json_with_lock(_document(generation))
        long.save_json_with_lock(_document(generation + 10))
    assert [_generation(backup.value) for backup in short.list_backups()] == [4, 3, 2]
    assert [_generation(backup.value) for backup in long.list_backups()] == [14, 13, 12]


def test_a_relative_name_is_that_of_when_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tasks.json").symlink_to("missing/tasks.json")
    manager = SafeFileManager("tasks.json")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    with pytest.raises(UnavailableError):
        manager.load_json_with_recovery()
    (tmp_path / "missing").mkdir()
    manager.save_json_with_lock(_document(1))
    assert (tmp_path / "missing" / "tasks.json").exists()


def test_a_negative_number_of_backups_is_refused(path: Path) -> None:
    with pytest.raises(ValueError, match="backup_count"):
        SafeFileManager(path, backup_count=-1)


# Backups


def test_damage_in_place_right_after_the_first_save_does_not_reach_the_backup(path: Path) -> None:
    manager = _save(path, 1)
    assert not path.samefile(path.with_name("tasks.json.backup"))
    with path.open("r+b") as file:
        file.write(b"damaged")
    assert _generation(manager.load_json_with_recovery()) == 1
    assert manager.last_recovery is not None
    assert manager.last_recovery.source == "tasks.json.backup"


@pytest.mark.parametrize("backup_count", [0, 1, 3, 5])
def test_after_many_saves_there_are_so_many_backups_newest_first(backup_count: int, path: Path) -> None:
    manager = _save(path, 12, backup_count=backup_count)
    names = ["tasks.json.backup", *(f"tasks.json.backup.{index}" for index in range(1, backup_count))][:backup_count]
    assert [name for name in _names(path.parent) if "backup" in name] == names
    backups = manager.list_backups()
    assert [backup.path.name for backup in backups] == names
    assert all(backup.good and not backup.problem for backup in backups)
    assert [_generation(backup.value) for backup in backups] == list(range(11, 11 - backup_count, -1))
    assert len({(path.parent / name).stat().st_ino for name in ("tasks.json", *names)}) == backup_count + 1


def test_fewer_saves_leave_fewer_backups(path: Path) -> None:
    counts = []
    manager = SafeFileManager(path)
    for generation in range(1, 6):
        manager.save_json_with_lock(_document(generation))
        counts.append(len(manager.list_backups()))
    assert counts == [1, 1, 2, 3, 3]


def test_no_backup_is_the_file_itself_after_any_save(path: Path) -> None:
    manager = SafeFileManager(path)
    for generation in range(1, 6):
        manager.save_json_with_lock(_document(generation))
        inodes = [path.stat().st_ino, *(backup.path.stat().st_ino for backup in manager.list_backups())]
        assert len(set(inodes)) == len(inodes)


@pytest.mark.parametrize("fresh", [True, False])
def test_an_unchanged_document_writes_and_rotates_nothing(fresh: bool, path: Path) -> None:
    manager = _save(path, 5)
    manager.list_backups()
    before = {name: (path.parent / name).stat() for name in _names(path.parent)}
    again = SafeFileManager(path) if fresh else manager
    for _ in range(3):
        again.save_json_with_lock(_document(5))
    after = {name: (path.parent / name).stat() for name in _names(path.parent)}
    assert {name: (status.st_ino, status.st_mtime_ns) for name, status in after.items()} == {
        name: (status.st_ino, status.st_mtime_ns) for name, status in before.items()
    }


def test_an_unchanged_document_is_on_the_disk_all_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = _save(path, 3)
    with monkeypatch.context() as patch:  # the rename is done, that it is on the disk is not said
        _fail(patch, "fsync", errno.EIO, at=2)
        with pytest.raises(UnavailableError):
            manager.save_json_with_lock(_document(4))
    assert _generation(json.loads(path.read_bytes())) == 4
    with monkeypatch.context() as patch:
        _fail(patch, "fsync", errno.EIO)
        with pytest.raises(UnavailableError):
            manager.save_json_with_lock(_document(4))
    manager.save_json_with_lock(_document(4))


def test_a_document_that_only_returns_to_what_it_was_is_another_generation(path: Path) -> None:
    manager = SafeFileManager(path)
    for generation in (1, 2, 1, 2):
        manager.save_json_with_lock(_document(generation))
    assert [_generation(backup.value) for backup in manager.list_backups()] == [1, 2, 1]


def test_a_missing_first_backup_is_made_at_the_next_save_even_of_the_same(path: Path) -> None:
    manager = _save(path, 1)
    path.with_name("tasks.json.backup").unlink()
    manager.save_json_with_lock(_document(1))
    assert [_generation(backup.value) for backup in manager.list_backups()] == [1]
    assert not path.samefile(path.with_name("tasks.json.backup"))


def test_a_file_that_somebody_else_wrote_becomes_the_backup(path: Path) -> None:
    path.write_text(json.dumps(_document(1)))
    manager = SafeFileManager(path)
    manager.save_json_with_lock(_document(2))
    assert [_generation(backup.value) for backup in manager.list_backups()] == [1]


def test_a_list_of_backups_tells_size_time_and_content(path: Path) -> None:
    manager = _save(path, 5)
    assert manager.list_backups()[0].value == _document(4)
    middle = path.with_name("tasks.json.backup.1")
    middle.write_bytes(b"{")
    os.utime(middle, (0, 86400))
    backups = manager.list_backups()
    assert [backup.good for backup in backups] == [True, False, True]
    assert (backups[1].size, backups[1].saved, backups[1].value) == (1, datetime(1970, 1, 2, tzinfo=UTC), None)
    assert backups[1].problem == "the JSON ends early at byte 1"
    middle.unlink()
    assert [_generation(backup.value) for backup in manager.list_backups()] == [4, 2]


def test_a_list_of_backups_tells_planted_links_and_directories(path: Path) -> None:
    manager = _save(path, 5)
    (path.parent / "elsewhere").write_text(json.dumps(_document(99)))
    path.with_name("tasks.json.backup").unlink()
    path.with_name("tasks.json.backup").symlink_to("elsewhere")
    path.with_name("tasks.json.backup.1").unlink()
    path.with_name("tasks.json.backup.1").mkdir()
    assert [(backup.good, backup.problem) for backup in manager.list_backups()] == [
        (False, "it is not a file"),
        (False, "it is not a file"),
        (True, ""),
    ]


def test_a_backup_that_cannot_be_read_is_not_called_bad(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = _save(path, 5)
    for call in ("open", "lstat"):
        with monkeypatch.context() as patch:
            _fail(patch, call, errno.EIO, below=".backup.1")
            with pytest.raises(UnavailableError):
                manager.list_backups()


def test_a_backup_that_vanishes_meanwhile_is_left_out(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = _save(path, 5)
    with monkeypatch.context() as patch:
        _fail(patch, "lstat", errno.ENOENT, below=".backup.1")
        assert [_generation(backup.value) for backup in manager.list_backups()] == [4, 2]
    with monkeypatch.context() as patch:
        _fail(patch, "open", errno.ENOENT, below=".backup.1")
        assert [_generation(backup.value) for backup in manager.list_backups()] == [4, 2]


# Recovery


@pytest.mark.parametrize("how", _DAMAGES)
@pytest.mark.parametrize("damaged", range(1, 5))
def test_the_first_good_one_is_taken_and_each_earlier_refusal_told(damaged: int, how: str, path: Path) -> None:
    _save(path, 5)
    for name in _FOUR[:damaged]:
        _damage(path.parent / name, how)
    before = _content(path.parent)
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
        assert all(name in str(raised.value) for name in _FOUR)
    else:
        assert _generation(manager.load_json_with_recovery()) == 5 - damaged
        assert manager.last_recovery is not None
        report = manager.last_recovery
        assert report.source == _FOUR[damaged]
        assert _FOUR[damaged] in str(report)
        assert "is missing" in " ".join(report.lost)  # whatever was saved after that backup
    assert [attempt.path.name for attempt in report.refused] == list(_FOUR[:damaged])
    wanted = {
        "empty": "it is empty",
        "deleted": "it is missing",
        "zeros": "nothing but zero bytes",
        "half": "ends early",
    }
    for attempt in report.refused:
        assert wanted.get(how, "it is not UTF-8 text at byte") in attempt.problem
        assert f"{attempt.path.name} could not be used: {attempt.problem}." in str(report)
    assert _content(path.parent) == before


@pytest.mark.parametrize("how", _DAMAGES)
@pytest.mark.parametrize("name", _FOUR[1:])
def test_a_damaged_backup_matters_only_when_it_is_needed(name: str, how: str, path: Path) -> None:
    manager = _save(path, 5)
    _damage(path.parent / name, how)
    assert _generation(manager.load_json_with_recovery()) == 5
    assert manager.last_recovery is None


def test_a_report_is_that_of_the_last_load(path: Path) -> None:
    manager = _save(path, 3)
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
    for name in _FOUR:
        (path.parent / name).unlink(missing_ok=True)
    with pytest.raises(FileNotFoundError):
        manager.load_json_with_recovery()
    assert manager.last_recovery is None


def test_a_report_is_printed_as_it_is(tmp_path: Path) -> None:
    printed = Printed()
    manager = SafeFileManager(tmp_path / "[bold]\x1b[31m.json", console=printed)
    manager.save_json_with_lock(_document(1))
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
    manager.save_json_with_lock(_document(1))
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
    manager = _save(path, 2)
    path.write_bytes(raw)
    assert _generation(manager.load_json_with_recovery()) == 1
    manager.save_json_with_lock(_document(3))
    assert _set_aside(path) == [raw]


def test_where_nothing_was_ever_saved_that_is_said(path: Path) -> None:
    manager = SafeFileManager(path)
    with pytest.raises(FileNotFoundError):
        manager.load_json_with_recovery()
    with pytest.raises(FileNotFoundError):
        manager.load_json_with_lock()
    assert manager.list_backups() == []
    with pytest.raises(FileNotFoundError):
        SafeFileManager(path.parent / "missing" / "tasks.json").load_json_with_recovery()


# What cannot be read is no reason to take an older one


@pytest.mark.parametrize(
    ("call", "number", "error"),
    [
        ("open", errno.EIO, UnavailableError),
        ("open", errno.EMFILE, UnavailableError),
        ("open", errno.ESTALE, UnavailableError),
        ("open", errno.EACCES, AccessDeniedError),
        ("read", errno.EIO, UnavailableError),
    ],
)
def test_a_file_that_cannot_be_read_stops(
    call: str, number: int, error: type[FileSafetyError], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = _save(path, 5)
    before = _content(path.parent)
    with monkeypatch.context() as patch:
        _fail(patch, call, number, below="tasks.json" if call == "open" else "")
        for attempt in (manager.load_json_with_recovery, lambda: manager.save_json_with_lock(_document(6))):
            with pytest.raises(error) as raised:
                attempt()
            assert raised.value.path == path
            assert raised.value.cause is not None
            assert raised.value.cause.errno == number
        assert manager.last_recovery is None
    assert _content(path.parent) == before
    assert _generation(manager.load_json_with_recovery()) == 5


def test_a_file_of_somebody_else_stops(open_directory: Path) -> None:
    path = open_directory / "tasks.json"
    manager = _save(path, 5)
    path.chmod(0)
    for name in _FOUR[1:]:
        (open_directory / name).chmod(0o644)
    with pytest.raises(AccessDeniedError, match="Check who owns"), without_privileges():
        manager.load_json_with_recovery()


def test_a_backup_that_cannot_be_read_stops_too(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = _save(path, 5)
    path.write_bytes(b"")
    before = _content(path.parent)
    with monkeypatch.context() as patch:
        _fail(patch, "open", errno.EIO, below="tasks.json.backup")
        with pytest.raises(UnavailableError, match=r"tasks\.json\.backup could not be read"):
            manager.load_json_with_recovery()
        with pytest.raises(UnavailableError, match=r"tasks\.json\.backup could not be read"):
            SafeFileManager(path).save_json_with_lock(_document(6))
    assert _content(path.parent) == before


@pytest.mark.parametrize("kind", ["directory", "fifo"])
def test_something_else_in_its_place_is_refused_and_left_alone(kind: str, path: Path) -> None:
    manager = _save(path, 3)
    path.unlink()
    path.mkdir() if kind == "directory" else os.mkfifo(path)
    inode = path.stat().st_ino
    attempts: list[Callable[[], object]] = [
        manager.load_json_with_recovery,
        manager.load_json_with_lock,
        lambda: manager.save_json_with_lock(_document(4)),
        lambda: manager.atomic_write_json(_document(4)),
    ]
    for attempt in attempts:
        with pytest.raises(NotAFileError, match=r"tasks\.json"):
            attempt()
    assert path.stat().st_ino == inode
    assert _names(path.parent) == ["tasks.json", "tasks.json.backup", "tasks.json.backup.1", "tasks.json.lock"]
    path.rmdir() if kind == "directory" else path.unlink()
    assert _generation(manager.load_json_with_recovery()) == 2


def test_a_device_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # as root one could: the replace itself is not let through
    monkeypatch.setattr(os, "replace", lambda *_: pytest.fail("it was replaced"))
    manager = SafeFileManager(tmp_path / "null")
    manager.path = Path(os.devnull)
    with pytest.raises(NotAFileError):
        manager.atomic_write_json([])


def test_a_file_as_part_of_the_path_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    manager = SafeFileManager(tmp_path / "file" / "tasks.json")
    for attempt in (manager.load_json_with_recovery, lambda: manager.save_json_with_lock([])):
        with pytest.raises(NotAFileError, match="part of its path is not a folder"):
            attempt()


# Damaged files are set aside


def _set_aside(path: Path, word: str = "damaged") -> list[bytes]:
    names = sorted(name for name in _names(path.parent) if f".{word}-" in name)
    return [(path.parent / name).read_bytes() for name in names]


@pytest.mark.parametrize("how", ["empty", "half", "garbage", "zeros"])
@pytest.mark.parametrize("loaded", [True, False])
def test_a_damaged_file_is_kept_as_it_is_and_never_becomes_a_backup(how: str, loaded: bool, path: Path) -> None:
    _save(path, 5)
    _damage(path, how)
    damaged = path.read_bytes()
    manager = SafeFileManager(path)
    if loaded:
        manager.load_json_with_recovery()
    manager.save_json_with_lock(_document(6))
    assert _generation(manager.load_json_with_recovery()) == 6
    assert _set_aside(path) == [damaged]
    assert [_generation(backup.value) for backup in manager.list_backups()] == [4, 3, 2]
    for generation in range(7, 12):
        manager.save_json_with_lock(_document(generation))
    assert _set_aside(path) == [damaged]
    assert [_generation(backup.value) for backup in manager.list_backups()] == [10, 9, 8]


def test_the_report_says_where_the_damaged_bytes_are(path: Path) -> None:
    manager = _save(path, 3)
    path.write_bytes(b"damaged")
    manager.load_json_with_recovery()
    manager.save_json_with_lock(_document(4))
    assert manager.last_recovery is not None
    [kept] = manager.last_recovery.kept
    assert kept.read_bytes() == b"damaged"
    assert kept.name.startswith("tasks.json.damaged-2")
    assert kept.name in str(manager.last_recovery)


def test_damage_that_changes_neither_time_nor_size_is_noticed(path: Path) -> None:
    manager = _save(path, 5)
    status = path.stat()
    with path.open("r+b") as file:
        file.write(b"?")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    damaged = path.read_bytes()
    manager.save_json_with_lock(_document(6))
    assert _set_aside(path) == [damaged]
    assert [_generation(backup.value) for backup in manager.list_backups()] == [4, 3, 2]


def test_a_file_damaged_twice_is_kept_twice(path: Path) -> None:
    manager = _save(path, 5)
    for damaged in (b"one", b"two", b"three"):
        path.write_bytes(damaged)
        manager.save_json_with_lock(_document(6))
    assert sorted(_set_aside(path)) == [b"one", b"three", b"two"]
    assert _generation(manager.load_json_with_recovery()) == 6


def test_a_damaged_file_is_kept_even_where_no_backup_is_wanted(path: Path) -> None:
    manager = _save(path, 2)
    path.write_bytes(b"damaged")
    manager.save_json_with_lock(_document(3), create_backup=False)
    assert _set_aside(path) == [b"damaged"]


@pytest.mark.parametrize("how", ["empty", "half", "garbage", "zeros"])
@pytest.mark.parametrize(("name", "after"), [(_FOUR[1], [5, 3, 2]), (_FOUR[2], [5, 4, 2]), (_FOUR[3], [5, 4, 3])])
@pytest.mark.parametrize("fresh", [True, False])
def test_a_damaged_backup_is_set_aside_and_the_others_keep_their_rank(
    name: str, after: list[int], how: str, fresh: bool, path: Path
) -> None:
    manager = _save(path, 5)
    _damage(path.parent / name, how)
    damaged = (path.parent / name).read_bytes()
    manager = SafeFileManager(path) if fresh else manager
    manager.save_json_with_lock(_document(6))
    assert [_generation(backup.value) for backup in manager.list_backups()] == after
    assert _set_aside(path) == [damaged]
    assert _generation(manager.load_json_with_recovery()) == 6


def test_everything_damaged_can_be_saved_over_and_all_is_kept(path: Path) -> None:
    manager = _save(path, 5)
    for index, name in enumerate(_FOUR):
        (path.parent / name).write_bytes(b"damaged %d" % index)
    manager.save_json_with_lock(_document(6))
    assert sorted(_set_aside(path)) == [b"damaged %d" % index for index in range(4)]
    assert [_generation(backup.value) for backup in manager.list_backups()] == [6]


def test_damage_where_links_are_refused_is_kept_as_well(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fail(monkeypatch, "link", errno.EPERM)
    manager = _save(path, 5)
    assert [_generation(backup.value) for backup in manager.list_backups()] == [4, 3, 2]
    path.write_bytes(b"damaged")
    manager.save_json_with_lock(_document(6))
    assert _set_aside(path) == [b"damaged"]
    assert [_generation(backup.value) for backup in manager.list_backups()] == [4, 3, 2]


# Links


@pytest.mark.parametrize("relative", [True, False])
def test_a_link_stays_and_its_target_is_replaced(relative: bool, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "links").mkdir()
    target, link = tmp_path / "real" / "list.json", tmp_path / "links" / "tasks.json"
    link.symlink_to("../real/list.json" if relative else target)
    manager = SafeFileManager(link)
    for generation in range(1, 6):  # at first it dangles
        manager.save_json_with_lock(_document(generation))
    assert link.is_symlink()
    assert _names(link.parent) == ["tasks.json"]
    assert not target.is_symlink()
    assert _generation(json.loads(target.read_bytes())) == 5
    assert [backup.path for backup in manager.list_backups()] == [
        target.with_name(f"list.json.backup{end}") for end in ("", ".1", ".2")
    ]
    assert target.with_name("list.json.lock").exists()
    with FileLock(target.with_name("list.json.lock")), pytest.raises(FileLockTimeoutError):
        SafeFileManager(link, lock_timeout=0).load_json_with_lock()
    _damage(link, "half")
    assert _generation(manager.load_json_with_recovery()) == 4
    manager.atomic_write_json(_document(9))
    assert link.is_symlink()
    assert _generation(json.loads(target.read_bytes())) == 9


def test_a_chain_of_links_and_a_linked_directory(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "directory").symlink_to("real")
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("directory/list.json")
    SafeFileManager(tmp_path / "one").save_json_with_lock(_document(1))
    assert _names(tmp_path / "real") == ["list.json", "list.json.backup", "list.json.lock"]
    assert os.readlink(tmp_path / "one") == "two"


@pytest.mark.parametrize("where", ["file", "directory"])
def test_a_link_into_a_folder_that_is_not_there_is_no_new_list(where: str, tmp_path: Path) -> None:
    if where == "file":
        (tmp_path / "tasks.json").symlink_to(tmp_path / "drive" / "tasks.json")
        manager = SafeFileManager(tmp_path / "tasks.json")
    else:
        (tmp_path / "lists").symlink_to(tmp_path / "drive")
        manager = SafeFileManager(tmp_path / "lists" / "tasks.json")
    with pytest.raises(UnavailableError, match="whose folder is not there"):
        manager.load_json_with_recovery()
    with pytest.raises(UnavailableError):
        manager.save_json_with_lock([])
    with pytest.raises(UnavailableError):
        manager.atomic_write_json([])
    assert len(_names(tmp_path)) == 1
    (tmp_path / "drive").mkdir()
    with pytest.raises(FileNotFoundError):
        manager.load_json_with_recovery()


def test_links_on_the_way_that_lead_somewhere_do_not_hide_a_first_start(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "link").symlink_to("home")
    with pytest.raises(FileNotFoundError):
        SafeFileManager(tmp_path / "link" / "todurable" / "tasks.json").load_json_with_recovery()


def test_links_that_lead_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "tasks.json").symlink_to("other")
    (tmp_path / "other").symlink_to("tasks.json")
    manager = SafeFileManager(tmp_path / "tasks.json")
    for attempt in (manager.load_json_with_recovery, lambda: manager.save_json_with_lock([])):
        with pytest.raises(NotAFileError):
            attempt()
    assert (tmp_path / "tasks.json").is_symlink()


@pytest.mark.parametrize("name", _FOUR[1:])
@pytest.mark.parametrize("dangling", [True, False])
def test_a_link_planted_as_a_backup_is_neither_read_nor_written_through(
    name: str, dangling: bool, path: Path, tmp_path: Path
) -> None:
    target = tmp_path / "elsewhere.json"
    manager = _save(path, 5)
    if not dangling:
        target.write_text(json.dumps(_document(99)))
    (tmp_path / name).unlink()
    (tmp_path / name).symlink_to(target)
    for generation in range(6, 12):
        manager.save_json_with_lock(_document(generation))
    assert [_generation(backup.value) for backup in manager.list_backups()] == [10, 9, 8]
    assert not any((tmp_path / each).is_symlink() for each in _FOUR)
    assert target.exists() is not dangling
    if not dangling:
        assert json.loads(target.read_text()) == _document(99)
        assert target.stat().st_nlink == 1


def test_a_link_planted_as_a_backup_is_not_recovered_from(path: Path) -> None:
    manager = _save(path, 5)
    (path.parent / "elsewhere.json").write_text(json.dumps(_document(99)))
    path.write_bytes(b"")
    path.with_name(_FOUR[1]).unlink()
    path.with_name(_FOUR[1]).symlink_to("elsewhere.json")
    assert _generation(manager.load_json_with_recovery()) == 3
    assert manager.last_recovery is not None
    assert manager.last_recovery.refused[1] == Attempt(path.with_name(_FOUR[1]), "it is not a file")


def test_a_link_planted_before_the_first_save_is_not_written_through(path: Path) -> None:
    target = path.parent / "precious"
    target.write_text("precious")
    path.with_name(_FOUR[1]).symlink_to(target)
    manager = _save(path, 1)
    assert target.read_text() == "precious"
    assert [_generation(backup.value) for backup in manager.list_backups()] == [1]


def test_a_link_planted_as_the_lock_is_refused(path: Path) -> None:
    target = path.parent / "precious"
    target.write_text("precious")
    path.with_name("tasks.json.lock").symlink_to(target)
    manager = SafeFileManager(path)
    for attempt in (lambda: manager.save_json_with_lock([]), manager.load_json_with_lock):
        with pytest.raises(NotAFileError, match=r"tasks\.json\.lock"):
            attempt()
    assert target.read_text() == "precious"
    assert not path.exists()


@pytest.mark.parametrize("name", _FOUR[1:])
def test_a_directory_in_the_place_of_a_backup_is_refused_with_nothing_changed(name: str, path: Path) -> None:
    manager = _save(path, 5)
    (path.parent / name).unlink()
    (path.parent / name).mkdir()
    names, before = _names(path.parent), _content(path.parent)
    with pytest.raises(NotAFileError, match=name):
        manager.save_json_with_lock(_document(6))
    assert (_names(path.parent), _content(path.parent)) == (names, before)
    (path.parent / name).rmdir()
    manager.save_json_with_lock(_document(6))


def test_a_fifo_in_the_place_of_a_backup_does_not_block(path: Path) -> None:
    manager = _save(path, 5)
    path.with_name(_FOUR[1]).unlink()
    os.mkfifo(path.with_name(_FOUR[1]))
    manager.save_json_with_lock(_document(6))
    assert [_generation(backup.value) for backup in manager.list_backups()] == [5, 3, 2]


# Modes


@pytest.mark.parametrize("mask", [0, 0o022, 0o077])
def test_new_files_are_private(mask: int, path: Path) -> None:
    before = os.umask(mask)
    try:
        _save(path, 6)
    finally:
        os.umask(before)
    assert {name: stat.S_IMODE((path.parent / name).stat().st_mode) for name in _names(path.parent)} == dict.fromkeys(
        [*_FOUR, "tasks.json.lock"], 0o600
    )


@pytest.mark.parametrize("mode", [0o644, 0o664, 0o640, 0o600])
def test_the_mode_of_a_file_is_kept(mode: int, path: Path) -> None:
    manager = _save(path, 1)
    path.chmod(mode)
    for generation in range(2, 7):
        manager.save_json_with_lock(_document(generation))
        assert stat.S_IMODE(path.stat().st_mode) == mode
    manager.atomic_write_json(_document(9))
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert {stat.S_IMODE(backup.path.stat().st_mode) for backup in manager.list_backups()} == {mode}


# Failures


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (errno.ENOSPC, DiskFullError),
        (errno.EDQUOT, DiskFullError),
        (errno.EROFS, ReadOnlyError),
        (errno.EACCES, AccessDeniedError),
        (errno.EIO, UnavailableError),
        (errno.EMFILE, UnavailableError),
    ],
)
@pytest.mark.parametrize("call", ["open", "write", "fsync", "link", "rename", "replace", "listdir", "fchmod"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_call_that_fails_is_named_and_costs_nothing(
    call: str, at: int, number: int, error: type[FileSafetyError], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = _save(path, 5)
    path.chmod(0o644)
    names, descriptors = _names(path.parent), open_descriptors()
    raised = None
    with monkeypatch.context() as patch:
        _fail(patch, call, number, at=at)
        try:
            manager.save_json_with_lock(_document(6))
        except error as caught:
            raised = caught
    assert raised is None or (raised.cause is not None and raised.cause.errno == number)
    assert open_descriptors() <= descriptors
    assert _names(path.parent) == names
    found = _generation(json.loads(path.read_bytes()))
    assert found == 6 or (found == 5 and raised is not None)
    assert all(backup.good for backup in manager.list_backups())
    manager.save_json_with_lock(_document(7))
    assert _generation(manager.load_json_with_recovery()) == 7
    assert _names(path.parent) == names


@pytest.mark.parametrize("call", ["open", "write", "fsync"])
def test_a_save_that_fails_before_it_began_rotates_nothing(
    call: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = _save(path, 5)
    before = {name: (path.parent / name).stat().st_ino for name in _names(path.parent)}
    for _ in range(5):
        with monkeypatch.context() as patch:
            _fail(patch, call, errno.ENOSPC, below=".tmp" if call == "open" else "")
            with pytest.raises(DiskFullError):
                manager.save_json_with_lock(_document(6))
    assert {name: (path.parent / name).stat().st_ino for name in _names(path.parent)} == before


def test_a_failing_save_over_a_damaged_file_does_not_pile_up_copies(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = _save(path, 2)
    path.write_bytes(b"damaged")
    names = _names(path.parent)
    for _ in range(5):
        with monkeypatch.context() as patch:
            _fail(patch, "write", errno.ENOSPC)
            with pytest.raises(DiskFullError):
                manager.save_json_with_lock(_document(3))
    assert _names(path.parent) == names


def test_a_first_save_that_fails_leaves_only_the_lock(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = SafeFileManager(path)
    for call in ("write", "fsync", "replace"):
        with monkeypatch.context() as patch:
            _fail(patch, call, errno.ENOSPC)
            with pytest.raises(DiskFullError):
                manager.save_json_with_lock(_document(1))
            with pytest.raises(DiskFullError):
                manager.atomic_write_json(_document(1))
        assert _names(path.parent) == ["tasks.json.lock"]
    with pytest.raises(FileNotFoundError):
        manager.load_json_with_recovery()


def test_a_directory_without_write_permission_is_named(open_directory: Path) -> None:
    path = open_directory / "tasks.json"
    manager = _save(path, 2)
    for name in _names(open_directory):
        (open_directory / name).chmod(0o666)
    manager.lock.close()
    open_directory.chmod(0o555)
    before = _content(open_directory)
    with without_privileges():
        assert _generation(manager.load_json_with_recovery()) == 2
        with pytest.raises(AccessDeniedError, match="Check who owns"):
            manager.save_json_with_lock(_document(3))
        with pytest.raises(AccessDeniedError):
            manager.atomic_write_json(_document(3))
    assert _content(open_directory) == before
    open_directory.chmod(0o755)


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    manager = SafeFileManager(tmp_path / "missing" / "tasks.json")
    with pytest.raises(UnavailableError, match="its folder does not exist"):
        manager.save_json_with_lock([])
    with pytest.raises(UnavailableError, match="its folder does not exist"):
        manager.atomic_write_json([])
    assert _names(tmp_path) == []


def test_a_read_only_file_system_can_be_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = _save(path, 2)
    real = os.open

    def read_only(subject: Any, flags: int, *arguments: Any) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return real(subject, flags, *arguments)

    manager.lock.close()
    monkeypatch.setattr(os, "open", read_only)
    assert _generation(manager.load_json_with_recovery()) == 2
    with pytest.raises(ReadOnlyError, match="the disk is read-only"):
        manager.save_json_with_lock(_document(3))


def test_an_interruption_leaves_no_file_and_no_lock(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = _save(path, 5)
    names = _names(path.parent)

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    for call in ("write", "fsync", "link", "rename", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, call, interrupt)
            with pytest.raises(KeyboardInterrupt):
                manager.save_json_with_lock(_document(4))
        assert _names(path.parent) == names
        SafeFileManager(path, lock_timeout=0).load_json_with_lock()
    assert _generation(manager.load_json_with_recovery()) == 5


def test_files_that_dead_processes_left_are_removed_by_the_next_save(path: Path) -> None:
    program = """
        import os, sys
        from core.file_safety import SafeFileManager

        os.replace = lambda *_: os._exit(1)
        SafeFileManager(sys.argv[1]).save_json_with_lock({"never": "saved"})
    """
    manager = _save(path, 2)
    with Child(program, path) as child:
        assert child.hear() == ""
    assert any(name.endswith(".tmp") for name in _names(path.parent))
    manager.save_json_with_lock(_document(3))
    assert not any(name.endswith(".tmp") for name in _names(path.parent))
    assert [_generation(backup.value) for backup in manager.list_backups()] == [2, 1]


# Others at the same time


def test_a_lock_held_elsewhere_is_an_error_and_the_next_attempt_succeeds(path: Path) -> None:
    manager = _save(path, 2)
    impatient = SafeFileManager(path, lock_timeout=0.001)
    with manager.lock:
        with pytest.raises(FileLockTimeoutError, match="Try again once it is free") as raised:
            impatient.save_json_with_lock(_document(3))
        if sys.platform == "linux":
            assert f"(process {os.getpid()})" in str(raised.value)
        with pytest.raises(FileLockTimeoutError):
            impatient.load_json_with_lock()
        assert _generation(impatient.load_json_with_recovery()) == 2
    patient = SafeFileManager(path, lock_timeout=100)
    patient.save_json_with_lock(_document(3))
    assert _generation(patient.load_json_with_lock()) == 3


def test_readers_with_a_lock_do_not_exclude_each_other_but_writers(path: Path) -> None:
    manager = _save(path, 2)
    with FileLock(manager.lock.path, shared=True):
        assert _generation(SafeFileManager(path, lock_timeout=0).load_json_with_lock()) == 2
        with pytest.raises(FileLockTimeoutError):
            SafeFileManager(path, lock_timeout=0).save_json_with_lock(_document(3))


def test_a_lock_removed_before_the_replace_refuses_the_save(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = _save(path, 2)
    write = os.write

    def remove_the_lock(descriptor: int, raw: bytes) -> int:
        manager.lock.path.unlink(missing_ok=True)
        return write(descriptor, raw)

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", remove_the_lock)
        with pytest.raises(UnavailableError, match=r"tasks\.json\.lock was removed by another program"):
            manager.save_json_with_lock(_document(3))
    assert [name for name in _names(path.parent) if name.endswith(".tmp")] == []
    assert _generation(manager.load_json_with_recovery()) == 2
    assert [_generation(backup.value) for backup in manager.list_backups()] == [1]
    manager.save_json_with_lock(_document(3))
    assert _generation(manager.load_json_with_recovery()) == 3


def _edit(path: Path, document: JsonValue) -> None:
    editors = path.with_name("editor's")
    editors.write_text(json.dumps(document))
    editors.rename(path)


@pytest.mark.parametrize("call", ["write", "link", "rename"])
def test_an_editor_who_saves_meanwhile_is_not_overwritten(
    call: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = _save(path, 2)
    real = getattr(os, call)

    def edit_first(*arguments: Any, **options: Any) -> Any:
        patch.undo()
        _edit(path, _document(100))
        return real(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, call, edit_first)
        with pytest.raises(UnavailableError, match="was changed by another program"):
            manager.save_json_with_lock(_document(3))
    assert _generation(manager.load_json_with_recovery()) == 100
    assert [name for name in _names(path.parent) if name.endswith(".tmp")] == []
    manager.save_json_with_lock(_document(4))
    assert _generation(manager.list_backups()[0].value) == 100


def test_a_file_that_appears_meanwhile_is_not_overwritten(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manager, write = SafeFileManager(path), os.write

    def edit_first(descriptor: int, raw: bytes) -> int:
        _edit(path, _document(100))
        return write(descriptor, raw)

    monkeypatch.setattr(os, "write", edit_first)
    with pytest.raises(UnavailableError):
        manager.save_json_with_lock(_document(1))
    assert _generation(manager.load_json_with_recovery()) == 100


def test_two_processes_that_save_a_hundred_times_each_always_leave_a_whole_file(path: Path) -> None:
    program = """
        import os, sys
        from core.file_safety import SafeFileManager

        os.fsync = lambda _: None  # no power is cut here
        manager = SafeFileManager(sys.argv[1], lock_timeout=100)
        print("ready", flush=True)
        sys.stdin.readline()
        for number in range(100):
            manager.save_json_with_lock({"by": sys.argv[2], "number": number, "filling": ["x" * 50] * 100})
        print("done", flush=True)
    """
    manager = SafeFileManager(path, lock_timeout=100)
    manager.save_json_with_lock({"by": "", "number": -1, "filling": []})
    seen, orders = 0, {"one": -1, "other": -1, "": -1}
    with Child(program, path, "one") as one, Child(program, path, "other") as other:
        for child in (one, other):
            assert child.hear() == "ready"
            child.tell("go")
        while one.process.poll() is None or other.process.poll() is None:
            document = SafeFileManager(path).load_json_with_recovery()
            assert isinstance(document, dict)
            number, by = document["number"], document["by"]
            assert isinstance(number, int)
            assert isinstance(by, str)
            assert number >= orders[by]
            orders[by] = number
            seen += 1
        assert one.end() == other.end() == ["done"]
    assert seen > 0
    manager.load_json_with_recovery()
    assert manager.last_recovery is None
    assert all(backup.good for backup in manager.list_backups())
    assert _names(path.parent) == [*_FOUR, "tasks.json.lock"]


def test_many_managers_leave_no_descriptors_open(path: Path) -> None:
    _save(path, 1)
    before = open_descriptors()
    for generation in range(2, 20):
        SafeFileManager(path).save_json_with_lock(_document(generation))
        SafeFileManager(path).load_json_with_lock()
    assert open_descriptors() == before


# Bytes


def _accept_words(raw: bytes, path: Path) -> str:
    if raw.startswith(b"!"):
        raise InvalidContentError(path, "it begins with a cry")
    if raw.startswith(b"?"):
        raise ValueError("it is a question")
    return raw.decode()


def test_bytes_of_any_format_are_checked_by_their_owner(path: Path) -> None:
    manager = SafeFileManager(path)
    for word in (b"one", b"two", b"three"):
        with manager.lock:
            assert manager.save_bytes(word, _accept_words) == ()
    for damage, problem in ((b"!", "it begins with a cry"), (b"?", "it is a question")):
        path.write_bytes(damage)
        loaded = manager.load_bytes(_accept_words)
        assert (loaded.value, loaded.path) == ("two", path.with_name(_FOUR[1]))
        assert loaded.identity.inode == path.with_name(_FOUR[1]).stat().st_ino
        assert manager.last_recovery is not None
        assert manager.last_recovery.refused == (Attempt(path, problem),)
        assert [backup.problem for backup in manager.list_backups(_accept_words)] == ["", ""]
        with manager.lock:
            [kept] = manager.save_bytes(b"four", _accept_words)
        assert kept.read_bytes() == damage


def test_older_copies_come_after_the_backups(path: Path) -> None:
    manager = _save(path, 2)
    copies = [path.with_name("copy-2"), path.with_name("copy-1")]
    copies[1].write_bytes(b"copy")
    loaded = manager.load_bytes(_accept_words, copies)
    assert loaded.path == path
    path.write_bytes(b"!")
    path.with_name(_FOUR[1]).write_bytes(b"?")
    loaded = manager.load_bytes(_accept_words, copies)
    assert (loaded.value, loaded.path) == ("copy", copies[1])


def test_a_replaced_file_is_kept_under_the_given_word_or_goes(path: Path) -> None:
    manager = SafeFileManager(path)
    path.write_bytes(b"!old")
    with manager.lock:
        [kept] = manager.save_bytes(b"new", _accept_words, replaced="schema-0")
    assert kept.name.startswith("tasks.json.schema-0-")
    assert kept.read_bytes() == b"!old"
    path.write_bytes(b"!old")
    with manager.lock:
        assert manager.save_bytes(b"newer", _accept_words, replaced="") == ()
    assert len(_set_aside(path, "schema-0")) == 1


def test_only_the_expected_file_is_replaced(path: Path) -> None:
    manager = _save(path, 2)
    manager.load_json_with_recovery()
    known = manager.known_good()
    _edit(path, _document(100))
    before = _content(path.parent)
    with manager.lock, pytest.raises(UnavailableError, match="was changed by another program"):
        manager.save_bytes(b"[]", lambda raw, _path: json.loads(raw), expected=known)
    assert _content(path.parent) == before


def test_what_we_know_to_be_good_is_what_we_wrote_not_what_came_after(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = _save(path, 2)
    replace = os.replace

    def replace_and_be_replaced(source: Path, target: Path) -> None:
        replace(source, target)
        _edit(target, _document(100))

    monkeypatch.setattr(os, "replace", replace_and_be_replaced)
    manager.save_json_with_lock(_document(3))
    known = manager.known_good()
    assert known is not None
    assert known.inode != path.stat().st_ino


# Errors


def test_every_error_is_one_that_people_can_act_on(path: Path) -> None:
    for error in (FileLockTimeoutError, FileCorruptionError):
        assert issubclass(error, FileSafetyError)
    assert issubclass(FileSafetyError, TodurableError)
    assert not issubclass(FileNotFoundError, TodurableError)
    path.write_bytes(b"")
    with pytest.raises(FileSafetyError, match="Nothing was changed"):
        SafeFileManager(path).load_json_with_recovery()
