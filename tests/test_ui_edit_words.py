"""What the words of `todurable edit` say."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from core.errors import TodurableError
from core.task import Priority
from tests.instances import a_task, uid
from ui.edit_words import Edits, read, split


def edits(*words: str) -> Edits:
    return read(
        words, lambda names: [uid(0, int(name)) for name in names.split(",")], today=date(2026, 11, 21), week_start=0
    )


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["12", "due:fri"], ["12"]),
        (["3", "5-8", "7,9", "1..2", "due:fri"], ["3", "5-8", "7,9", "1..2"]),
        (["beef", "12", "x"], ["beef", "12"]),
        (["12", "0b9c4d2e-5f1a", "new", "12"], ["12", "0b9c4d2e-5f1a"]),
        (["12", "5 apples"], ["12"]),
        (["12"], ["12"]),
    ],
)
def test_the_first_words_name_tasks(words: list[str], names: list[str]) -> None:
    assert split(words) == (names, words[len(names) :])


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        (["due:fri"], {"due": "2026-11-27"}),
        (["due:next", "friday", "17:00"], {"due": "2026-11-27T17:00"}),
        (
            ["due:none", "wait:NONE", "every:none", "est:none"],
            {"due": None, "wait": None, "recur": None, "estimate": None},
        ),
        (["recur:2w", "estimate:30m"], {"recur": "FREQ=WEEKLY;INTERVAL=2", "estimate": 30}),
        (["!1"], {"priority": Priority.HIGH}),
        (["!0"], {"priority": Priority.NONE}),
        (["priority:low"], {"priority": Priority.LOW}),
        (["#home/garden"], {"project": "home/garden"}),
        (["project:my home"], {"project": "my home"}),
        (["project:none"], {"project": ""}),
        (["+new", "-old", "-@home", "-+later"], {"tags": ("keep", "new")}),
        (["new name", "!2"], {"name": "new name", "priority": Priority.MEDIUM}),
        (["name:#5 due:x"], {"name": "#5 due:x"}),
        (["comment:said", "notes:one\ntwo"], {"comment": "said", "description": "one\ntwo"}),
        (["comment:none", "description:"], {"comment": "", "description": ""}),
        (["name:none"], {"name": "none"}),
        (["parent:7"], {"parent": uid(0, 7)}),
        (["parent:none"], {"parent": None}),
        (["depends:7,9", "-depends:8"], {"depends": (uid(0, 7), uid(0, 9))}),
        (["depends:none"], {"depends": ()}),
        (["every:month", "due:2027-01-31"], {"recur": "FREQ=MONTHLY;BYMONTHDAY=-1", "due": "2027-01-31"}),
    ],
)
def test_what_is_changed(words: list[str], fields: dict[str, Any]) -> None:
    task = a_task(tags=("old", "@home", "keep", "later"), depends=(uid(0, 8),))
    assert edits(*words).of(task) == fields


def test_a_rule_is_bound_to_the_day_that_the_task_has() -> None:
    assert edits("every:month").of(a_task(due="2027-01-31"))["recur"] == "FREQ=MONTHLY;BYMONTHDAY=-1"
    assert edits("every:month").of(a_task())["recur"] == "FREQ=MONTHLY"


@pytest.mark.parametrize(
    "words", [["due:"], ["due:", "fri"], ["due:3d"], ["!7"], ["priority:9"], ["+5"], [" "], ["parent:"], ["name:"], []]
)
def test_what_is_not_understood_is_refused(words: list[str]) -> None:
    with pytest.raises(TodurableError):
        edits(*words)


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("deu:fri", "There is no field “deu”. Did you mean due:?"),
        ("foo:bar", "There is no field “foo”. Nothing"),
        ("tags:x", "Tags are added by +tag"),
        ("Tag:x", "Tags are added by +tag"),
        ("+", "“+” says nothing."),
    ],
)
def test_a_mistyped_field_does_not_become_the_name(word: str, told: str) -> None:
    with pytest.raises(TodurableError, match=re.escape(told)):
        edits("due:fri", word)
    assert edits(f"\\{word}").of(a_task())["name"] == word


@pytest.mark.parametrize("words", [["https://x.org"], ["Call", "at", "17:00"], ["Re: budget"], ["x:y"]])
def test_what_only_looks_like_a_field_is_the_name(words: list[str]) -> None:
    assert edits(*words).of(a_task())["name"] == " ".join(words)
