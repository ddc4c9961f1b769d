"""Damage of every kind: commands go on with the whole list and say where it came from; `doctor` finds and mends it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from time import time
from typing import Any

import pytest

from core.profile import ProfileStore
from core.store import TaskStore
from tests.command_line import make_list, snapshot, tasks_shown, todurable
from tests.in_process import call, shown
from tests.instances import opened
from tests.processes import Child, without_privileges
from tests.trouble import HOLDER

NAMES = ["one", "two", "three", "four", "five"]
MAIN = "tasks.json"
JOURNAL = "tasks.json.journal"
CASCADE = [MAIN, "tasks.json.backup", "tasks.json.backup.1", "tasks.json.backup.2"]
DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _raw: b"",
    "half": lambda raw: raw[: len(raw) // 2],
    "garbage": lambda _raw: b"\x00\xff{garbage}\n" * 10,
    "flipped bit": lambda raw: raw.replace(b'"name":"two"', b'"name":"tw\x6e"'),
}


@pytest.fixture
def directory(home: Path) -> Path:
    """The directory of a list of five tasks, each saved on its own."""
    make_list(home / "todurable" / MAIN, *NAMES)
    return home / "todurable"


def damage(directory: Path, name: str, how: str) -> bytes:
    """Damage the file `name`; returns what it holds then."""
    path = directory / name
    before = path.read_bytes()
    path.write_bytes(DAMAGE[how](before))
    assert path.read_bytes() != before
    return path.read_bytes()


def diagnosis(*arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit code of `doctor --json`, and what it found."""
    ended = todurable("doctor", "--json", *arguments)
    return ended.code, json.loads(ended.out)


def states(found: dict[str, Any]) -> dict[str, str]:
    """The state of each file, by its name."""
    return {Path(file["file"]).name: file["state"] for file in found["files"]}


@pytest.mark.parametrize("how", DAMAGE)
@pytest.mark.parametrize("name", CASCADE)
class TestOneDamagedFile:
    def test_the_list_is_whole_and_the_report_names_the_file_used(self, directory: Path, name: str, how: str) -> None:
        damage(directory, name, how)
        before = snapshot(directory)
        code, out, err = todurable("list")
        assert (code, [line.split("\t")[4] for line in out.splitlines()]) == (0, NAMES)
        assert ("recovered from tasks.json.backup and 1 change done again" in err) == (name == MAIN)
        assert ("tasks.json could not be used" in err) == (name == MAIN)
        assert snapshot(directory) == before

    def test_doctor_finds_it_and_writes_nothing(self, directory: Path, name: str, how: str) -> None:
        damage(directory, name, how)
        before = snapshot(directory)
        code, found = diagnosis()
        assert (code, found["state"], found["repaired"]) == (5, "damaged", False)
        assert states(found) == dict.fromkeys([*CASCADE, JOURNAL, "tasks.json.lock"], "good") | {name: "damaged"}
        assert (found["recovery"] is not None) == (name == MAIN)
        assert snapshot(directory) == before

    def test_repair_mends_it_and_keeps_the_damaged_bytes(self, directory: Path, name: str, how: str) -> None:
        bad = damage(directory, name, how)
        code, found = diagnosis("--repair")
        assert (code, found["repaired"]) == (5, True)
        (kept,) = found["kept"]
        assert Path(kept).name.startswith(f"{name}.damaged-")
        assert Path(kept).read_bytes() == bad
        assert diagnosis()[0] == 0
        assert [task["name"] for task in tasks_shown()] == NAMES


