"""What a checkup finds beside the list's own files."""

from __future__ import annotations

import errno
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core import archive, attachments, checkpoint, surroundings, zip_backup
from core.checkup import Place, Remark, checkup, damaged_copies, remove_unnamed, set_aside
from core.jobs import Running
from core.profile import ProfileStore
from core.profile_rules import ProfileError
from core.surroundings import little_space, readable_by_others, unsafe_place
from tests.instances import START, Instance, opened
from ui.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = START + timedelta(days=1)


@pytest.fixture
def here(tmp_path: Path) -> Instance:
    tmp_path.chmod(0o700)
    here = opened(tmp_path / "tasks.json")
    here.add("one", "two", "three")
    return here


def place(here: Instance, now: datetime = NOW) -> Place:
    return Place(here.store.files, here.store.load().tasks, here.store.files.path.with_name("profile.json"), (), now)


def told(here: Instance, topic: str, now: datetime = NOW) -> list[Remark]:
    return [remark for remark in checkup(place(here, now)) if remark.topic == topic]


def test_a_healthy_list_has_nothing_wrong(here: Instance) -> None:
    found = checkup(place(here))
    assert [(remark.topic, remark.damage) for remark in found] == [("history", False), ("backups", False)]
    assert found[0].text == "3 changes can be read."


def test_relations_that_lead_nowhere(here: Instance) -> None:
    first, second, third = here.state.tasks
    here.state.edit([second], parent=first.uid, depends=[first.uid, third.uid])
    here.state.purge([first])
    here.save()
    (remark,) = told(here, "relations")
    assert remark.text == "Parents or dependencies lead to no task: of 2."


def test_attached_files_that_are_missing_or_changed(here: Instance, tmp_path: Path) -> None:
    file = here.store.files.path
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(name)
    names = [attachments.keep(file, tmp_path / name) for name in ("a.txt", "b.txt")]
    here.state.edit([here.state.find(1)], attachments=names)
    here.save()
    assert told(here, "attachments") == []
    (tmp_path / "attachments" / names[0]).unlink()
    (tmp_path / "attachments" / names[1]).write_text("changed")
    missing, changed = told(here, "attachments")
    assert (missing.damage, missing.text[:48]) == (True, "Attached files are missing: a.txt of task 1. A b")
    assert (changed.damage, "b.txt is not what was attached" in changed.text) == (True, True)


