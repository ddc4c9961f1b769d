"""Attached files that nothing names: told and removed, and none that anything names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core import attachments, compaction, zip_backup
from core.compaction import compact
from core.errors import FileSafetyError
from core.safekeeping import copy_before
from core.unnamed import remove, unnamed
from tests.instances import START, Instance, opened

_DAY = 86_400.0


@pytest.fixture
def here(tmp_path: Path) -> Instance:
    here = opened(tmp_path / "tasks.json")
    here.add("one", "two")
    return here


def attached(here: Instance, text: str) -> str:
    """Copy a file of that text into the attachments, and name it in no task."""
    source = here.store.files.path.with_name(f"{text}.txt")
    source.write_text(text)
    return attachments.keep(here.store.files.path, source)


def told(here: Instance, age: float = 2 * _DAY) -> list[str]:
    """The names of those that nothing names, as it will be told when they are that old."""
    now = os.stat(here.store.files.path.parent).st_mtime
    return [path.name for path in unnamed(here.store.files.path, (), now + age - _DAY)]


def name_it(here: Instance, *names: str) -> None:
    here.state.edit([here.state.find(1)], attachments=names)
    here.save()


def test_what_was_copied_for_a_change_that_failed_is_told_a_day_later(here: Instance) -> None:
    assert told(here) == []
    attached(here, "lost")
    assert told(here, age=_DAY / 2) == []
    assert told(here) == ["lost.txt"]
    name_it(here, attached(here, "named"))
    assert told(here) == ["lost.txt"]


def test_what_was_taken_off_a_task_stays_while_its_history_names_it(
    here: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_it(here, attached(here, "once"))
    name_it(here)
    here.add(*(f"task {number}" for number in range(9)))
    for path in here.store.files.backup_paths:
        path.unlink()
    assert told(here) == []
    monkeypatch.setattr(compaction, "KEPT", 1)
    here.store.refresh()
    piece = compact(here.store.journal, here.store.journal.seq - 1, here.store.clock)
    assert piece is not None
    assert told(here) == []
    packed = piece.read_bytes()
    piece.unlink()
    assert told(here) == ["once.txt"]
    piece.write_bytes(packed[:-9])  # what it names cannot be told now
    assert told(here) == []


def test_where_tasks_name_all_of_it_nothing_is_read(here: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    name = attached(here, "named")
    monkeypatch.delattr("core.unnamed.durable.read_file")
    assert unnamed(here.store.files.path, [name], float("inf")) == []
    with pytest.raises(AttributeError):
        unnamed(here.store.files.path, [], float("inf"))


@pytest.mark.parametrize("where", ["trash", "purged", "copy", "backup", "other list", "other copy", "set aside"])
def test_wherever_it_is_named_it_stays(where: str, here: Instance, tmp_path: Path) -> None:
    name = attached(here, "kept")
    digest = name[:64]
    match where:
        case "trash" | "purged":
            name_it(here, name)
            act = here.state.trash_tasks if where == "trash" else here.state.purge
            act([here.state.find(1)])
            here.save()
        case "copy":
            name_it(here, name)
            copy_before(here.store)
            for path in tmp_path.glob("tasks.json*"):
                path.unlink()
        case "backup":
            (tmp_path / "tasks.json.backup.2").write_text(digest)
        case "other list":
            other = opened(tmp_path / "plans")
            other.add("of another list")
            name_it(other, name)
        case "other copy":
            (tmp_path / "backups").mkdir(exist_ok=True)
            (tmp_path / "backups" / "work-1-x.json").write_text(digest)
        case "set aside":
            (tmp_path / "tasks.json.damaged-20260101T000000Z").write_text(f"half a {digest}")
    assert told(here) == []


def test_where_something_cannot_be_read_nothing_is_told(here: Instance, tmp_path: Path) -> None:
    attached(here, "lost")
    large = tmp_path / "other.json"
    with large.open("wb") as made:
        made.truncate((1 << 28) + 1)
    assert told(here) == []
    large.unlink()
    (tmp_path / "music.mp3").write_bytes(b"not ours")
    assert told(here) == ["lost.txt"]


def test_what_nothing_names_is_removed_unless_it_is_attached_again(here: Instance, tmp_path: Path) -> None:
    lost, again = attached(here, "lost"), attached(here, "again")
    paths = [attachments.directory(here.store.files.path) / name for name in (lost, again)]
    os.utime(paths[0], (0, 0))
    before = os.stat(paths[1]).st_mtime
    remove(paths, before)
    assert [path.exists() for path in paths] == [False, True]
    assert not paths[0].parent.exists()
    assert [path.name for path in paths[1].parent.iterdir()] == ["again.txt"]
    with pytest.raises(FileSafetyError, match="could not be removed"):
        remove([tmp_path / "nothing"], before)


def test_a_zip_names_nothing_for_it_holds_what_it_names(here: Instance, tmp_path: Path) -> None:
    attached(here, "lost")
    (tmp_path / "backups").mkdir(exist_ok=True)
    zip_backup.make(zip_backup.Source(here.store.files.path, here.store.load().tasks), tmp_path / "backups", "x", START)
    assert told(here) == ["lost.txt"]
