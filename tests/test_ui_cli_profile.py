from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.command_line import make_list
from ui.cli import main

if TYPE_CHECKING:
    import pytest


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


def test_settings_are_edited_as_a_whole(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def editor(program: str) -> None:
        monkeypatch.setenv("EDITOR", f"{sys.executable} -c '{program}'")

    monkeypatch.delenv("VISUAL", raising=False)
    editor("pass")
    said(capsys, "profile", "edit")
    assert not (home / "todurable").exists()
    rewrite = 'import sys; file = sys.argv[1]; text = open(file).read(); open(file, "w").write(%s)'
    editor(rewrite % 'text.replace("\\"theme\\": \\"\\"", "\\"theme\\": \\"nord\\"")')
    assert said(capsys, "profile", "edit") == "Your settings are saved.\n"
    assert said(capsys, "profile", "get", "theme") == "nord\n"
    editor(rewrite % 'text.replace("nord", "[1")[:-9]')
    assert "This is not JSON" in said(capsys, "profile", "edit", code=1)
    editor(rewrite % 'text.replace("\\"nord\\"", "5")')
    assert "“theme” must be a text" in said(capsys, "profile", "edit", code=1)
    editor("import sys; sys.exit(3)")
    assert "ended with status 3" in said(capsys, "profile", "edit", code=1)
    assert said(capsys, "profile", "get", "theme") == "nord\n"


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


def test_a_profile_that_cannot_be_used_stops_only_who_needs_it(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_list(home / "a.json", "one")
    (home / "todurable").mkdir()
    (home / "todurable" / "profile.json").write_text('{"schema_version": 1, "file": 5}')
    assert "“file” must be a text" in said(capsys, "add", "nowhere", code=1)
    assert main(["--file", str(home / "a.json"), "list"]) == 0
    assert "The usual settings are used" in capsys.readouterr().err
