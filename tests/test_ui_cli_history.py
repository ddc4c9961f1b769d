"""`todurable history` and `todurable restore`, in this process."""

from __future__ import annotations

import json
import os
import pty
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from core.archive import copies
from core.dates import DateError
from core.state import AppState
from tests.command_line import snapshot, tasks_shown
from tests.zones import system_zone
from ui import asking
from ui.asking import confirmed
from ui.cli import main
from ui.moments import parse_moment, shown_moment
from ui.output import Output

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def file(home: Path) -> Path:
    """A list with a past: two tasks, one of them renamed, then completed; a third that came and was purged."""
    file = home / "todurable" / "tasks.json"
    file.parent.mkdir()
    days = iter(range(1, 28))
    state = AppState(by="kitchen:1:-", clock=lambda: datetime(2026, 3, next(days), 12, tzinfo=UTC))

    def save(act: Callable[[], object]) -> None:
        act()
        state.save_to_file(file)

    save(lambda: state.add_task("rent", priority=0))
    save(lambda: state.add_task("milk", priority=0, tags=["shop"]))
    save(lambda: state.edit([state.find(1)], name="pay [b]rent\x1b", due="2026-12-24"))
    save(lambda: state.complete([state.find(2)]))
    save(lambda: state.add_task("gone", priority=0))
    save(lambda: state.purge([state.find(3)]))
    return file


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What a command prints; it must end with `code`."""

    def run(*arguments: str, code: int = 0) -> str:
        assert main(arguments) == code, capsys.readouterr().err
        printed = capsys.readouterr()
        return printed.err if code else printed.out

    return run


def numbers(text: str) -> list[int]:
    return [entry["seq"] for entry in json.loads(text)]


def test_every_change_is_told_newest_first(file: Path, said: Callable[..., str]) -> None:
    before = snapshot(file.parent)
    heading, *rows = said("history").splitlines()
    assert heading.split() == ["CHANGE", "WHEN", "BY", "WHAT"]
    assert [row.split()[0] for row in rows] == ["6", "5", "4", "3", "2", "1"]
    assert rows[0].endswith("purge “gone”")
    assert "kitchen:1:-" in rows[0]
    assert rows[3].endswith("edit “rent”: name rent → pay [b]rent\N{REPLACEMENT CHARACTER}, due nothing → 2026-12-24")
    assert "\x1b" not in said("history", "--json")
    entries = json.loads(said("history", "--json"))
    assert entries[3]["changes"][0]["after"] == {"name": "pay [b]rent\x1b", "due": "2026-12-24"}
    assert snapshot(file.parent) == before


def test_changes_are_found_by_task_text_time_and_instance(file: Path, said: Callable[..., str]) -> None:
    assert file.exists()

    def found(*arguments: str) -> list[int]:
        return numbers(said("--json", "history", *arguments))

    assert found("1") == [3, 1]
    assert found("1", "2") == [4, 3, 2, 1]
    assert found("3") == [6, 5]  # which is there no more
    assert found("--text", "RENT") == [3, 1]
    assert found("--text", "shop") == [2]
    assert found("--limit", "2") == [6, 5]
    assert found("--limit", "0") == [6, 5, 4, 3, 2, 1]
    times = [entry["at"] for entry in json.loads(said("--json", "history"))]
    assert found("--since", times[2]) == [6, 5, 4]
    assert found("--until", times[2]) == [4, 3, 2, 1]
    assert found("--by", "Kitchen") == [6, 5, 4, 3, 2, 1]
    assert "There is no task 9" in said("history", "9", code=1)
    assert "No change matches" in said("history", "--by", "cellar", code=1)
    assert "“someday”" in said("history", "--since", "someday", code=1)
    assert said("history", "--limit", "-1", code=2)
    many = "9" * 5000
    assert "must be a number" in said("history", "--limit", many, code=2)
    assert said("history", "--at", many, code=1)


def test_the_list_as_it_was_is_shown_with_what_is_different(file: Path, said: Callable[..., str]) -> None:
    assert file.exists()
    shown = said("history", "--at", "2")
    assert shown.splitlines()[:2] == ["   1   rent", "   2   milk"]
    assert "Task 1 “pay [b]rent\N{REPLACEMENT CHARACTER}”: name was rent, due was nothing" in shown
    assert "Task 2 “milk”: status was pending" in shown
    then = json.loads(said("--json", "history", "--at", "5"))
    assert (then["seq"], [task["name"] for task in then["tasks"]][2]) == (5, "gone")
    assert "All is as it was after change 6." in said("history", "--at", "6")
    time = json.loads(said("--json", "history"))[4]["at"]
    assert json.loads(said("--json", "history", "--at", time))["seq"] == 2
    assert json.loads(said("--json", "history", "--at", "2020-01-01"))["seq"] == 0
    assert "There is no change 7: the last one is 6." in said("history", "--at", "7", code=1)


def test_a_list_in_a_folder_that_is_not_there_has_no_past(home: Path, said: Callable[..., str]) -> None:
    file = str(home / "none" / "x.json")
    for seq in ("0", "1"):
        told = said("--file", file, "history", "--at", seq, code=1)
        assert f"The history does not go back to change {seq}. Nothing was changed." in told


def test_tasks_are_restored_as_one_change_that_can_be_undone(file: Path, said: Callable[..., str]) -> None:
    assert "add --yes" in said("restore", "--at", "2", code=1)
    assert not copies(file)
    shown = said("restore", "--at", "2", "--yes", "1", "--field", "name")
    assert "Task 1 “pay [b]rent\N{REPLACEMENT CHARACTER}”: name" in shown
    assert tasks_shown("--all")[0]["name"] == "rent"
    assert tasks_shown("--all")[0]["due"] == "2026-12-24"
    assert [copy.seq for copy in copies(file)] == [6]
    restored = json.loads(said("--json", "restore", "--at", "5", "--yes"))
    assert restored["restored"] == "restore after change 5"
    assert [(task["id"], task["name"]) for task in tasks_shown("--all")] == [
        (1, "pay [b]rent\x1b"),
        (2, "milk"),
        (3, "gone"),
    ]
    said("undo")
    assert [task["name"] for task in tasks_shown("--all")] == ["rent", "milk"]
    said("restore", "--at", "1", "--yes")
    assert [task["name"] for task in tasks_shown("--all")] == ["rent"]
    assert said("restore", "--at", "1", "--yes") == ""
    assert "There is no task 9" in said("restore", "--at", "1", "--yes", "9", code=1)
    assert "no field “uid”" in said("restore", "--at", "1", "--field", "uid", code=1)


def test_a_person_is_asked(file: Path, monkeypatch: pytest.MonkeyPatch, said: Callable[..., str]) -> None:
    assert file.exists()
    asked: list[str] = []

    def answer(with_yes: bool) -> Callable[[str, Any], bool]:
        def confirmed(question: str, _out: Any) -> bool:
            asked.append(question)
            return with_yes

        return confirmed

    monkeypatch.setattr(asking, "confirmed", answer(with_yes=False))
    assert "Nothing was changed" in said("restore", "--at", "3", code=1)
    monkeypatch.setattr(asking, "confirmed", answer(with_yes=True))
    assert "Restored 1 task." in said("restore", "--at", "3")
    assert asked == ["Restore 1 task?"] * 2


def test_only_yes_is_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    for typed, agreed in (("y\n", True), ("Yes\n", True), ("n\n", False), ("\n", False), ("", False)):
        main_end, end = pty.openpty()
        with os.fdopen(main_end, "w") as keyboard, os.fdopen(end, "r+b", buffering=0) as terminal:
            keyboard.write(typed or "\x04")
            keyboard.flush()
            with monkeypatch.context() as patch, open(terminal.fileno(), encoding="utf-8", closefd=False) as stdin:
                patch.setattr("sys.stdin", stdin)
                patch.setattr(Output, "to_terminal", True)
                assert confirmed("Do it?", Output()) is agreed


def test_moments_are_read_and_shown_on_the_users_own_clock() -> None:
    with system_zone("Europe/Berlin"):
        now = datetime(2026, 11, 21, 12, tzinfo=UTC).astimezone()
        assert parse_moment("yesterday", now, end=False) == "2026-11-19T23:00:00.000000Z"
        assert parse_moment("yesterday", now, end=True) == "2026-11-20T22:59:59.999999Z"
        assert parse_moment("2026-11-20 17:00", now, end=True) == "2026-11-20T16:00:00.000000Z"
        assert parse_moment("2026-11-20T17:00:00Z", now, end=True) == "2026-11-20T17:00:00.000000Z"
        assert shown_moment("2026-11-20T17:00:00.000000Z") == "2026-11-20 18:00"
        assert shown_moment("some time") == "some time"
        for faulty in ("someday", "2026-99-20T17:00:00Z"):
            with pytest.raises(DateError):
                parse_moment(faulty, now, end=True)


def test_moments_of_the_other_half_of_the_year_have_the_offset_of_then() -> None:
    with system_zone("Europe/Berlin"):
        now = datetime(2026, 11, 21, 12, tzinfo=UTC).astimezone()
        assert parse_moment("2026-07-02", now, end=False) == "2026-07-01T22:00:00.000000Z"
        assert parse_moment("2026-07-02", now, end=True) == "2026-07-02T21:59:59.999999Z"
        assert parse_moment("2026-07-02 17:00", now, end=True) == "2026-07-02T15:00:00.000000Z"
        assert shown_moment("2026-07-02T15:00:00.000000Z") == "2026-07-02 17:00"


@pytest.mark.parametrize("zone", ["America/New_York", "UTC", "Asia/Tokyo"])
def test_the_first_day_and_the_last_one_hold_everything(zone: str, file: Path, said: Callable[..., str]) -> None:
    assert file.exists()
    with system_zone(zone):
        assert numbers(said("--json", "history", "--since", "0001-01-01", "--until", "9999-12-31")) == [
            6,
            5,
            4,
            3,
            2,
            1,
        ]
        assert "No change matches" in said("history", "--since", "9999-12-31", code=1)
        assert json.loads(said("--json", "history", "--at", "0001-01-01"))["seq"] == 0


@pytest.mark.usefixtures("file")
def test_other_tasks_and_rules_are_told_in_words(said: Callable[..., str]) -> None:
    said("edit", "1", "depends:2", "every:month")
    said("edit", "1", "parent:2")
    said("edit", "1", "depends:none")
    last, middle, first = said("history", "--limit", "3").splitlines()[1:4]
    assert last.endswith("depends -2 “milk”")
    assert middle.endswith("parent nothing → 2 “milk”")
    assert "depends +2 “milk”" in first
    assert "recur nothing → every month" in first
    shown = said("show", "1")
    assert all(told in shown for told in ("depends +2 “milk”", "parent nothing → 2 “milk”", "→ every month"))
    assert "FREQ" not in shown
    assert "parent was nothing" in said("history", "--at", "7", "1")
    assert "parent 2 “milk” → nothing" in said("restore", "--at", "6", "1", "--yes")
    assert "parent was 2 “milk”" in said("history", "--at", "9", "1")
