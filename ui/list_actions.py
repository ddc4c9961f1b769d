"""What moves about in the list and chooses what it shows; nothing here changes a task."""

from __future__ import annotations

from collections.abc import Callable

from ui.memory import Memory
from ui.screens.list_screen import ListScreen
from ui.showing import Showing
from ui.views import ALL, View, is_query, title
from ui.widgets.ask_line import Question
from ui.widgets.entry import Completion
from ui.widgets.name_line import NameLine
from ui.widgets.quick_add import QuickAddWords


class ListActions:
    """The commands whose action begins with `list.`"""

    def __init__(
        self, screen: ListScreen, showing: Showing, memory: Memory, words: Callable[[], QuickAddWords]
    ) -> None:
        self._memory = memory
        self._screen = screen
        self._showing = showing
        self._words = words
        self._tasks = screen.tasks

    # Moving, in the pane that has the keys

    def action_move(self, rows: int) -> None:
        self._screen.pane.move(rows)

    def action_move_pages(self, pages: float) -> None:
        self._screen.pane.move_pages(pages)

    def action_move_to_first(self) -> None:
        self._screen.pane.move_to(0)

    def action_move_to_last(self) -> None:
        self._screen.pane.move_to_last()

    # Panes and views

    def action_next_pane(self, step: int) -> None:
        order = self._screen.panes.order
        place = order.index(self._screen.pane) if self._screen.pane in order else 0
        self._screen.set_focus(order[(place + step) % len(order)], scroll_visible=False)

    def action_toggle_details(self) -> None:
        screen = self._screen
        if screen.pane is screen.panes.sidebar:
            screen.focus_list()
            return
        screen.panes.want(details=not screen.panes.details_wanted)
        self._memory.remember(details=screen.panes.details_wanted)
        screen.tasks.post_message(screen.tasks.Moved())
        screen.focus_list()

    def action_toggle_sidebar(self) -> None:
        """Show or hide it for good; where there is no room for that, go there and back."""
        panes = self._screen.panes
        if panes.has_class("-narrow"):
            self._screen.set_focus(self._tasks if panes.sidebar.has_focus else panes.sidebar, scroll_visible=False)
            return
        panes.want(sidebar=not panes.sidebar_wanted)
        self._memory.remember(sidebar=panes.sidebar_wanted)
        self._screen.focus_list()

    def action_view(self, number: int) -> None:
        views = self._screen.sidebar.views
        if number <= len(views):
            self.open(views[number - 1])

    def action_next_view(self, step: int) -> None:
        views, shown = self._screen.sidebar.views, self._showing.shown.view
        place = views.index(shown) if shown in views else -min(step, 0)
        self.open(views[(place + step) % len(views)])

    def open(self, view: View, *, stay: bool = False) -> None:
        """Show `view`, and give the keys to its tasks unless they are to `stay` where they are."""
        self._tasks.marks.clear()
        self._showing.open(view)
        if not stay:
            self._screen.focus_list()

    def action_sort(self, order: str) -> None:
        self._showing.sort(order)

    # Marks

    def action_mark(self) -> None:
        task = self._tasks.current
        if task is not None:
            self._tasks.end_range()
            self._tasks.marks.toggle(task.uid)
            self._tasks.move(1)
            self._tell_marks()

    def action_mark_range(self) -> None:
        if self._tasks.marks.spanning:
            self._tasks.end_range()
        elif self._tasks.current is not None:
            self._tasks.marks.begin(self._tasks.current.uid)
        self._tell_marks()

    def action_mark_all(self) -> None:
        self._tasks.marks.mark_all(self._tasks.rows)
        self._tell_marks()

    def action_invert_marks(self) -> None:
        self._tasks.invert_marks()
        self._tell_marks()

    def _tell_marks(self) -> None:
        self._tasks.refresh()
        self._screen.show_marks()

    # Finding

    def action_search(self) -> None:
        self._showing.prepare_search()
        self._screen.start_search(self._showing.searched, self._words())

    def leave_search(self, *, kept: bool) -> None:
        """Close the line; what was found is shown on where that is `kept`."""
        self._screen.close_search()
        if not (kept and self._showing.searched.strip()):
            self._showing.end_search()

    def action_save_search(self) -> None:
        """Keep the search as a filter, under a name."""
        text = self._showing.searched
        if text:
            self._screen.ask(Question("Save this search as", lambda name: self._save(name, text), "", "a short name"))
        else:
            self._screen.message.say("There is no search to save: / begins one.")

    def _save(self, name: str, text: str) -> str:
        name = name.strip()
        if not name:
            return "A filter needs a name."
        self._keep_filters({**self._showing.filters, name: text})
        self.open(View("filter", name))
        return ""

    def action_filter(self) -> None:
        """Show a saved filter, or remove it."""
        names = tuple(self._showing.filters)
        if not names:
            self._screen.message.say("No filter is saved yet: / searches, F saves the search.")
            return

        def complete(before: str) -> Completion:
            fitting = tuple(name for name in names if name.casefold().startswith(before.casefold()))
            return Completion(0, fitting)

        self._screen.ask(Question("Filter", self._open_filter, "", f"{'  '.join(names)}   (-name removes)", complete))

    def _open_filter(self, text: str) -> str:
        name, filters = text.strip(), dict(self._showing.filters)
        if name.removeprefix("-") in filters and name not in filters:
            del filters[name.removeprefix("-")]
            self._keep_filters(filters)
            self.open(ALL)
        elif name in filters:
            self.open(View("filter", name))
        else:
            return f"There is no filter “{name}”."
        return ""

    def _keep_filters(self, filters: dict[str, str]) -> None:
        self._memory.remember(filters=filters)
        self._showing.filters = filters

    def open_first(self, name: str) -> None:
        """Show the view that is called `name`, or what that finds as a query: what the user begins with."""
        wanted = name.strip().casefold()
        named = (
            view
            for view in self._screen.sidebar.views
            if wanted in (title(view).casefold(), view.name.casefold(), view.kind)
        )
        if not wanted:
            return
        if (view := next(named, None)) is not None:
            self.open(view)
        elif is_query(name):
            self._showing.search(name)
        else:
            self._screen.message.say(f"There is no view “{name}” to begin with: it is what your settings name.")

    def action_next_match(self, direction: int) -> None:
        if not self._showing.searched:
            self._screen.message.say("Nothing is searched for: / begins a search.")
        else:
            self._tasks.move_round(direction)

    def action_back(self) -> None:
        """Close what was opened last, as far as that can be told. A message has been hushed already, as by any key."""
        if not self._close_line():
            self._close_pane()

    def _close_line(self) -> bool:
        """Close a line that is typed into and has lost the keys to a click; whether there was one."""
        screen = self._screen
        if screen.name_line.is_open:
            screen.name_line.post_message(NameLine.Closed())
        elif screen.ask_line.is_open:
            screen.on_ask_line_done()
        elif screen.search_line.is_open:
            self.leave_search(kept=False)
        else:
            return False
        return True

    def _close_pane(self) -> None:
        screen = self._screen
        if screen.tour.wanted:
            screen.tour.wanted = False
        elif screen.pane is not screen.tasks:
            screen.focus_list()
        elif screen.tasks.marks:
            screen.tasks.marks.clear()
            self._tell_marks()
        elif self._showing.searched:
            self._showing.end_search()
        elif screen.panes.details_wanted:
            self.action_toggle_details()
