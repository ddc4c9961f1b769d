from __future__ import annotations

import errno
import json
import os
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.profile import Profile
from core.profile_rules import RULES
from tests.command_line import make_list
from tests.in_process import call, shown
from tests.processes import Child
from tests.trouble import HOLDER
from ui import running
from ui.cli import main
from ui.screens.welcome_screen import QUESTIONS
from ui.setting_meaning import THEMES, check_meaning


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What a command prints, in this process; it must end with `code`."""
    assert main(arguments) == code, capsys.readouterr().err
    printed = capsys.readouterr()
    return printed.err if code else printed.out


def test_settings_are_shown_changed_and_reset(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "week_start = monday\n" in said(capsys, "profile", "get")
    assert said(capsys, "profile", "set", "week_start", "sunday") == ""
    assert said(capsys, "profile", "get", "week_start") == "sunday\n"
    assert said(capsys, "profile", "set", "filters.home", "#home due:today") == ""
    assert said(capsys, "profile", "get", "filters") == "filters.home = #home due:today\n"
    assert json.loads(said(capsys, "--json", "profile", "get", "filters.home")) == {"filters.home": "#home due:today"}
    assert said(capsys, "profile", "unset", "filters.home") == ""
    assert said(capsys, "profile", "unset", "week_start") == ""
    assert json.loads((home / "todurable" / "profile.json").read_bytes())["week_start"] == 0
    assert "“theme.x”" in said(capsys, "profile", "get", "theme.x", code=1)
    assert "“nothing”" in said(capsys, "profile", "unset", "nothing", code=1)
    told = said(capsys, "profile", "set", "week_start", "someday", code=1)
    assert "“week_start” must be one of monday, tuesday, " in told
    assert "sunday, or a number from 0 to 6." in told
    assert said(capsys, "profile", code=2)


@pytest.fixture
def editor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Have $EDITOR make of its `text` what an expression says, and end with a status."""
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def use(expression: str, status: int = 0) -> None:
        program = (
            "import sys; file = sys.argv[1]; text = open(file).read(); "
            f'open(file, "w").write({expression}); sys.exit({status})'
        )
        monkeypatch.setenv("EDITOR", f"{sys.executable} -c '{program}'")

    return use


