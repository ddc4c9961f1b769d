"""`todurable path`: where the list is, and moving it somewhere else."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path

from core.display import literal
from ui import exit_codes
from ui.output import Output
from ui.settings import chosen


def run(options: Namespace, out: Output) -> int:
    """Print the file's path, after --move the new one: as it is for programs, safe to show for people."""
    file, profile = chosen(options, out)
    if options.move is not None:
        file = _move(file, profile.lock_timeout, options, out)
    if options.json:
        out.document({"file": str(file)})
    elif out.to_terminal:
        out.lines([literal(str(file))])
    else:
        out.raw(os.fsencode(file) + b"\n")
    return exit_codes.DONE


def _move(file: Path, lock_timeout: float, options: Namespace, out: Output) -> Path:
    """Copy, verify, then name the new file in the profile."""
    from core import presence
    from core.instance_files import InstanceFiles, Owner
    from core.moving import CannotMoveError, move
    from core.paths import absolute_path, profile_file
    from core.profile import ProfileStore
    from core.store import TaskStore
    from ui.progress import ProgressLine

    if options.file is not None or options.list is not None or os.environ.get("TODURABLE_FILE"):
        raise CannotMoveError(
            "Only your own list can be moved, the one that the profile names: without --file or --list."
        )
    if list(presence.others(InstanceFiles(file, Owner.this_process()))):
        raise CannotMoveError("The list is open in another terminal. Close it there, then try again.")
    line = ProgressLine("Copying", quiet=options.quiet)
    store = TaskStore(file, lock_timeout=lock_timeout if options.lock_timeout is None else options.lock_timeout)
    try:
        new = move(store, absolute_path(os.environ, options.move), line)
        ProfileStore(profile_file(os.environ)).change({"file": str(new)})
    finally:
        line.clear()
        store.close()
    out.note(f"What it was is still in {file.parent}: remove it when you have seen that all is well.")
    return new
