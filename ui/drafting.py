"""What is half typed: kept while it is typed, put aside when it is left, and offered again."""

from __future__ import annotations

from collections.abc import Iterable

from core.drafts import Draft
from ui.side_worker import SideWorker


class Drafting:
    """The one thing that is being typed, and those that wait to be gone on with, the last one last. All are kept."""

    def __init__(self, side: SideWorker) -> None:
        self._side = side
        self._now: Draft | None = None
        self._aside: list[Draft] = []

    def typed(self, draft: Draft) -> None:
        """Keep `draft`, unless it holds nothing that was not there before."""
        self._now = draft if any(draft.before.get(name, "") != text for name, text in draft.texts.items()) else None
        self._keep()

    def done(self) -> None:
        """What was typed was taken."""
        self._now = None
        self._keep()

    def put_aside(self) -> Draft | None:
        """What was typed is not wanted now; returns it where there was something."""
        draft = self._now
        if draft is not None:
            self._aside.append(draft)
        self.done()
        return draft

    def left_behind(self, drafts: Iterable[Draft]) -> None:
        """Offer what earlier screens left."""
        self._aside[:0] = drafts
        self._keep()
        self._side.forget()

    def take(self) -> Draft | None:
        """What was put aside last; None where nothing was."""
        if not self._aside:
            return None
        self._now = self._aside.pop()
        self._keep()
        return self._now

    def forget_aside(self) -> None:
        """Who leaves has been offered what was put aside."""
        self._aside.clear()
        self._keep()

    def _keep(self) -> None:
        self._side.keep((*self._aside, *([self._now] if self._now else ())))
