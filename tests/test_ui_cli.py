"""Every verb, as a process: what it prints, where, and with which exit code it ends."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path

import pytest

from core.state import AppState
from core.store import SMALL_FILE, TaskStore
from core.task import FIELDS
from tests.command_line import ended, make_list, snapshot, somebody_waits_for, start, tasks_shown, todurable
from tests.in_process import call
from tests.processes import wait_until
from ui.arguments import VERBS

READING = (["list"], ["list", "--all", "--json"], ["path"], ["doctor"], ["doctor", "--json"])


@pytest.fixture
def file(home: Path) -> Path:
    """The list that the command line uses when no other is named."""
    return home / "todurable" / "tasks.json"


class TestAdd:
    def test_prints_the_id_and_nothing_else(self) -> None:
        assert [todurable("add", name) for name in ("one", "two")] == [(0, "1\n", ""), (0, "2\n", "")]

    def test_joins_words_by_spaces(self) -> None:
        todurable("add", "Pay", "the  rent", "-5", "-x")
        todurable("add", "--literal", "Pay", "the  rent", "#5")
        assert [task["name"] for task in tasks_shown()] == ["Pay the rent -5 -x", "Pay the  rent #5"]

    def test_words_behind_two_dashes_are_no_options(self) -> None:
        assert todurable("add", "--", "--json", "-x") == (0, "1\n", "")
        assert tasks_shown()[0]["name"] == "--json -x"

    def test_json_is_the_whole_task(self) -> None:
        added = json.loads(todurable("add", "one", "--json").out)
        assert added == tasks_shown()[0]
        assert (added["id"], added["name"], added["status"], added["priority"]) == (1, "one", "pending", 0)
        assert added.keys() == set(FIELDS) - {"extra"}

    def test_makes_a_private_directory_for_the_users_own_list(self, file: Path) -> None:
        todurable("add", "one")
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        modes = {stat.S_IMODE(path.stat().st_mode) for path in file.parent.rglob("*") if path.is_file()}
        assert modes == {0o600}

    def test_makes_no_directory_for_a_list_that_is_named(self, tmp_path: Path) -> None:
        ended = todurable("add", "one", "--file", str(tmp_path / "none" / "x.json"))
        assert (ended.code, ended.out) == (3, "")
        assert "its folder does not exist" in ended.err
        assert list(tmp_path.iterdir()) == []

    def test_does_not_read_the_list(self, tmp_path: Path) -> None:
        file = tmp_path / "big.json"
        make_list(file, "one", description="x" * (SMALL_FILE + 1))
        start, rest = file.read_bytes().split(b'"tasks":[', 1)
        file.write_bytes(start + b'"tasks":[' + rest.replace(b"x", b"\xff"))
        before = file.read_bytes()
        assert todurable("add", "two", "--file", str(file)) == (0, "2\n", "")
        assert file.read_bytes() == before

    def test_takes_in_what_another_program_changed_first(self, file: Path) -> None:
        make_list(file, "one", "two")
        file.write_bytes(file.read_bytes().replace(b'"name":"one"', b'"name":"uno"'))
        assert todurable("add", "three") == (0, "3\n", "")
        assert [task["name"] for task in tasks_shown()] == ["uno", "two", "three"]


class TestList:
    def test_piped_it_is_one_task_a_line_with_seven_fields(self, file: Path) -> None:
        make_list(file, "one", "two", project="home/garden", tags=["a", "@desk"], due="2026-12-24")
        assert todurable("list").out == (
            "1\tpending\t0\t2026-12-24\tone\thome/garden\ta @desk\n"
            "2\tpending\t0\t2026-12-24\ttwo\thome/garden\ta @desk\n"
        )

    def test_shows_open_tasks_in_order_and_all_with_all(self, file: Path) -> None:
        make_list(file, "one", "two", "three", "four", "five")
        state = AppState()
        state.load_from_file(file)
        one, two, three, four, _five = state.tasks
        state.complete([one])
        state.edit([two], status="cancelled")
        state.edit([three], status="active", order="zz")
        state.trash_tasks([four])
        state.save_to_file(file)
        assert [task["id"] for task in tasks_shown()] == [5, 3]
        assert [task["id"] for task in tasks_shown("--all")] == [1, 2, 5, 3]
        assert [line.split("\t")[1] for line in todurable("list", "--all").out.splitlines()] == [
            "done",
            "cancelled",
            "pending",
            "active",
        ]

    def test_json_has_every_field_and_those_of_others_beside_them(self, file: Path) -> None:
        make_list(file, "one", tags=["a"])
        file.write_bytes(file.read_bytes().replace(b'"name":"one"', b'"name":"one","colour":{"deep":[1,2.5]}'))
        (task,) = tasks_shown()
        assert task.keys() == set(FIELDS) - {"extra"} | {"colour"}
        assert (task["tags"], task["due"], task["colour"]) == (["a"], None, {"deep": [1, 2.5]})

    def test_empty_list_is_an_empty_array_and_a_note(self, file: Path) -> None:
        assert todurable("list", "--json", "--quiet") == (0, "[]\n", "")
        ended = todurable("list")
        assert (ended.code, ended.out) == (0, "")
        assert str(file) in ended.err

    def test_all_done_is_told_in_another_way(self, file: Path) -> None:
        make_list(file, "one")
        todurable("done", "1")
        assert todurable("list") == (0, "", "There are no open tasks.\n")
        assert todurable("list", "--quiet") == (0, "", "")

    def test_shows_what_another_program_changed_without_taking_it_in(self, file: Path) -> None:
        make_list(file, "one", "two")
        file.write_bytes(file.read_bytes().replace(b'"name":"one"', b'"name":"uno"'))
        before = snapshot(file.parent)
        assert [task["name"] for task in tasks_shown()] == ["uno", "two"]
        assert snapshot(file.parent) == before

    def test_newer_format_is_shown_and_not_written(self, file: Path) -> None:
        make_list(file, "one")
        file.write_bytes(
            b'{"schema_version":99,"seq":1,"next_id":2,"tasks":[{"uid":"00000000-0000-4000-8000-000000000001","id":1,'
            b'"name":"new","status":"pending","created":"2026-01-01T00:00:00Z","modified":"2026-01-01T00:00:00Z"}]}'
        )
        before = snapshot(file.parent)
        listed, added = todurable("list"), todurable("add", "x")
        assert (listed.code, listed.out.split("\t")[4]) == (0, "new")
        assert "newer version" in listed.err
        assert (added.code, added.out) == (3, "")
        assert "newer version" in added.err
        unchanged = {name: entry for name, entry in snapshot(file.parent).items() if name in before}
        assert {name: entry.content for name, entry in unchanged.items()} == {
            name: entry.content for name, entry in before.items()
        }


class TestDone:
    def test_completes_by_id_and_by_the_start_of_a_uid(self, file: Path) -> None:
        one, two, _three = make_list(file, "one", "two", "three")
        ended = todurable("done", str(one.id), two.uid[:13])
        assert ended == (0, "Done: 1 one\nDone: 2 two\n", "")
        assert [task["id"] for task in tasks_shown()] == [3]
        assert all(task["completed"] for task in tasks_shown("--all")[:2])

    def test_is_one_step_of_undo(self, file: Path) -> None:
        make_list(file, "one", "two")
        todurable("done", "1", "2")
        assert todurable("undo") == (0, "Undone: done 2 tasks.\n", "")
        assert len(tasks_shown()) == 2

    def test_json_is_the_tasks_in_the_order_asked_for(self, file: Path) -> None:
        make_list(file, "one", "two")
        done = json.loads(todurable("done", "2", "1", "2", "--json").out)
        assert [(task["id"], task["status"]) for task in done] == [(2, "done"), (1, "done")]

    def test_changes_nothing_where_one_is_not_there(self, file: Path) -> None:
        make_list(file, "one")
        before = snapshot(file.parent)
        assert todurable("done", "1", "7", "ffff-none") == (
            1,
            "",
            "todurable: There is no task 7, ffff-none in this list.\n",
        )
        assert snapshot(file.parent) == before

    def test_digits_are_never_the_start_of_a_uid(self, file: Path) -> None:
        file.parent.mkdir()
        state = AppState(new_uid=lambda: "30000000-0000-4000-8000-000000000000")
        state.add_task("one")
        state.save_to_file(file)
        assert todurable("done", "3").code == 1
        assert todurable("done", "9" * 5000).code == 1
        assert todurable("done", "30000000-").code == 0

    def test_done_already_is_told_and_writes_nothing(self, file: Path) -> None:
        make_list(file, "one")
        todurable("done", "1")
        before = snapshot(file.parent)
        assert todurable("done", "1") == (0, "", "Task 1 “one” is done already.\n")
        assert todurable("done", "1", "--quiet") == (0, "", "")
        assert snapshot(file.parent) == before

    def test_does_not_fetch_a_task_from_the_trash(self, file: Path) -> None:
        make_list(file, "one", "two")
        state = AppState()
        state.load_from_file(file)
        state.trash_tasks(state.tasks[:1])
        state.save_to_file(file)
        assert todurable("done", "2", "1") == (1, "", "todurable: Task 1 “one” is in the trash. Nothing was changed.\n")
        assert [task["status"] for task in tasks_shown("--all")] == ["pending"]

    def test_quiet_says_nothing(self, file: Path) -> None:
        make_list(file, "one")
        assert todurable("done", "1", "--quiet") == (0, "", "")


class TestUndo:
    def test_takes_back_one_change_after_the_other(self) -> None:
        todurable("add", "one")
        todurable("done", "1")
        assert todurable("undo") == (0, "Undone: done “one”.\n", "")
        assert tasks_shown()[0]["completed"] is None
        assert todurable("undo") == (0, "Undone: add “one”.\n", "")
        assert tasks_shown("--all") == []
        assert todurable("undo") == (1, "", "todurable: There is nothing to undo.\n")

    def test_json_says_what_was_changed_and_what_is_gone(self) -> None:
        uid = json.loads(todurable("add", "one", "--json").out)["uid"]
        todurable("done", "1")
        reopened = json.loads(todurable("undo", "--json").out)
        assert (reopened["undone"], reopened["removed"], reopened["conflicts"]) == ("done “one”", [], [])
        assert [(task["uid"], task["status"]) for task in reopened["tasks"]] == [(uid, "pending")]
        removed = json.loads(todurable("undo", "--json").out)
        assert (removed["tasks"], removed["removed"]) == ([], [uid])

    def test_takes_back_what_another_program_changed(self, file: Path) -> None:
        make_list(file, "one")
        file.write_bytes(file.read_bytes().replace(b'"name":"one"', b'"name":"uno"'))
        assert todurable("undo").code == 0
        assert tasks_shown()[0]["name"] == "one"

    def test_leaves_and_tells_what_somebody_else_changed_meanwhile(self, file: Path) -> None:
        make_list(file, "one")
        other, store = AppState(), TaskStore(file)
        other.adopt(store.load().tasks, store.history())
        other.rename(other.find(1), "two")
        store.commit(other.pending)
        other = AppState()
        other.adopt(store.load().tasks, store.history())
        other.rename(other.find(1), "three")
        with store.files.lock:
            undo = start("undo")
            wait_until(lambda: somebody_waits_for(store.files.lock.path))
            store._prepare()
            store._append(other.pending)
        store.close()
        code, out, err = ended(undo)
        assert (code, out) == (1, "")
        assert "changed elsewhere since" in err
        assert tasks_shown()[0]["name"] == "three"


class TestPath:
    def test_prints_the_file_that_every_verb_uses(self, file: Path, tmp_path: Path) -> None:
        assert todurable("path") == (0, f"{file}\n", "")
        assert todurable("path", "--file", "~/x y.json").out == f"{file.parent.parent}/x y.json\n"
        assert todurable("--file", "küche.json", "path", cwd=tmp_path).out == f"{tmp_path}/küche.json\n"
        assert json.loads(todurable("path", "--json").out) == {"file": str(file)}

    def test_a_name_that_is_no_text_comes_out_byte_by_byte(self, tmp_path: Path) -> None:
        name = bytes(tmp_path / "x") + b"\xff\n.json"
        text = os.fsdecode(name)
        assert todurable("path", "--file", name).out == f"{text}\n"
        assert json.loads(todurable("path", "--file", name, "--json").out) == {"file": text}


class TestReading:
    @pytest.mark.parametrize("arguments", READING, ids=" ".join)
    def test_writes_nothing_where_there_is_no_list(self, home: Path, arguments: list[str]) -> None:
        before = snapshot(home)
        assert todurable(*arguments).code == 0
        assert snapshot(home) == before

    @pytest.mark.parametrize("arguments", READING, ids=" ".join)
    def test_writes_nothing_beside_a_list_and_needs_no_permission_to(self, file: Path, arguments: list[str]) -> None:
        make_list(file, "one", "two", "three")
        (file.parent / "tasks.json.lock").unlink()
        file.parent.chmod(0o500)
        before = snapshot(file.parent)
        assert todurable(*arguments).code == 0
        assert snapshot(file.parent) == before


class TestOptions:
    @pytest.mark.parametrize("place", [0, 1], ids=["before", "behind"])
    def test_stand_before_or_behind_the_verb(self, tmp_path: Path, place: int) -> None:
        file = tmp_path / "a list.json"
        options = ["--file", str(file), "--json", "--quiet", "--no-color", "--lock-timeout", "1"]
        verb = ["add", "one"]
        ended = todurable(*options, *verb) if place == 0 else todurable(*verb, *options)
        assert json.loads(ended.out)["id"] == 1
        assert file.exists()

    @pytest.mark.parametrize(
        "arguments",
        [
            ["frobnicate"],
            ["add"],
            ["done"],
            ["list", "duo:today"],
            ["list", "--al"],
            ["list", "--file"],
            ["--lock-timeout", "nan", "list"],
            ["--lock-timeout", "soon", "list"],
            ["--lock-timeout", "-1", "list"],
        ],
        ids=" ".join,
    )
    def test_wrong_usage_is_one_sentence_and_2(self, home: Path, arguments: list[str]) -> None:
        code, out, err = todurable(*arguments)
        first, *shown = err.splitlines()
        assert (code, out, first[:11]) == (2, "", "todurable: ")
        assert all(line.startswith("  ") for line in shown)
        assert list(home.iterdir()) == []

    def test_errors_of_json_are_json_on_stderr(self) -> None:
        code, out, err = todurable("done", "7", "--json")
        assert (code, out) == (1, "")
        assert json.loads(err) == {"error": {"kind": "UnknownTaskError", "message": "There is no task 7 in this list."}}
        assert json.loads(todurable("--json", "frobnicate").err)["error"]["kind"] == "UsageError"

    def test_debug_shows_where_an_error_came_from(self) -> None:
        assert "Traceback" not in todurable("done", "7").err
        assert "Traceback" in todurable("done", "7", "--debug").err

    def test_version(self) -> None:
        for arguments in (["--version"], ["list", "--version"]):
            assert re.fullmatch(r"todurable \d+\.\d+\.\d+\S*\n", todurable(*arguments).out)

    def test_help_names_every_verb_and_each_verb_has_an_example(self) -> None:
        code, overview, _ = todurable("--help")
        assert code == 0
        for verb in VERBS:
            assert re.search(rf"^ +{verb.name} +\S", overview, re.MULTILINE)
            assert verb.example.splitlines()[0] in call(verb.name, "--help").out

    def test_without_a_verb_it_is_the_app_which_needs_a_terminal(self) -> None:
        assert todurable().code == todurable("tui").code == 2
