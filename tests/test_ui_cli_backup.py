"""`todurable backup`, `backups`, `restore FILE` and `attach`, in this process."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.instance_files import Owner
from core.jobs import all_of
from tests.command_line import make_list, snapshot, tasks_shown
from ui.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def file(home: Path) -> Path:
    file = home / "todurable" / "tasks.json"
    make_list(file, "one", "two", "three")
    return file


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What a command prints; it must end with `code`."""

    def run(*arguments: str, code: int = 0) -> str:
        assert main(arguments) == code, capsys.readouterr().err
        printed = capsys.readouterr()
        return printed.err if code else printed.out

    return run


def names() -> list[str]:
    return [task["name"] for task in tasks_shown("--all")]


def test_a_backup_is_made_listed_and_restored_elsewhere(
    file: Path, home: Path, said: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "note.txt").write_text("hello")
    said("attach", "2", str(home / "note.txt"))
    made = Path(said("backup", "before").strip())
    assert made.parent == file.parent / "backups"
    assert made.name.startswith("before_20")
    stick = home / "stick"
    stick.mkdir()
    document = json.loads(said("--json", "backup", "--to", str(stick)))
    assert Path(document["file"]).parent == stick
    assert (document["seq"], document["tasks"]) == (4, 3)
    before = snapshot(file.parent)
    found = {Path(row["path"]).name: row for row in json.loads(said("--json", "backups"))}
    assert snapshot(file.parent) == before
    assert (found[made.name]["kind"], found[made.name]["tasks"], found[made.name]["good"]) == ("zip", 3, True)
    assert any(row["kind"] == "copy" for row in found.values())
    heading, *rows = said("backups").splitlines()
    assert heading.split()[:4] == ["FILE", "KIND", "AGE", "SIZE"]
    assert any(row.startswith(os.path.join("backups", made.name)) and row.endswith("good") for row in rows)
    assert [job.state for job in all_of(file, Owner.this_process())] == ["done", "done"]

    monkeypatch.setenv("TODURABLE_HOME", str(home / "new laptop"))
    shown = said("restore", str(made), "--yes")
    assert "Task 2 “two”: comes back" in shown
    assert names() == ["one", "two", "three"]
    assert [task["id"] for task in tasks_shown()] == [1, 2, 3]
    attached = said("attach", "2").strip()
    assert Path(attached).read_text() == "hello"
    assert Path(attached).is_relative_to(home / "new laptop")


def test_the_newest_zip_comes_first_whatever_it_is_called(file: Path, said: Callable[..., str]) -> None:
    made = [Path(said("backup", name).strip()).name for name in ("b", "c", "a")]
    listed = [Path(row["path"]).name for row in json.loads(said("--json", "backups")) if row["kind"] == "zip"]
    assert listed == made[::-1]
    assert file.exists()


def test_one_task_of_a_backup_is_restored_and_the_rest_left(file: Path, said: Callable[..., str]) -> None:
    made = said("backup").strip()
    said("done", "1", "2")
    said("add", "four")
    assert "add --yes" in said("restore", made, code=1)
    shown = said("restore", made, "--task", "2", "--yes")
    assert "Task 2 “two”: status done → pending" in shown
    assert {task["name"]: task["status"] for task in tasks_shown("--all")} == {
        "one": "done",
        "two": "pending",
        "three": "pending",
        "four": "pending",
    }
    assert f"restore from {Path(made).name}: status done → pending" in said("history", "2")
    assert "Task 4 “four”: to the trash" in said("restore", made, "--yes")
    assert names() == ["one", "two", "three"]
    said("undo")
    assert len(names()) == 4
    said("restore", "tasks.json.backup.2", "--yes")  # as `backups` prints it
    assert file.exists()


