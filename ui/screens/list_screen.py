"""The screen of the list: sidebar, tasks, details; below them a line for messages or for typing, and the status."""

from __future__ import annotations

from asyncio import Lock
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from textual.screen import Screen
from textual.widgets import Static

from core.display import literal
from core.task import Task
from ui.commands import Command, KeyReader, shown_key
from ui.widgets.list_title import ListTitle
from ui.widgets.message_line import MessageLine
from ui.widgets.panes import Panes
from ui.widgets.sidebar import Sidebar
from ui.widgets.status_line import ListStatus, StatusLine
from ui.widgets.task_list import TaskList
from ui.widgets.tour import Tour

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.events import Key, Paste

    from core.query import QueryError

    # imported behind the first paint
    from ui.widgets.ask_line import AskLine, Question
    from ui.widgets.details import Details
    from ui.widgets.name_line import NameLine
    from ui.widgets.quick_add import QuickAddWords
    from ui.widgets.search_line import SearchLine


class ListScreen(Screen[None], inherit_bindings=False):
    """Shows what it is given, and reads the keys of the list; `perform` does the actions of commands."""

    AUTO_FOCUS = "TaskList"
    VERTICAL_BREAKPOINTS = [(0, "-short"), (16, "-tall")]  # noqa: RUF012 - Textual's name
    DEFAULT_CSS = """
    ListScreen {
        &.-short > Tour { display: none; }
        & > #banner {
            height: auto;
            padding: 0 1;
            background: $warning-muted;
            color: $text-warning;
        }
    }
    """

    def __init__(
        self,
        status: ListStatus,
        today: Callable[[], date],
        perform: Callable[[str], Awaitable[None]],
        commands: Sequence[Command],
    ) -> None:
        super().__init__()
        self.name_line: NameLine
        self.search_line: SearchLine
        self.ask_line: AskLine
        self.details: Details
        self.commands = commands
        self._perform = perform
        self._title_line = ListTitle()
        self.tasks = TaskList(today, [status.phase])
        self.message = MessageLine(commands)
        self.panes = Panes(self._title_line, self.tasks)
        self.sidebar = self.panes.sidebar
        self.tour = Tour()
        self._banner = Static(markup=False, id="banner")
        self._banner.display = False
        self._completing = Lock()
        self.is_complete = False
        """Whether all is there that is hidden at first."""
        self._status_line = StatusLine()
        self._status_line.status = status
        self._keys = KeyReader(commands)

    def compose(self) -> ComposeResult:
        yield self.panes
        yield self.message
        yield self._status_line

    async def complete(self) -> None:
        """Mount what is hidden at first, for which the first paint does not wait; once, however often it is called."""
        async with self._completing:
            if not self.is_complete:
                from ui.widgets.ask_line import AskLine
                from ui.widgets.name_line import NameLine
                from ui.widgets.search_line import SearchLine

                self.name_line, self.search_line, self.ask_line = NameLine(), SearchLine(), AskLine()
                self.details = await self.panes.complete()
                await self.mount_all((self._banner, self.tour), before=self.panes)
                await self.mount_all((self.name_line, self.search_line, self.ask_line), before=self._status_line)
                self.is_complete = True

    # Told by the app

    def show_title(self, title: str, count: str, note: str = "") -> None:
        """Say above the list what it shows."""
        line = self._title_line
        line.title, line.count, line.note = title, count, note

    def show_marks(self) -> None:
        """Say above the list how many tasks are marked: what is done next is done to all of them."""
        self._title_line.marked = len(self.tasks.chosen) if self.tasks.marks else 0

    def show_status(self, status: ListStatus) -> None:
        """Show what has become of the saving."""
        self._status_line.status = status

    def warn_always(self, text: str) -> None:
        """Show `text` above the list from now on."""
        self._banner.update(literal(text))
        self._banner.display = bool(text)

    def close_name_line(self) -> None:
        """Go back to the list."""
        self.focus_list()
        self.name_line.close()
        self.message.display = True

    def focus_list(self) -> None:
        """Give the keys to the tasks."""
        self.set_focus(self.tasks, scroll_visible=False)

    def ask(self, question: Question) -> None:
        """Take a few words."""
        self.ask_line.ask(question)
        self.message.display = False
        self.set_focus(self.ask_line.entry, scroll_visible=False)

    def on_ask_line_done(self) -> None:
        self.focus_list()
        self.ask_line.close()
        self.message.display = True

    def on_paste(self, event: Paste) -> None:
        """What is pasted where nothing is typed is no command."""
        event.stop()
        self.message.say("What you pasted was ignored: press a first to add it as tasks.")

    def start_search(self, text: str, words: QuickAddWords) -> None:
        """Take the text of a search; `words` complete it."""
        self.search_line.open(text, words.complete)
        self.message.display = False
        self.set_focus(self.search_line.entry, scroll_visible=False)

    def close_search(self) -> None:
        """Go back to the list."""
        self.focus_list()
        self.search_line.close()
        self.message.display = True

    def tell_fault(self, error: QueryError) -> None:
        """Say what is wrong with a query: where it is typed, if it is."""
        if self.search_line.is_open:
            self.search_line.refuse(error)
        else:
            self.message.say(str(error), problem=True)

    # Keys

    @property
    def typing(self) -> bool:
        """Whether keys are text."""
        if not self.is_complete:
            return False
        if self.ask_line.is_open:
            return self.focused is self.ask_line.entry
        if self.search_line.is_open:
            return self.focused is self.search_line.entry
        return self.name_line.is_open and self.focused is self.name_line.entry

    @property
    def pane(self) -> Sidebar | TaskList | Details:
        """The pane that has the keys."""
        return next((pane for pane in self.panes.order if pane is self.focused), self.tasks)

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

    async def action_help(self) -> None:
        from ui.screens.help_screen import HelpScreen

        await self.app.push_screen(HelpScreen(self.commands))

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
