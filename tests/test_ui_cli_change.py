"""The verbs that change tasks: which they touch, what they say, and that each is one step of undo."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.state import AppState
from tests.command_line import make_list, snapshot
from tests.in_process import call, shown


@pytest.fixture
def file(home: Path) -> Path:
    """A list of five tasks."""
    file = home / "todurable" / "tasks.json"
    make_list(file, *"abcde", tags=["t"])
    return file


def statuses() -> dict[int, str]:
    return {task["id"]: task["status"] for task in shown("list", "--all")}


@pytest.mark.usefixtures("file")
class TestStatus:
    def test_each_verb_says_what_it_did_and_is_one_step_of_undo(self) -> None:
        for verb, told, after in (
            ("start", "Started", "active"),
            ("stop", "Stopped", "pending"),
            ("done", "Done", "done"),
            ("reopen", "Reopened", "pending"),
            ("cancel", "Cancelled", "cancelled"),
        ):
            before = statuses()
            assert call(verb, "1", "2") == (0, f"{told}: 1 a\n{told}: 2 b\n", "")
            assert statuses() == before | {1: after, 2: after}
            assert call("undo").code == 0
            assert statuses() == before
            assert call("redo").code == 0
            assert statuses() == before | {1: after, 2: after}
        assert call("redo") == (1, "", "todurable: There is nothing to redo.\n")

    def test_what_is_so_already_is_told_and_writes_nothing(self, file: Path) -> None:
        call("done", "1")
        before = snapshot(file.parent)
        assert call("stop", "2") == (0, "", "Task 2 “b” is not started.\n")
        assert call("done", "1").err == "Task 1 “a” is done already.\n"
        assert call("reopen", "3").err == "Task 3 “c” is open already.\n"
        assert snapshot(file.parent) == before

    def test_the_trash_is_emptied_by_purge_alone(self) -> None:
        assert (
            call("purge", "1").err
            == "todurable: Task 1 “a” is not in the trash: delete it first. Nothing was changed.\n"
        )
        assert call("delete", "1", "2").out == "In the trash: 1 a\nIn the trash: 2 b\n"
        assert call("start", "1").code == 1
        assert [task["id"] for task in shown("list", "is:deleted")] == [1, 2]
        assert call("reopen", "2").out == "Reopened: 2 b\n"
        assert call("purge", "--where", "is:deleted", "--yes").out == "Removed: 1 a\n"
        assert sorted(statuses()) == [2, 3, 4, 5]
        call("undo")
        assert [task["id"] for task in shown("list", "is:deleted")] == [1]

    def test_what_recurs_comes_again(self) -> None:
        call("edit", "1", "due:2031-01-01", "every:week")
        ended = call("done", "1")
        assert ended.out == "Done: 1 a\nComes again: 6 a, Wed 2031-01-08\n"
        assert [task["id"] for task in shown("reopen", "1")] == [1]
        assert [task["id"] for task in shown("done", "1")] == [1]
        call("edit", "2", "due:2031-01-01", "every:week")
        assert [task["id"] for task in shown("done", "2")] == [2, 7]


@pytest.mark.usefixtures("file")
class TestChoosing:
    @pytest.mark.parametrize(
        ("names", "touched"),
        [
            (["3", "1"], [3, 1]),
            (["2-4"], [2, 3, 4]),
            (["4..9", "1"], [4, 5, 1]),
            (["1,3", "3"], [1, 3]),
        ],
    )
    def test_ids_and_ranges(self, names: list[str], touched: list[int]) -> None:
        assert [task["id"] for task in shown("done", *names)] == touched

    def test_a_uid_may_be_cut_short_and_look_like_a_range(self) -> None:
        uid = shown("list")[1]["uid"]
        assert shown("start", uid[:12])[0]["id"] == 2

    def test_every_command_reads_what_names_a_task_alike(self, file: Path) -> None:
        state = AppState()
        state.load_from_file(file)
        uids = [f"abcd000{number}-0000-4000-8000-000000000000" for number in range(2)]
        state.take_in([{"uid": uid, "name": "x"} for uid in uids])
        state.save_to_file(file)
        first = state.find(uids[0]).id
        for verb in ("show", "attach", "history", "start"):
            for wanted in (f"0{first}", "abcd0000"):
                assert call(verb, wanted).code == 0
            for wanted in ("abc", f"{first}9", "abcd00009"):
                assert call(verb, wanted).err == f"todurable: There is no task {wanted} in this list.\n"
            assert call(verb, "abcd").err == "todurable: abcd fits several tasks: give more of its uid.\n"

    @pytest.mark.parametrize(
        "names", [["9"], ["7-9"], ["1", "x"], ["5-1"], [","], ["1", "--where", "a"], [], ["--where", "zz"]]
    )
    def test_what_names_nothing_changes_nothing(self, file: Path, names: list[str]) -> None:
        before = snapshot(file.parent)
        code, out, err = call("done", *names)
        assert (code in (1, 2), out, err[:11]) == (True, "", "todurable: ")
        assert snapshot(file.parent) == before

    def test_a_range_leaves_out_the_trash(self) -> None:
        call("delete", "2")
        assert [task["id"] for task in shown("done", "1-3")] == [1, 3]

    def test_where_shows_and_asks_on_a_terminal(self) -> None:
        ended = call("done", "--where", "+t", stdin=b"n\n", terminal=True)
        assert ended.code == 1
        assert "     1  a\n" in ended.err
        assert "done: 5 tasks. Go on? [y/N]" in ended.out
        assert set(statuses().values()) == {"pending"}
        assert call("done", "--where", "+t", stdin=b"y\n", terminal=True).code == 0
        assert set(statuses().values()) == {"done"}
        assert call("undo").out == "Undone: done 5 tasks.\n"

    def test_where_needs_yes_elsewhere(self) -> None:
        ended = call("done", "--where", "a or b")
        assert (ended.code, ended.out) == (1, "")
        assert ended.err.endswith("Nothing was changed: add --yes to do this without being asked.\n")
        assert json.loads(call("done", "--where", "a", "--json").err)["error"]["kind"] == "NotConfirmedError"
        assert [task["id"] for task in shown("done", "--where", "a or b", "--yes")] == [1, 2]

    def test_a_faulty_query_shows_where(self) -> None:
        ended = call("done", "--where", "+t duo:fri", "--yes")
        assert ended.code == 2
        assert ended.err.splitlines()[1:] == ["  +t duo:fri", "     ^^^^^^^"]
        error = json.loads(call("list", "+t duo:fri", "--json").err)["error"]
        assert (error["position"], error["length"], error["suggestion"]) == (3, 7, "due:fri")


@pytest.mark.usefixtures("file")
class TestEdit:
    def test_gives_all_the_tasks_what_the_words_say(self) -> None:
        ended = call("edit", "1", "3-4", "due:2031-01-01", "+urgent", "-t", "!1", "new name")
        assert ended.out == "Changed: 1 new name\nChanged: 3 new name\nChanged: 4 new name\n"
        task = shown("show", "3")[0]
        assert (task["due"], task["tags"], task["priority"], task["name"]) == ("2031-01-01", ["urgent"], 1, "new name")
        assert call("undo").out == "Undone: edit 3 tasks.\n"
        assert [task["name"] for task in shown("list")] == list("abcde")

    def test_by_query_and_what_is_so_already_is_told(self) -> None:
        call("edit", "1", "#home")
        ended = call("edit", "--where", "+t limit:2", "--yes", "#home")
        assert (ended.out, ended.err) == ("Changed: 2 b\n", "Task 1 “a” is so already.\n")

    def test_links_are_made_by_id_and_a_circle_is_refused(self, file: Path) -> None:
        call("edit", "1", "depends:2,3", "parent:4")
        one, _two, _three, four, _five = shown("list")
        assert (len(one["depends"]), one["parent"]) == (2, four["uid"])
        before = snapshot(file.parent)
        for words in ("2 depends:1", "5 depends:5", "1 parent:1", "4 parent:1", "2-4 parent:4"):
            code, out, err = call("edit", *words.split(), "new name")
            assert (code, out, "itself with this" in err) == (1, "", True)
            assert "so already" not in err
        assert call("edit", "1", "parent:1", "--if-unchanged", one["modified"], "--json").code == 1
        assert snapshot(file.parent) == before
        assert call("edit", "2", "depends:77").code == 1

    @pytest.mark.parametrize(
        "words", [["1"], ["1", "due:3d"], ["1", "due:"], ["due:fri"], ["77", "x"], ["1", "project:a//b"]]
    )
    def test_what_is_not_understood_changes_nothing(self, file: Path, words: list[str]) -> None:
        before = snapshot(file.parent)
        assert call("edit", *words).code in (1, 2)
        assert snapshot(file.parent) == before


@pytest.mark.usefixtures("file")
class TestIfUnchanged:
    def test_changes_what_nobody_else_has(self) -> None:
        known = shown("list")[0]["modified"]
        assert call("edit", "1", "first", "--if-unchanged", known).out == "Changed: 1 first\n"
        ended = call("edit", "1", "second", "--if-unchanged", known)
        assert (ended.code, ended.out) == (1, "")
        assert "was changed at" in ended.err
        assert shown("list")[0]["name"] == "first"

    def test_tells_programs_the_present_state(self) -> None:
        ended = call("done", "1", "--if-unchanged", "2020-01-01T00:00:00Z", "--json")
        assert ended.code == 1
        assert [task["status"] for task in json.loads(ended.out)] == ["pending"]
        assert json.loads(ended.err)["error"]["kind"] == "ChangedMeanwhileError"
