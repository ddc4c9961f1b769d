"""Every change, newest first, and the list as it was after each: the time machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from core.changes import Record
from core.dates import DateError
from core.errors import TodurableError
from core.file_safety import SafeFileManager
from core.history import Gap
from core.jobs import CancelledError
from core.progress import Progress
from core.task import Task
from core.timeline import Timeline
from core.wanted import Wanted
from ui.history_search import Search, wanted_by
from ui.moments import shown_moment
from ui.screens.restore_screen import RestoreScreen, Restoring, Then, row
from ui.told_changes import told_record

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.content import Content

_NEAR = 20
"""Rows before the end at which the next are read."""
_KEYS = (("/", "find"), ("t", "this task"))


class HistoryScreen(RestoreScreen):
    """`files` gives those of the list, in a thread; `task` is the one under the cursor when it was opened."""

    BINDINGS: ClassVar[list[BindingType]] = [("slash", "find", "Find"), ("t", "this_task", "This task")]
    DEFAULT_CSS = """
    HistoryScreen Input {
        height: 1; padding: 0 1; background: $boost; display: none;
        &, &:focus { border: none; }
        &.-open { display: block; }
    }
    """

    def __init__(
        self,
        files: Callable[[], SafeFileManager],
        restoring: Restoring,
        clock: Callable[[], datetime],
        task: Task | None,
    ) -> None:
        super().__init__("History", _KEYS, restoring)
        self._files = files
        self._clock = clock
        self._current = task
        self._timeline: Timeline | None = None
        self._wanted_changes = Wanted()
        self._entries: list[Record | Gap] = []
        self._search = Search(files, Wanted(), self._tell_part)
        self._busy = self._ended = False
        self._line = Input(placeholder="words, by:kitchen, since:yesterday, until:2026-12-24", id="history-find")

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield self._line

    def on_mount(self) -> None:
        self.states.focus()
        self._start()

    def on_unmount(self) -> None:
        self._search.stopped = True

    # Reading the changes, a page at a time

    def _start(self) -> None:
        self._search.stopped = True
        self._search = Search(self._files, self._wanted_changes, self._tell_part)
        self._entries, self._ended = [], False
        self.states.clear_options()
        self.show_none()
        self._read_more()

    def _read_more(self) -> None:
        if not self._busy and not self._ended:
            self._busy = True
            self._read_page(self._search)

    @work(thread=True, group="page", exit_on_error=False)
    def _read_page(self, reading: Search) -> None:
        try:
            page, told = reading.page(), ""
        except CancelledError:
            page, told = reading.take(), "Stopped looking."
        except TodurableError as error:
            page, told = reading.take(), str(error)
        self.app.call_from_thread(self._end_page, reading, page, told)

    def _tell_part(self, reading: Search, found: list[Record | Gap], seq: int) -> None:
        """Called in the thread, while a page takes long."""
        self.app.call_from_thread(self._add_part, reading, found, seq)

    def _add_part(self, reading: Search, found: list[Record | Gap], seq: int) -> None:
        if reading is self._search and not reading.stopped:
            self._add(found)
            self._show_title(f"   looking… back to change {seq:,}, c cancels")

    def _end_page(self, reading: Search, page: list[Record | Gap], told: str) -> None:
        self._busy = False
        if reading is not self._search:  # another one has begun
            self._read_more()
            return
        self._ended = reading.ended
        self._add(page)
        self._show_title()
        if not told and not self._entries:
            told = "No change matches." if self._wanted_changes != Wanted() else "Nothing was changed yet."
        if told:
            self.say(told)

    def _add(self, entries: list[Record | Gap]) -> None:
        self._entries += entries
        now, known = self._clock().astimezone(), self._restoring.now()
        self.states.append([Option(_row(entry, known, now)) for entry in entries])

    def action_cancel(self) -> None:
        """Give up looking for more, and what is being read."""
        super().action_cancel()
        if self._busy:
            self._search.stopped = True

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        super().on_option_list_option_highlighted(event)
        if event.option_list is self.states and event.option_index >= len(self._entries) - _NEAR:
            self._read_more()

    def read_then(self, index: int, progress: Progress) -> Then:
        entry = self._entries[index]
        seq = entry.last if isinstance(entry, Gap) else entry.seq
        if self._timeline is None:
            self._timeline = Timeline(self._files())
        then = self._timeline.at(seq, progress)
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
        self._look_for(wanted._replace(tasks=self._wanted_changes.tasks))
        self._close_line()

    def action_this_task(self) -> None:
        """Only what touched the task under the cursor of the list, or all again."""
        if self._current is None:
            self.say("No task was under the cursor.")
            return
        only = frozenset() if self._wanted_changes.tasks else frozenset({self._current.uid})
        self._look_for(self._wanted_changes._replace(tasks=only))

    def _look_for(self, wanted: Wanted) -> None:
        self._wanted_changes = wanted
        self._show_title()
        self._start()

    def _show_title(self, note: str = "") -> None:
        words = [f"“{self._line.value.strip()}”"] if self._line.value.strip() else []
        if self._wanted_changes.tasks and self._current is not None:
            words.append(f"task {self._current.id}")
        self.title_line.update(row(("History" + (": " if words else "") + ", ".join(words), ""), (note, "$text-muted")))

    def _close_line(self) -> None:
        self._line.remove_class("-open")
        self.states.focus()

    async def action_leave(self) -> None:
        if self._line.has_focus:
            self._close_line()
        else:
            await self.dismiss()


def _row(entry: Record | Gap, known: Mapping[str, Task], now: datetime) -> Content:
    if isinstance(entry, Gap):
        return row((f"      {entry} could not be read", "$text-error"))
    return row(
        (f"{entry.seq:>6} ", "$text-muted"),
        (_short(shown_moment(entry.at), now), "$text-accent"),
        (f"  {told_record(entry, known)}", ""),
        (f"  {entry.by}", "$text-muted"),
    )


def _short(moment: str, now: datetime) -> str:
    """`moment` without its year where that is this one, else without its time of day; both are as wide."""
    return moment[5:] if moment[:4] == f"{now:%Y}" else f"{moment[:10]} "
