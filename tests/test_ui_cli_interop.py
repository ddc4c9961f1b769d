"""`todurable export` and `import`."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from core import backups, jobs
from core.archive import copies
from core.interop import NAMES
from tests.command_line import snapshot
from tests.in_process import call, shown

if TYPE_CHECKING:
    import pytest


def test_importing_a_file_is_one_change_and_twice_is_once(tmp_path: Path) -> None:
    file = tmp_path / "todo.txt"
    file.write_text("(A) Pay rent +home\nBuy milk @shop\n", encoding="utf-8")
    assert call("import", str(file)) == (0, "Imported 2 tasks.\n", "")
    assert [(task["name"], task["id"]) for task in shown("list")] == [("Pay rent", 1), ("Buy milk", 2)]
    assert call("import", str(file)).out == "Imported 0 tasks; 2 are here as they are.\n"
    file.write_text("x 2026-11-21 Pay rent +home\nBuy milk @shop\nNew\n", encoding="utf-8")
    assert [task["name"] for task in shown("import", str(file))] == ["Pay rent", "New"]
    assert [task["id"] for task in shown("list")] == [2, 3]
    call("undo")
    assert len(shown("list", "--all")) == 2
    call("undo")
    assert shown("list", "--all") == []


def test_a_copy_precedes_an_import_and_where_it_fails_nothing_is_imported(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("add", "here already")
    call("done", "1")
    list_file, file = home / "todurable" / "tasks.json", tmp_path / "todo.txt"
    file.write_text("Buy milk\n", encoding="utf-8")
    before = {path: path.read_bytes() for path in list_file.parent.rglob("*") if path.is_file()}

    def refuse(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("core.archive._write", refuse)
        code, out, err = call("import", str(file))
    assert (code, out, "disk" in err) == (3, "", True)
    assert {path: path.read_bytes() for path in list_file.parent.rglob("*") if path.is_file()} == before
    assert call("import", str(file)).code == 0
    [copy] = [copy for copy in copies(list_file) if copy.seq == 2]
    assert [task.status for task in backups.read(copy.path).tasks.values()] == ["done"]
    assert call("import", str(file)).out.startswith("Imported 0 tasks")
    assert [copy.seq for copy in copies(list_file)] == [2, 1]


def test_a_bad_file_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("name,due\na,\nb,never\n", encoding="utf-8")
    code, out, err = call("import", str(file))
    assert (code, out) == (1, "")
    assert "Line 3" in err
    file.write_text("Pay rent,2031-01-31\n", encoding="utf-8")
    code, out, err = call("import", str(file))
    assert (code, out, "column “name”" in err) == (1, "", True)
    assert call("import", str(tmp_path / "none.txt")).code == 1
    assert call("import", str(tmp_path)).code == call("import", "").code == 1
    assert call("import", "-", stdin=b"milk").code == 1
    assert shown("list") == []


def test_exports_are_what_they_are_called_and_come_back(tmp_path: Path) -> None:
    call("add", "Pay rent #home/garden +finance @desk !1 due:2031-01-31 every:month")
    call("add", "Done +x")
    call("done", "2")
    call("add", "Trash")
    call("delete", "3")
    assert call("export", "--format", "todo.txt").out.splitlines()[1].startswith("x ")
    assert call("export", "#home", "--format", "todo.txt").out.partition(" Pay")[2] == (
        " rent +home/garden @desk tags:finance due:2031-01-31 rec:+1m\n"
    )
    assert '"project": "home.garden"' in call("export", "--format", "taskwarrior").out
    before = shown("list", "--all")
    for name in ("json", "csv", "taskwarrior"):
        exported = call("export", "--format", name).out
        assert "Trash" not in exported
        other = ("--file", str(tmp_path / f"{name}-list.json"))
        assert call("import", "-", "--format", name, *other, stdin=exported.encode()).code == 0
        for task, original in zip(shown("list", "--all", *other), before, strict=True):
            kept = ("uid", "name", "status", "project", "tags", "due", "priority")
            assert {field: task[field] for field in kept} == {field: original[field] for field in kept}


def test_an_export_is_put_into_a_file_in_one_step(tmp_path: Path) -> None:
    call("add", "one")
    call("add", "two +x")
    target = tmp_path / "out.json"
    assert call("export", "--to", str(target)) == (0, f"Exported 2 tasks to {target}.\n", "")
    assert target.read_bytes() == call("export").out.encode()
    target.chmod(0o640)
    assert shown("export", "+x", "--format", "todo.txt", "--to", str(target)) == {"file": str(target), "tasks": 1}
    assert target.read_text().endswith(" two tags:x\n")
    assert target.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["out.json"]


def test_what_a_format_has_no_place_for_is_told(home: Path) -> None:
    del home
    call("add", "a due:2031-01-01 17:00 every:week est:1h", "--description", "x")
    call("add", "b due:2031-01-01 every:mon,tue")
    call("edit", "2", "depends:1")
    told = call("export", "--format", "todo.txt").err
    assert told == (
        "todo.txt has no place for: depends (1 task), description (1 task), estimate (1 task), recur (1 task), "
        "time of day (1 task). All of it is in json and csv.\n"
    )
    told = call("export", "--format", "taskwarrior").err
    assert "taskwarrior has no place for: estimate (1 task), recur (2 tasks)." in told
    for form in ("json", "csv"):
        assert call("export", "--format", form).err == ""
    assert call("export", "--format", "todo.txt", "--quiet").err == ""


def test_an_export_takes_the_place_of_nothing_that_is_no_file_or_the_lists_own(home: Path, tmp_path: Path) -> None:
    call("add", "one")
    own = home / "todurable" / "tasks.json"
    (tmp_path / "link").symlink_to(own)
    before = snapshot(own.parent)
    for path in (own, own.with_name("tasks.json.journal"), tmp_path / "link"):
        assert "a file of the list itself" in call("export", "--to", str(path)).err
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path, tmp_path / "fifo", tmp_path / "nowhere" / "x"):
        assert call("export", "--to", str(path)).code == 3
    assert snapshot(own.parent) == before


def test_a_list_that_cannot_be_written_is_exported(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "SOON", 0.0)
    call("add", "one")
    before = snapshot(home / "todurable")

    def refuse(*_arguments: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "mkdir", refuse)
    assert call("export", "--to", str(tmp_path / "out.json")).code == 0
    assert snapshot(home / "todurable") == before


def test_a_terminal_is_shown_an_export_and_a_file_gets_it_exactly(tmp_path: Path) -> None:
    name = "red \x1b[31m \x9b1m \u202e end"
    call("import", "-", "--format", "json", stdin=json.dumps([{"name": name}, {"name": "two"}]).encode())
    for form in NAMES:
        exact = call("export", "--format", form).out
        seen = call("export", "--format", form, terminal=True).out
        assert "\u202e" in exact
        assert not {"\x1b", "\x9b", "\u202e", "\r"} & set(seen)
        assert len(seen.splitlines()) == len(exact.split("\n")) - 1
    again = ("--file", str(tmp_path / "again.json"))
    call("import", "-", "--format", "csv", *again, stdin=call("export", "--format", "csv").out.encode())
    assert [task["name"] for task in shown("list", *again)] == [name, "two"]
