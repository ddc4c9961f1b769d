"""`todurable path`: where the list is, and moving it somewhere else."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path

from core.display import literal
from core.profile import Profile
from ui import exit_codes
from ui.output import Output
from ui.settings import chosen


def run(options: Namespace, out: Output) -> int:
    """Print the file's path, after --move the new one: as it is for programs, safe to show for people."""
    file, profile = chosen(options, out)
    if options.move is not None:
        file = _move(file, profile, options, out)
    if options.json:
        out.document({"file": str(file)})
    elif out.to_terminal:
        out.lines([literal(str(file))])
    else:
        out.raw(os.fsencode(file) + b"\n")
    return exit_codes.DONE


def _move(file: Path, profile: Profile, options: Namespace, out: Output) -> Path:
    """Copy, verify, then name the new file in the profile."""
    from core.jobs import Running
    from core.locking import moved_to
    from core.moving import CannotMoveError, move
    from core.paths import absolute_path, profile_file
    from core.profile import ProfileStore
    from core.surroundings import unsafe_place
    from ui.progress import ProgressLine
    from ui.session import open_store

    if options.file is not None or options.list is not None or os.environ.get("TODURABLE_FILE"):
        raise CannotMoveError(
            "Only your own list can be moved, the one that the profile names: without --file or --list."
        )
    store = open_store(file, profile)
    try:
        settings = ProfileStore(profile_file(os.environ), lock_timeout=store.files.lock.timeout)
        with (
            ProgressLine("Copying", quiet=options.quiet) as line,
            Running(store.files.path, "move", store.clock, line) as job,
        ):
            new = move(store, absolute_path(os.environ, options.move), settings, job.progress)
    finally:
        store.close()
    out.note(f"What it was is still in {file.parent}: remove it when you have seen that all is well.")
    if warning := unsafe_place(new.parent):
        out.warn(warning)
    if moved_to(store.files.lock.path) is None:
        out.warn(f"A program that was about to write may still do so in {file.parent}, where nobody looks any more.")
    return new
