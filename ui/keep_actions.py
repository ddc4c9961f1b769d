"""What keeps a list safe, from within the app: its history, its backups, the settings, other lists."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from core.errors import TodurableError
from core.file_safety import SafeFileManager
from core.jobs import Kind, Running
from core.paths import make_private_directory, profile_file, task_file
from core.profile import Profile, ProfileStore, to_profile
from core.progress import Progress
from core.store import TaskStore
from core.task import Task, task_name
from ui import sentences
from ui.changing import Changing
from ui.memory import Memory
from ui.setting_meaning import doubt
from ui.settings import second_place
from ui.store_worker import StoreWorker
from ui.told_changes import restore_label
from ui.told_settings import told_differences
from ui.widgets.difference_list import Difference

if TYPE_CHECKING:
    from textual.app import App

    # screens are imported when they are opened: the first paint of the list does not wait for them
    from ui.screens.backups_screen import Offer
    from ui.screens.restore_screen import Chosen, Restoring

_STATE_FIELDS = ("status", "started", "completed")


class KeepActions:
    """The commands whose action begins with `keep.`"""

    def __init__(
        self,
        app: App[None],
        changing: Changing,
        file: Path,
        clock: Callable[[], datetime],
        use: Callable[[Profile], None],
        memory: Memory,
        worker: StoreWorker,
    ) -> None:
        self.next_file: Path | None = None
        """The list to open when this one is closed."""
        self._use, self._memory, self._worker = use, memory, worker
        self._app, self._changing, self._file, self._clock = app, changing, file, clock

    async def action_history(self) -> None:
        if self._changing.waits(self.action_history):
            return
        from ui.screens.history_screen import HistoryScreen

        current = self._changing.screen.tasks.current
        await self._app.push_screen(HistoryScreen(self._files, self._restoring(), self._clock, current))

    async def action_backups(self) -> None:
        if self._changing.waits(self.action_backups):
            return
        from ui.screens.backups_screen import BackupsScreen

        await self._app.push_screen(
            BackupsScreen(self._files, self._restoring(), self._clock, self._make, self._places, self._offered)
        )

    async def action_attachments(self) -> None:
        from ui.screens.attachments_screen import Attached, AttachmentsScreen

        current = self._changing.screen.tasks.current
        if current is None:
            self._changing.refuse("There is no task here to attach a file to.")
            return
        uid, state = current.uid, self._changing.state

        def attached() -> Attached:
            task = state.known.get(uid, current)
            return Attached(task_name(task), task.attachments)

        def give(names: Sequence[str]) -> None:
            self._changing.attempt(lambda: state.edit([state.known.get(uid, current)], "attach", attachments=names))

        await self._app.push_screen(AttachmentsScreen(lambda: self._files().path, attached, give))

    async def action_settings(self) -> None:
        from ui.screens.settings_screen import SettingsScreen

        await self._app.push_screen(SettingsScreen(_profile_store, self._use))

    async def action_welcome(self) -> None:
        from ui.screens.welcome_screen import WelcomeScreen

        await self._app.push_screen(WelcomeScreen(), self._take_answers)

    def _take_answers(self, answers: dict[str, Any] | None) -> None:
        if answers:
            self._app.run_worker(partial(self._save, answers), thread=True, exit_on_error=False)

    def _save(self, answers: dict[str, Any]) -> None:
        """In a thread."""
        try:
            profile = _profile_store().change(answers)
        except TodurableError as error:
            self._app.call_from_thread(self._changing.refuse, str(error))
            return
        self._app.call_from_thread(self._use, profile)
        if warning := doubt("second_place", answers.get("second_place")):
            self._app.call_from_thread(self._changing.refuse, warning)

    async def action_lists(self) -> None:
        from ui.screens.lists_screen import ListsScreen

        lists = self._memory.profile.lists
        if lists:
            files = {name: self._file_of(name) for name in ("", *lists)}
            opened = next((name for name, file in files.items() if file == self._file), None)
            await self._app.push_screen(ListsScreen(lists, opened), self._go_to)
        else:
            self._changing.refuse("You have one list. Name others in the settings: lists.work = ~/work.json")

    async def _go_to(self, name: str | None) -> None:
        """Leave this list for another."""
        if name is None:
            return
        file = self._file_of(name)
        if file == self._file:
            self._changing.screen.message.say("This list is open already.")
        elif self._changing.state.pending:
            self._changing.refuse("Not all is saved yet. Try again in a moment.")
        elif not await asyncio.to_thread(os.path.isdir, file.parent):
            self._changing.refuse(f"{file.parent} is not there. Connect its drive, or make the folder.")
        else:
            self.next_file = file
            await self._app.action_quit()

    def _file_of(self, name: str) -> Path:
        """The list that the profile has under `name`; the user's own where that is empty."""
        profile = self._memory.profile
        return task_file(os.environ, (profile.lists[name] if name else profile.file) or None)

    def _files(self) -> SafeFileManager:
        """Called in a thread: a link is followed."""
        return SafeFileManager(self._file, backup_count=self._memory.profile.backup_count)

    def _restoring(self) -> Restoring:
        from ui.screens.restore_screen import Restoring

        return Restoring(
            lambda: self._changing.state.known,
            self._restore,
            self._begin,
            self._worker.wait_until_saved,
            self._changing.screen.message.say,
        )

    def _begin(self, kind: Kind, shown: Progress) -> Running:
        """Called in a thread."""
        return Running(self._files().path, kind, self._clock, shown)

    def _restore(self, chosen: Chosen) -> str:
        """Do it as one change. The store's worker copies the list before it commits that."""
        state, then = self._changing.state, chosen.then
        if chosen.rows is None:
            tasks, uids = then.tasks, None
        else:
            tasks, uids = _wanted(chosen.rows, then.tasks, state.known), {row.uid for row in chosen.rows}
        label = restore_label(then.label, then.path)
        outcome = self._changing.attempt(lambda: state.restore(tasks, label, uids, ours=then.ours))
        if not outcome.changed:
            return "All is as it was then already."
        return f"Restored {sentences.count(len(outcome.changed), 'task')}; u in the list takes that back."

    def _make(self, progress: Progress) -> Path:
        """A ZIP of the list as it is on the disk; called in a thread."""
        from core import archive, zip_backup

        file = self._files().path
        target = archive.directory(file)
        store = TaskStore(file, backup_count=self._memory.profile.backup_count)
        try:
            source = zip_backup.Source(file, store.load().tasks, profile_file(os.environ))
        finally:
            store.close()
        make_private_directory(target)
        return zip_backup.make(source, target, file.stem, self._clock(), progress)

    def _offered(self, path: Path) -> Offer:
        """The settings in the ZIP at `path`; called in a thread, as what restores them is."""
        from core import backups
        from ui.screens.backups_screen import Offer

        document = backups.settings(path)
        store = _profile_store()
        told = told_differences(store.load_usable()[0], to_profile(document))

        def restore() -> str:
            self._app.call_from_thread(self._use, store.replace(document))
            kept = "Those before are kept beside profile.json."
            return f"Restored {sentences.count(len(told), 'setting')}. {kept}"

        return Offer(path, told, restore)

    def _places(self) -> tuple[Path, ...]:
        """Called in a thread."""
        return second_place(_profile_store().load_usable()[0])


def _profile_store() -> ProfileStore:
    return ProfileStore(profile_file(os.environ))


def _wanted(rows: tuple[Difference, ...], then: Mapping[str, Task], now: Mapping[str, Task]) -> dict[str, Task]:
    """The tasks of `rows` as they should become: as they are, but for the fields that are restored."""
    wanted: dict[str, Task] = {}
    for row in rows:
        if not row.field or row.uid not in now:
            if row.uid in then:
                wanted[row.uid] = then[row.uid]
            continue
        fields = _STATE_FIELDS if row.field == "status" else (row.field,)
        task = wanted.get(row.uid, now[row.uid])
        wanted[row.uid] = replace(task, **{field: getattr(then[row.uid], field) for field in fields})
    return wanted
