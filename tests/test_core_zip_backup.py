"""ZIP backups: whole and verified when they are made, and refused when anything in them is not as we made it."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from core import archive, attachments, backups, checkpoint, durable
from core.backup_names import zip_name
from core.errors import DiskFullError, FileSafetyError, InvalidContentError, NewerSchemaError, UnavailableError
from core.jobs import CancelledError
from core.packed import pack
from core.second_place import copy_daily
from core.zip_backup import Source, make, opened, verify
from tests.instances import opened as opened_list
from tests.journals import lines, records

NOW = datetime(2026, 11, 21, 8, 0, 0, 5, tzinfo=UTC)
Entries = dict[str, bytes]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tasks.json"


@pytest.fixture
def source(file: Path, tmp_path: Path) -> Source:
    """A list with all that can belong to one."""
    here = opened_list(file)
    here.add("one", "two")
    (tmp_path / "photo.jpg").write_bytes(Random(1).randbytes(2_000_000))
    here.state.edit([here.state.find(1)], attachments=[attachments.keep(file, tmp_path / "photo.jpg")])
    here.save()
    (file.parent / "backups").mkdir()
    (file.parent / "backups" / "history-tasks.json-1-2.jsonl.gz").write_bytes(pack(lines(records(1, 2))))
    profile = tmp_path / "profile.json"
    profile.write_text('{"schema_version": 1}')
    return Source(file, here.store.load().tasks, profile)


@pytest.fixture
def made(source: Source, tmp_path: Path) -> Path:
    return make(source, tmp_path, "mine", NOW)


def test_a_backup_holds_all_that_belongs_to_a_list(source: Source, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    path = make(source, tmp_path, "before the party", NOW, lambda done, total: told.append((done, total)))
    assert path.name == "before the party_20261121T080000.000005Z.zip"
    assert path.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        (attached,) = source.tasks.tasks[next(iter(source.tasks.tasks))].attachments
        entries = [
            "tasks.json",
            "journal.jsonl",
            "history/1-2.jsonl.gz",
            "profile.json",
            f"attachments/{attached}",
            "metadata.json",
        ]
        assert archive.namelist() == entries
        metadata = json.loads(archive.read("metadata.json"))
        assert metadata["entries"] == [
            {"name": name, "size": len(archive.read(name)), "sha256": hashlib.sha256(archive.read(name)).hexdigest()}
            for name in entries[:-1]
        ]
        assert archive.read("journal.jsonl") == source.file.with_name("tasks.json.journal").read_bytes()
        assert archive.getinfo("tasks.json").compress_type == zipfile.ZIP_DEFLATED
    assert (metadata["schema_version"], metadata["seq"], metadata["tasks"], metadata["at"]) == (
        1,
        3,
        2,
        "2026-11-21T08:00:00.000005Z",
    )
    assert verify(path).file == "tasks.json"
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]
    assert backups.read(path).tasks == source.tasks.tasks


def test_a_list_with_nothing_beside_it_can_be_backed_up(tmp_path: Path) -> None:
    here = opened_list(tmp_path / "tasks.json")
    path = make(Source(tmp_path / "tasks.json", here.store.load().tasks), tmp_path, "", NOW)
    assert backups.read(path).tasks == {}
    assert path.name.startswith("backup_")


@pytest.mark.parametrize("year", [1970, 2500])
def test_a_clock_that_no_zip_knows_is_no_obstacle(year: int, source: Source, tmp_path: Path) -> None:
    path = make(source, tmp_path, "odd", NOW.replace(year=year))
    assert verify(path).at.startswith(str(year))


def test_a_name_leads_nowhere_else() -> None:
    assert zip_name("../../etc/x", NOW).partition("_2026")[0] == "_.._etc_x"
    assert zip_name("C:\\x\x1b", NOW).partition("_2026")[0] == "C__x_"
    assert len(zip_name("x" * 500, NOW)) < 120


# Whatever is wrong is refused


def unpacked(path: Path) -> Entries:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(path: Path, entries: Entries | list[tuple[str, bytes]]) -> Path:
    pairs = entries.items() if isinstance(entries, dict) else entries
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in pairs:
            archive.writestr(name, raw)
    return path


def told(entries: Entries, **fields: Any) -> Entries:
    """`entries` with a metadata.json that agrees with them, apart from `fields`."""
    metadata = json.loads(entries["metadata.json"])
    metadata["entries"] = [
        {"name": name, "size": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
        for name, raw in entries.items()
        if name != "metadata.json"
    ]
    return {**entries, "metadata.json": json.dumps(metadata | fields).encode()}


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt",
        "/etc/passwd",
        "attachments/../../x",
        f"attachments/{'0' * 64}/..",
        f"attachments/{'0' * 64}/../../x",
        "C:/x",
        "C:x",
        "attachments\\x",
        f"attachments/{'0' * 64}/a\\b",
        f"attachments/{'0' * 64}/C:x",
        "tasks.json/",
        "sub/tasks.json",
        "other.txt",
    ],
)
def test_an_entry_that_could_lead_elsewhere_is_refused(name: str, made: Path) -> None:
    packed(made, told({**unpacked(made), name: b"evil"}))
    with pytest.raises(InvalidContentError, match=r"is no name of ours|two of its"), opened(made):
        pass


def test_two_entries_of_one_name_are_refused(made: Path) -> None:
    entries = unpacked(made)
    with pytest.warns(UserWarning, match="Duplicate name"):
        packed(made, [*entries.items(), ("tasks.json", entries["tasks.json"])])
    with pytest.raises(InvalidContentError, match="two of its entries have one name"):
        verify(made)


def test_a_bomb_is_refused_before_it_is_unpacked(made: Path) -> None:
    packed(made, told({**unpacked(made), "journal.jsonl": bytes(50_000_000)}))
    assert made.stat().st_size < 6_000_000
    with pytest.raises(InvalidContentError, match="200 times as large"), opened(made):
        pass


def test_more_or_less_than_it_names_is_refused(made: Path) -> None:
    entries = unpacked(made)
    packed(made, {**entries, f"attachments/{'0' * 64}/x": b"more"})
    with pytest.raises(InvalidContentError, match="not the ones that it names"):
        verify(made)
    packed(made, {name: raw for name, raw in entries.items() if name != "profile.json"})
    with pytest.raises(InvalidContentError, match="not the ones that it names"):
        verify(made)
    packed(made, {name: raw for name, raw in entries.items() if name != "metadata.json"})
    with pytest.raises(InvalidContentError, match=r"no metadata\.json"):
        verify(made)


def test_a_wrong_hash_or_size_is_refused(made: Path) -> None:
    entries = unpacked(made)
    packed(made, {**entries, "tasks.json": entries["tasks.json"].replace(b"one", b"two")})
    with pytest.raises(InvalidContentError, match=r"tasks\.json is not what it was"):
        backups.read(made)
    packed(made, {**entries, "profile.json": b"{}"})
    with pytest.raises(InvalidContentError, match="another size"):
        verify(made)


def test_a_list_that_is_not_ours_is_refused_though_its_hash_holds(made: Path) -> None:
    entries = unpacked(made)
    for raw in (b"[]", b"", entries["tasks.json"].replace(b"one", b"two")):
        packed(made, told({**entries, "tasks.json": raw}))
        with pytest.raises(InvalidContentError):
            backups.read(made)


@pytest.mark.parametrize("version", [2, 10**20])
def test_a_newer_format_is_refused(version: int, made: Path) -> None:
    packed(made, told(unpacked(made), schema_version=version, something="new"))
    with pytest.raises(NewerSchemaError):
        verify(made)


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"schema_version":"1"}', b'{"schema_version":1}', b"\xff"])
def test_metadata_that_is_not_ours_is_refused(raw: bytes, made: Path) -> None:
    packed(made, {**unpacked(made), "metadata.json": raw})
    with pytest.raises(InvalidContentError):
        verify(made)


def test_an_archive_that_is_cut_is_refused(made: Path) -> None:
    raw = made.read_bytes()
    for size in (0, 1, 30, len(raw) // 2, len(raw) - 30, len(raw) - 1):
        made.write_bytes(raw[:size])
        with pytest.raises(InvalidContentError):
            verify(made)


def test_no_flipped_bit_goes_unseen_where_it_matters(tmp_path: Path) -> None:
    """Some bits of a ZIP say nothing, such as an entry's time: whatever is read then is what was written."""
    here = opened_list(tmp_path / "tasks.json")
    here.add("one", "two", "three")
    tasks = here.store.load().tasks
    path = make(Source(tmp_path / "tasks.json", tasks), tmp_path, "mine", NOW)
    raw = path.read_bytes()
    refused = 0
    for place in range(0, len(raw), 5):
        path.write_bytes(raw[:place] + bytes([raw[place] ^ (1 << place % 8)]) + raw[place + 1 :])
        try:
            assert backups.read(path).tasks == tasks.tasks
        except FileSafetyError:
            refused += 1
    assert refused > len(raw) // 5 * 0.6


