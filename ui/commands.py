"""The one table of commands. Keys, palette, hints and the help screen are all made from it.

A key is named as people know it: the character it types ("G", "?"), else Textual's name ("ctrl+d", "pagedown").
Several keys in a row are separated by spaces ("d d").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from ui.views import ORDERS


class Command(Struct, frozen=True):
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


_MOVE, _TASKS, _FIELDS, _ORDER = "Move", "Tasks", "Dates and fields", "Order"
_VIEWS, _MARKS, _SAFE, _PROGRAM = "Views", "Marks", "Safekeeping", "Program"

_NUMBERED = "Show that view of the sidebar"

COMMANDS = (
    Command("move.down", ("j", "down"), "list.move(1)", "Next task", "Go to the next task", _MOVE),
    Command("move.up", ("k", "up"), "list.move(-1)", "Previous task", "Go to the task before", _MOVE),
    Command("move.first", ("g g", "home"), "list.move_to_first", "First task", "Go to the first task", _MOVE),
    Command("move.last", ("G", "end"), "list.move_to_last", "Last task", "Go to the last task", _MOVE),
    Command("move.half_down", ("ctrl+d",), "list.move_pages(0.5)", "Half a page down", "Go half a page down", _MOVE),
    Command("move.half_up", ("ctrl+u",), "list.move_pages(-0.5)", "Half a page up", "Go half a page up", _MOVE),
    Command("move.page_down", ("pagedown",), "list.move_pages(1)", "Page down", "Go a page down", _MOVE),
    Command("move.page_up", ("pageup",), "list.move_pages(-1)", "Page up", "Go a page up", _MOVE),
    Command("task.add", ("a",), "edit.add", "Add tasks", "Add tasks, until esc", _TASKS, "add"),
    Command("task.add_child", ("A",), "edit.add_child", "Add under it", "Add tasks under the task", _TASKS),
    Command("task.add_below", ("o",), "edit.add_beside('below')", "Add below", "Add tasks below the task", _TASKS),
    Command("task.add_above", ("O",), "edit.add_beside('above')", "Add above", "Add tasks above the task", _TASKS),
    Command("edit.resume", (".",), "edit.resume", "Go on typing", "Bring back what was half typed", _TASKS),
    Command("task.rename", ("i",), "edit.rename", "Rename", "Change the name of the task", _TASKS, "rename"),
    Command("task.edit", ("e",), "form.edit", "Edit", "Change all of the task in a form", _TASKS, "edit"),
    Command("task.done", ("x",), "task.toggle_done", "Done or reopen", "Mark as done, or open again", _TASKS, "done"),
    Command("task.trash", ("d d",), "task.trash", "Trash", "Move to the trash; undo brings it back", _TASKS, "trash"),
    Command("task.start", ("s",), "task.toggle_started", "Start or stop", "Start work on it, or stop", _TASKS),
    Command("task.cancel", ("X",), "task.cancel", "Cancel", "Cancel it, or open it again", _TASKS),
    Command("history.undo", ("u",), "task.undo", "Undo", "Take back the last change", _TASKS, "undo"),
    Command("history.redo", ("ctrl+r",), "task.redo", "Redo", "Do again what was undone", _TASKS),
    Command(
        "conflict.take", ("c",), "conflict.take_other", "The other value", "Take the other value of a conflict", _TASKS
    ),
    Command("task.describe", ("E",), "description.edit", "Describe", "Edit the description in $EDITOR", _TASKS),
    Command("when.due", ("w d",), "form.date('due')", "Due", "Choose when it is due", _FIELDS),
    Command("when.scheduled", ("w s",), "form.date('scheduled')", "Scheduled", "Choose when to begin", _FIELDS),
    Command("when.wait", ("w w",), "form.date('wait')", "Wait", "Choose until when to hide it", _FIELDS),
    Command("when.today", ("w t",), "set.due('today')", "Due today", "Make it due today", _FIELDS),
    Command("when.tomorrow", ("w m",), "set.due('tomorrow')", "Due tomorrow", "Make it due tomorrow", _FIELDS),
    Command("when.week", ("w n",), "set.due('next week')", "Due next week", "Make it due next week", _FIELDS),
    Command("when.none", ("w x",), "set.due('')", "No due date", "Take its due date away", _FIELDS),
    Command("when.later", ("shift+right",), "set.shift(1)", "A day later", "Make it due a day later", _FIELDS),
    Command("when.earlier", ("shift+left",), "set.shift(-1)", "A day earlier", "Make it due a day earlier", _FIELDS),
    Command("priority.up", ("+",), "set.priority(1)", "Higher priority", "Raise its priority", _FIELDS),
    Command("priority.down", ("-",), "set.priority(-1)", "Lower priority", "Lower its priority", _FIELDS),
    Command("task.tags", ("t",), "set.tags", "Tags", "Change its tags", _FIELDS),
    Command("task.project", ("m",), "set.project", "Project", "Move it to a project", _FIELDS),
    Command("task.blocked", ("b",), "set.blocked", "Blocked by", "Say which tasks have to be done before", _FIELDS),
    Command("order.down", ("J",), "order.move(1)", "Move down", "Move it down by one", _ORDER),
    Command("order.up", ("K",), "order.move(-1)", "Move up", "Move it up by one", _ORDER),
    Command("order.indent", ("> >",), "order.indent", "Indent", "Put it under the task above", _ORDER),
    Command("order.outdent", ("< <",), "order.outdent", "Outdent", "Take it out from under its task", _ORDER),
    Command(
        "pane.next", ("tab",), "list.next_pane(1)", "Next pane", "Go to the sidebar, the details, the list", _VIEWS
    ),
    Command("pane.previous", ("shift+tab",), "list.next_pane(-1)", "Previous pane", "Go there the other way", _VIEWS),
    Command("pane.details", ("enter",), "list.toggle_details", "Details", "Show all of the task", _VIEWS, "details"),
    Command("pane.sidebar", ("\\",), "list.toggle_sidebar", "Sidebar", "Show or hide the sidebar", _VIEWS),
    *(
        Command(f"view.{number}", (str(number),), f"list.view({number})", f"View {number}", _NUMBERED, _VIEWS)
        for number in range(1, 10)
    ),
    Command("view.next", ("]",), "list.next_view(1)", "Next view", "Show the view below in the sidebar", _VIEWS),
    Command("view.previous", ("[",), "list.next_view(-1)", "Previous view", "Show the view above", _VIEWS),
    Command("find.search", ("/",), "list.search", "Find", "Find tasks as you type", _VIEWS, "find"),
    Command("find.next", ("n",), "list.next_match(1)", "Next match", "Go to the next task that was found", _VIEWS),
    Command("find.previous", ("N",), "list.next_match(-1)", "Previous match", "Go to the one before", _VIEWS),
    *(
        Command(f"sort.{order}", (f"S {key}",), f"list.sort('{order}')", f"Sort {words}", f"Show tasks {words}", _VIEWS)
        for key, (order, words) in zip("mdpncl", ORDERS.items(), strict=True)
    ),
    Command("find.save", ("F",), "list.save_search", "Save the search", "Save the search as a filter", _VIEWS),
    Command("find.filter", ("f",), "list.filter", "Saved filters", "Show or remove a saved filter", _VIEWS),
    Command("mark.one", ("space",), "list.mark", "Mark", "Mark or unmark the task", _MARKS),
    Command("mark.range", ("v",), "list.mark_range", "Mark a range", "Begin or end a range of marks", _MARKS),
    Command("mark.all", ("V",), "list.mark_all", "Mark all", "Mark all that is shown", _MARKS),
    Command("mark.invert", ("*",), "list.invert_marks", "Invert marks", "Mark what is not marked", _MARKS),
    Command("keep.history", ("g h",), "keep.history", "History", "Show every change, and go back in time", _SAFE),
    Command("keep.backups", ("g b",), "keep.backups", "Backups", "Show the backups, make one, restore", _SAFE),
    Command("keep.files", ("g a",), "keep.attachments", "Attached files", "Open or attach files", _SAFE),
    Command("keep.lists", ("g l",), "keep.lists", "Lists", "Go to another of your lists", _SAFE),
    Command("keep.welcome", ("g w",), "keep.welcome", "Set up", "Answer four questions about how you work", _SAFE),
    Command("keep.settings", (",",), "keep.settings", "Settings", "Change your settings", _SAFE),
    Command("app.help", ("?",), "help", "Help", "Show the keys", _PROGRAM, "help"),
    Command("app.palette", (":", "ctrl+p"), "app.command_palette", "Commands", "Find a command by its name", _PROGRAM),
    Command("app.back", ("escape",), "list.back", "Back", "Close the message or the input line", _PROGRAM),
    Command("app.quit", ("q",), "app.quit", "Quit", "Leave; never asks when all is saved", _PROGRAM, "quit"),
)


def rebound(commands: Sequence[Command], keys: Mapping[str, Sequence[str]]) -> tuple[tuple[Command, ...], list[str]]:
    """`commands` with the user's `keys`, by command id, and what of those could not be: each in a sentence.

    A key that another command has is taken by nobody anew: the command keeps its own.
    """
    known = {command.id for command in commands}
    problems = [_no_command(name, known) for name in keys if name not in known]
    taken = {keys_: command for command in commands for keys_ in command.keys if command.id not in keys}
    result = []
    for command in commands:
        wanted = tuple(" ".join(one.split()) for one in keys.get(command.id, command.keys))
        clash = next(((one, taken[other]) for one in wanted for other in taken if _clash(one, other)), None)
        if command.id in keys and clash is not None:
            problems.append(f"“{clash[0]}” cannot be {command.title}: it is {clash[1].title}.")
            wanted = tuple(one for one in command.keys if not any(_clash(one, other) for other in taken))
        if command.id in keys:
            taken |= dict.fromkeys(wanted, command)
        result.append(replace(command, keys=wanted))
    return tuple(result), problems


def _no_command(name: str, known: Iterable[str]) -> str:
    """That there is none of this name, and those that may have been meant."""
    meant = sorted(one for one in known if name.rpartition(".")[2] in one)
    besides = f", but {', '.join(meant)}" if meant else ""
    return f"There is no command “{name}” to give keys to{besides}."


def _clash(one: str, other: str) -> bool:
    """Whether one of two sequences of keys begins the other."""
    return f"{one} ".startswith(f"{other} ") or f"{other} ".startswith(f"{one} ")


_SHOWN = {"down": "↓", "up": "↑", "escape": "esc", "pagedown": "pgdn", "pageup": "pgup"}


def shown_keys(command: Command) -> str:
    """The keys of `command` for people: "j ↓", "dd"."""
    return " ".join(shown_key(keys) for keys in command.keys)


def shown_key(keys: str) -> str:
    """One key, or several in a row, for people."""
    return "".join(_SHOWN.get(key, key) for key in keys.split())


def keys_table(commands: Iterable[Command]) -> str:
    """The keys as a table in Markdown, for the README. Commands that are told in the same words share a row."""
    rows = ["| key | what it does |", "|---|---|"]
    for group, members in groupby(commands, key=lambda command: command.group):
        rows.append(f"| **{group}** | |")
        for words, alike in groupby(members, key=lambda command: command.help):
            keys = " ".join(f"`{shown_key(keys)}`" for command in alike for keys in command.keys)
            rows.append(f"| {keys.replace('|', chr(92) + '|')} | {words} |")
    return "\n".join(rows) + "\n"


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
