"""What users do wrong, and what they put into names: a clear message or a literal display, never a traceback."""

from __future__ import annotations

import json
import os
import pty
import resource
import signal
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from core.display import literal
from core.store import TaskStore
from tests.command_line import ended, make_list, snapshot, somebody_waits_for, start, tasks_shown, todurable
from tests.processes import wait_until
from tests.real_command import COMMAND, Ended

HOSTILE = "[/] [@click=app.quit]x \x1b]0;title\x07 \x1b[31mred \x9b31m \x7f \u202eabc \u2066 a\tb 👩‍👧 ｆｕｌｌ שלום é"
VERBS = (["list"], ["add", "x"], ["done", "1"], ["undo"], ["doctor"])


@pytest.fixture
def file(home: Path) -> Path:
    """The list that the command line uses when no other is named."""
    return home / "todurable" / "tasks.json"


def refused(result: Ended, code: int) -> str:
    """The one sentence with which `result` was refused."""
    assert (result.code, result.out) == (code, "")
    assert result.err.startswith("todurable: ")
    assert result.err.count("\n") == 1
    return result.err


class TestNames:
    @pytest.mark.parametrize(
        ("name", "why"),
        [
            ("", "must not be empty"),
            ("  ", "must not be empty"),
            ("one\ntwo", "must be one line"),
            ("one\u2028two", "must be one line"),
            (b"caf\xe9", "not text (UTF-8)"),
        ],
        ids=["empty", "blank", "newline", "line separator", "latin-1"],
    )
    def test_that_cannot_be_are_refused(self, home: Path, name: str | bytes, why: str) -> None:
        assert why in refused(todurable("add", name), 1)
        assert json.loads(todurable("add", name, "--json").err)["error"]["kind"] == "BadValueError"
        assert list(home.iterdir()) == []

    @pytest.mark.parametrize("name", [HOSTILE, "x" * 10_000, "ü" * 10_000], ids=["hostile", "long", "long and wide"])
    def test_of_any_other_kind_are_kept_as_they_are_and_shown_literally(self, name: str) -> None:
        assert todurable("add", "--literal", name) == (0, "1\n", "")
        assert tasks_shown()[0]["name"] == name
        assert todurable("list").out.split("\t")[4] == literal(name)
        assert todurable("done", "1").out == f"Done: 1 {literal(name)}\n"
        assert literal(name)[:50] in todurable("undo").out

    def test_no_output_of_json_holds_what_a_terminal_obeys(self) -> None:
        todurable("add", HOSTILE)
        out = todurable("list", "--json").out
        assert all(literal(line) == line for line in out.splitlines())

    def test_messages_are_literal_too(self) -> None:
        todurable("add", HOSTILE)
        todurable("done", "1")
        for arguments in (["done", "1"], ["done", HOSTILE], [HOSTILE], ["add", f"{HOSTILE}\nx"], ["list", HOSTILE]):
            err = todurable(*arguments).err.removesuffix("\n")
            assert err
            assert literal(err) == err


