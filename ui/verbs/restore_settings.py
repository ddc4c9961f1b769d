"""`todurable restore FILE.zip --settings`: the settings in a ZIP in place of those that there are."""

from __future__ import annotations

import os
from argparse import Namespace
from contextlib import closing
from pathlib import Path

from core import backups
from core.errors import FileCorruptionError, FileSafetyError
from core.paths import profile_file, task_file
from core.profile import NewerProfileError, Profile, ProfileStore, to_profile
from core.profile_rules import ProfileError
from ui import exit_codes, sentences
from ui.arguments import UsageError
from ui.asking import agreed
from ui.output import Output
from ui.settings import chosen, lock_timeout
from ui.told_settings import told_differences
from ui.verbs.restore import named


def run(options: Namespace, out: Output) -> int:
    """Show what will change, ask, and save; the settings that there were become the newest backup of theirs."""
    if len(options.what) != 1 or options.at is not None or options.task or options.field:
        raise UsageError("Settings are restored as a whole: todurable restore FILE.zip --settings")
    path = named(options.what[0], _beside(options, out))
    document = backups.settings(path)
    timeout = lock_timeout(options, Profile())
    with closing(ProfileStore(profile_file(os.environ), lock_timeout=timeout)) as store:
        now = _now(store, out)
        told = told_differences(now or Profile(), to_profile(document))
        if not told and now is not None:
            out.note(f"Your settings are as they are in {path.name}.")
            return exit_codes.DONE
        if not agreed(told, f"Restore {sentences.count(len(told), 'setting')}?", out, yes=options.yes):
            out.note("Nothing was changed.")
            return exit_codes.REFUSED
        kept = f" Those before are kept beside {store.paths[0]}." if os.path.lexists(store.paths[0]) else ""
        store.replace(document)
    if out.json:
        out.document({"restored": f"settings in {path.name}", "settings": document})
    else:
        out.done(f"Restored {sentences.count(len(told), 'setting')}.{kept}")
    return exit_codes.DONE


def _beside(options: Namespace, out: Output) -> Path:
    """Where the list is; settings that cannot be used are what is to be put right here."""
    try:
        return chosen(options, out)[0].parent
    except (ProfileError, FileSafetyError):
        return task_file(os.environ, None).parent


def _now(store: ProfileStore, out: Output) -> Profile | None:
    """The settings that there are, as far as they can be used; None where none can. Raises NewerProfileError."""
    try:
        profile, problems = store.load_usable()
    except NewerProfileError:
        raise
    except (ProfileError, FileCorruptionError) as error:
        out.warn(str(error))
        return None
    for problem in problems:
        out.warn(str(problem))
    return profile
