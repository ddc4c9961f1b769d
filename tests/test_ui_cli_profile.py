from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command_line import make_list
from tests.in_process import call
from ui.cli import main


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What a command prints, in this process; it must end with `code`."""
    assert main(arguments) == code, capsys.readouterr().err
    printed = capsys.readouterr()
    return printed.err if code else printed.out


def test_settings_are_shown_changed_and_reset(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "week_start = 0\n" in said(capsys, "profile", "get")
    assert said(capsys, "profile", "set", "week_start", "sunday") == ""
    assert said(capsys, "profile", "get", "week_start") == "6\n"
    assert said(capsys, "profile", "set", "filters.home", "#home due:today") == ""
    assert said(capsys, "profile", "get", "filters") == "filters.home = #home due:today\n"
    assert json.loads(said(capsys, "--json", "profile", "get", "filters.home")) == {"filters.home": "#home due:today"}
    assert said(capsys, "profile", "unset", "filters.home") == ""
    assert said(capsys, "profile", "unset", "week_start") == ""
    assert json.loads((home / "todurable" / "profile.json").read_bytes())["week_start"] == 0
    assert "“theme.x”" in said(capsys, "profile", "get", "theme.x", code=1)
    assert "“nothing”" in said(capsys, "profile", "unset", "nothing", code=1)
    assert "“week_start” must be a whole number" in said(capsys, "profile", "set", "week_start", "someday", code=1)
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