@pytest.mark.parametrize("how", DAMAGE)
class TestTheWholeCascade:
    def test_the_next_file_serves_up_to_the_last_change(self, directory: Path, how: str) -> None:
        for name, used in zip(CASCADE, [*CASCADE[1:], JOURNAL], strict=True):
            damage(directory, name, how)
            code, out, err = todurable("list")
            assert (code, [line.split("\t")[4] for line in out.splitlines()]) == (0, NAMES)
            assert f"recovered from {used} and" in err
            assert err.count("Nothing is missing") == 1

    def test_a_writing_command_heals_it_and_says_so(self, directory: Path, how: str) -> None:
        for name in CASCADE:
            damage(directory, name, how)
        code, out, err = todurable("add", "six")
        assert (code, out) == (0, "6\n")
        assert f"recovered from {JOURNAL}" in err
        assert "The damaged bytes are kept in " in err
        assert " tasks.json.damaged-" in err
        assert todurable("list").err == ""
        assert diagnosis()[0] == 0


class TestJournal:
    @pytest.mark.parametrize(
        ("content", "state"),
        [
            (lambda raw: raw + b"garbage\n", "damaged"),
            (lambda raw: raw.replace(b"three", b"thrie"), "damaged"),
            (lambda _raw: b"garbage\n", "damaged"),
            (lambda raw: raw[:-1] + b"x", "damaged"),
            (lambda _raw: b"", "good"),
            (lambda raw: raw + b'{"seq":6,"at":"20', "good"),
        ],
        ids=["garbage behind", "a bit in the middle", "nothing but garbage", "its last newline", "empty", "torn"],
    )
    def test_where_the_list_is_whole_it_is_mended_alone(
        self, directory: Path, content: Callable[[bytes], bytes], state: str
    ) -> None:
        journal = directory / JOURNAL
        journal.write_bytes(content(journal.read_bytes()))
        bad = journal.read_bytes()
        code, found = diagnosis()
        assert (code, states(found)[JOURNAL]) == (5 if state == "damaged" else 0, state)
        _, repaired = diagnosis("--repair")
        assert [Path(kept).read_bytes() for kept in repaired["kept"]] == ([bad] if state == "damaged" else [])
        assert diagnosis()[0] == 0
        assert [task["name"] for task in tasks_shown()] == NAMES
        assert todurable("add", "six").out == "6\n"
        assert diagnosis()[0] == 0

    def test_what_stands_before_garbage_is_not_lost_with_it(self, directory: Path) -> None:
        with (directory / JOURNAL).open("ab") as journal:
            journal.write(b"garbage\n")
        damage(directory, MAIN, "empty")
        assert [task["name"] for task in tasks_shown()] == NAMES

    def test_what_is_lost_is_told(self, directory: Path) -> None:
        raw = (directory / JOURNAL).read_bytes()
        (directory / JOURNAL).write_bytes(raw.replace(b"five", b"fife"))
        damage(directory, MAIN, "garbage")
        code, _out, err = todurable("list")
        assert code == 0
        assert "Change 5 could not be read." in err
        assert "Nothing is missing" not in err