def test_something_that_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.zip").mkdir()
    for name in ("x.zip", "nothing.zip"):
        with pytest.raises(FileSafetyError):
            verify(tmp_path / name)


# Failing to make one


@pytest.mark.parametrize("call", ["open", "write", "fsync", "replace", "read"])
def test_a_backup_that_fails_leaves_nothing(
    call: str, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, target = getattr(os, call), tmp_path / "there"
    target.mkdir()
    made = 0
    for at in range(200):
        calls = iter(range(at + 1))

        def fail(*arguments: Any, calls: Iterator[int] = calls, at: int = at, **options: Any) -> Any:
            if next(calls, None) == at:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(*arguments, **options)

        with monkeypatch.context() as patch, suppress(DiskFullError):
            patch.setattr(os, call, fail)
            make(source, target, "mine", NOW)
        found = os.listdir(target)
        assert not [name for name in found if name.endswith(".tmp")]
        for name in found:  # where only its name may not be on the disk yet
            verify(target / name)
            (target / name).unlink()
        made += bool(found)
        if made > 1:
            break
    assert made > 1


def test_a_backup_can_be_cancelled(source: Source, tmp_path: Path) -> None:
    def cancel(_done: int, _total: int) -> None:
        raise CancelledError

    before = sorted(os.listdir(tmp_path))
    with pytest.raises(CancelledError):
        make(source, tmp_path, "mine", NOW, cancel)
    assert sorted(os.listdir(tmp_path)) == before


def test_what_cannot_be_read_back_is_no_backup(source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.read

    def flipped(descriptor: int, size: int) -> bytes:
        raw = real(descriptor, size)
        return raw.replace(b"tasks.json", b"tasks.jsOn")

    monkeypatch.setattr(os, "read", flipped)
    with pytest.raises(InvalidContentError):
        make(source, tmp_path, "mine", NOW)
    assert not list(tmp_path.glob("*.zip"))


# All kinds


def test_every_kind_of_backup_is_found_and_judged(source: Source, made: Path) -> None:
    files = opened_list(source.file).store.files
    copy = archive.write(source.file, checkpoint.encode(source.tasks, "2026-11-20T00:00:00.000000Z"))
    aside = source.file.with_name("tasks.json.damaged-20261101T000000Z")
    aside.write_bytes(b"{")
    files.backup_paths[1].write_bytes(b"garbage")
    found = {one.path: one for one in map(backups.examine, backups.find(files, [made.parent])) if one}
    told = {path.name: (one.kind, one.seq, one.tasks, not one.problem) for path, one in found.items()}
    assert told == {
        "tasks.json.backup": ("backup", 2, 2, True),
        "tasks.json.backup.1": ("backup", None, None, False),
        copy.path.name: ("copy", 3, 2, True),
        made.name: ("zip", 3, 2, True),
        aside.name: ("set aside", None, None, False),
    }
    assert found[copy.path].at == datetime(2026, 11, 20, tzinfo=UTC)


def test_a_copy_that_is_thinned_while_it_is_looked_at_is_none(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (
        archive.write(source.file, checkpoint.encode(source.tasks, f"2026-11-21T08:00:00.00000{n}Z")) for n in "12"
    )
    first.path.unlink()
    assert backups.examine(first.path) is None
    read_file = durable.read_file

    def read_too_late(path: Path) -> object:
        path.unlink()
        return read_file(path)

    monkeypatch.setattr(durable, "read_file", read_too_late)
    assert backups.examine(second.path) is None


def test_a_backup_that_nothing_can_be_told_of_is_an_error_for_people(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_path: Path) -> object:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "lstat", fail)
    with pytest.raises(UnavailableError, match="could not be read"):
        backups.examine(source.file)


def test_attached_files_come_back_with_their_tasks(source: Source, made: Path, tmp_path: Path) -> None:
    there = tmp_path / "elsewhere" / "tasks.json"
    there.parent.mkdir()
    tasks = list(backups.read(made).tasks.values())
    assert backups.bring_back_attachments(made, there, tasks) == []
    (name,) = [name for task in tasks for name in task.attachments]
    path = attachments.path_of(there, name)
    assert path is not None
    assert attachments.digest_of(path) == name[:64]
    path.unlink()
    assert backups.bring_back_attachments(source.file, there, tasks) == [name]  # no ZIP: it has none


# The second place


def test_one_zip_a_day_goes_to_the_second_place(source: Source, tmp_path: Path) -> None:
    place = tmp_path / "stick"
    with pytest.raises(UnavailableError, match="is not there"):
        copy_daily(source, place, 14, NOW)
    place.mkdir()
    (place / "daily-other.json_20261121T080000.000005Z.zip").write_bytes(b"of another list")
    made = [copy_daily(source, place, 4, NOW + timedelta(hours=hours)) for hours in range(0, 24 * 6, 5)]
    days = [path.name for path in made if path is not None]
    assert len(days) == 7
    assert sorted(os.listdir(place))[1:] == days[-4:]


def test_daily_zips_of_a_clock_that_was_ahead_keep_none_from_being_made_or_staying(
    source: Source, tmp_path: Path
) -> None:
    place = tmp_path / "stick"
    place.mkdir()
    ahead = [copy_daily(source, place, 4, NOW + timedelta(days=1800 + day)) for day in range(4)]
    made = []
    for day in range(4):
        made.append(copy_daily(source, place, 4, NOW + timedelta(days=day)))
        assert copy_daily(source, place, 4, NOW + timedelta(days=day)) is None
        assert set(place.iterdir()) == {*made, *ahead[day + 1 :]}
