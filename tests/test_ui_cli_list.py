"""`todurable list` and `show`: what is found, in which order and columns, for people and for pipes."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from core.dates import SHORT_WEEKDAYS
from core.state import AppState
from core.task import Status
from tests.in_process import call, shown
from ui.listing import day_in_words


@pytest.fixture(autouse=True)
def file(home: Path) -> Path:
    """A list of six tasks; dates are far enough from today for midnight to pass."""
    file = home / "todurable" / "tasks.json"
    file.parent.mkdir()
    state = AppState()
    state.add_tasks(
        [
            {"name": "Pay the rent", "project": "home", "due": "2020-01-01", "priority": 1},
            {"name": "Mow the lawn", "project": "home/garden", "tags": ["@out", "later"], "due": "2400-01-01"},
            {"name": "Write \x1b[31m[bold]it[/bold] down", "tags": ["later"], "description": "one\ntwo"},
            {"name": "Wait for it", "wait": "2400-01-01"},
            {"name": "Done", "status": Status.DONE},
            {"name": "Active", "status": Status.ACTIVE, "project": "work"},
        ]
    )
    state.edit_each([(state.find(2), {"depends": [state.find(1).uid], "parent": state.find(1).uid})])
    state.save_to_file(file)
    return file


def ids(*arguments: str) -> list[int]:
    return [task["id"] for task in shown("list", *arguments)]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], [1, 2, 3, 6]),
        (["--all"], [1, 2, 3, 4, 5, 6]),
        (["rent", "or", "lawn"], [1, 2]),
        (["#home", "-@out"], [1]),
        (["-#home", "sort:id-"], [6, 3]),
        (["--all", "rent", "or", "is:done"], [1, 5]),
        (["--sort", "name"], [6, 2, 1, 3]),
        (["--sort", "due-", "--limit", "1"], [2]),
        (["is:blocked"], [2]),
        (["--group", "project"], [1, 2, 6, 3]),
        (["--group", "tag"], [2, 3, 1, 6]),
        (["zzz"], []),
    ],
)
def test_what_is_found(arguments: list[str], expected: list[int]) -> None:
    assert ids(*arguments) == expected


def test_a_filter_of_the_profile_is_a_query() -> None:
    call("profile", "set", "filters.out", "@out or is:active")
    assert ids("--filter", "out") == [2, 6]
    assert ids("--filter", "out", "lawn") == [2]
    assert call("list", "--filter", "none").code == 1


def test_piped_it_has_the_columns_asked_for() -> None:
    assert call("list", "#home", "--columns", "id,depends,parent,tags,labels").out == (
        "1\t\t\t\t#home\n2\t1\t1\t@out later\t#home/garden @out +later\n"
    )
    assert call("list", "--columns", "id,nmae").code == 2


def test_on_a_terminal_it_has_columns_that_fit() -> None:
    lines = call("list", "--no-color", terminal=True).out.splitlines()
    assert lines[0].split() == ["ID", "P", "DUE", "NAME", "LABELS"]
    assert lines[1].split() == ["1", "1", "2020-01-01", "Pay", "the", "rent", "#home"]
    assert all(len(line) <= 80 for line in lines)
    assert "\x1b" not in "".join(lines)


def test_on_a_terminal_children_stand_beneath_their_parents() -> None:
    call("edit", "1", "parent:6")
    call("edit", "2", "parent:1")

    def shown_names(*arguments: str) -> list[str]:
        lines = call("list", "--no-color", "--columns", "name", *arguments, terminal=True).out.splitlines()
        return [line.rstrip() for line in lines[1:]]

    assert [name[:14] for name in shown_names()][1:] == ["Active", "  Pay the rent", "    Mow the la"]
    assert shown_names("id<=2") == ["Pay the rent", "  Mow the lawn"]
    assert shown_names("id<=2", "--sort", "name") == ["Mow the lawn", "Pay the rent"]
    assert ids() == [1, 2, 3, 6]


def test_on_a_terminal_it_is_coloured_by_urgency() -> None:
    lines = call("list", "--all", terminal=True).out.splitlines()
    assert lines[1].startswith("\x1b[31m")
    assert lines[5].startswith("\x1b[2m")
    assert lines[6].startswith("\x1b[32m")
    assert "\x1b[31m[bold]" not in "".join(lines)


def test_groups_have_headings_on_a_terminal_and_none_in_a_pipe() -> None:
    lines = call("list", "--group", "project", "--columns", "name", "--no-color", terminal=True).out.splitlines()
    assert [line for line in lines if line.startswith(("#", "No"))] == ["#home", "#home/garden", "#work", "No project"]
    assert len(call("list", "--group", "project").out.splitlines()) == 4
    by_due = call("list", "--group", "due", "--no-color", terminal=True).out.splitlines()
    assert [line for line in by_due[1:] if not line.startswith(" ")] == ["Overdue", "2400-01-01", "No date"]


@pytest.mark.parametrize(
    ("style", "written"), [("iso", "2400-01-01"), ("day-month", "01.01.2400"), ("month-day", "01/01/2400")]
)
def test_dates_are_written_as_the_profile_says(style: str, written: str) -> None:
    call("profile", "set", "date_style", style)
    call("edit", "6", "due:today", "scheduled:2400-01-01")
    lines = call("list", "--no-color", terminal=True).out.splitlines()
    assert f" {written}    Mow" in next(line for line in lines if "Mow" in line)
    assert "today" not in "".join(lines)
    by_due = call("list", "--no-color", "--group", "due", "--columns", "name,scheduled", terminal=True).out
    assert f"\n{written}\n" in by_due
    assert ["Active", written] in [line.split() for line in by_due.splitlines()]
    assert "2400-01-01" in call("list").out
    shown_one = call("show", "2").out
    assert f"due         Sat {written}\n" in shown_one
    created = datetime.fromisoformat(shown("list", "lawn")[0]["created"]).astimezone()
    assert f"  what happened\n  {created:%a} " in shown_one
    call("edit", "2", "every:year")
    assert call("done", "2").out.endswith(f"Mon {written.replace('2400', '2401')}\n")


@pytest.mark.parametrize("columns", [1, 5, 20, 200])
def test_no_line_is_wider_than_the_terminal(columns: int) -> None:
    for arguments in ([], ["--group", "project"], ["--columns", "id,name,description,created"]):
        out = call("list", "--all", "--no-color", *arguments, terminal=True, columns=columns).out
        assert max(map(len, out.splitlines())) <= columns


def test_nothing_found_says_what_was_implied() -> None:
    assert call("list", "zzz") == (0, "", "No task matches (is:open -is:waiting).\n")
    assert call("list", "zzz", "is:done").err == "No task matches.\n"


@pytest.mark.parametrize(
    ("away", "words"), [(-1, "yesterday"), (0, "today"), (1, "tomorrow"), (-2, ""), (7, ""), (6, "day")]
)
def test_days_near_today_are_words(away: int, words: str) -> None:
    today = date(2026, 11, 21)
    day = today + timedelta(away)
    expected = {"": day.isoformat(), "day": SHORT_WEEKDAYS[day.weekday()]}.get(words, words)
    assert day_in_words(day.isoformat(), today.isoformat()) == expected
    assert day_in_words(f"{day.isoformat()}T17:00", today.isoformat()) == f"{expected} 17:00"


def test_show_says_all_and_what_happened() -> None:
    call("edit", "3", "#home", "est:90m", "every:week", "due:2031-01-01 10:00")
    call("start", "3")
    out = call("show", "2", "3").out
    assert "\x1b" not in out
    assert "  depends     1 Pay the rent\n" in out
    assert "  due         Wed 2031-01-01 10:00\n" in out
    assert "  recur       every week\n" in out
    assert "  estimate    1 h 30 min\n" in out
    assert "\n  one\n  two\n" in out
    assert out.count("add 6 tasks") == 2
    history = shown("show", "3")[0]["history"]
    assert [event["label"].split(" ")[0] for event in history] == ["add", "edit", "start"]
    assert history[1]["after"]["project"] == "home"
    assert call("show", "77").code == 1


def test_show_finds_the_trash_and_json_is_an_array() -> None:
    call("delete", "1")
    assert [task["status"] for task in json.loads(call("show", "1", "2", "--json").out)] == ["deleted", "pending"]
