"""Every backup, how old and whether it is good, and what was different then; a new one is a key away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import work
from textual.widgets.option_list import Option

from core import archive, backups
from core.backups import Found
from core.errors import TodurableError
from core.file_safety import SafeFileManager
from core.progress import Progress
from ui import sentences
from ui.screens.restore_screen import Chosen, RestoreScreen, Restoring, Then, row

if TYPE_CHECKING:
    from textual.binding import BindingType
    from textual.content import Content

_KEYS = (("b", "make a ZIP"), ("p", "its settings"))


class Offer(NamedTuple):
    """The settings in the ZIP at `path`: how they differ from those that there are, and what restores them.

    `restore` is called in a thread, returns a sentence, and raises TodurableError.
    """

    path: Path
    differences: Sequence[str]
    restore: Callable[[], str]


class BackupsScreen(RestoreScreen):
    """`files` and `places`, other directories with ZIPs, are asked for in a thread; there, too, `make` makes a ZIP, and
    `settings` offers those in one, or raises TodurableError.
    """

    BINDINGS: ClassVar[list[BindingType]] = [("b", "make", "Make a ZIP"), ("p", "settings", "Settings")]

    def __init__(
        self,
        files: Callable[[], SafeFileManager],
        restoring: Restoring,
        clock: Callable[[], datetime],
        make: Callable[[Progress], Path],
        places: Callable[[], tuple[Path, ...]],
        settings: Callable[[Path], Offer],
    ) -> None:
        super().__init__("Backups", _KEYS, restoring)
        self._settings = settings
        self._offer: Offer | None = None
        self._files, self._clock, self._make, self._places = files, clock, make, places
        self._found: list[Found] = []
        self._making = False

    def on_mount(self) -> None:
        self.states.focus()
        self._read_all()

    @work(thread=True, exclusive=True, group="backups", exit_on_error=False)
    def _read_all(self) -> None:
        try:
            for path in backups.find(self._files(), self._places()):
                if (found := backups.examine(path)) is not None:
                    self.app.call_from_thread(self._add, found)
        except (TodurableError, OSError) as error:
            self.app.call_from_thread(self.say, str(error))
            return
        self.app.call_from_thread(self._tell_end)

    def _add(self, found: Found) -> None:
        self._found.append(found)
        self.states.append([Option(_row(found, self._clock()))])

    def _tell_end(self) -> None:
        if not self._found:
            self.say("There are no backups yet: b makes one.")

    def read_then(self, index: int, progress: Progress) -> Then:
        path = self._found[index].path
        found = backups.read(path, progress)
        file = self._files().path
        return Then(
            f"in {path.name}", found.tasks, ours=path.parent in (file.parent, archive.directory(file)), path=path
        )

    def prepare(self, chosen: Chosen, progress: Progress) -> str:
        """Bring attached files back before a task names them."""
        path, uids = chosen.then.path, None if chosen.rows is None else {row.uid for row in chosen.rows}
        if path is None:
            return ""
        tasks = [task for uid, task in chosen.then.tasks.items() if uids is None or uid in uids]
        missing = backups.bring_back_attachments(path, self._files().path, tasks, progress)
        return f"{sentences.count(len(missing), 'attached file')} could not be found." if missing else ""

    def action_make(self) -> None:
        if self._making:
            self.say("A backup is being made already.")
        else:
            self._making = True
            self._make_one()

    def action_settings(self) -> None:
        """Tell how the settings in the ZIP under the cursor differ; asked once more, restore them."""
        index, offer, self._offer = self.states.highlighted, self._offer, None
        if index is None:
            self.say("There is no backup here.")
        elif offer is not None and offer.path == self._found[index].path:
            self._restore_settings(offer)
        else:
            self._look_at_settings(self._found[index].path)

    @work(thread=True, group="settings", exit_on_error=False)
    def _look_at_settings(self, path: Path) -> None:
        try:
            offer = self._settings(path)
        except TodurableError as error:
            self.app.call_from_thread(self.say, str(error))
        else:
            self.app.call_from_thread(self._tell_offer, offer)

    def _tell_offer(self, offer: Offer) -> None:
        if offer.differences:
            self._offer = offer
            what = sentences.count(len(offer.differences), "setting")
            self.say(f"p restores {what}: {'; '.join(offer.differences)}")
        else:
            self.say(f"Your settings are as they are in {offer.path.name}.")

    @work(thread=True, group="settings", exit_on_error=False)
    def _restore_settings(self, offer: Offer) -> None:
        try:
            told = offer.restore()
        except TodurableError as error:
            told = str(error)
        self.app.call_from_thread(self.say, told)

    @work(thread=True, group="make", exit_on_error=False)
    def _make_one(self) -> None:
        app = self.app
        try:
            with self.working("backup", "Backing up") as job:
                told = f"Made and verified: {self._make(job.progress)}"
        except TodurableError as error:
            told = str(error)
        finally:
            self._making = False
        app.call_from_thread(self._made, told)

    def _made(self, sentence: str) -> None:
        self.say(sentence)
        if not self.is_attached:
            return
        self._found = []
        self.states.clear_options()
        self.show_none()
        self._read_all()


def _row(found: Found, now: datetime) -> Content:
    good = ("good", "$text-success") if not found.problem else (found.problem, "$text-error")
    tasks = "" if found.tasks is None else sentences.count(found.tasks, "task")
    return row(
        (f"{found.kind:<9} ", "$text-muted"),
        (f"{sentences.age(found.at, now):<15} ", "$text-accent"),
        (f"{tasks:>10} {sentences.size(found.size):>7}  ", ""),
        good,
        (f"  {found.path.name}", "$text-muted"),
    )
