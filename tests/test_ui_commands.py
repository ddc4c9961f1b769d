from __future__ import annotations

from pathlib import Path

import pytest
from textual.actions import parse

from ui.app import TaskApp
from ui.commands import COMMANDS, Command, KeyReader, shown_key, shown_keys

_TRASH = Command("t", ("d d",), "trash", "Trash", "", "")
_DOWN = Command("j", ("j", "down"), "down", "Down", "", "")
_DUE = Command("w", ("w d",), "due", "Due", "", "")


def test_ids_are_unique() -> None:
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)


def test_no_key_means_two_things_and_none_hides_the_beginning_of_another() -> None:
    sequences = [tuple(keys.split()) for command in COMMANDS for keys in command.keys]
    for first in sequences:
        assert [other for other in sequences if other[: len(first)] == first] == [first]


def test_nothing_is_deleted_by_a_single_key() -> None:
    (trash,) = [command for command in COMMANDS if command.action == "task.trash"]
    assert trash.keys == ("d d",)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_the_action_of_each_command_exists(command: Command) -> None:
    app = TaskApp(Path("tasks.json"))
    owner, name, _arguments = parse(command.action)
    assert callable(getattr(app.actors.named[owner], f"action_{name}"))


def test_a_single_key_acts_at_once() -> None:
    keys = KeyReader([_TRASH, _DOWN])
    assert [keys.press("j"), keys.press("down")] == [_DOWN, _DOWN]
    assert not keys.begun


def test_a_sequence_acts_with_its_last_key() -> None:
    keys = KeyReader([_TRASH, _DOWN])
    assert keys.press("d") is None
    assert keys.begun == ("d",)
    assert keys.press("d") is _TRASH
    assert not keys.begun


def test_a_key_that_does_not_continue_what_was_begun_counts_by_itself() -> None:
    keys = KeyReader([_TRASH, _DOWN, _DUE])
    keys.press("d")
    assert keys.press("j") is _DOWN
    keys.press("w")
    assert keys.press("d") is _DUE
    keys.press("d")
    assert keys.press("w") is None
    assert keys.begun == ("w",)


def test_an_unknown_key_ends_what_was_begun() -> None:
    keys = KeyReader([_TRASH])
    keys.press("d")
    assert keys.press("z") is None
    assert keys.press("d") is None
    assert keys.press("d") is _TRASH


def test_what_can_follow_is_told() -> None:
    keys = KeyReader([_TRASH, _DOWN, _DUE])
    assert keys.continuations() == []
    keys.press("d")
    assert keys.continuations() == [("d", _TRASH)]


def test_keys_are_shown_as_people_know_them() -> None:
    assert shown_keys(_DOWN) == "j ↓"
    assert shown_key("d d") == "dd"
    assert shown_key("escape") == "esc"
