"""Two panes: states of the list to choose from, and what was different then; any of that can be restored."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import work
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.worker import get_current_worker

from core.display import literal
from core.errors import TodurableError
from core.jobs import CancelledError, Kind, Running
from core.progress import Progress
from core.task import Task
from ui import sentences
from ui.widgets.bar import LeftError, shown_in
from ui.widgets.difference_list import Difference, DifferenceList, all_rows, rows_of
from ui.widgets.key_line import Key, KeyLine
from ui.widgets.row_list import RowList

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.widgets.option_list import Option

_KEYS = (("r", "restore row"), ("R", "all"), ("space", "mark"), ("l", "the list then"), ("tab", "other pane"))


class Then(NamedTuple):
    """A state of the list: what it is called, its tasks, whether it is of this list's own past, and its file."""

    label: str
    tasks: Mapping[str, Task]
    ours: bool
    path: Path | None = None


class Chosen(NamedTuple):
    """What is to be restored: all of `then`, or only these rows of what was different."""

    then: Then
    rows: tuple[Difference, ...] | None


class Restoring(NamedTuple):
    """How to restore: `now` gives the tasks as they are; `restore` does it and returns a sentence, or raises
    TodurableError; `say` tells one on the screen of the list. In a thread, `begin` makes a job, and `saved` waits for
    what was restored to be on the disk.
    """

    now: Callable[[], Mapping[str, Task]]
    restore: Callable[[Chosen], str]
    begin: Callable[[Kind, Progress], Running]
    saved: Callable[[], bool]
    say: Callable[[str], None]


