"""The cascade: from which file a list comes back, with what the journal can and cannot tell, and what is told of it."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from core import archive, store
from core.errors import AccessDeniedError, FileCorruptionError, FileSafetyError, NotAFileError
from tests import lists, places
from tests.instances import Instance, opened
from tests.lists import BASES, FIVE, files_in, report_of
from tests.processes import without_privileges

file = places.tasks
grown = lists.grown


def half(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def flipped(raw: bytes) -> bytes:
    at = raw.index(b'"one"') + 2
    return raw[:at] + bytes([raw[at] ^ 4]) + raw[at + 1 :]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "zeros": lambda raw: bytes(len(raw)),
    "half": half,
    "garbage": lambda raw: b"\x8e\x00 not a list \xff" + raw[:10],
    "flipped": flipped,
    "no list": lambda _: b'{"name":"of another program"}',
}


# The cascade


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("count", range(1, 5))
def test_the_list_comes_back_to_the_last_change_from_the_first_good_file(damage: str, count: int, grown: Path) -> None:
    spoilt = {}
    for name in BASES[:count]:
        path = grown.with_name(name)
        path.write_bytes(DAMAGES[damage](path.read_bytes()))
        spoilt[name] = path.read_bytes()
    before = files_in(grown.parent)
    here = opened(grown)
    assert here.names == FIVE
    assert files_in(grown.parent) == before
    report = report_of(here)
    served = [*BASES, "tasks.json.journal"][count]
    assert (report.source, report.lost, report.kept) == (served, (), ())
    assert "tasks.json could not be used: " in str(report)
    here.save()
    kept = {path.read_bytes() for path in report_of(here).kept}
    assert kept == set(spoilt.values())
    assert all(path.name in str(report_of(here)) for path in report_of(here).kept)
    again = opened(grown, "again:2:-")
    assert (again.names, again.store.report) == (FIVE, None)
    here.add("six")
    assert opened(grown).names == [*FIVE, "six"]


@pytest.mark.parametrize("name", BASES[1:])
def test_a_damaged_backup_is_no_trouble_and_never_rotated(name: str, grown: Path) -> None:
    path = grown.with_name(name)
    path.write_bytes(b"garbage")
    here = opened(grown)
    assert (here.names, here.store.report) == (FIVE, None)
    here.add("six")
    backups = here.store.files.backup_paths
    assert all(backup.read_bytes() != b"garbage" for backup in backups if backup.exists())
    assert [kept.read_bytes() for kept in grown.parent.glob("*.damaged-*")] == [b"garbage"]


def test_missing_beside_backups_is_recovered(grown: Path) -> None:
    grown.unlink()
    here = opened(grown)
    assert (here.names, report_of(here).source) == (FIVE, "tasks.json.backup")
    assert "tasks.json could not be used: it is missing." in str(report_of(here))
    here.save()
    assert opened(grown).store.report is None


def test_only_a_journal_is_a_list_whose_first_checkpoint_is_still_to_come(file: Path) -> None:
    here = opened(file)
    here.state.add_task("a")
    here.commit()
    again = opened(file)
    assert (again.names, again.store.report) == (["a"], None)
    assert again.store.checkpoint_due


def test_nothing_that_can_be_read_is_a_clear_stop(grown: Path) -> None:
    for name in (*BASES, "tasks.json.journal"):
        grown.with_name(name).write_bytes(b"garbage\n")
    before = files_in(grown.parent)
    here = Instance(grown)
    here.state.add_task("new")
    for act in (here.load, here.refresh, here.commit, here.checkpoint):
        with pytest.raises(FileCorruptionError) as caught:
            act()
        told = str(caught.value)
        assert all(name in told for name in (*BASES, "tasks.json.journal"))
        assert "Nothing was changed" in told
    assert files_in(grown.parent) == before
    assert len(here.state.pending) == 1


@pytest.mark.parametrize("raw", [b"", b" \n", b"{garbage", b"[1,2", b'{"a":1}', b'"text"', b"7", b"null", b"\xff"])
def test_a_file_alone_that_is_no_list_is_refused(raw: bytes, file: Path) -> None:
    file.write_bytes(raw)
    with pytest.raises(FileCorruptionError):
        opened(file)
    assert files_in(file.parent) == {"tasks.json": raw}


def test_another_programs_list_of_tasks_is_refused(file: Path) -> None:
    raw = b'{"version":"2.0.0","tasks":[{"label":"build","command":"make"}]}'
    file.write_bytes(raw)
    here = Instance(file)
    here.state.add_task("a")
    with pytest.raises(FileCorruptionError, match="no valid task"):
        here.commit()
    assert files_in(file.parent).get("tasks.json") == raw


def test_what_cannot_be_read_for_now_is_no_reason_to_take_an_older_file(memory: Path) -> None:
    file = memory / "tasks.json"  # everybody may pass through the directories above
    opened(file).add(*FIVE)
    os.chmod(memory, 0o755)
    for path in memory.iterdir():
        os.chmod(path, 0o644)
    with without_privileges():
        assert opened(file).names == FIVE
    os.chmod(file, 0)
    with without_privileges(), pytest.raises(AccessDeniedError):
        opened(file)
    os.chmod(file, 0o600)
    assert opened(file).names == FIVE


@pytest.mark.parametrize("name", ["tasks.json", "tasks.json.journal"])
def test_a_directory_in_the_place_of_a_file_is_told(name: str, grown: Path) -> None:
    path = grown.with_name(name)
    path.unlink()
    path.mkdir()
    with pytest.raises(FileSafetyError) as caught:
        opened(grown)
    assert isinstance(caught.value, NotAFileError)
    path.rmdir()


def test_a_backup_that_is_the_only_thing_left_and_has_a_wrong_bit_is_better_than_nothing(grown: Path) -> None:
    for name in (*BASES, "tasks.json.journal"):
        path = grown.with_name(name)
        path.write_bytes(flipped(path.read_bytes()) if name == "tasks.json.backup.1" else b"garbage")
    here = opened(grown)
    assert here.names == ["oje", "two", "three"]
    assert report_of(here).source == "tasks.json.backup.1"
    assert "nothing to compare it with" in str(report_of(here))
    here.save()
    assert len(report_of(here).kept) == 4
    assert opened(grown).names == ["oje", "two", "three"]


def test_a_timestamped_copy_serves_when_all_else_is_gone(grown: Path) -> None:
    older, newer = (archive.write(grown, grown.with_name(name).read_bytes()) for name in BASES[3:0:-2])
    newest = newer.path.name.replace("tasks-4-", "tasks-99-")
    assert newest != newer.path.name
    (newer.path.with_name(newest)).write_bytes(b"garbage")
    for name in (*BASES, "tasks.json.journal"):
        grown.with_name(name).write_bytes(b"garbage")
    here = opened(grown)
    assert (here.names, report_of(here).source) == (FIVE[:4], newer.path.name)
    packed = older.path.with_name(f"{older.path.name}.gz")
    packed.write_bytes(gzip.compress(older.path.read_bytes()))
    for path in (newer.path, older.path):
        path.unlink()
    here = opened(grown)
    assert (here.names, report_of(here).source) == (FIVE[:2], packed.name)


# What the journal alone cannot tell


LEGACY = b'[{"id":3,"name":"old","comment":"","description":"","priority":1,"tag":"a"},{"id":7,"name":"older"}]'


def test_a_journal_that_does_not_hold_the_tasks_of_an_older_format_is_not_the_list(file: Path) -> None:
    file.write_bytes(LEGACY)
    opened(file).add("new", "newer", "newest", "last")
    assert opened(file).names == ["old", "older", "new", "newer", "newest", "last"]
    [copy] = file.parent.glob("backups/*")
    for base in (*map(file.with_name, BASES), copy):
        base.write_bytes(b"garbage")
    with pytest.raises(FileCorruptionError):
        opened(file)
    [original] = file.parent.glob("tasks.json.schema-0-*")
    file.write_bytes(original.read_bytes())
    assert opened(file).names == ["old", "older", "new", "newer", "newest", "last"]


def test_an_empty_list_of_an_older_format_has_its_whole_history_in_the_journal(file: Path) -> None:
    file.write_bytes(b"[]")
    opened(file).add("a", "b")
    for name in BASES:
        file.with_name(name).write_bytes(b"garbage")
    assert opened(file).names == ["a", "b"]


def test_a_journal_cut_at_its_end_is_told_where_the_damaged_file_knew_more(grown: Path) -> None:
    journal = grown.with_name("tasks.json.journal")
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:3]))
    grown.write_bytes(half(grown.read_bytes()))
    grown.with_name("tasks.json.backup").write_bytes(b"")
    here = opened(grown)
    assert here.names == FIVE[:3]
    assert report_of(here).lost == ("The changes after number 3 could not be read.",)


def test_a_gap_in_the_journal_is_told(grown: Path) -> None:
    journal = grown.with_name("tasks.json.journal")
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([*lines[:2], b"garbage\n", *lines[3:]]))
    for name in BASES:
        grown.with_name(name).write_bytes(b"")
    here = opened(grown)
    assert here.names == ["one", "two", "four", "five"]
    assert report_of(here).lost == ("Change 3 could not be read.",)
    here.save()
    assert opened(grown).store.report is None


# A wrong bit


def test_no_wrong_bit_costs_or_reverts_anything_and_each_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a file that the journal is ahead of: what came later must not be taken back by what the file still says."""
    monkeypatch.setattr(store, "SMALL_FILE", 0)
    here = opened(file)
    for name in ("one", "two"):
        here.state.add_task(name)
        here.commit()
        here.checkpoint()
    for name in ("eins", "uno"):
        here.state.rename(here.state.find(1), name)
        here.commit()
    expected = list(here.state.tasks)
    raw = file.read_bytes()
    header = raw.index(b"\n")
    bits = [*range(header * 8), *(place * 8 + place % 8 for place in range(header, len(raw)))]
    for bit in bits:
        file.write_bytes(raw[: bit // 8] + bytes([raw[bit // 8] ^ (1 << bit % 8)]) + raw[bit // 8 + 1 :])
        there = opened(file, "there:2:-")
        assert there.state.tasks == expected, bit
        assert there.state.pending == (), bit
        assert report_of(there).refused[0].path == file, bit
        assert report_of(there).lost == (), bit
        there.store.close()
