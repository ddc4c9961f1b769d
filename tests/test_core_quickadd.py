"""Quick add: what a line says, where that stands in it, what stays text, and how words are kept literal."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.quickadd import QuickAdd, literal, parse
from core.task import Priority, check_fields

TUESDAY = date(2026, 11, 24)
WORDS = st.sampled_from(
    [
        *("#home", "#home/garden", "#home/", "#5", "#", "+finance", "+3d", "+", "@desk", "@5pm", "!1", "!9", "!", "C#"),
        *("due:fri", "due:", "due:1/2", 'due:"next friday"', "wait:+3d", "until:eoy", "scheduled:in", "Due:eom"),
        *(
            "every:month",
            "every:fort",
            'every:"2 weeks"',
            "est:1h30",
            "project:a",
            "priority:h",
            "17:00",
            "next",
            "friday",
            "3",
            "days",
        ),
        *('"#home"', '"Moby', 'Dick"', '"', "\\", "\\#5", "\\\\", "1+1", "a@b.c", "http://x#y", "milk", "  ", "\n"),
    ]
)
LINES = st.text() | st.lists(WORDS | st.text(max_size=3), max_size=10).map(" ".join)
SIGNS = re.compile(r'(?<!\S)(?:[\\"#+@!]|(?:due|scheduled|wait|until|every|est|project|priority):)', re.IGNORECASE)


def said(line: str) -> QuickAdd:
    return parse(line, today=TUESDAY)


def fields(line: str) -> dict[str, Any]:
    return said(line).fields


def single_spaced(text: str) -> str:
    return " ".join(text.split())


def test_everything_at_once() -> None:
    assert fields("Pay rent #home +finance @desk !1 due:fri 17:00 every:month") == {
        "name": "Pay rent",
        "project": "home",
        "tags": ("finance", "@desk"),
        "priority": Priority.HIGH,
        "due": "2026-11-27T17:00",
        "recur": "FREQ=MONTHLY",
    }


@given(st.permutations(["Pay", "#home/flat", "+finance", "!2", "due:fri 17:00", "every:2w", "est:1h30", "wait:eow"]))
def test_the_order_does_not_matter(words: list[str]) -> None:
    line = " ".join(words)
    assert fields(line) == fields("Pay #home/flat +finance !2 due:fri 17:00 every:2w est:1h30 wait:eow")
    assert said(line).problems == ()
    assert fields(line)["name"] == "Pay"


@pytest.mark.parametrize(
    ("word", "field", "value"),
    [
        ("#home", "project", "home"),
        ("#home/garden", "project", "home/garden"),
        ("#5", "project", "5"),
        ("#Übersee", "project", "Übersee"),
        ("+finance", "tags", ("finance",)),
        ("+b +a +b", "tags", ("b", "a")),
        ("+🔥", "tags", ("🔥",)),
        ("@desk", "tags", ("@desk",)),
        ("!1", "priority", Priority.HIGH),
        ("!3", "priority", Priority.LOW),
        ("due:fri", "due", "2026-11-27"),
        ("DUE:Fri", "due", "2026-11-27"),
        ("due:17:00", "due", "2026-11-24T17:00"),
        ("due:next friday 17:00", "due", "2026-12-04T17:00"),
        ("due:in 3 days at 9:00", "due", "2026-11-27T09:00"),
        ('due:"next friday"', "due", "2026-12-04"),
        ("due:2026-12-24T17:00", "due", "2026-12-24T17:00"),
        ("scheduled:+3d", "scheduled", "2026-11-27"),
        ("wait:eom 5pm", "wait", "2026-11-30T17:00"),
        ("until:24.12.", "until", "2026-12-24"),
        ("every:mon,thu", "recur", "FREQ=WEEKLY;BYDAY=MO,TH"),
        ('every:"2 weeks"', "recur", "FREQ=WEEKLY;INTERVAL=2"),
        ("est:30m", "estimate", 30),
        ("est:2h", "estimate", 120),
        ("est:1h30", "estimate", 90),
        ("est:1h05m", "estimate", 65),
        ("project:home/garden", "project", "home/garden"),
        ("Priority:H", "priority", Priority.HIGH),
        ("priority:2", "priority", Priority.MEDIUM),
        ("priority:none", "priority", Priority.NONE),
    ],
)
def test_what_is_understood(word: str, field: str, value: Any) -> None:
    assert fields(f"Do {word} now") == {"name": "Do now", field: value}
    assert fields(word) == {"name": "", field: value}


@pytest.mark.parametrize(
    "name",
    [
        "C# code",
        "1+1",
        "write to a@b.c",
        "see http://x#y",
        "buy milk & eggs!",
        "# + @ ! - a heading",
        "!important !! #! +- @( +-5 #-1",
        'read "Moby Dick" again',
        '5" nails and 6" screws',
        '"unclosed',
        "note:this http://due:fri overdue:fri",
        "17:00 train, next friday or in 3 days",
        "'tis - so",
        "\\",
    ],
)
def test_what_is_text_and_no_attempt(name: str) -> None:
    assert said(name) == QuickAdd({"name": name}, (), ())


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("#home/", "no project"),
        ("#home//x", "no project"),
        ("#home,", "no project"),
        ("+milk,", "no tag"),
        ("@bob.", "no context"),
        ("+49", "begins with a letter"),
        ("@5pm", "begins with a letter"),
        ("!0", "no priority"),
        ("!4", "no priority"),
        ("!12", "no priority"),
        ("due:", "says nothing"),
        ('due:""', "says nothing"),
        ("due:1/2", "2027-01-02 or 2027-02-01"),
        ("due:fridy", "Write friday or fri"),
        ("due:next", "after “next”"),
        ('due:"fri then"', "only up to “then”"),
        ("due://x", "not understood"),
        ("every:fort", "not understood"),
        ("est:90", "30m, 2h or 1h30"),
        ("est:h", "30m, 2h or 1h30"),
        ("est:1h75", "30m, 2h or 1h30"),
        ("project:", "says nothing"),
        ("project:home/", "no project"),
        ("priority:urgent", "no priority"),
    ],
)
def test_what_was_an_attempt_stays_text_and_is_told(word: str, reason: str) -> None:
    found = said(f"Do {word} please")
    assert found.fields == {"name": f"Do {word} please"}
    assert found.spans == ()
    [problem] = found.problems
    assert (problem.start, problem.end) == (3, 3 + len(word))
    assert reason in problem.reason


@pytest.mark.parametrize(
    ("first", "second"), [("#a", "#b"), ("!1", "!2"), ("due:fri", "due:sat 17:00"), ("est:1h", "est:2h")]
)
def test_the_second_of_what_there_is_only_one_of_stays_text(first: str, second: str) -> None:
    found = said(f"Do {first} {second}")
    assert found.fields == fields(f"Do {first}") | {"name": f"Do {second}"}
    assert [problem.start for problem in found.problems] == [4 + len(first)]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("fix \\#5", "fix #5"),
        ('fix "#5"', "fix #5"),
        ('say "due:fri or +so" twice', "say due:fri or +so twice"),
        ('"#home/"', "#home/"),
        ('keep "\\#5"', "keep \\#5"),
        ("\\\\server", "\\server"),
        ("\\due:fri 17:00", "due:fri 17:00"),
        ('\\"#home"', '"#home"'),
        ('"#home",', '"#home",'),
        ('""', '""'),
    ],
)
def test_a_backslash_or_quotes_keep_words_literal(line: str, name: str) -> None:
    assert fields(line) == {"name": name}
    assert said(line).problems == ()


def test_a_backslash_ends_a_date() -> None:
    assert fields("due:fri \\17:00 train") == {"name": "17:00 train", "due": "2026-11-27"}


def test_the_preview_says_what_was_understood_and_where() -> None:
    line = "Pay #home +now @desk !1 due:next friday 17:00 every:2w est:1h30 \\#5 1/2 !7"
    found = said(line)
    assert [(line[span.start : span.end], span.kind, span.shown) for span in found.spans] == [
        ("#home", "project", "project home"),
        ("+now", "tags", "tag now"),
        ("@desk", "tags", "context desk"),
        ("!1", "priority", "priority high"),
        ("due:next friday 17:00", "due", "due Fri 2026-12-04 17:00"),
        ("every:2w", "recur", "every 2 weeks"),
        ("est:1h30", "estimate", "estimate 1 h 30 min"),
        ("\\#5", "text", "text"),
    ]
    assert [line[problem.start : problem.end] for problem in found.problems] == ["!7"]
    assert found.fields["name"] == "Pay #5 1/2 !7"


@pytest.mark.parametrize(
    ("line", "recur"),
    [
        ("Rent every:month due:2027-01-31", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("Rent scheduled:2027-01-30 every:month", "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1"),
        ("Rent every:month", "FREQ=MONTHLY"),
    ],
)
def test_a_rule_keeps_the_day_that_some_months_lack(line: str, recur: str) -> None:
    assert fields(line)["recur"] == recur


def test_today_the_first_day_of_the_week_and_the_zone_are_given() -> None:
    line = 'x due:eow wait:2026-03-29T02:30 until:"2026-03-29 02:45"'
    found = parse(line, today=date(2026, 3, 22), week_start=6, zone=ZoneInfo("Europe/Berlin"))
    assert found.fields == {
        "name": "x",
        "due": "2026-03-28",
        "wait": "2026-03-29T03:30",
        "until": "2026-03-29T03:45",
    }


@given(LINES)
def test_any_line_is_understood_in_places_that_lie_in_it(line: str) -> None:
    found = said(line)
    spans, problems = ([(one.start, one.end) for one in several] for several in (found.spans, found.problems))
    places = sorted(spans + problems)
    edges = [edge for place in places for edge in place]
    assert edges == sorted(edges)
    assert all(0 <= start < end <= len(line) for start, end in places)
    assert all(not line[start].isspace() and not line[end - 1].isspace() for start, end in places)
    assert all(not line[:start] or line[start - 1].isspace() for start, _end in places)
    assert all(not line[end:] or line[end].isspace() for _start, end in places)
    assert (spans, problems) == (sorted(spans), sorted(problems))


@given(LINES)
def test_whatever_is_understood_can_be_a_task(line: str) -> None:
    found = said(line).fields
    assert found["name"] == single_spaced(found["name"])
    kept = {field: value for field, value in found.items() if field != "name" or value}
    assert check_fields(kept, "a task") == kept


@given(LINES)
def test_no_word_is_lost(line: str) -> None:
    found = said(line)
    understood = [span for span in found.spans if span.kind != "text"]
    literal_ones = [span for span in found.spans if span.kind == "text"]
    rest = list(line)
    for span in understood:
        rest[span.start : span.end] = " " * (span.end - span.start)
    for span in literal_ones:
        rest[span.start] = "" if line[span.start] == "\\" else " "
        rest[span.end - 1] = " " if line[span.start] == '"' else rest[span.end - 1]
    assert found.fields["name"] == single_spaced("".join(rest))


@given(LINES)
def test_text_without_signs_comes_back_unchanged(line: str) -> None:
    name = " ".join(word for word in line.split() if not SIGNS.match(word))
    assert said(name) == QuickAdd({"name": name}, (), ())


@given(LINES, st.sampled_from(["", " #home", " due:fri", " +a !1"]))
def test_any_name_can_be_kept_literal(name: str, rest: str) -> None:
    found = said(literal(name) + rest)
    assert found.problems == ()
    assert found.fields == fields(rest) | {"name": single_spaced(name)}
