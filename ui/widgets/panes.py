"""Sidebar, list and details side by side: which are wanted, and which give way where it is narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Container, Horizontal, Vertical

from ui.widgets.list_title import ListTitle
from ui.widgets.sidebar import Sidebar
from ui.widgets.task_list import TaskList

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.events import DescendantBlur, DescendantFocus, Resize

    from ui.widgets.details import Details

NARROW = 96
"""Cells below which the sidebar is shown only while it is used, and details stand beneath the list."""
_LOW = 14
"""Lines below which details beneath the list take its place."""


class Panes(Horizontal):
    """The list is always there, unless details need all the room that there is."""

    DEFAULT_CSS = """
    Panes {
        height: 1fr;
        & > #work { width: 1fr; layout: horizontal; }
        & #middle { width: 1fr; height: 1fr; }
        & Details { width: 40%; max-width: 64; height: 1fr; }
        &.-narrow > #work { layout: vertical; }
        &.-narrow Details { width: 1fr; max-width: 100%; height: 45%; }
        &.-low.-details #middle { display: none; }
        &.-low Details { height: 1fr; }
    }
    """

    def __init__(self, title: ListTitle, tasks: TaskList) -> None:
        super().__init__()
        self.sidebar = Sidebar()
        self.details: Details | None = None
        self.tasks = tasks
        self._title = title
        self.sidebar_wanted, self.details_wanted = True, False
        self.sidebar.display = False

    def compose(self) -> ComposeResult:
        yield self.sidebar
        with Container(id="work"), Vertical(id="middle"):
            yield self._title
            yield self.tasks

    async def complete(self) -> Details:
        """Mount the details, for which the first paint does not wait."""
        from ui.widgets.details import Details

        self.details = Details()
        self.details.display = self.details_wanted
        await self.query_one("#work").mount(self.details)
        return self.details

    @property
    def order(self) -> list[Sidebar | TaskList | Details]:
        """The panes that keys can go to, from left to right; the sidebar opens for that."""
        middle = [] if self.has_class("-low", "-details") else [self.tasks]
        return [self.sidebar, *middle, *([self.details] if self.details and self.details_wanted else [])]

    def want(self, *, sidebar: bool | None = None, details: bool | None = None) -> None:
        """Show or hide a pane, as soon as there is room."""
        self.sidebar_wanted = self.sidebar_wanted if sidebar is None else sidebar
        self.details_wanted = self.details_wanted if details is None else details
        self._arrange()

    def _arrange(self) -> None:
        narrow = self.size.width < NARROW
        self.set_class(narrow, "-narrow")
        self.set_class(narrow and self.size.height < _LOW, "-low")
        self.set_class(self.details_wanted, "-details")
        self.sidebar.display = self.sidebar.has_focus or (self.sidebar_wanted and not narrow)
        if self.details is not None:
            self.details.display = self.details_wanted

    def on_resize(self, _event: Resize) -> None:
        self._arrange()

    def on_descendant_focus(self, _event: DescendantFocus) -> None:
        self._arrange()

    def on_descendant_blur(self, _event: DescendantBlur) -> None:
        self._arrange()
