"""Running the app, from the first screen to the end of its threads."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from core.profile import Profile
from ui import exit_codes
from ui.app import TaskApp
from ui.first_look import FirstLook, first_look

_GARBAGE = 50_000
_TURN = 0.0005
"""Seconds after which a thread that works lets the screen's have its turn, which takes ten turns to show a letter."""
_PATIENCE = 10.0
"""Seconds that a save which was begun may take after the screen is gone."""


def run(
    file: Path,
    profile: Profile,
    profile_path: Path | None,
    first: FirstLook | None = None,
    told: Sequence[str] = (),
) -> int:
    """Open the app on the list at `file`, then on each that its user goes to; returns the exit code of the last.

    `first` is a look at the list at `file` that was begun before; `told` is said once that is open.
    """
    # Many tasks make many tuples at once: looking for cycles in them takes longer than all the rest.
    gc.set_threshold(_GARBAGE, 10, 10)
    sys.setswitchinterval(_TURN)
    following = file
    while True:
        app = TaskApp(
            following,
            lock_timeout=profile.lock_timeout,
            profile=profile,
            profile_path=profile_path,
            first=first,
            told=told,
        )
        app.welcomes = profile_path is not None and not profile.tour_seen
        code = _run_one(app)
        if code != exit_codes.DONE or app.actors.keeping.next_file is None:
            return code
        profile, following, told = app.memory.profile, app.actors.keeping.next_file, ()
        first = first_look(following, profile.start_view, lambda: datetime.now(UTC))


def _run_one(app: TaskApp) -> int:
    def take(failed: threading.ExceptHookArgs) -> None:
        app.side.log_error(failed.exc_value)
        app.leave_without_terminal(failed.thread)

    threading.excepthook = take
    try:
        app.run()
    finally:
        app.worker.stop()
        app.worker.join(_PATIENCE if app.return_code == exit_codes.DONE else 0)
        app.side.join(_PATIENCE)
    return app.return_code or exit_codes.DONE
