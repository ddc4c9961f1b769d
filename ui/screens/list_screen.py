"""The screen of the list: sidebar, tasks, details; below them a line for messages or for typing, and the status."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Static

from core.display import literal
from core.task import Task
from ui.commands import COMMANDS, KeyReader, shown_key
from ui.screens.help_screen import HelpScreen
from ui.widgets.list_title import ListTitle
from ui.widgets.message_line import MessageLine
from ui.widgets.name_line import NameLine
from ui.widgets.quick_add import QuickAddWords
from ui.widgets.status_line import ListStatus, StatusLine
from ui.widgets.task_list import TaskList

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.events import Key


class ListScreen(Screen[None]):
    """Shows what it is given, and reads the keys of the list; `perform` does the actions of commands."""

    AUTO_FOCUS = "TaskList"
    DEFAULT_CSS = """
    ListScreen {
        & > #banner {
            height: auto;
            padding: 0 1;
            background: $warning-muted;
            color: $text-warning;
            display: none;
        }
        & > #panes { height: 1fr; }
        #middle { width: 1fr; }
    }
    """

    def __init__(
        self, status: ListStatus, today: Callable[[], date], perform: Callable[[str], Awaitable[None]]
    ) -> None:
        super().__init__()
        self._perform = perform
        self.title_line = ListTitle()
        self.tasks = TaskList(today, [status.phase])
        self.message = MessageLine(COMMANDS)
        self.name_line = NameLine()
        self._banner = Static(markup=False, id="banner")
        self._status_line = StatusLine()
        self._status_line.status = status
        self._keys = KeyReader(COMMANDS)

    def compose(self) -> ComposeResult:
        yield self._banner
        with Horizontal(id="panes"), Vertical(id="middle"):
            yield self.title_line
            yield self.tasks
        yield self.message
        yield self.name_line
        yield self._status_line

    # Told by the app

    def show(self, tasks: Sequence[Task], empty: Sequence[str]) -> None:
        """Show the list as it is now; `empty` are the lines for a list without tasks."""
        self.tasks.show(tasks, empty)
        self.title_line.title, self.title_line.count = "All tasks", str(len(tasks))

    def show_status(self, status: ListStatus) -> None:
        """Show what has become of the saving."""
        self._status_line.status = status

    def warn_always(self, text: str) -> None:
        """Show `text` above the list from now on."""
        self._banner.update(literal(text))
        self._banner.display = bool(text)

    def close_name_line(self) -> None:
        """Go back to the list."""
        self.set_focus(self.tasks, scroll_visible=False)
        self.name_line.close()
        self.message.display = True

    # Keys

    @property
    def typing(self) -> bool:
        """Whether keys are text."""
        return self.name_line.is_open and self.focused is self.name_line.entry

    async def take_key(self, event: Key) -> bool:
        """Do what a key means in the list; whether it means anything there."""
        if self.typing:
            return False
        printable = event.character if event.is_printable and event.key != "space" else None
        command = self._keys.press(printable or event.key)
        if self._keys.begun:
            self.message.say_hints([(f"{shown_key(' '.join(self._keys.begun))} …", ""), *self._following()])
        elif command is None:
            return False
        else:
            self.message.hush()
            await self._perform(command.action)
        return True

    def _following(self) -> list[tuple[str, str]]:
        return [(keys, command.title.lower()) for keys, command in self._keys.continuations()]

    def action_move(self, rows: int) -> None:
        self.tasks.move(rows)

    def action_move_pages(self, pages: float) -> None:
        self.tasks.move_pages(pages)

    def action_move_to_first(self) -> None:
        self.tasks.move_to(0)

    def action_move_to_last(self) -> None:
        self.tasks.move_to_last()

    def action_back(self) -> None:
        # a message has been hushed already, as by any key
        if self.name_line.is_open:
            self.name_line.post_message(NameLine.Closed())

    async def action_help(self) -> None:
        await self.app.push_screen(HelpScreen(COMMANDS))

    # Typing

    def start_adding(self, prompt: str, words: QuickAddWords, text: str = "") -> None:
        """Take lines that add tasks, one after the other."""
        self._open(prompt, text, placeholder="What is to be done, then enter; esc when done", words=words)

    def start_renaming(self, task: Task, text: str | None = None) -> None:
        """Take another name for `task`; `text` is as much of it as was typed before."""
        self._open("Rename", task.name, task.uid)
        if text is not None:
            self.name_line.entry.put(text)

    def _open(
        self,
        prompt: str,
        text: str = "",
        uid: str | None = None,
        placeholder: str = "",
        words: QuickAddWords | None = None,
    ) -> None:
        self.name_line.open(prompt, text, uid, placeholder, words)
        self.message.display = False
        self.set_focus(self.name_line.entry, scroll_visible=False)