class TestDoctor:
    def test_a_healthy_list(self, directory: Path) -> None:
        code, out, err = todurable("doctor")
        assert (code, err) == (0, "")
        assert out.splitlines()[0] == str(directory / MAIN)
        assert out.splitlines()[-1] == "All is well."
        found = {Path(file["file"]).name: file for file in diagnosis()[1]["files"]}
        assert [(found[name]["seq"], found[name]["tasks"]) for name in CASCADE] == [(5, 5), (4, 4), (3, 3), (2, 2)]
        assert (found[JOURNAL]["seq"], found[JOURNAL]["changes"]) == (5, 5)
        assert found[MAIN]["size"] == (directory / MAIN).stat().st_size

    def test_repair_of_a_healthy_list_writes_nothing(self, directory: Path) -> None:
        before = snapshot(directory)
        assert todurable("doctor", "--repair").code == 0
        assert snapshot(directory) == before

    def test_no_list(self, home: Path) -> None:
        assert todurable("doctor").out.endswith("There is no list yet.\n")
        assert diagnosis()[1]["state"] == "good"
        assert list(home.iterdir()) == []

    def test_a_missing_file_beside_backups_is_recovered(self, directory: Path) -> None:
        (directory / MAIN).unlink()
        code, out, _ = todurable("doctor")
        assert code == 5
        assert "tasks.json could not be used: it is missing." in out
        assert out.endswith("To put it right: todurable doctor --repair\n")
        assert todurable("doctor", "--repair").code == 5
        assert diagnosis()[0] == 0
        assert [task["name"] for task in tasks_shown()] == NAMES

    def test_an_edit_by_another_program_is_no_damage(self, directory: Path) -> None:
        file = directory / MAIN
        file.write_bytes(file.read_bytes().replace(b'"name":"two"', b'"name":"second"'))
        code, found = diagnosis()
        assert (code, states(found)[MAIN]) == (0, "good")
        assert "changed by another program" in found["files"][0]["note"]

    @pytest.mark.parametrize("arguments", [["list"], ["add", "x"], ["done", "1"], ["undo"], ["doctor", "--repair"]])
    def test_nothing_usable_at_all_stops_and_touches_nothing(self, directory: Path, arguments: list[str]) -> None:
        for name in [*CASCADE, JOURNAL]:
            damage(directory, name, "garbage")
        before = {name: entry.content for name, entry in snapshot(directory).items()}
        code, out, err = todurable(*arguments)
        assert code == 3
        assert (out == "") == (arguments[0] != "doctor")
        assert "Nothing was changed" in err
        assert {name: entry.content for name, entry in snapshot(directory).items()} == before

    def test_a_file_that_cannot_be_read_is_3_and_no_damage(self, directory: Path) -> None:
        (directory / "tasks.json.backup.1").unlink()
        (directory / "tasks.json.backup.1").mkdir()
        code, found = diagnosis()
        assert (code, found["state"], states(found)["tasks.json.backup.1"]) == (3, "unreadable", "unreadable")

    def test_says_who_holds_the_lock(self, directory: Path) -> None:
        assert diagnosis()[1]["files"][-1]["note"] == "free"
        with TaskStore(directory / MAIN).files.lock:
            assert f"process {os.getpid()}" in diagnosis()[1]["files"][-1]["note"]

    def test_each_file_with_its_format_checksum_and_age(self, directory: Path) -> None:
        ProfileStore(directory / "profile.json").change({"theme": "nord"})
        half_past = time() - timedelta(days=2, hours=12).total_seconds()
        os.utime(directory / MAIN, (half_past, half_past))
        found = shown("doctor")
        files = {Path(file["file"]).name: file for file in (*found["files"], *found["settings"])}
        main = json.loads((directory / MAIN).read_bytes())
        assert (files[MAIN]["schema"], files[MAIN]["checksum"], files[MAIN]["verified"]) == (1, main["checksum"], True)
        assert (files[JOURNAL]["verified"], files[JOURNAL]["changes"]) == (True, 5)
        assert (files["profile.json"]["schema"], files["profile.json.backup"]["state"]) == (1, "good")
        assert abs(datetime.fromisoformat(files[MAIN]["saved"]).timestamp() - half_past) < 0.001
        out = call("doctor", terminal=True, columns=120).out
        row = next(line for line in out.splitlines() if line.startswith(f"{MAIN} "))
        assert row.split() == [
            MAIN,
            "good",
            "2",
            "days",
            "ago",
            "1",
            main["checksum"][:12],
            str(found["files"][0]["size"]),
            "5",
            "5",
        ]
        assert all(len(line) <= 80 for line in call("doctor", terminal=True).out.splitlines()[1:9])

    def test_a_wrong_checksum_shows(self, directory: Path) -> None:
        damage(directory, "tasks.json.backup", "flipped bit")
        assert " wrong " in call("doctor", terminal=True, columns=120).out

    @pytest.mark.parametrize("text", ['{"schema_version": 2}', '{"schema_version": 1, "file": 5}', "{"])
    def test_settings_that_hide_which_list_it_is(self, text: str, directory: Path) -> None:
        (directory / "profile.json").write_text(text)
        code, out, err = call("doctor", "--repair")
        assert code == 3
        assert out.splitlines()[0] == str(directory / "profile.json")
        assert err
        assert json.loads(call("doctor", "--json").out)["settings"]
        assert (directory / "profile.json").read_text() == text

    def test_damaged_settings_are_repaired_with_the_list(self, directory: Path) -> None:
        store = ProfileStore(directory / "profile.json")
        store.change({"theme": "nord"})
        (directory / "profile.json").write_text("{")
        ended = call("doctor")
        assert (ended.code, "To put it right: todurable doctor --repair" in ended.out) == (5, True)
        ended = call("doctor", "--repair")
        assert (ended.code, "kept in profile.json.damaged-" in ended.out) == (5, True)
        assert (call("doctor").code, store.load().theme, store.report) == (0, "nord", None)

    def test_what_cannot_be_repaired_is_not_promised(self, directory: Path) -> None:
        (directory / "profile.json").write_text('{"schema_version": 1, "theme": 5}')
        ended = call("doctor")
        assert ended.code == 5
        assert "--repair" not in ended.out
        assert "All is well" not in ended.out

    def test_relations_that_lead_nowhere_are_not_well(self, directory: Path) -> None:
        here = opened(directory / MAIN)
        first, second, *_ = here.state.tasks
        here.state.edit([second], parent=first.uid)
        here.state.purge([first])
        here.save()
        out = call("doctor").out
        assert out.endswith("To put it right: todurable doctor --repair\n")

    def test_while_somebody_writes_it_looks_and_does_not_repair(self, directory: Path) -> None:
        damage(directory, "tasks.json.backup", "half")
        with Child(HOLDER, directory / f"{MAIN}.lock") as child:
            assert child.hear() == "held"
            before = snapshot(directory)
            code, found = diagnosis()
            assert code == 5
            assert f"process {child.pid}" in found["files"][-1]["note"]
            assert call("doctor", "--repair", "--lock-timeout", "0").code == 4
            assert snapshot(directory) == before

    def test_a_directory_that_can_only_be_read(self, memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        directory = memory  # everybody may pass through the directories above
        make_list(directory / MAIN, *NAMES)
        monkeypatch.setenv("TODURABLE_HOME", str(directory))
        for path in (directory, *directory.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        assert call("doctor").code == 0  # all is imported: a user who may do less could perhaps not do that
        with without_privileges():
            assert call("doctor").code == 0
        damage(directory, "tasks.json.backup", "half")
        before = snapshot(directory)
        with without_privileges():
            assert call("doctor").code == 5
            ended = call("doctor", "--repair")
            assert (ended.code, "permission was denied" in ended.err) == (3, True)
        assert {name: entry.content for name, entry in snapshot(directory).items()} == {
            name: entry.content for name, entry in before.items()
        }


def test_a_list_of_which_only_the_journal_is_left_is_written_anew(directory: Path) -> None:
    for name in CASCADE:
        (directory / name).unlink()
    code, found = diagnosis()
    assert (code, found["state"], states(found)[MAIN]) == (5, "damaged", "missing")
    assert "To put it right: todurable doctor --repair" in todurable("doctor").out
    assert diagnosis("--repair")[0] == 5
    code, found = diagnosis()
    assert (code, found["state"], states(found)[MAIN]) == (0, "good", "good")
    assert [task["name"] for task in tasks_shown()] == NAMES


def test_a_past_that_is_gone_is_told(directory: Path) -> None:
    (directory / JOURNAL).unlink()
    assert "None of its 5 changes can be read, for there is no journal" in todurable("doctor").out
    ended = todurable("history")
    assert (ended.code, ended.err) == (1, "None of the 5 changes can be read: the journal that had them is gone.\n")
    assert [task["name"] for task in tasks_shown()] == NAMES
