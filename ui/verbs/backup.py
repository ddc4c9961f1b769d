"""`todurable backup`: the list with all that belongs to it, in one ZIP."""

from __future__ import annotations

import os
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from core import archive, attachments, zip_backup
from core.display import literal
from core.jobs import Running
from core.paths import absolute_path, make_private_directory, profile_file
from core.progress import Progress
from core.task import Status
from core.zip_backup import Source
from ui import exit_codes, sentences
from ui.output import Output
from ui.progress import ProgressLine
from ui.session import store_for


def run(options: Namespace, out: Output) -> int:
    """Make the ZIP, verify it, and print where it is."""
    with store_for(options, out) as store:
        tasks = store.load().tasks
        file = store.files.path
        target = absolute_path(os.environ, options.to) if options.to else archive.directory(file)
        source = Source(file, tasks, profile_file(os.environ))
        with ProgressLine("Backing up", quiet=options.quiet) as line:
            made = make(source, target, options.name or file.stem, line)
    if lost := [attachments.file_name(name) for _task, name in attachments.missing(file, tasks.tasks.values())]:
        out.warn(f"Attached files are missing, so they are not in it: {', '.join(lost)}.")
    size, count = os.stat(made).st_size, sum(task.status is not Status.DELETED for task in tasks.tasks.values())
    if out.json:
        out.document({"file": str(made), "seq": tasks.seq, "tasks": count, "size": size})
    else:
        out.lines([literal(str(made))])
        out.note(f"{sentences.count(count, 'task')}, {sentences.size(size)}, verified.")
    return exit_codes.DONE


def make(source: Source, target: Path, name: str, shown: Progress) -> Path:
    """Make a ZIP as a job, whose progress is `shown`."""
    if target == archive.directory(source.file):
        make_private_directory(target)
    with Running(source.file, "backup", lambda: datetime.now(UTC), shown) as job:
        return zip_backup.make(source, target, name, datetime.now(UTC), job.progress)
