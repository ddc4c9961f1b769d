"""What is on the screen of the list: which view or search is open, kept up to date with what changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from core.facts import Moment, moment
from core.glance import Glance
from core.list_state import ListState
from core.profile import Profile
from core.task import Task
from ui.board import Board, Built, Shown, Sorting, build, build_found, sort_into_views
from ui.newest import Newest
from ui.screens.list_screen import ListScreen
from ui.searched import Searched
from ui.sentences import empty_view
from ui.views import ORDERS, View, title

if TYPE_CHECKING:
    from core.query import Query, QueryError  # imported when something is searched

_AT_ONCE = 1000
"""Tasks that are looked through without a thread: it takes less than a frame."""
_NOTHING_SEARCHED = Searched(-1)


class _Asked(NamedTuple):
    """What is to be shown of the list at that `version`, as of `now`; `sorting` is None where it is stale.

    `tasks` are those of `known`, which may change meanwhile.
    """

    ticket: int
    shown: Shown
    known: Mapping[str, Task]
    tasks: list[Task]
    version: int
    now: Moment
    sorting: Sorting | None


class Showing:
    """Decides what `screen` shows of `state`. `clock` gives the present time; `filters` are the saved queries.

    `post` has something called by the thread of the screen; any thread may call it.

    What has to look at all tasks is worked out in a thread; `settled` says when that is done.
    """

    def __init__(
        self,
        state: ListState,
        screen: ListScreen,
        clock: Callable[[], datetime],
        post: Callable[[Callable[[], None]], None],
    ) -> None:
        self.post = post
        self._state = state
        self._screen = screen
        self._clock = clock
        self.filters: Mapping[str, str] = {}
        self.counted: Callable[[], None] = _nothing
        """Called when all tasks were counted anew: after a change of many that is some time later."""
        self.week_start = 0
        self.date_style = "words"
        self._board = Board(self._now())
        self._settled = asyncio.Event()
        self._settled.set()
        self._newest = Newest(self._tell)
        self._asked = 0
        self._missed: set[str] = set()
        self._glanced = False
        """Whether what is shown is a first look."""
        self._stale = True
        """Whether the views of all tasks have to be made anew."""
        self._then: Callable[[], None] = _nothing
        self._version = 0
        self._installed_at = -1
        """The version of the list for which what is shown was made."""
        self._earlier: tuple[int, Built] | None = None
        """What was shown before, and that version; what a query found is made anew."""
        self._searched = _NOTHING_SEARCHED
        self._found_by: Query | None = None
        self._before = self._wanted = Shown()
        self.searched = ""
        """The text of the search that is shown; empty where none is."""

    @property
    def shown(self) -> Shown:
        """What is open."""
        return self._board.shown

    @property
    def counts(self) -> Mapping[View, int]:
        """How many tasks each view has."""
        return self._board.counts

    def use(self, profile: Profile) -> None:
        """Show dates and filters as `profile` says."""
        self.week_start, self.date_style, self.filters = profile.week_start, profile.date_style, profile.filters
        if not self._stale:
            self._show()

    async def settled(self) -> None:
        """Return once what was asked for is shown: a key that is typed next is meant for that."""
        await self._settled.wait()

    # What to show

    def load(self, then: Callable[[], None]) -> None:
        """Sort all tasks anew into views, show them, and call `then`."""
        self._stale, self._then = True, then
        self._version += 1
        self._ask(self._wanted)

    def show_first(self, view: View, found: Glance) -> None:
        """Show the first tasks of `view`, unless more is known already."""
        if not (self._stale and found.tasks):
            return
        now = self._now()
        rows = build(Shown(view), found.tasks, now, sort_into_views(found.tasks, now)).rows
        self._glanced = True
        self._screen.tasks.show(rows, (), id_width=len(str(found.next_id - 1)))
        self._screen.show_title(title(view), str(rows.count) if found.whole else "")
        self._screen.sidebar.show({}, self.filters, view)

    def open(self, view: View, order: str = "") -> None:
        """Show `view`."""
        self.searched = ""
        self._want(Shown(view, order))

    def sort(self, order: str) -> None:
        """Show the same tasks in another order."""
        self._want(Shown(self.shown.view, order))

    def prepare_search(self) -> None:
        """Bring the tasks into order while the first word is typed."""
        tasks, version = list(self._state.known.values()), self._version
        if len(tasks) > _AT_ONCE and self._settled.is_set():
            self._newest.ask(lambda: _quietly(lambda: self._find_in(tasks, version)))

    def search(self, text: str) -> None:
        """Show what `text` finds; where that is faulty, what is shown stays, and the fault is told."""
        if self.shown.view.kind != "search":
            self._before = self.shown
        if text.strip():
            self.searched = text
            self._want(Shown(View("search", text)))
        else:
            self.end_search()

    def end_search(self) -> None:
        """Show what was shown before the search."""
        asked, self.searched = self.searched, ""
        if asked or self.shown.view.kind == "search":  # else nothing is found, or about to be
            self._want(self._before)

    def update(self, changed: Iterable[str]) -> None:
        """Show what changed."""
        changed = set(changed)
        self._version += 1
        if len(changed) > _AT_ONCE:
            self.load(self._then)
            return
        if not self._settled.is_set():
            self._missed |= changed
        if not self._stale:
            with self._trying():
                self._board.update(changed, self._state.known)
            self._show()

    def tick(self) -> None:
        """Show what is late now, or today's; where something else is about to be shown, the next time."""
        if self._stale or not self._settled.is_set():
            return
        self._earlier = None
        same_day = True
        with self._trying():
            same_day = self._board.tick(self._now(), self._state.known)
        if same_day:
            self._show()
        else:
            self.load(_nothing)

    # Steps

    def _want(self, shown: Shown) -> None:
        """Show that, and whatever comes of it once more when the list changes much."""
        self._wanted = shown
        self._ask(shown)

    def _ask(self, shown: Shown) -> None:
        """Show that, at once where only few tasks have to be looked at, or it was shown before and nothing changed."""
        if self._earlier and not self._stale and (self._version, shown) == (self._earlier[0], self._earlier[1].shown):
            self._asked += 1
            self._install(self._asked, self._earlier[1], None)
            return
        self._asked += 1
        sorting = None if self._stale else self._board.sorting
        now = self._now() if self._stale else self._board.now
        known = self._state.known
        asked = _Asked(self._asked, shown, known, list(known.values()), self._version, now, sorting)
        if len(asked.tasks) <= _AT_ONCE and self._settled.is_set():
            self._work_out(asked)()
        else:
            self._settled.clear()
            self._newest.ask(lambda: self._work_out(asked), lambda: self._give_up(asked.ticket, shown))

    def _work_out(self, asked: _Asked) -> Callable[[], None]:
        """What shows that; called in the thread, where there are many tasks."""
        ticket, shown, known, tasks, version, now, sorting = asked
        text, sorting = self._query(shown.view), sorting or sort_into_views(tasks, now)
        if text is None:
            return partial(self._install, ticket, build(shown, tasks, now, sorting), None)
        from core.query import QueryError

        try:
            query = self._parsed(text)
            found = self._find_in(tasks, version).find(query, known)  # a regular expression may take too long
        except QueryError as error:
            return partial(self._refuse, ticket, shown, error)
        built = build_found(shown, found, now, sorting, lambda task: bool(query.filter([task], known)))
        return partial(self._install, ticket, built, query)

    def _parsed(self, text: str) -> Query:
        """Raises QueryError."""
        from core.query import parse

        # without a zone: that of now may have another offset on the day that is asked for, which the system knows
        return parse(text, now=self._clock().astimezone().replace(tzinfo=None), week_start=self.week_start)

    def _find_in(self, tasks: list[Task], version: int) -> Searched:
        """What to find all that in, made where there is none."""
        if self._searched.version != version:
            self._searched = Searched(version, tasks)
        return self._searched

    def _prepare_next(self, query: Query | None) -> None:
        """Have the next key of a search find fast; where that key comes first, it does not wait for this."""
        if query is None:
            self._searched = _NOTHING_SEARCHED
        elif self.searched and len(self._state.known) > _AT_ONCE and self._settled.is_set():
            read = self._searched.read
            self._newest.ask(lambda: _quietly(read))

    def _query(self, view: View) -> str | None:
        """The query of a view that is one."""
        if view.kind == "search":
            return view.name
        return self.filters.get(view.name, "") if view.kind == "filter" else None

    def _tell(self, show: Callable[[], None]) -> None:
        """Called in the thread."""
        with suppress(RuntimeError):  # the screen is gone, and with it whoever waits for this
            self.post(show)

    def _install(self, ticket: int, built: Built, query: Query | None) -> None:
        if ticket != self._asked:
            return
        if self._found_by is None:
            self._earlier = (self._installed_at, self._board.built)
        fresh, self._found_by = self._stale, query
        self._stale = False
        self._board.install(built)
        missed, self._missed = self._missed, set()
        self._installed_at = -1 if missed else self._version
        self._settled.set()
        if not self.searched or built.shown.view.name == self.searched:
            self._screen.search_line.accept()
        with self._trying():
            self._board.update(missed, self._state.known)
        self._show()
        self._prepare_next(query)
        if fresh:
            then, self._then = self._then, _nothing
            then()
            self.counted()

    def _refuse(self, ticket: int, shown: Shown, error: QueryError) -> None:
        """Go on with what is shown, or with all where that is what cannot be found any more."""
        if ticket != self._asked:
            return
        self._screen.tell_fault(error)
        self._give_up(ticket, shown)

    def _give_up(self, ticket: int, shown: Shown) -> None:
        """`shown` cannot be shown. Where all tasks have to be sorted anew, something else is, or that would wait."""
        if ticket != self._asked:
            return
        self._settled.set()
        self._wanted = Shown() if shown == self.shown else self.shown
        if self._stale and shown != Shown():
            self._ask(self._wanted)

    @contextmanager
    def _trying(self) -> Iterator[None]:
        """Where a regular expression takes too long to see whether a task matches, all is tried anew, and that told."""
        from core.query_syntax import QueryError

        try:
            yield
        except QueryError:
            self.load(self._then)

    def _show(self) -> None:
        board, screen = self._board, self._screen
        empty = empty_view(board.shown.view, new=self._state.next_id == 1)
        screen.tasks.show(
            board.rows,
            empty,
            id_width=len(str(self._state.next_id - 1)),
            words=self._found_by.words if self._found_by else (),
            known=self._state.known,
            stay=self._glanced and board.shown == Shown(screen.sidebar.open_view),
        )
        self._glanced = False
        screen.show_title(self._title(), str(board.rows.count), self._note())
        screen.sidebar.show(board.counts, self.filters, board.shown.view)

    def _note(self) -> str:
        """What a query asks for without saying so, and an order that is not the usual one."""
        implied = f"only {self._found_by.implied}" if self._found_by and self._found_by.implied else ""
        return " · ".join(note for note in (implied, ORDERS.get(self.shown.order, "")) if note)

    def _title(self) -> str:
        view = self.shown.view
        return f"/{view.name}" if view.kind == "search" else title(view)

    def _now(self) -> Moment:
        return moment(self._clock().astimezone())


def _quietly(act: Callable[[], object]) -> Callable[[], None]:
    """Do that, and have nothing shown."""
    act()
    return _nothing


def _nothing() -> None:
    pass