class RestoreScreen(Screen[None]):
    """What history and backups have in common."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q", "leave", "Close"),
        ("tab", "app.focus_next", "Other pane"),
        ("r", "restore", "Restore"),
        ("R", "restore_all", "Restore all"),
        ("l", "toggle_list", "The list then"),
        ("c", "cancel", "Cancel"),
    ]
    DEFAULT_CSS = """
    RestoreScreen {
        #restore-title { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        #restore-title { background: $surface; text-style: bold; }
        #restore-message { height: auto; max-height: 3; padding: 0 1; color: $text-accent; }
        Horizontal, Vertical { height: 1fr; }
        OptionList {
            height: 1fr;
            padding: 0 1;
            background: $background;
            scrollbar-size-vertical: 1;
            text-wrap: nowrap;
            text-overflow: ellipsis;
            &, &:focus { border: none; background-tint: $background 0%; }
            & > .option-list--option-highlighted { background: $primary 15%; color: $text; text-style: none; }
            &:focus > .option-list--option-highlighted { background: $primary 40%; color: $text; text-style: none; }
        }
        #restore-then { height: auto; padding: 0 1; color: $text-muted; }
        #restore-right { border-left: solid $surface; }
        .-narrow #restore-right { border-left: none; border-top: solid $surface; }
        .-narrow { layout: vertical; }
    }
    """

    def __init__(self, title: str, keys: Sequence[Key], restoring: Restoring) -> None:
        super().__init__()
        self._restoring = restoring
        self._jobs: list[Running] = []
        self._then: Then | None = None
        self._compared: Mapping[str, Task] = {}
        """The list with which that was compared."""
        self._wanted = self._shown = -1
        self._whole = False
        self._one_at_a_time = Lock()
        self.title_line = Static(literal(title), markup=False, id="restore-title")
        self.states = StateList(id="restore-states")
        self.differences = DifferenceList(id="restore-differences")
        self._told_then = Static(markup=False, id="restore-then")
        self._message = Static(markup=False, id="restore-message")
        self._keys = KeyLine((*_KEYS, *keys, ("esc", "back")))

    def compose(self) -> ComposeResult:
        yield self.title_line
        with Horizontal(id="restore-panes") as panes:
            panes.set_class(self.app.size.width < _WIDE, "-narrow")
            yield self.states
            yield Vertical(self._told_then, self.differences, id="restore-right")
        yield self._message
        yield self._keys

    def on_resize(self) -> None:
        self.query_one("#restore-panes").set_class(self.size.width < _WIDE, "-narrow")

    @abstractmethod
    def read_then(self, index: int, progress: Progress) -> Then:
        """The state of row `index`; called in one thread at a time. Raises TodurableError.

        `progress` is told how many steps of how many are done, where they are many; it raises where it was cancelled.
        """

    def say(self, sentence: str) -> None:
        """Tell something at the bottom; on the screen of the list where this one is closed."""
        if self.is_attached:
            self._message.update(literal(sentence))
        else:
            self._restoring.say(sentence)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_list is self.states:
            self.show_state(event.option_index)

    def show_state(self, index: int) -> None:
        """Show what was different in the state of row `index`, once it is read."""
        if index not in (self._wanted, -1):
            self._wanted, self._then = index, None
            self._told_then.update("reading…")
            self._read(index, dict(self._restoring.now()))

    @work(thread=True, exclusive=True, group="then", exit_on_error=False)
    def _read(self, index: int, now: Mapping[str, Task]) -> None:
        worker = get_current_worker()
        show = shown_in(self._told_then, "reading…", "c cancels")

        def progress(done: int, total: int) -> None:
            if worker.is_cancelled:  # another row is looked at
                raise CancelledError
            show(done, total)

        with self._one_at_a_time:  # a thread that is cancelled goes on until it looks
            if worker.is_cancelled:
                return
            try:
                then = self.read_then(index, progress)
                rows = all_rows(now, then.tasks) if self._whole else rows_of(now, then.tasks)
            except TodurableError as error:
                self.app.call_from_thread(self._show_failure, index, str(error))
                return
        if not worker.is_cancelled:
            self.app.call_from_thread(self._show, index, then, rows, now)

    def show_none(self, told: str = "") -> None:
        """Show no state, and give up what is being read."""
        self.workers.cancel_group(self, "then")
        self._wanted, self._shown, self._then = -1, -1, None
        self._told_then.update(told)
        self.differences.show(())

    def _show(self, index: int, then: Then, rows: Sequence[Difference], now: Mapping[str, Task]) -> None:
        if index == self._wanted:
            self._then, self._compared = then, now
            self._told_then.update(literal(f"The list {then.label}: {self._words(len(rows))}"))
            self.differences.show(rows, stay=index == self._shown)
            self._shown = index

    def _words(self, rows: int) -> str:
        if self._whole:
            return sentences.count(rows, "task")
        return f"{sentences.count(rows, 'difference')} to now" if rows else "as it is now"

    def _show_failure(self, index: int, why: str) -> None:
        if index == self._wanted:
            self._told_then.update(literal(why))
            self.differences.show(())

    def action_restore(self) -> None:
        """Restore what is marked, else what is under the cursor."""
        rows = self.differences.chosen
        if self._then is not None and rows and self._is_current():
            self._do(Chosen(self._then, tuple(rows)))
        elif not rows:
            self.say("There is nothing to restore here." if self._then else "It is not read yet.")

    def action_restore_all(self) -> None:
        """Restore the whole list."""
        if self._then is None:
            self.say("It is not read yet.")
        elif self._is_current():
            self._do(Chosen(self._then, None))

    def _is_current(self) -> bool:
        """Whether what is shown is what restoring would change. Where somebody changed the list, that is shown anew."""
        if self._restoring.now() == self._compared:
            return True
        self.say("The list was changed meanwhile: look at what is different now, then restore.")
        self._show_anew()
        return False

    def _show_anew(self) -> None:
        index, self._wanted = self._wanted, -1
        self.show_state(index)

    def prepare(self, chosen: Chosen, progress: Progress) -> str:
        """What has to be on the disk before; called in a thread. Returns a warning. Raises TodurableError."""
        del chosen, progress
        return ""

    @contextmanager
    def working(self, kind: Kind, what: str) -> Iterator[Running]:
        """A job of this thread; how far it is shows at the bottom, and a key cancels it. It outlives the screen."""
        with self._restoring.begin(kind, shown_in(self._message, what, "c cancels")) as job:
            self._jobs.append(job)
            try:
                yield job
            finally:
                self._jobs.remove(job)

    def action_cancel(self) -> None:
        """Give up what is being made or restored, and what is being read."""
        for job in list(self._jobs):
            job.cancel()
        if self._then is None and self._wanted >= 0:
            self.show_none("Not read.")

    @work(thread=True, exclusive=True, group="restore", exit_on_error=False)
    def _do(self, chosen: Chosen) -> None:
        app = self.app
        try:
            with self.working("restore", "Restoring") as job:
                warning = self.prepare(chosen, job.progress)
                app.call_from_thread(self._finish, chosen, warning)
                if not self._restoring.saved():
                    raise LeftError
        except TodurableError as error:
            app.call_from_thread(self.say, str(error))

    def _finish(self, chosen: Chosen, warning: str) -> None:
        self.say(" ".join(filter(None, (self._restoring.restore(chosen), warning))))
        if self.is_attached:
            self._show_anew()

    def action_toggle_list(self) -> None:
        """Show the whole list as it was, or only what was different."""
        self._whole = not self._whole
        self._show_anew()

    async def action_leave(self) -> None:
        await self.dismiss()


_WIDE = 100
"""Cells from which on there is room for two panes side by side."""


class StateList(RowList):
    """The states to choose from."""

    def append(self, options: Sequence[Option]) -> None:
        """Add rows at the end; the first row of all gets the cursor."""
        self.add_options(options)
        if self.highlighted is None and self.option_count:
            self.highlighted = 0


def row(*parts: tuple[str, str]) -> Content:
    """A row of texts with their styles."""
    return Content.assemble(*((literal(text), style) for text, style in parts))
