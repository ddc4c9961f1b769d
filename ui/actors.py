"""Who does what the commands say: made, and imported with all that they need, behind the first paint."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from core.profile import Profile
from ui.attribute_actions import AttributeActions
from ui.changing import Changing
from ui.conflict_actions import ConflictActions
from ui.description_actions import DescriptionActions
from ui.detailing import Detailing
from ui.drafting import Drafting
from ui.dropping import Dropping
from ui.edit_actions import EditActions
from ui.form_actions import FormActions
from ui.keep_actions import KeepActions
from ui.list_actions import ListActions
from ui.memory import Memory
from ui.order_actions import OrderActions
from ui.showing import Showing
from ui.side_worker import SideWorker
from ui.store_worker import StoreWorker
from ui.task_actions import TaskActions
from ui.widgets.quick_add import QuickAddWords, day_words, words_for

if TYPE_CHECKING:
    from textual.app import App


class Ground(NamedTuple):
    """What actors work on. `use` takes up new settings."""

    app: App[None]
    file: Path
    clock: Callable[[], datetime]
    changing: Changing
    showing: Showing
    drafting: Drafting
    memory: Memory
    side: SideWorker
    worker: StoreWorker
    use: Callable[[Profile], None]


class Actors:
    """One for each kind of command; `named` has them by what the actions of commands begin with."""

    def __init__(self, ground: Ground) -> None:
        app, file, clock, changing, showing, drafting, memory, side, worker, use = ground
        state, screen = changing.state, changing.screen
        self._showing, self._clock = showing, clock
        self.detailing = Detailing(state, showing, screen, file)
        self.conflicts = ConflictActions(changing)
        self.forms = FormActions(changing, drafting, side, self._words)
        self.describing = DescriptionActions(changing, drafting, side, worker.look)
        self.looking = ListActions(screen, showing, memory, self._words)
        self.keeping = KeepActions(app, changing, file, clock, use, memory, worker)
        setting = AttributeActions(changing, showing, self._today)
        ordering = OrderActions(changing, showing)
        self.dropping = Dropping(screen, setting, ordering)
        resume = {"form": self.forms.resume, "description": self.describing.resume}
        self.editing = EditActions(changing, drafting, self._words, showing, ordering.ends_beside, resume)
        self.named: dict[str, object] = {
            "": screen,
            "app": app,
            "list": self.looking,
            "task": TaskActions(changing, self.conflicts.note, self._day_words),
            "edit": self.editing,
            "form": self.forms,
            "conflict": self.conflicts,
            "description": self.describing,
            "set": setting,
            "order": ordering,
            "keep": self.keeping,
        }

    def _today(self) -> date:
        return self._clock().astimezone().date()

    def _day_words(self, day: str) -> str:
        return day_words(day, self._today(), self._showing.date_style)

    def _words(self) -> QuickAddWords:
        return words_for(self._showing.counts, self._today(), self._showing.week_start, self._showing.date_style)
