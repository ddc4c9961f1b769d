"""`todurable restore FILE.zip --settings`: shown first, asked, checked, and nothing changed where anything is wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from core import zip_backup
from core.tasklist import TaskList
from core.zip_backup import Source
from tests.command_line import make_list, snapshot
from tests.in_process import call
from tests.processes import Child
from tests.trouble import HOLDER

if TYPE_CHECKING:
    from tests.real_command import Ended

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


@pytest.fixture
def profile(home: Path) -> Path:
    """Settings that differ from those in a ZIP."""
    make_list(home / "todurable" / "tasks.json", "one")
    call("profile", "set", "theme", "nord")
    call("profile", "set", "lists.work", "/work.json")
    call("profile", "set", "name", "Ada")
    return home / "todurable" / "profile.json"


def zip_of(home: Path, settings: Any) -> Path:
    """A ZIP that is whole, with these settings in it, whatever they are."""
    given = None
    if settings is not None:
        given = home / "given.json"
        given.write_bytes(settings if isinstance(settings, bytes) else json.dumps(settings).encode())
    return zip_backup.make(Source(home / "todurable" / "tasks.json", TaskList(), given), home, "mine", NOW)


def restored(path: Path, *options: str) -> Ended:
    return call("restore", str(path), "--settings", *options)


def test_what_changes_is_shown_and_asked_first(profile: Path, home: Path) -> None:
    path = zip_of(home, {"schema_version": 1, "theme": "gruvbox", "lists": {"home": "/home.json"}, "odd": [1]})
    before = snapshot(home)
    code, shown, told = restored(path)
    assert (code, "add --yes" in told) == (1, True)
    assert shown.splitlines() == [
        "  name: Ada → (none)",
        "  lists.work: /work.json → (none)",
        "  lists.home: (none) → /home.json",
        "  theme: nord → gruvbox",
    ]
    assert snapshot(home) == before
    code, shown, _told = restored(path, "--yes")
    assert (code, shown.splitlines()[-1]) == (
        0,
        f"Restored 4 settings. Those before are kept beside {profile}.",
    )
    assert json.loads(profile.read_bytes()) == {
        "schema_version": 1,
        "theme": "gruvbox",
        "lists": {"home": "/home.json"},
        "odd": [1],
    }
    assert json.loads(profile.with_name("profile.json.backup").read_bytes())["name"] == "Ada"
    code, shown, told = restored(path)
    assert (code, shown, told) == (0, "", f"Your settings are as they are in {path.name}.\n")


def test_how_long_to_wait_comes_from_the_command_line_then_the_environment(
    profile: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zip_of(home, {"schema_version": 1})
    monkeypatch.setenv("TODURABLE_LOCK_TIMEOUT", "0.02")
    with Child(HOLDER, profile.with_name("profile.json.lock")) as child:
        assert child.hear() == "held"
        assert "waited 0.02 s" in restored(path, "--yes").err
        assert "waited 0.01 s" in call("--lock-timeout", "0.01", "restore", str(path), "--settings", "--yes").err


def test_a_person_may_say_no(profile: Path, home: Path) -> None:
    path = zip_of(home, {"schema_version": 1})
    before = profile.read_bytes()
    ended = call("restore", str(path), "--settings", stdin=b"n\n", terminal=True)
    assert (ended.code, "Restore 3 settings? [y/N]" in ended.out, "Nothing was changed." in ended.err) == (
        1,
        True,
        True,
    )
    assert profile.read_bytes() == before
    assert call("restore", str(path), "--settings", stdin=b"y\n", terminal=True).code == 0
    assert json.loads(profile.read_bytes()) == {"schema_version": 1}


def test_programs_are_told_in_json(profile: Path, home: Path) -> None:
    path = zip_of(home, {"schema_version": 1, "theme": "nord"})
    ended = call("--json", "restore", str(path), "--settings", "--yes")
    assert json.loads(ended.out) == {
        "restored": f"settings in {path.name}",
        "settings": {"schema_version": 1, "theme": "nord"},
    }
    assert profile.exists()


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"schema_version": 1, "theme": 5}, "“theme” must be a text"),
        ({"schema_version": 1, "week_start": 9}, "“week_start” must be"),
        ({"schema_version": 2, "theme": "nord"}, "written by a newer version"),
        ({"theme": "nord"}, "schema_version"),
        (b'{"schema_version": 1, "theme": "a", "theme": "b"}', "twice"),
        (b"[1, 2]", "no settings"),
        (b"\xff", "not UTF-8"),
        (None, "none had been saved"),
    ],
)
def test_settings_that_are_not_good_are_refused(settings: Any, why: str, profile: Path, home: Path) -> None:
    path = zip_of(home, settings)
    before = snapshot(home)
    ended = restored(path, "--yes")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(f"todurable: No settings can be restored from {path.name}: ")
    assert why in ended.err
    assert ended.err.endswith(". Nothing was changed.\n")
    assert snapshot(home) == before
    assert profile.exists()


def test_a_zip_that_is_not_whole_is_refused(profile: Path, home: Path) -> None:
    path = zip_of(home, {"schema_version": 1})
    path.write_bytes(path.read_bytes().replace(b"PK\x01\x02", b"PK\x01\x03", 1))
    before = profile.read_bytes()
    assert restored(path, "--yes").code == 3
    assert profile.read_bytes() == before
    assert "only a ZIP holds settings" in call("restore", "tasks.json.backup", "--settings", "--yes").err
    assert call("restore", str(path), "--settings", "--task", "1").code == 2
    assert call("restore", "--at", "1", "--settings").code == 2


@pytest.mark.parametrize("there", [b'{"schema_version": 1, "theme": 5}', b"{", b'{"schema_version": 1, "theme": ""}'])
def test_settings_that_cannot_be_used_are_replaced_and_kept(there: bytes, profile: Path, home: Path) -> None:
    path = zip_of(home, {"schema_version": 1, "theme": "nord"})
    for old in profile.parent.glob("profile.json.backup*"):
        old.unlink()
    profile.write_bytes(there)
    assert restored(path, "--yes").code == 0
    assert json.loads(profile.read_bytes()) == {"schema_version": 1, "theme": "nord"}
    assert there in [kept.read_bytes() for kept in profile.parent.glob("profile.json.*") if kept.suffix != ".lock"]


def test_settings_of_a_newer_program_are_not_replaced(profile: Path, home: Path) -> None:
    path = zip_of(home, {"schema_version": 1, "theme": "nord"})
    profile.write_bytes(b'{"schema_version": 7}')
    ended = restored(path, "--yes")
    assert (ended.code, "newer version" in ended.err) == (1, True)
    assert profile.read_bytes() == b'{"schema_version": 7}'


def test_a_disk_that_is_full_leaves_the_settings(profile: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zip_of(home, {"schema_version": 1, "theme": "nord"})
    before = profile.read_bytes()

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.durable.write_temporary", full)
    ended = restored(path, "--yes")
    assert (ended.code, "profile.json could not be saved" in ended.err) == (3, True)
    assert profile.read_bytes() == before


def test_where_there_were_none_they_are_made(home: Path) -> None:
    make_list(home / "todurable" / "tasks.json", "one")
    path = zip_of(home, {"schema_version": 1, "theme": "nord"})
    code, shown, _told = restored(path, "--yes")
    assert (code, shown) == (0, "  theme: (none) → nord\nRestored 1 setting.\n")
    assert json.loads((home / "todurable" / "profile.json").read_bytes())["theme"] == "nord"
