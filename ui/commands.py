"""The one table of commands. Keys, palette, hints and the help screen are all made from it.

A key is named as people know it: the character it types ("G", "?"), else Textual's name ("ctrl+d", "pagedown").
Several keys in a row are separated by spaces ("d d").
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """Something that a user can do in the list.

    `action` is written as Textual's are: `name(arguments)` of the screen of the list, or of the actor before the dot
    (see `TaskApp.actors`).

    `hint` is its word in the line of hints; empty where it has no place there.
    """

    id: str
    keys: tuple[str, ...]
    action: str
    title: str
    help: str
    group: str
    hint: str = ""

    @property
    def listed(self) -> bool:
        """Whether the palette shows it before anything is typed there."""
        return bool(self.hint) or self.group == _TASKS


_MOVE, _TASKS, _PROGRAM = "Move", "Tasks", "Program"

COMMANDS = (
    Command("move.down", ("j", "down"), "move(1)", "Next task", "Go to the next task", _MOVE),
    Command("move.up", ("k", "up"), "move(-1)", "Previous task", "Go to the task before", _MOVE),
    Command("move.first", ("g g", "home"), "move_to_first", "First task", "Go to the first task", _MOVE),
    Command("move.last", ("G", "end"), "move_to_last", "Last task", "Go to the last task", _MOVE),
    Command("move.half_down", ("ctrl+d",), "move_pages(0.5)", "Half a page down", "Go half a page down", _MOVE),
    Command("move.half_up", ("ctrl+u",), "move_pages(-0.5)", "Half a page up", "Go half a page up", _MOVE),
    Command("move.page_down", ("pagedown",), "move_pages(1)", "Page down", "Go a page down", _MOVE),
    Command("move.page_up", ("pageup",), "move_pages(-1)", "Page up", "Go a page up", _MOVE),
    Command("task.add", ("a",), "edit.add", "Add tasks", "Add tasks, until esc", _TASKS, "add"),
    Command("task.add_child", ("A",), "edit.add_child", "Add under it", "Add tasks under the task", _TASKS),
    Command("edit.resume", (".",), "edit.resume", "Go on typing", "Bring back what was half typed", _TASKS),
    Command("task.rename", ("i",), "edit.rename", "Rename", "Change the name of the task", _TASKS, "rename"),
    Command("task.done", ("x",), "task.toggle_done", "Done or reopen", "Mark as done, or open again", _TASKS, "done"),
    Command("task.trash", ("d d",), "task.trash", "Trash", "Move to the trash; undo brings it back", _TASKS, "trash"),
    Command("history.undo", ("u",), "task.undo", "Undo", "Take back the last change", _TASKS, "undo"),
    Command("history.redo", ("ctrl+r",), "task.redo", "Redo", "Do again what was undone", _TASKS),
    Command("app.help", ("?",), "help", "Help", "Show the keys", _PROGRAM, "help"),
    Command("app.palette", ("ctrl+p",), "app.command_palette", "Commands", "Find a command by its name", _PROGRAM),
    Command("app.back", ("escape",), "back", "Back", "Close the message or the input line", _PROGRAM),
    Command("app.quit", ("q",), "app.quit", "Quit", "Leave; never asks when all is saved", _PROGRAM, "quit"),
)

_SHOWN = {"down": "↓", "up": "↑", "escape": "esc", "pagedown": "pgdn", "pageup": "pgup"}


def shown_keys(command: Command) -> str:
    """The keys of `command` for people: "j ↓", "dd"."""
    return " ".join(shown_key(keys) for keys in command.keys)


def shown_key(keys: str) -> str:
    """One key, or several in a row, for people."""
    return "".join(_SHOWN.get(key, key) for key in keys.split())


class KeyReader:
    """Finds the command that keys pressed one after the other mean. `begun` are those that wait for a further one."""

    def __init__(self, commands: Iterable[Command]) -> None:
        self._commands = {tuple(keys.split()): command for command in commands for keys in command.keys}
        self.begun: tuple[str, ...] = ()

    def press(self, key: str) -> Command | None:
        """The command that `key` completes. A key that does not continue what was begun counts by itself."""
        for keys in dict.fromkeys(((*self.begun, key), (key,))):
            self.begun = ()
            if keys in self._commands:
                return self._commands[keys]
            if any(known[: len(keys)] == keys for known in self._commands):
                self.begun = keys
                return None
        return None

    def continuations(self) -> list[tuple[str, Command]]:
        """What could follow on what was begun: keys for people, and the command that they complete."""
        count = len(self.begun)
        return [
            (shown_key(" ".join(keys[count:])), command)
            for keys, command in self._commands.items()
            if count and keys[:count] == self.begun
        ]