class TestFiles:
    @pytest.mark.parametrize("arguments", VERBS, ids=lambda arguments: arguments[0])
    def test_a_directory_in_its_place(self, tmp_path: Path, arguments: list[str]) -> None:
        before = snapshot(tmp_path)
        ended = todurable(*arguments, "--file", str(tmp_path))
        assert (ended.code, ended.err.count("\n")) == (3, 1)
        assert "is not a file" in ended.err
        assert snapshot(tmp_path) == before

    @pytest.mark.parametrize("arguments", VERBS, ids=lambda arguments: arguments[0])
    def test_a_fifo_in_its_place(self, tmp_path: Path, arguments: list[str]) -> None:
        os.mkfifo(tmp_path / "tasks.json")
        ended = todurable(*arguments, "--file", str(tmp_path / "tasks.json"))
        assert (ended.code, ended.err.count("\n")) == (3, 1)
        assert "is not a file" in ended.err

    def test_a_path_through_what_is_no_directory(self) -> None:
        assert "is not a folder" in refused(todurable("add", "x", "--file", "/dev/null/tasks.json"), 3)

    def test_a_name_that_is_too_long(self) -> None:
        refused(todurable("list", "--file", "x" * 5000), 3)

    def test_a_dangling_link_is_written_through_only_where_the_directory_is(self, tmp_path: Path) -> None:
        link = tmp_path / "link.json"
        link.symlink_to(tmp_path / "gone" / "tasks.json")
        assert "folder does not exist" in refused(todurable("add", "x", "--file", str(link)), 3)
        (tmp_path / "gone").mkdir()
        assert todurable("add", "x", "--file", str(link)).code == 0
        assert link.is_symlink()
        assert (tmp_path / "gone" / "tasks.json").exists()

    def test_spaces_and_other_scripts_in_its_path(self, tmp_path: Path) -> None:
        directory = tmp_path / "ein Ordner – 目录"
        directory.mkdir()
        assert todurable("add", "x", "--file", str(directory / "a b.json")).code == 0
        assert len(tasks_shown("--file", str(directory / "a b.json"))) == 1

    def test_no_home(self) -> None:
        for arguments in VERBS:
            assert "HOME" in refused(todurable(*arguments, env={"HOME": "", "TODURABLE_HOME": ""}), 3)

    def test_a_file_where_the_data_directory_should_be(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        assert "is not a folder" in refused(todurable("list", env={"TODURABLE_HOME": str(tmp_path / "file")}), 3)
        refused(todurable("add", "x", env={"TODURABLE_HOME": str(tmp_path / "file")}), 3)


def largest_file(size: int) -> Callable[[], None]:
    """What makes a process meet a full disk: no file that it writes may grow beyond `size` bytes."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


class TestFullDisk:
    def test_before_the_commit_nothing_is_changed(self, file: Path) -> None:
        make_list(file, "one")
        before = snapshot(file.parent)
        journal = (file.parent / "tasks.json.journal").stat().st_size
        said = refused(todurable("add", "two", preexec_fn=largest_file(journal + 10)), 3)
        assert "too large" in said
        assert "What was saved before is untouched" in said
        assert {name: entry.content for name, entry in snapshot(file.parent).items()} == {
            name: entry.content for name, entry in before.items()
        }
        assert todurable("add", "two").out == "2\n"

    def test_after_the_commit_it_is_a_warning(self, file: Path) -> None:
        make_list(file, "one", description="x" * 50_000)
        (file.parent / "tasks.json.journal").unlink()
        before = file.read_bytes()
        code, out, err = todurable("add", "two", preexec_fn=largest_file(10_000))
        assert (code, out) == (0, "2\n")
        assert err.startswith("Warning: The change is saved in tasks.json.journal, but tasks.json could not be saved")
        assert file.read_bytes() == before
        assert [task["name"] for task in tasks_shown()] == ["one", "two"]


class TestStreams:
    def test_who_reads_no_further_is_left_in_peace(self, file: Path) -> None:
        make_list(file, *["x" * 9000] * 20)
        for arguments in (["list"], ["list", "--json"], ["--help"]):
            process = start(*arguments)
            assert process.stdout is not None
            process.stdout.close()
            assert process.stderr is not None
            assert (process.stderr.read(), process.wait()) == ("", 0)
            process.stderr.close()

    @pytest.mark.parametrize("arguments", [["list", "--json"], ["--help"]], ids=" ".join)
    def test_an_answer_that_cannot_be_written_is_an_error(self, arguments: list[str]) -> None:
        with open("/dev/full", "w", encoding="utf-8") as full:
            code, _, err = todurable(*arguments, stdout=full)
        assert (code, err.count("\n")) == (3, 1)
        assert "No space left" in err

    def test_a_message_that_cannot_be_written_changes_no_exit_code(self) -> None:
        with open("/dev/full", "w", encoding="utf-8") as full:
            assert todurable("done", "7", stderr=full).code == 1

    @pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
    def test_that_are_closed_do_no_harm(self, closed: str) -> None:
        command = ["sh", "-c", f'"$@" {closed}', "sh", *COMMAND]
        assert subprocess.run([*command, "add", "one"], cwd="/", capture_output=True, check=False).returncode == 0
        failed = subprocess.run([*command, "done", "7"], cwd="/", capture_output=True, check=False)
        assert (failed.returncode, failed.stdout) == (1, b"")
        assert [task["name"] for task in tasks_shown()] == ["one"]

    def test_that_are_closed_never_lead_to_a_file_of_the_list(self, file: Path) -> None:
        make_list(file, "one")
        with closing(TaskStore(file)) as store:
            with store.files.lock as lock:
                command = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *COMMAND, "add", "two"]
                waiting = subprocess.Popen(command, cwd="/")
                wait_until(lambda: somebody_waits_for(lock.path))
                streams = [os.readlink(f"/proc/{waiting.pid}/fd/{number}") for number in range(3)]
            assert (waiting.wait(), streams) == (0, [os.devnull] * 3)

    @pytest.mark.parametrize("env", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}], ids=["C", "ASCII"])
    def test_any_locale_will_do(self, env: dict[str, str]) -> None:
        assert todurable("add", "Küche 😀", env=env) == (0, "1\n", "")
        assert tasks_shown()[0]["name"] == "Küche 😀"
        assert "K" in todurable("list", env=env).out
        assert json.loads(todurable("list", "--json", env=env).out)[0]["name"] == "Küche 😀"
        assert todurable("done", "1", env=env).code == 0
        assert "is done already" in todurable("done", "1", env=env).err

    def test_ctrl_c_is_quiet(self, file: Path) -> None:
        make_list(file, "one")
        with closing(TaskStore(file)) as store, store.files.lock as lock:
            waiting = start("add", "two")
            wait_until(lambda: somebody_waits_for(lock.path))
            waiting.send_signal(signal.SIGINT)
            assert ended(waiting) == (130, "", "")
        assert len(tasks_shown()) == 1


def on_terminal(*arguments: str, columns: int, **env: str) -> str:
    """What `todurable ARGUMENTS` sends to a terminal of so many columns."""
    ours, theirs = pty.openpty()
    everything = {"TERM": "xterm-256color", "COLUMNS": str(columns), "NO_COLOR": ""} | env
    process = start(*arguments, env=everything, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    parts = []
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # how Linux tells that the other end is closed
            break
        if not part:
            break
        parts.append(part)
    process.wait()
    os.close(ours)
    return b"".join(parts).decode().replace("\r\n", "\n")


class TestTerminal:
    def test_columns_line_up_and_fit(self, file: Path) -> None:
        make_list(
            file, "Pay the rent", "日本へ行く旅行の計画を立てる、とても長い名前のタスク", tags=["a"], due="2026-12-24"
        )
        assert on_terminal("list", columns=50, NO_COLOR="1") == (
            "ID  DUE         NAME                        LABELS\n"
            " 1  2026-12-24  Pay the rent                +a\n"
            " 2  2026-12-24  日本へ行く旅行の計画を立…   +a\n"
        )

    @pytest.mark.parametrize("columns", [1, 7, 40, 300])
    def test_hostile_names_send_no_escape_of_their_own(self, columns: int) -> None:
        todurable("add", HOSTILE)
        for text in (
            on_terminal("list", columns=columns, TERM="dumb"),
            on_terminal("list", "--no-color", columns=columns),
            on_terminal("list", "--json", columns=columns),
            on_terminal("done", "1", columns=columns),
            on_terminal("done", "1", columns=columns),
            on_terminal("undo", columns=columns),
        ):
            assert all(literal(line) == line for line in text.splitlines())

    def test_colours_are_there_unless_they_are_unwanted(self, file: Path) -> None:
        make_list(file, "one", priority=1)
        assert "\x1b[1m" in on_terminal("list", columns=80)
        for plain in (on_terminal("list", columns=80, NO_COLOR="1"), on_terminal("list", "--no-color", columns=80)):
            assert "\x1b" not in plain
        assert "\x1b" not in todurable("list").out
