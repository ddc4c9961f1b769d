"""TaskApp: owns the list in memory and what waits to be saved. It shows by its screens, and saves by its worker."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import cached_property, partial
from inspect import isawaitable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.actions import parse
from textual.app import SystemCommand
from textual.events import Event, Key

from core.errors import FileSafetyError, NewerSchemaError
from core.opened import News, Opened
from core.profile import Profile
from core.recovery import RecoveryReport
from core.state import AppState
from ui import sentences
from ui.changing import Changing
from ui.commands import COMMANDS, rebound, shown_keys
from ui.drafting import Drafting
from ui.first_look import FirstLook
from ui.leaving import Leaving
from ui.memory import Memory
from ui.messages import Noticed, Told
from ui.screens.list_screen import ListScreen
from ui.settings import called, store_opener
from ui.showing import Showing
from ui.side_worker import EndedBadly, LeftBehind, NotRemembered, Others, SettingsChanged, SideWorker
from ui.status import READING, Status
from ui.store_worker import Changed, Copied, Doing, Loaded, Looked, Recovered, Stopped, StoreWorker, Trouble, Unreadable
from ui.sturdy import SturdyApp
from ui.theme import DARK, OURS
from ui.widgets.sidebar import Sidebar
from ui.widgets.status_line import ListStatus
from ui.widgets.task_list import TaskList

if TYPE_CHECKING:
    from textual.filter import LineFilter
    from textual.message import Message
    from textual.screen import Screen
    from textual.theme import Theme

    # these are imported behind the first paint, or when they are opened
    from ui.actors import Actors
    from ui.screens.form_screen import FormScreen
    from ui.widgets.name_line import NameLine
    from ui.widgets.search_line import SearchLine

_USUAL = Profile(tour_seen=True)
_TICK = 20.0
"""Seconds between two looks at the clock: what is due at a time becomes late then."""


class TaskApp(SturdyApp):
    """The app on the list at `file`. `clock` gives the present time, with its zone.

    What is remembered goes into the profile at `profile_path`; None: it is forgotten. `first` is shown until the list
    is read, `told` once it is: what its user must know before all else.
    """

    TITLE = "todurable"
    welcomes = False
    """Whether its user is asked a few questions first."""

    def __init__(
        self,
        file: Path,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        lock_timeout: float = 5.0,
        profile: Profile = _USUAL,
        profile_path: Path | None = None,
        first: FirstLook | None = None,
        told: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self.state = AppState(clock=clock)
        open_store = store_opener(file, profile, profile_path, lock_timeout, clock)
        self.worker = StoreWorker(open_store, lambda answer: self._hear(Told(answer)))
        self.side = SideWorker(file, clock, lambda notice: self._hear(Noticed(notice)), profile_path, profile.name)
        self.memory = Memory(profile, self.side)
        self.on_defect = self._tell_defect
        self.animation_level = "full" if profile.animation and self.animation_level == "full" else "none"
        self._events: asyncio.AbstractEventLoop | None = None

        self._file, self._clock, self._first = file, clock, first
        commands, key_problems = rebound(COMMANDS, profile.keys)
        self._told_first = (*told, *key_problems)
        name = called(file, profile)
        self.main = ListScreen(ListStatus(name, phase=READING), self._today, self.perform, commands)
        self.changing = Changing(self.state, self.main, self._changed)
        self.showing = Showing(self.state, self.main, clock, self._post)
        self.drafting = Drafting(self.side)
        self.leaving = Leaving(self, self.changing, self._finish)
        self.status = Status(name, self.changing, self.showing, self.leaving, clock)
        self.showing.counted = self.status.show
        for theme in OURS:
            self.register_theme(theme)
        self.theme = DARK.name
        self._use(profile)

    @cached_property
    def actors(self) -> Actors:
        """Who does the actions of commands. Asked for behind the first paint, which does not wait for them."""
        from ui.actors import Actors, Ground

        parts = self.changing, self.showing, self.drafting, self.memory, self.side, self.worker
        return Actors(Ground(self, self._file, self._clock, *parts, self._use))

    def _today(self) -> date:
        return self._clock().astimezone().date()

    def _use(self, profile: Profile) -> None:
        """Have the app as `profile` says, as far as that can change while it is open."""
        self.memory.profile = profile
        self.main.tasks.date_style = profile.date_style
        self.main.tasks.refresh()
        self.showing.use(profile)
        self.status.name = called(self._file, profile)
        self.main.panes.want(sidebar=profile.sidebar, details=profile.details)
        if profile.theme in self.available_themes:
            self.theme = profile.theme

    def _note_theme(self, theme: Theme) -> None:
        self.memory.remember(theme=theme.name)

    def _post(self, act: Callable[[], None]) -> None:
        """Have something done by this thread, in front of the keys that wait. Raises RuntimeError where it is gone."""
        if self._events is not None:
            self._events.call_soon_threadsafe(act)

    def _when_mounted(self, show: Callable[[], None]) -> None:
        """Have it done by this thread once there is a list to show something in: nothing is painted before."""
        self._post(show if self.main.tasks.is_mounted else lambda: self._when_mounted(show))

    def get_default_screen(self) -> Screen[None]:
        return self.main

    def on_mount(self) -> None:
        self._events = asyncio.get_running_loop()
        if (first := self._first) is not None:
            first.then(lambda found: self._when_mounted(lambda: self.showing.show_first(first.view, found)))
        self.call_after_refresh(self._be_ready)  # the screen first
        self.main.tour.wanted = self.memory.is_first_time()
        self.set_interval(_TICK, self.showing.tick)
        self.theme_changed_signal.subscribe(self, self._note_theme)
        if sys.platform != "win32":
            for ending in (signal.SIGTERM, signal.SIGHUP):  # the terminal is given back, and what waits is saved
                self._events.add_signal_handler(ending, self.exit)

    async def _be_ready(self) -> None:
        await self.main.complete()
        self.actors.detailing.follow()
        self.worker.start()
        self.side.start()
        if self.welcomes:
            await self.actors.keeping.action_welcome()

    def on_unmount(self) -> None:
        self.worker.stop()
        self.side.stop()

    def _finish(self) -> None:
        self.drafting.forget_aside()
        self.worker.stop()

    def get_line_filters(self) -> list[LineFilter]:
        filters = list(super().get_line_filters())
        if self.memory.profile.ascii:
            from ui.widgets.plain import PlainSigns

            filters.append(PlainSigns())
        return filters

    async def on_event(self, event: Event) -> None:
        """Keys of the list act here, before a further one is read: what is typed behind “a” goes into its line."""
        if isinstance(event, Key) and not event.is_forwarded and self.main.is_active:
            self.app_focus = True
            if await self.main.take_key(event):
                return
        await super().on_event(event)

    # The palette

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:  # noqa: ARG002 - Textual's signature
        """The palette, made from the table of commands."""
        for command in self.main.commands:
            act = partial(self.perform, command.action)
            yield SystemCommand(command.title, f"{command.help}  ({shown_keys(command)})", act, command.listed)
        yield SystemCommand("Theme", "Choose other colours", self.action_change_theme)

    def action_command_palette(self) -> None:
        """All commands are about the list."""
        if self.main.is_active:
            super().action_command_palette()

    def action_help_quit(self) -> None:
        self.main.message.say("Press q to quit.")

    async def perform(self, action: str) -> None:
        """Do the action of a command: `name(arguments)` of the screen of the list, or of who is named before a dot.

        It is for what was asked to be shown, even where that took a moment.
        """
        await self.main.complete()
        await self.showing.settled()
        owner, name, arguments = parse(action)
        done = getattr(self.actors.named[owner], f"action_{name}")(*arguments)
        if isawaitable(done):
            await done

    def on_name_line_given(self, given: NameLine.Given) -> None:
        self.actors.editing.take(given)

    def on_name_line_lines_given(self, given: NameLine.LinesGiven) -> None:
        self.actors.editing.take_lines(given)

    def on_name_line_typed(self, typed: NameLine.Typed) -> None:
        self.actors.editing.typed(typed)

    def on_form_screen_typed(self, typed: FormScreen.Typed) -> None:
        self.actors.forms.typed(typed)

    def on_name_line_closed(self) -> None:
        self.actors.editing.leave_line()

    def on_search_line_asked(self, asked: SearchLine.Asked) -> None:
        self.showing.search(asked.text)

    def on_search_line_left(self, left: SearchLine.Left) -> None:
        self.actors.looking.leave_search(kept=left.kept)

    def on_sidebar_chosen(self, chosen: Sidebar.Chosen) -> None:
        self.actors.looking.open(chosen.view, stay=chosen.stay)

    def on_task_list_moved(self) -> None:
        if self.main.is_complete:
            self.actors.detailing.follow()
        self.main.show_marks()

    def on_task_list_opened(self) -> None:
        self.actors.looking.action_toggle_details()

    def on_task_list_dropped(self, dropped: TaskList.Dropped) -> None:
        self.actors.dropping.drop(dropped)

    def _changed(self, uids: frozenset[str]) -> None:
        self.worker.offer(self.state.pending)
        self._show(uids)

    # What the worker says

    def _hear(self, message: Message) -> None:
        """Called in a worker's thread."""
        with suppress(RuntimeError):  # the app ended, and its event loop with it: nobody is left to tell
            self.post_message(message)

    async def on_task_app_told(self, told: Told) -> None:
        match told.answer:
            case Loaded(opened, history):
                self.state.adopt(opened.tasks, history, opened.outside)
                await self._open(opened)
            case Unreadable(error):
                await self._stop_at(error)
            case Changed(news):
                self._receive(news)
            case Trouble(doing, problem):
                await self._note(doing, problem)
            case Recovered(report):
                self._tell_recovery(report)
            case Looked(then):
                then()
            case answer:
                self._hear_of_saving(answer)

    def _hear_of_saving(self, answer: Copied | Stopped) -> None:
        if isinstance(answer, Copied):
            self.status.copied = answer.at
        else:
            self.leaving.saving_ended()
        self.status.show()

    def on_task_app_noticed(self, noticed: Noticed) -> None:
        match noticed.notice:
            case Others(screens):
                self.status.others = len(screens)
                self.actors.forms.show_others(screens)
                self.status.show()
            case LeftBehind(drafts):
                self.actors.editing.tell_left_behind(drafts)
            case NotRemembered(error):
                self.main.message.say(sentences.not_remembered(error), problem=True)
            case SettingsChanged(profile):
                self._use(self.memory.with_own_screen(profile))
            case EndedBadly(jobs):
                self.main.message.say_besides(sentences.ended_badly(jobs))

    async def _open(self, opened: Opened) -> None:
        from ui.screens.stop_screen import StopScreen

        if isinstance(self.screen, StopScreen):
            await self.pop_screen()
        if opened.newer is not None:
            self._be_read_only(opened.newer)
        if self.state.pending:  # an edit by another program
            self.worker.offer(self.state.pending)
        self.showing.load(self._be_open)
        if opened.report is not None:
            from ui.screens.recovery_screen import RecoveryScreen

            found = sentences.contents(task.status for task in opened.tasks.tasks.values())
            await self.push_screen(RecoveryScreen(opened.report, found), self._look_at_copies)

    def _look_at_copies(self, answer: str | None) -> None:
        if answer is not None:
            self.call_later(self.perform, f"keep.{answer}")

    def _be_open(self) -> None:
        self.changing.opened = True
        self.actors.editing.renew_words()
        self.actors.looking.open_first(self.memory.profile.start_view)
        if self._told_first:
            self.main.message.say_besides(" ".join(self._told_first), problem=True)
        self.status.show()
        if self.changing.waiting is not None:
            self.call_later(self.changing.waiting)
            self.changing.waiting = None

    async def _stop_at(self, error: FileSafetyError) -> None:
        from ui.screens.stop_screen import StopScreen

        if isinstance(self.screen, StopScreen):
            self.screen.show(error)
        else:
            await self.push_screen(StopScreen(error))

    def on_stop_screen_try_again(self) -> None:
        self.worker.load()

    def _receive(self, news: News) -> None:
        outcome = self.state.receive(news)
        self.actors.conflicts.tell(outcome.conflicts)
        self._show(outcome.changed)
        self.main.tasks.flash(change.uid for record in news.foreign for change in record.changes)
        self.leaving.saved()

    async def _note(self, doing: Doing, problem: FileSafetyError | None) -> None:
        before = self.status.problems.pop(doing, None)
        if problem is not None:
            self.status.problems[doing] = problem
        if isinstance(problem, NewerSchemaError):
            self._be_read_only(problem)
        elif problem is not None and str(problem) != str(before):
            self.changing.refuse(sentences.failure(doing, problem))
        elif before is not None and problem is None and self.main.message.text == sentences.failure(doing, before):
            self.main.message.hush()
        self.status.show()
        if doing == "commit" and problem is not None:
            await self.leaving.not_saved(str(problem))

    def _tell_recovery(self, report: RecoveryReport) -> None:
        from ui.screens.recovery_screen import RecoveryScreen

        shown = [screen for screen in self.screen_stack if isinstance(screen, RecoveryScreen)]
        for screen in shown:
            screen.show(report)
        if not shown:
            self.main.message.say(str(report), problem=True)

    def _tell_defect(self, error: Exception) -> None:
        self.side.log_error(error)
        self.main.message.say(sentences.defect(error), problem=True)

    def _be_read_only(self, error: FileSafetyError) -> None:
        self.changing.read_only = error
        self.main.warn_always(str(error))

    # Leaving

    async def action_quit(self) -> None:
        await self.leaving.leave(str(self.status.problems.get("commit", "")))
        self.status.show()

    # Showing

    def _show(self, changed: frozenset[str]) -> None:
        self.showing.update(changed)
        self.actors.forms.follow()
        self.actors.describing.follow()
        self.status.show()
