"""What our app shows, and an empty one beside it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from itertools import count, cycle
from pathlib import Path

from bench.processes import Environment, todurable
from bench.terminal import Terminal, showing
from core.paths import profile_file
from core.profile import ProfileStore

EMPTY = """
from textual.app import App
from textual.widgets import Static

class Empty(App):
    pressed = 0

    def compose(self):
        yield Static("nothing pressed")

    def on_key(self):
        self.pressed += 1
        self.query_one(Static).update(f"pressed: {self.pressed}")

Empty().run()
"""
"""The least that shows something and answers a key."""
_LIST = slice(26, None)
"""Where the list is in each line; the sidebar is before it."""


def empty_app(environ: Environment) -> Terminal:
    """An empty Textual app."""
    return Terminal([sys.executable, "-c", EMPTY], environ)


def our_app(file: Path, environ: Environment) -> Terminal:
    """Our app."""
    remember_tour(environ)
    return Terminal(todurable(file), environ)


def remember_tour(environ: Environment) -> None:
    """Have its user know our app already."""
    ProfileStore(profile_file(environ)).change({"tour_seen": True})


def anything(terminal: Terminal) -> bool:
    """Whether a first frame is there, of either app."""
    return not terminal.text.isspace()


def first_task(terminal: Terminal) -> bool:
    """Whether there is a line with a task."""
    return "[ ]" in terminal.text


def all_read(terminal: Terminal) -> bool:
    """Whether the whole list has been read: only then the status tells that it is saved."""
    return "saved" in terminal.lines[-1]


def moves(terminal: Terminal) -> Callable[[], float]:
    """Moves the cursor down, or up again, and gives the seconds until it is shown there."""
    steps = cycle((("j", 1), ("k", -1)))

    def move() -> float:
        key, step = next(steps)
        goal = _cursor(terminal) + step
        return terminal.answer(key, lambda terminal: _cursor(terminal) == goal)

    return move


def toggle(terminal: Terminal) -> float:
    """Marks the task at the cursor as done, or undoes that; the seconds until its sign says so."""
    row = _cursor(terminal)
    key, sign = ("u", "[ ]") if "[x]" in terminal.lines[row] else ("x", "[x]")
    return terminal.answer(key, lambda terminal: sign in terminal.lines[row])


def _cursor(terminal: Terminal) -> int:
    return next((row for row, line in enumerate(terminal.lines) if "▌" in line[_LIST]), -1)


def id_at_cursor(terminal: Terminal) -> int:
    """Of the task there."""
    found = re.search(r"\] +(\d+)", terminal.lines[_cursor(terminal)])
    return int(found[1]) if found else 0


def adds(terminal: Terminal) -> Callable[[], float]:
    """Adds a task, and gives the seconds from the return key to its line in the list."""
    numbers = count(1)

    def add() -> float:
        name = f"Buy oat milk {next(numbers)}"
        terminal.answer("a", showing("Add"))
        terminal.answer(name, showing(name))
        shown = terminal.answer("\r", lambda terminal: any("[ ]" in line and name in line for line in terminal.lines))
        terminal.press("\x1b")
        terminal.settle()
        return shown

    return add


def titled(title: str) -> Callable[[Terminal], bool]:
    """Whether the list, whose line above it comes with its rows, is the one of that title."""
    return lambda terminal: terminal.lines[0][_LIST].strip().startswith(f"{title}  ")


def in_search(text: str) -> Callable[[Terminal], bool]:
    """Whether the line for searching holds that; what tab would complete may stand behind it."""
    return lambda terminal: any(line.startswith(f" Find {text}") for line in terminal.lines)