def test_an_attached_file_that_was_lost_comes_back_from_a_zip(
    file: Path,
    home: Path,
    said: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert file.exists()
    for name in ("note.txt", "photo.txt"):
        (home / name).write_text(name)
    said("attach", "2", str(home / "note.txt"))
    said("attach", "2", str(home / "photo.txt"))
    later = said("backup").strip()
    note, photo = map(Path, said("attach", "2").splitlines())
    note.unlink()
    photo.unlink()
    assert "attachments note.txt (missing), photo.txt (missing)" in said("show", "2")
    assert main(["backup"]) == 0
    assert "Attached files are missing, so they are not in it: note.txt, photo.txt." in capsys.readouterr().err
    assert "attach “two”: attachments +photo.txt" in said("history", "2")
    assert "add --yes" in said("restore", later, code=1)
    assert not note.exists()
    shown = said("restore", later, "--yes")
    assert shown.splitlines() == [
        "  Attached file note.txt: comes back",
        "  Attached file photo.txt: comes back",
        "Restored 2 attached files.",
    ]
    assert [note.read_text(), photo.read_text()] == ["note.txt", "photo.txt"]
    assert "attachments note.txt, photo.txt\n" in said("show", "2")
    photo.unlink()
    assert said("restore", later, "--task", "1", "--yes") == ""
    monkeypatch.setattr("core.zip_backup.Backup.attachment", lambda _backup, _name: None)  # it was lost before
    assert said("restore", later, "--yes") == ""


@pytest.mark.parametrize("how", ["cut", "not a zip", "text", "missing", "directory"])
def test_a_backup_that_is_not_good_changes_nothing(how: str, file: Path, said: Callable[..., str]) -> None:
    made = Path(said("backup").strip())
    match how:
        case "cut":
            made.write_bytes(made.read_bytes()[:-50])
        case "not a zip":
            made.write_bytes(b"PK and nothing else")
        case "text":
            made = made.with_suffix(".txt")
            made.write_bytes(b"[1, 2")
        case "missing":
            made.unlink()
        case "directory":
            made.unlink()
            made.mkdir()
    before = snapshot(file.parent)
    told = said("restore", str(made), "--yes", code=1 if how in ("missing", "directory") else 3)
    assert ("is not a file" in told) == (how == "directory")
    assert (f"There is no file {made}." in told and "todurable backups" in told) == (how == "missing")
    assert snapshot(file.parent) == before


def test_where_no_copy_can_be_kept_nothing_is_restored(
    file: Path, said: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = said("backup").strip()
    said("done", "1")

    def refuse(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.archive._write", refuse)
    assert "No space" in said("restore", made, "--yes", code=3) or file.exists()
    assert tasks_shown("--all")[0]["status"] == "done"


def test_what_to_restore_must_be_said(said: Callable[..., str]) -> None:
    assert "Name one backup" in said("restore", code=2)
    assert "Name one backup" in said("restore", "a", "b", code=2)
    assert "without --task" in said("restore", "--at", "3", "--task", "1", code=2)
    assert "There are no backups yet" in said("backups", code=1)


def test_files_are_attached_listed_taken_off_and_told_where_missing(
    file: Path, home: Path, said: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a.txt", "b.txt"):
        (home / name).write_text(name)
    said("attach", "1", str(home / "a.txt"), str(home / "b.txt"))
    first, second = said("attach", "1").splitlines()
    assert [Path(path).read_text() for path in (first, second)] == ["a.txt", "b.txt"]
    said("attach", "1", str(home / "a.txt"))
    assert len(said("attach", "1").splitlines()) == 2
    assert said("attach", "1", "--remove", "a.txt") == f"{second}\n"
    shutil.rmtree(Path(second).parent)
    assert said("attach", "1") == "b.txt (missing)\n"
    assert "b.txt is missing" in said("attach", "1", "--open", "b.txt", code=1)
    assert "no attachment “c.txt”" in said("attach", "1", "--open", "c.txt", code=1)
    assert f"There is no file {home / 'nothing'}." in said("attach", "1", str(home / "nothing"), code=1)
    capsys.readouterr()
    said("undo")
    assert len(said("attach", "1").splitlines()) == 2
    assert file.exists()
