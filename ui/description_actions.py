"""A description in the user's own editor. What is written there is never lost: it is in a file until it is in the list.

No lock is held meanwhile, so that others go on; what they made of the same description is merged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from textual.app import SuspendNotSupported

from core import scratch
from core.drafts import Draft
from core.errors import TodurableError, UnknownTaskError
from core.merge import merge
from core.task import Task
from ui.changing import Changing
from ui.drafting import Drafting
from ui.editor import NotEditedError, run_editor
from ui.side_worker import SideWorker


class _Edited(NamedTuple):
    """A text that is in the list once the record `key` is saved; until then it stays in `file` too."""

    file: Path
    key: str


class DescriptionActions:
    """The commands whose action begins with `description.`"""

    def __init__(
        self,
        changing: Changing,
        drafting: Drafting,
        side: SideWorker,
        look: Callable[[Callable[[], None]], None],
    ) -> None:
        """`look` calls back when all is taken in that others have committed."""
        self._changing = changing
        self._state = changing.state
        self._screen = changing.screen
        self._drafting = drafting
        self._side = side
        self._look = look
        self._edited: list[_Edited] = []

    async def action_edit(self) -> None:
        task = self._screen.tasks.current
        if task is not None and self._changing.can_type():
            try:
                file = await asyncio.to_thread(scratch.write, task.description)
            except OSError as error:
                self._changing.refuse(f"The description could not be handed to an editor: {error}.")
            else:
                await self._edit(task.uid, file, task.description)

    async def resume(self, task: Task, draft: Draft) -> None:
        """Go on with a file that was being edited."""
        await self._edit(task.uid, Path(draft.texts["file"]), draft.before["description"])

    async def _edit(self, uid: str, file: Path, before: str) -> None:
        """Have the user edit `file`, and make of the description what they made of `before`."""
        self._drafting.typed(Draft("description", uid, {"file": str(file)}, {"description": before}))
        self._side.edit(uid)
        failure = self._run_editor(file)
        try:
            text = await asyncio.to_thread(scratch.read, file)
        except (TodurableError, UnicodeDecodeError) as error:
            self._keep(file, error)
            return
        before = before.replace("\r\n", "\n")
        if text == before:
            self._side.remove(file)
            self._end(str(failure or "The description is as it was."))
        elif failure is not None:
            self._keep(file, failure)
        else:
            self._look(lambda: self._take(uid, file, before, text))

    def _take(self, uid: str, file: Path, before: str, text: str) -> None:
        """Change the description, now that all is known that others made of it."""
        task = self._state.known.get(uid)
        if task is None:
            self._keep(file, UnknownTaskError(uid))
            return
        now = task.description.replace("\r\n", "\n")
        merged = merge(before, text, now)
        try:
            self._changing.attempt(lambda: self._state.edit([task], "describe", description=merged.text))
        except TodurableError as error:
            self._keep(file, error)
            return
        self._edited.append(_Edited(file, self._state.pending[-1].key if self._state.pending else ""))
        both = "The same lines were changed elsewhere meanwhile: both versions are in the description now."
        merged_in = "What was changed elsewhere meanwhile is in it too."
        self._end(both if merged.both else merged_in if now != before else "The description was changed.")

    def _keep(self, file: Path, error: TodurableError | UnicodeDecodeError) -> None:
        self._drafting.put_aside()
        self._side.edit("")
        self._changing.refuse(f"{str(error).rstrip('.')}. What you wrote is in {file}, and . goes on with it.")

    def _end(self, told: str) -> None:
        self._drafting.done()
        self._side.edit("")
        self._screen.message.say(told)

    def _run_editor(self, file: Path) -> NotEditedError | None:
        try:
            with self._screen.app.suspend():  # which would not come back after an exception
                return _failure_of_editor(file)
        except SuspendNotSupported:
            return NotEditedError("No editor can be used in this terminal; e edits the description in a form.")

    def follow(self) -> None:
        """The list changed: the files of what is saved are needed no more."""
        waiting = {record.key for record in self._state.pending}
        for edited in [edited for edited in self._edited if edited.key not in waiting]:
            self._edited.remove(edited)
            self._side.remove(edited.file)


def _failure_of_editor(file: Path) -> NotEditedError | None:
    try:
        run_editor(file)
    except NotEditedError as error:
        return error
    return None