def test_settings_are_edited_as_a_whole(
    home: Path, editor: Callable[..., None], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    editor("text")
    said(capsys, "profile", "edit")
    assert not (home / "todurable").exists()
    editor('text.replace("\\"theme\\": \\"\\"", "\\"theme\\": \\"nord\\"")')
    assert said(capsys, "profile", "edit") == "Your settings are saved.\n"
    assert said(capsys, "profile", "get", "theme") == "nord\n"
    assert list(tmp_path.iterdir()) == []
    editor("text", status=3)
    assert "ended with status 3" in said(capsys, "profile", "edit", code=1)
    assert said(capsys, "profile", "get", "theme") == "nord\n"


def test_what_an_editor_leaves_beside_the_settings_takes_nothing_back(
    editor: Callable[..., None], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    editor('__import__("os").mkdir(file + ".bak") or open(file + "~", "w").write("old") and text.replace("0", "6")')
    said(capsys, "profile", "set", "week_start", "0")
    assert said(capsys, "profile", "edit") == "Your settings are saved.\n"
    assert said(capsys, "profile", "get", "week_start") == "sunday\n"
    assert [path.name for path in tmp_path.glob("*/*")] == ["profile.json.bak"]


@pytest.mark.parametrize(
    ("expression", "status", "why"),
    [
        ('text.replace("}", "")', 0, "This is not JSON"),
        ('"[]"', 0, "These are no settings"),
        ('text.replace("0", "9")', 0, "“week_start” must be a number from 0 to 6"),
        ('text.replace("1", "2")', 0, "was written by a newer version"),
        ('text + " "', 3, "ended with status 3"),
    ],
)
def test_what_was_written_and_cannot_be_saved_is_kept(
    expression: str, status: int, why: str, editor: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "profile", "set", "week_start", "0")
    before = said(capsys, "profile", "get")
    editor(expression, status)
    told = said(capsys, "profile", "edit", code=1)
    assert why in told
    kept = Path(told.splitlines()[0].removeprefix("Warning: What you wrote is kept in "))
    assert kept.read_text()
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert said(capsys, "profile", "get") == before


def test_at_a_terminal_editing_goes_on_with_what_was_written(editor: Callable[..., None], tmp_path: Path) -> None:
    editor('text + "x" if text[-4:] != "xxxx" else text.replace("x", "")')
    ended = call("profile", "edit", stdin=b"\ny\nn\n", terminal=True)
    assert ended.out.count("This is not JSON") == 3
    assert ended.code == 1
    assert "What you wrote is kept in" in ended.err
    assert [kept.read_text()[-4:] for kept in tmp_path.rglob("profile.json")] == ["\nxxx"]


def test_what_others_set_while_it_was_edited_stays(
    home: Path, editor: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "profile", "set", "filters.old", "a")
    other = f"{sys.executable} -m ui.cli profile set"
    editor(
        'text.replace("\\"theme\\": \\"\\"", "\\"theme\\": \\"nord\\"").replace("\\"old\\"", "\\"new\\"")'
        f'[__import__("os").system("{other} week_start 6 && {other} filters.theirs b"):]'
    )
    said(capsys, "profile", "edit")
    document = json.loads((home / "todurable" / "profile.json").read_bytes())
    assert (document["theme"], document["week_start"]) == ("nord", 6)
    assert document["filters"] == {"new": "a", "theirs": "b"}


@pytest.mark.parametrize(
    "text",
    [
        '{"schema_version": 1, "theme": 5, "week_start": "x", "name": "Ada"}',
        '{"theme": "nord", "name": "Ada"}',
        '{"schema_version": 1, "name": "Ada",}',
    ],
)
def test_a_faulty_profile_can_be_edited(
    text: str, home: Path, editor: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "todurable").mkdir()
    profile = home / "todurable" / "profile.json"
    profile.write_text(text)
    editor('"{\\"schema_version\\": 1, \\"name\\": \\"Ada L\\"}" if "Ada" in text else text')
    said(capsys, "profile", "edit")
    assert said(capsys, "profile", "get", "name") == "Ada L\n"
    (kept,) = (home / "todurable").glob("profile.json.damaged-*")
    assert kept.read_text() == text


def test_a_newer_profile_is_not_edited(
    home: Path, editor: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "todurable").mkdir()
    profile = home / "todurable" / "profile.json"
    profile.write_text('{"schema_version": 10}')
    editor('"{\\"schema_version\\": 1}"')
    for command in (["edit"], ["set", "theme", "nord"], ["unset", "theme"], ["get"]):
        assert "newer version" in said(capsys, "profile", *command, code=1)
    assert profile.read_text() == '{"schema_version": 10}'


def test_the_command_line_comes_before_the_environment_and_that_before_the_profile(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("usual", "profile", "environment", "named", "flag"):
        make_list(home / f"{name}.json", name)
    usual = home / "todurable" / "tasks.json"
    assert said(capsys, "path") == f"{usual}\n"
    said(capsys, "profile", "set", "file", str(home / "profile.json"))
    assert "profile" in said(capsys, "list")
    monkeypatch.setenv("TODURABLE_FILE", str(home / "environment.json"))
    assert "environment" in said(capsys, "list")
    said(capsys, "profile", "set", "lists.it", str(home / "named.json"))
    assert "named" in said(capsys, "--list", "it", "list")
    assert "flag" in said(capsys, "--file", str(home / "flag.json"), "list")
    assert "names no list “its”. It names it." in said(capsys, "--list", "its", "list", code=1)


def test_how_long_to_wait_comes_from_the_command_line_then_the_environment_then_the_profile(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_list(home / "todurable" / "tasks.json", "one")
    said(capsys, "profile", "set", "lock_timeout", "0.03")
    with Child(HOLDER, home / "todurable" / "tasks.json.lock") as child:
        assert child.hear() == "held"
        assert "waited 0.03 s" in said(capsys, "add", "x", code=4)
        monkeypatch.setenv("TODURABLE_LOCK_TIMEOUT", "0.02")
        assert "waited 0.02 s" in said(capsys, "add", "x", code=4)
        assert "waited 0.01 s" in said(capsys, "--lock-timeout", "0.01", "add", "x", code=4)
    for wrong in ("soon", "-1", "nan", "inf"):
        monkeypatch.setenv("TODURABLE_LOCK_TIMEOUT", wrong)
        assert "TODURABLE_LOCK_TIMEOUT must be a number of seconds from 0" in said(capsys, "list", code=1)


def test_backups_weeks_and_copies_are_as_the_profile_says(home: Path, tmp_path: Path) -> None:
    for field, value in (("backup_count", "2"), ("week_start", "sunday"), ("second_place", str(tmp_path))):
        assert call("profile", "set", field, value).code == 0
    for _change in range(5):
        call("add", "x due:eow")
    names = os.listdir(home / "todurable")
    assert sorted(name for name in names if ".backup" in name and "tasks" in name) == [
        "tasks.json.backup",
        "tasks.json.backup.1",
    ]
    assert all(date.fromisoformat(task["due"]).weekday() == 5 for task in shown("list"))
    assert [path.name.partition("_")[0] for path in tmp_path.iterdir()] == ["daily-tasks.json"]


def test_the_app_waits_as_long(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []

    def run(*arguments: Any) -> int:
        given.append(arguments[1].lock_timeout)
        return 0

    monkeypatch.setattr(running, "run", run)
    (home / "todurable").mkdir()
    call("profile", "set", "lock_timeout", "3")
    call("tui", terminal=True)
    monkeypatch.setenv("TODURABLE_LOCK_TIMEOUT", "2")
    call("tui", terminal=True)
    call("--lock-timeout", "1", "tui", terminal=True)
    assert given == [3, 2, 1]


MEANINGLESS = [
    ("theme", "nosuch", "cannot be “nosuch”: there are todurable-dark"),
    ("start_view", "is:foo(", "Something to look for is missing"),
    ("filters.x", "is:foo(", "Something to look for is missing"),
    ("keys.task.done", "q", "“q” cannot be Done or reopen: it is Quit"),
    ("keys.nosuch", "x", "There is no command “nosuch”"),
]


@pytest.mark.parametrize(("field", "value", "why"), MEANINGLESS, ids=[row[0] for row in MEANINGLESS])
def test_what_would_mean_nothing_is_refused(
    field: str, value: str, why: str, editor: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "profile", "set", "filters.y", "#home")
    before = said(capsys, "profile", "get")
    assert why in said(capsys, "profile", "set", field, value, code=1)
    whole, _, entry = field.partition(".")
    wrong = json.dumps({whole: {entry: value} if entry else value})
    editor(f'__import__("json").dumps(__import__("json").loads(text) | {wrong})')
    assert why in said(capsys, "profile", "edit", code=1)
    assert said(capsys, "profile", "get") == before


def test_each_theme_that_can_be_set_exists() -> None:
    from textual.theme import BUILTIN_THEMES

    from ui.theme import OURS

    assert set(THEMES) == BUILTIN_THEMES.keys() | {theme.name for theme in OURS}
    for question in QUESTIONS:
        for _words, value in question.answers:
            assert RULES[question.field](question.field, value) == value
            check_meaning(question.field, value, Profile())


def test_our_own_themes_can_be_set_by_what_the_first_questions_call_them(capsys: pytest.CaptureFixture[str]) -> None:
    (themes,) = (question.answers for question in QUESTIONS if question.field == "theme")
    for words, value in themes[:4]:
        assert said(capsys, "profile", "set", "theme", words) == ""
        assert said(capsys, "profile", "get", "theme") == f"{value}\n"


def test_the_folder_of_a_list_that_was_named_is_not_made(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    away = home / "stick" / "work.json"
    assert main(["profile", "set", "lists.work", str(away)]) == 0
    assert f"The folder {away.parent} is not there" in capsys.readouterr().err
    assert "its folder does not exist" in said(capsys, "--list", "work", "add", "x", code=3)
    assert main(["--list", "work", "list"]) == 3
    assert f"The folder of your list, {away.parent}, is not there" in capsys.readouterr().err
    assert call("--list", "work", "tui", terminal=True).code == 3
    said(capsys, "profile", "set", "file", str(away))
    assert "its folder does not exist" in said(capsys, "add", "x", code=3)
    assert not away.parent.exists()
    away.parent.mkdir()
    assert said(capsys, "add", "x") == "1\n"


def test_a_setting_that_is_not_valid_stops_only_who_needs_it(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_list(home / "todurable" / "tasks.json", "usual")
    profile = home / "todurable" / "profile.json"
    profile.write_text('{"schema_version": 1, "theme": 5, "week_start": "x", "lists": {"it": 7}}')
    assert main(["list"]) == 0
    printed = capsys.readouterr()
    assert "usual" in printed.out
    assert printed.err.count("The usual setting is used") == 3
    assert "“theme” must be a text" in printed.err
    told = said(capsys, "--list", "it", "list", code=1)
    assert "Mend it with: todurable profile edit" in told
    assert "“lists.it” must be a text" in told
    assert "“theme” must be a text" in said(capsys, "profile", "get", "theme", code=1)
    assert said(capsys, "profile", "get", "name") == "\n"
    assert main(["profile", "get"]) == 0
    printed = capsys.readouterr()
    assert ("theme = 5\n" in printed.out, printed.err.count("Warning")) == (True, 3)


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES, errno.EMFILE])
@pytest.mark.parametrize("call_that_fails", ["open", "read", "fstat"])
def test_a_profile_that_cannot_be_read_is_not_taken_for_none(
    call_that_fails: str, number: int, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("profile", "set", "file", str(home / "mine.json"))
    call("profile", "set", "theme", "nord")
    profile = home / "todurable" / "profile.json"
    inode, real = profile.stat().st_ino, getattr(os, call_that_fails)

    def fail(subject: Any, *arguments: Any, **options: Any) -> Any:
        ours = (
            subject == profile if call_that_fails == "open" else isinstance(subject, int) and _inode(subject) == inode
        )
        if ours:
            raise OSError(number, os.strerror(number))
        return real(subject, *arguments, **options)

    monkeypatch.setattr(os, call_that_fails, fail)
    for arguments in (
        ["add", "x"],
        ["list"],
        ["tui"],
        ["path"],
        ["profile", "get"],
        ["profile", "set", "theme", "monokai"],
    ):
        ended = call(*arguments, terminal=True)
        assert (ended.code, "profile.json could not be" in ended.err) == (3, True), ended
    assert call("--file", str(home / "other.json"), "add", "x").code == 0
    monkeypatch.undo()
    assert json.loads(profile.read_bytes())["theme"] == "nord"
    assert not (home / "mine.json").exists()
    assert not (home / "todurable" / "tasks.json").exists()


_status = os.fstat


def _inode(descriptor: int) -> int:
    return _status(descriptor).st_ino


@pytest.mark.parametrize("text", ['{"schema_version": 1, "file": 5}', '{"schema_version": 2}', "{}", "{"])
def test_a_profile_that_cannot_be_used_stops_only_who_needs_it(
    text: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_list(home / "a.json", "one")
    make_list(home / "todurable" / "tasks.json", "usual")
    (home / "todurable" / "profile.json").write_text(text)
    assert main(["add", "nowhere"]) in (1, 3)
    assert main(["--file", str(home / "a.json"), "list"]) == 0
    assert "The usual setting" in capsys.readouterr().err
    assert "nowhere" not in (home / "todurable" / "tasks.json").read_text()
