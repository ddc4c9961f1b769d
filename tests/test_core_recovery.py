from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.recovery import Attempt, RecoveryReport

_MAIN, _BACKUP = Path("/lists/tasks.json"), Path("/lists/tasks.json.backup")
_EMPTY = Attempt(_MAIN, "it is empty")


def test_a_recovery_is_told_in_sentences() -> None:
    report = RecoveryReport(_MAIN, _BACKUP, (_EMPTY,), 3, (), (Path("/lists/tasks.json.damaged-20300101T000000Z"),))
    assert report.sentences() == [
        "tasks.json could not be used: it is empty.",
        "The content was recovered from tasks.json.backup and 3 changes done again.",
        "Nothing is missing.",
        "The damaged bytes are kept in tasks.json.damaged-20300101T000000Z.",
    ]
    assert str(report) == " ".join(report.sentences())
    assert report.source == "tasks.json.backup"


def test_what_is_lost_is_told_in_place_of_that_nothing_is() -> None:
    report = RecoveryReport(_MAIN, _BACKUP, (_EMPTY,), lost=("Change 7 could not be read.", "Change 9 too."))
    assert report.sentences() == [
        "tasks.json could not be used: it is empty.",
        "The content was recovered from tasks.json.backup.",
        "Change 7 could not be read.",
        "Change 9 too.",
    ]


def test_each_refusal_is_told_in_order() -> None:
    refused = (_EMPTY, Attempt(_BACKUP, "it is missing"))
    report = RecoveryReport(_MAIN, _MAIN.with_name("tasks.json.backup.1"), refused)
    assert report.sentences()[:2] == [
        "tasks.json could not be used: it is empty.",
        "tasks.json.backup could not be used: it is missing.",
    ]


def test_where_nothing_could_be_used_nothing_is_claimed() -> None:
    report = RecoveryReport(_MAIN, None, (_EMPTY, Attempt(_BACKUP, "it is empty")))
    assert report.source == ""
    assert "recovered" not in str(report)
    assert "Nothing is missing" not in str(report)


@pytest.mark.parametrize(
    ("count", "words"), [(0, "backup."), (1, "1 change done again."), (2, "2 changes done again.")]
)
def test_numbers_are_said_as_people_say_them(count: int, words: str) -> None:
    assert words in str(RecoveryReport(_MAIN, _BACKUP, (_EMPTY,), count))


def test_programs_get_the_same() -> None:
    report = RecoveryReport(_MAIN, _BACKUP, (_EMPTY,), 3, ("Change 7 could not be read.",), (Path("/lists/kept"),))
    assert json.loads(json.dumps(report.to_json())) == {
        "file": "/lists/tasks.json",
        "used": "/lists/tasks.json.backup",
        "refused": [{"file": "/lists/tasks.json", "problem": "it is empty"}],
        "replayed": 3,
        "lost": ["Change 7 could not be read."],
        "kept": ["/lists/kept"],
    }
    assert RecoveryReport(_MAIN, None).to_json()["used"] is None
