"""Every change, newest first, and the list as it was after each: the time machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from core.changes import Record
from core.dates import DateError
from core.errors import TodurableError
from core.file_safety import SafeFileManager
from core.history import Gap, Wanted, backwards
from core.task import Task
from core.timeline import Timeline
from ui.moments import parse_moment, shown_moment
from ui.screens.restore_screen import Chosen, RestoreScreen, Then, row
from ui.told_changes import told_record

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.content import Content

PAGE = 200
"""Changes that are read at a time."""
_NEAR = 20
"""Rows before the end at which the next are read."""
_KEYS = "r restore row  R all  space mark  l the list then  tab other pane  / find  t this task  esc back"


class HistoryScreen(RestoreScreen):
    """`files` gives those of the list, in a thread; `task` is the one under the cursor when it was opened."""

    BINDINGS: ClassVar[list[BindingType]] = [("slash", "find", "Find"), ("t", "this_task", "This task")]
    DEFAULT_CSS = """
    HistoryScreen Input { height: 1; border: none; padding: 0 1; background: $boost; display: none; }
    HistoryScreen Input.-open { display: block; }
    """

    def __init__(
        self,
        files: Callable[[], SafeFileManager],
        now: Callable[[], Mapping[str, Task]],
        restore: Callable[[Chosen], str],
        clock: Callable[[], datetime],
        task: Task | None,
    ) -> None:
        super().__init__("History", _KEYS, now, restore)
        self._files = files
        self._clock = clock
        self._current = task
        self._timeline: Timeline | None = None
        self._wanted_changes = Wanted()
        self._entries: list[Record | Gap] = []
        self._reading: Iterator[Record | Gap] = iter(())
        self._busy = self._ended = False
        self._line = Input(placeholder="words, by:kitchen, since:yesterday, until:2026-12-24", id="history-find")

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield self._line

    def on_mount(self) -> None:
        self.states.focus()
        self._start()

    # Reading the changes, a page at a time

    def _start(self) -> None:
        self._reading = _changes(self._files, self._wanted_changes)
        self._entries, self._ended, self._wanted = [], False, -1
        self.states.clear_options()
        self.differences.show(())
        self._read_more()

    def _read_more(self) -> None:
        if not self._busy and not self._ended:
            self._busy = True
            self._read_page(self._reading)

    @work(thread=True, group="page", exit_on_error=False)
    def _read_page(self, reading: Iterator[Record | Gap]) -> None:
        try:
            page = list(islice(reading, PAGE))
        except TodurableError as error:
            self.app.call_from_thread(self.say, str(error))
            page = []
        self.app.call_from_thread(self._add, reading, page)

    def _add(self, reading: Iterator[Record | Gap], page: list[Record | Gap]) -> None:
        self._busy = False
        if reading is not self._reading:  # another search has begun
            self._read_more()
            return
        self._ended = len(page) < PAGE
        self._entries += page
        now, known = self._clock().astimezone(), self._now()
        self.states.append([Option(_row(entry, known, now)) for entry in page])
        if not self._entries:
            self.say("No change matches." if self._wanted_changes != Wanted() else "Nothing was changed yet.")

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        super().on_option_list_option_highlighted(event)
        if event.option_list is self.states and event.option_index >= len(self._entries) - _NEAR:
            self._read_more()

    def read_then(self, index: int) -> Then:
        entry = self._entries[index]
        seq = entry.last if isinstance(entry, Gap) else entry.seq
        if self._timeline is None:
            self._timeline = Timeline(self._files())
        then = self._timeline.at(seq)
        return Then(f"after change {seq}", then.tasks, ours=True)

    # Finding

    def action_find(self) -> None:
        self._line.add_class("-open")
        self._line.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        try:
            wanted = wanted_by(event.value, self._clock().astimezone())
        except DateError as error:
            self.say(str(error))
            return
        self._search(wanted._replace(tasks=self._wanted_changes.tasks))
        self._close_line()

    def action_this_task(self) -> None:
        """Only what touched the task under the cursor of the list, or all again."""
        if self._current is None:
            self.say("No task was under the cursor.")
            return
        only = frozenset() if self._wanted_changes.tasks else frozenset({self._current.uid})
        self._search(self._wanted_changes._replace(tasks=only))

    def _search(self, wanted: Wanted) -> None:
        self._wanted_changes = wanted
        words = [f"“{self._line.value.strip()}”"] if self._line.value.strip() else []
        if wanted.tasks and self._current is not None:
            words.append(f"task {self._current.id}")
        self.title_line.update(row(("History" + (": " if words else "") + ", ".join(words), "")))
        self._start()

    def _close_line(self) -> None:
        self._line.remove_class("-open")
        self.states.focus()

    async def action_leave(self) -> None:
        if self._line.has_focus:
            self._close_line()
        else:
            await self.dismiss()


def wanted_by(text: str, now: datetime) -> Wanted:
    """What `text` asks for: words, and among them `by:kitchen`, `since:yesterday`, `until:eom`. Raises DateError."""
    wanted, words = Wanted(), []
    for word in text.split():
        name, colon, value = word.partition(":")
        if colon and value and name == "by":
            wanted = wanted._replace(by=value)
        elif colon and value and name == "since":
            wanted = wanted._replace(since=parse_moment(value, now, end=False))
        elif colon and value and name == "until":
            wanted = wanted._replace(until=parse_moment(value, now, end=True))
        else:
            words.append(word)
    return wanted._replace(text=" ".join(words))


def _changes(files: Callable[[], SafeFileManager], wanted: Wanted) -> Iterator[Record | Gap]:
    """What is asked for, newest first; nothing is read before the first of it is."""
    for entry in backwards(files().sibling(".journal")):
        if isinstance(entry, Gap) or wanted.holds(entry):
            yield entry


def _row(entry: Record | Gap, known: Mapping[str, Task], now: datetime) -> Content:
    if isinstance(entry, Gap):
        return row((f"      {entry} could not be read", "$text-error"))
    return row(
        (f"{entry.seq:>6} ", "$text-muted"),
        (shown_moment(entry.at, now)[5:], "$text-accent"),
        (f"  {told_record(entry, known)}", ""),
        (f"  {entry.by}", "$text-muted"),
    )
