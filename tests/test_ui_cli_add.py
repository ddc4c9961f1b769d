"""`todurable add`: what its words say, and many tasks at once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.in_process import call, shown


def tomorrow() -> str:
    return (datetime.now() + timedelta(1)).date().isoformat()  # noqa: DTZ005 - as the command reads the clock


def test_words_say_more_than_the_name() -> None:
    task = shown("add", "Pay", "rent", "#home", "+finance", "@desk", "!1", "due:2031-01-31", "every:month", "est:1h")
    assert task["name"] == "Pay rent"
    assert (task["project"], task["tags"], task["priority"]) == ("home", ["finance", "@desk"], 1)
    assert (task["due"], task["recur"], task["estimate"]) == ("2031-01-31", "FREQ=MONTHLY;BYMONTHDAY=-1", 60)
    before = tomorrow()
    due = shown("add", "Call due:tomorrow 17:00")["due"]
    assert due in {f"{before}T17:00", f"{tomorrow()}T17:00"}  # midnight may pass meanwhile


def test_description_and_comment_are_options() -> None:
    task = shown("add", "x", "--description", "one\n#two", "--comment", "short")
    assert (task["name"], task["description"], task["comment"]) == ("x", "one\n#two", "short")


@pytest.mark.parametrize("words", ["due:3d", "due:tomorow", "every:blue", "wait:", "est:soon"])
def test_a_date_that_is_none_is_refused(words: str) -> None:
    code, out, err = call("add", "Pay", words)
    assert (code, out) == (2, "")
    assert "Nothing was added" in err
    assert shown("list") == []


def test_a_mark_that_is_none_is_text_and_that_is_told() -> None:
    code, out, err = call("add", "Call +49 123 !7")
    assert (code, out) == (0, "1\n")
    assert [line.partition(" is no ")[0] for line in err.splitlines()] == ["“+49”", "“!7”"]
    assert shown("list")[0]["name"] == "Call +49 123 !7"
    assert call("add", "Call +49 123", "--quiet").err == ""


def test_words_of_edit_are_understood_or_told() -> None:
    code, out, err = call("add", r"x project:home priority:H depends:1 Parent:2 \notes:a parent: of")
    assert (code, out) == (0, "1\n")
    assert [line.partition(" stays in the name")[0] for line in err.splitlines()] == ["“depends:1”", "“Parent:2”"]
    task = shown("list")[0]
    assert (task["name"], task["project"], task["priority"]) == ("x depends:1 Parent:2 notes:a parent: of", "home", 1)


def test_only_marks_make_no_task() -> None:
    assert call("add", "#home", "due:fri").code == 2
    assert shown("list") == []


def test_lines_of_stdin_are_tasks_and_one_change() -> None:
    ended = call("add", "-", stdin="\ufeffone #home\r\n\n  two +x\nthree\n".encode(), terminal=False)
    assert ended == (0, "1\n2\n3\n", "")
    tasks = shown("list")
    assert [(task["name"], task["project"], task["tags"]) for task in tasks] == [
        ("one", "home", []),
        ("two", "", ["x"]),
        ("three", "", []),
    ]
    assert call("undo").out == "Undone: add 3 tasks.\n"
    assert shown("list") == []


def test_one_bad_line_of_stdin_adds_none_and_is_named() -> None:
    for bad in (b"x due:never", b"\xff", b"#home"):
        ended = call("add", "-", stdin=b"one\n%b\nthree\n" % bad)
        assert (ended.code, ended.out) == (2, "")
        assert "Line 2" in ended.err
    assert call("add", "-", stdin=b"\n \n").code == 2
    assert shown("list") == []


def test_lines_of_stdin_may_be_literal_and_json_is_an_array() -> None:
    ended = call("add", "-", "--literal", "--json", stdin=b"C# #5 due:x\n")
    assert '"name":"C# #5 due:x"' in ended.out
    assert ended.out.startswith("[")