def test_what_cannot_be_read_is_told_and_the_rest_looked_at(
    here: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = here.store.files.path
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(name)
    names = [attachments.keep(file, tmp_path / name) for name in ("a.txt", "b.txt")]
    here.state.edit([here.state.find(1)], attachments=names)
    here.save()
    closed = [tmp_path / "attachments" / names[0], tmp_path / "jobs"]
    (tmp_path / "attachments" / names[1]).write_text("changed")
    ProfileStore(tmp_path / "profile.json").change({"theme": "one"})
    (tmp_path / "profile.json.backup").unlink()
    for backup in ("profile.json.backup", "profile.json.backup.1"):
        (tmp_path / backup).symlink_to("profile.json")
    for call in ("open", "listdir"):
        monkeypatch.setattr(os, call, _closing(closed, getattr(os, call)))
    found = [remark for remark in checkup(place(here)) if remark.damage]
    assert [(remark.topic, remark.text.partition(": ")[0]) for remark in found] == [
        ("attachments", "a.txt could not be read"),
        ("attachments", f"{tmp_path / 'attachments' / names[1]} is not what was attached. A backup may have it."),
        ("profile", "profile.json.backup could not be read"),
        ("profile", "profile.json.backup.1 could not be read"),
        ("jobs", "jobs could not be read"),
    ]
    assert not any(remark.repair for remark in found)


def _closing(paths: list[Path], real: Callable[..., object]) -> Callable[..., object]:
    """`real`, but for `paths`, which may not be read."""

    def call(path: Path, *arguments: object, **options: object) -> object:
        if path in paths:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return real(path, *arguments, **options)

    return call


def test_an_attached_file_that_nothing_names_is_told_and_removed(here: Instance, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    path = attachments.directory(here.store.files.path) / attachments.keep(here.store.files.path, tmp_path / "a.txt")
    copied = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    assert told(here, "attachments", copied + timedelta(hours=23)) == []
    (remark,) = told(here, "attachments", copied + timedelta(hours=25))
    assert remark.text == "No task and no change names a.txt: what named it was never saved."
    assert (remark.damage, remark.repair) == (False, "remove what nothing names")
    remove_unnamed([path], copied + timedelta(hours=23))
    assert path.exists()
    remove_unnamed([path], copied + timedelta(hours=25))
    assert not path.exists()


def test_gaps_in_the_history_and_a_clock_that_is_wrong(here: Instance) -> None:
    journal = here.store.files.sibling(".journal")
    journal.write_bytes(journal.read_bytes().replace(b'{"seq":2,', b'{"seq":Z,'))
    texts = [remark.text for remark in told(here, "history")]
    assert texts == ["2 changes can be read.", "change 2 cannot: the list is whole, its past is not."]
    assert told(here, "clock") == []
    (remark,) = told(here, "clock", START - timedelta(days=1))
    assert "is dated 2026-01-01" in remark.text


def test_a_damaged_copy_is_told_and_set_aside(here: Instance) -> None:
    file = here.store.files.path
    good = archive.write(file, file.read_bytes())
    bad = archive.write(file, checkpoint.encode(here.store.load().tasks, "2026-01-02T00:00:00.000000Z"))
    bad.path.write_bytes(b"damaged")
    summary, remark = told(here, "backups")
    assert summary.text.startswith("1 good copies and ZIPs, the newest of 2026-01-01")
    assert (remark.damage, remark.repair) == (True, "set it aside")
    (kept,) = set_aside(damaged_copies(place(here)), NOW)
    assert kept.read_bytes() == b"damaged"
    assert [copy.path for copy in archive.copies(file)] == [good.path]
    assert len(told(here, "backups")) == 1


def test_a_damaged_zip_is_told_with_what_to_do_and_one_that_cannot_be_read_without(
    here: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = here.store.files.path
    archive.directory(file).mkdir(mode=0o700)
    made = zip_backup.make(zip_backup.Source(file, here.store.load().tasks), archive.directory(file), "tasks", NOW)
    assert len(told(here, "backups")) == 1
    real = os.open

    def refuse(path: str | Path, *arguments: int, **options: int) -> int:
        if path == made:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return real(path, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        _summary, remark = told(here, "backups")
    assert (remark.damage, "permission was denied" in remark.text, "deleted" in remark.text) == (True, True, False)
    made.write_bytes(made.read_bytes()[:-9])
    _summary, remark = told(here, "backups")
    assert (remark.damage, remark.repair) == (True, "")
    assert remark.text.startswith(f"{made.name} is not good: it ")
    assert remark.text.endswith(f" {made} can be deleted, for nothing else depends on it.")


def test_settings_and_jobs_that_went_wrong(here: Instance, tmp_path: Path) -> None:
    (tmp_path / "profile.json").write_text(json.dumps({"schema_version": 1, "theme": 5}))
    (tmp_path / "profile.json").chmod(0o600)
    (remark,) = told(here, "profile")
    assert (remark.damage, "“theme” must be a text" in remark.text) == (True, True)
    with pytest.raises(ValueError, match="too bad"), Running(here.store.files.path, "import", lambda: NOW):
        raise ValueError("too bad.")
    (remark,) = told(here, "jobs")
    assert remark.text.startswith("An import begun 2026-01-0")
    assert remark.text.endswith("failed: too bad.")
    with Running(here.store.files.path, "import", lambda: NOW + timedelta(1)) as job:
        job.progress(1, 2)
        assert [remark.text.split(" ")[5:7] for remark in told(here, "jobs")] == [
            ["is", "running."],
            ["failed:", "too"],
        ]
    assert told(here, "jobs") == []


def test_who_else_may_read_it(here: Instance, tmp_path: Path) -> None:
    (tmp_path / "tasks.json").chmod(0o644)
    remark, advice = told(here, "modes")
    assert remark.text == f"{tmp_path / 'tasks.json'} can be read by others (mode 0644)."
    assert "chmod go=" in advice.text
    assert list(readable_by_others([tmp_path / "nothing"])) == []


@pytest.mark.parametrize(
    "name",
    [
        *("backups/x.json", "backups", "attachments/0/a.txt", "attachments/0", "instances/a", "jobs/b", "logs/c.log"),
        *("tasks.json.damaged-1", "tasks.json.backup.2", ".tasks.json.1.0.tmp", "profile.json", "profile.json.backup"),
    ],
)
def test_whatever_belongs_to_a_list_is_looked_at(name: str, here: Instance, tmp_path: Path) -> None:
    path = tmp_path / name
    if name in ("backups", "attachments/0"):
        path.mkdir(mode=0o700, parents=True)
    else:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text("x")
    for own in (path, *path.parents):
        if own.is_relative_to(tmp_path):
            own.chmod(0o700)
    (tmp_path / "of-others.txt").write_text("x")
    (tmp_path / "link.json").symlink_to("tasks.json")
    assert told(here, "modes") == []
    path.chmod(0o740)
    assert told(here, "modes")[0].text == f"{path} can be read by others (mode 0740)."


def test_of_many_that_others_may_read_a_few_are_named(here: Instance, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir(mode=0o700)
    for number in range(8):
        (tmp_path / "logs" / f"{number}.log").write_text("")
    texts = [remark.text for remark in told(here, "modes")]
    assert (len(texts), texts[5]) == (7, "So can 3 more files and folders.")


def test_a_history_without_its_beginning_says_so(here: Instance) -> None:
    journal = here.store.files.sibling(".journal")
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[1:]))
    texts = [remark.text for remark in told(here, "history")]
    assert texts == ["2 changes can be read.", "It begins with change 2: what was before is in none of these files."]


def test_a_second_place_that_is_gone(here: Instance, tmp_path: Path) -> None:
    where = place(here)._replace(places=(tmp_path / "stick",))
    assert [remark.text for remark in checkup(where) if "second place" in remark.text] == [
        f"The second place {tmp_path / 'stick'} is not there: no daily ZIP is made until it is."
    ]


def test_damaged_settings_are_told_and_repaired(here: Instance, tmp_path: Path) -> None:
    store = ProfileStore(tmp_path / "profile.json")
    for theme in ("one", "two", "three"):
        store.change({"theme": theme})
    assert told(here, "profile") == []
    (tmp_path / "profile.json").write_text("{")
    (tmp_path / "profile.json.backup.1").write_text('{"schema_version": 1, "theme": 5}')
    main, backup = told(here, "profile")
    assert (main.damage, bool(main.repair), "recovered from profile.json.backup" in main.text) == (True, True, True)
    assert (backup.damage, backup.repair) == (True, "set it aside")
    assert backup.text.startswith("profile.json.backup.1 is not good: In the profile “theme” must be")
    kept = store.repair(NOW)
    assert sorted(path.read_text() for path in kept) == ["{", '{"schema_version": 1, "theme": 5}']
    assert told(here, "profile") == []
    assert store.load().theme == "two"


def test_settings_that_a_person_made_so_are_not_repaired(here: Instance, tmp_path: Path) -> None:
    (tmp_path / "profile.json").write_text('{"schema_version": 1, "theme": 5, "week_start": 9}')
    assert [(remark.damage, remark.repair) for remark in told(here, "profile")] == [(True, "")] * 2
    assert all("Mend it with: todurable profile edit" in remark.text for remark in told(here, "profile"))
    with pytest.raises(ProfileError):
        ProfileStore(tmp_path / "profile.json").repair(NOW)


def test_little_room_is_told_before_it_hurts(here: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = here.store.files.path.parent
    monkeypatch.setattr(surroundings, "free_space", lambda _directory: 9_900_000)
    assert little_space(directory).startswith("Only 9.9 MB are free")
    assert told(here, "place")
    monkeypatch.setattr(surroundings, "free_space", lambda _directory: 10_000_000)
    assert little_space(directory) == ""
    monkeypatch.undo()
    assert surroundings.free_space(directory) == os.statvfs(directory).f_bavail * os.statvfs(directory).f_frsize
    assert surroundings.free_space(directory / "nothing") is None


def test_a_file_system_that_keeps_no_promises_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    lines = ["/dev/a / ext4", "server:/x /net nfs4", "//pc/y /net/pc cifs", "a:/ /my\\040net fuse.sshfs"]
    mounts.write_text("".join(f"{line} rw 0 0\n" for line in lines))
    monkeypatch.setattr(surroundings, "_MOUNTS", mounts)
    assert unsafe_place(Path("/home/ada")) == ""
    assert "(nfs4)" in unsafe_place(Path("/net/ada"))
    assert "(cifs)" in unsafe_place(Path("/net/pc"))
    assert "(fuse.sshfs)" in unsafe_place(Path("/my net/ada"))
    assert "(dropbox)" in unsafe_place(Path("/home/ada/Dropbox/todo"))
    mounts.unlink()
    assert unsafe_place(Path("/net/ada")) == ""


def test_a_long_table_of_mounts_is_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    others = "".join(f"/dev/loop{number} /snap/{number} squashfs ro 0 0\n" for number in range(200))
    mounts.write_text(f"/dev/a / ext4 rw 0 0\n{others}server:/x /net nfs4 rw 0 0\n")
    monkeypatch.setattr(surroundings, "_MOUNTS", mounts)
    read = os.read
    monkeypatch.setattr(os, "read", lambda descriptor, size: read(descriptor, min(size, 4096)))  # as Linux gives it
    assert "(nfs4)" in unsafe_place(Path("/net/ada"))


def test_doctor_tells_it_and_repairs_what_can_be(
    home: Path, capsys: pytest.CaptureFixture[str], said: Callable[..., str]
) -> None:
    directory = home / "todurable"
    directory.mkdir(mode=0o700)
    here = opened(directory / "tasks.json")
    here.add("one", "two")
    first, second = here.state.tasks
    here.state.edit([second], parent=first.uid)
    here.state.purge([first])
    here.save()
    bad = archive.write(directory / "tasks.json", (directory / "tasks.json").read_bytes())
    bad.path.write_bytes(b"damaged")
    (home / "a.txt").write_text("a")
    left = attachments.directory(here.store.files.path) / attachments.keep(here.store.files.path, home / "a.txt")
    os.utime(left, (0, 0))
    told = said("doctor", code=5)
    assert "relations: Parents or dependencies lead to no task: of 2. To be repaired: take these" in told
    assert f"backups: {bad.path.name} is not good: " in told
    assert f"kept in {bad.path.name}.damaged-" in said("doctor", "--repair", code=5)
    told = said("doctor", code=0)
    assert "relations" not in told
    assert not left.exists()
    assert opened(directory / "tasks.json").state.find(2).parent is None
    capsys.readouterr()


def test_doctor_shows_all_files_and_repairs_where_it_cannot_read_one(home: Path, said: Callable[..., str]) -> None:
    directory = home / "todurable"
    directory.mkdir(mode=0o700)
    here = opened(directory / "tasks.json")
    here.add("one", "two")
    bad = archive.write(directory / "tasks.json", (directory / "tasks.json").read_bytes())
    bad.path.write_bytes(b"damaged")
    (home / "a.txt").write_text("a")
    left = attachments.directory(here.store.files.path) / attachments.keep(here.store.files.path, home / "a.txt")
    os.utime(left, (0, 0))
    (directory / "not-a-list.json").symlink_to("/")
    ProfileStore(directory / "profile.json").change({"theme": "nord"})
    (directory / "profile.json.backup.1").symlink_to("profile.json")
    told = said("doctor", "--repair", code=3)
    assert "profile: profile.json.backup.1 could not be read: a symbolic link" in told
    assert "attachments: not-a-list.json is not a file." in told
    assert f"kept in {bad.path.name}.damaged-" in told
    assert left.exists()


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What a command prints on stdout; it must end with `code`."""

    def run(*arguments: str, code: int = 0) -> str:
        assert main(arguments) == code, capsys.readouterr().err
        return capsys.readouterr().out

    return run
