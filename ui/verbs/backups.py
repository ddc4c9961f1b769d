"""`todurable backups`: every backup of the list, how old it is, and whether it is good."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core import jobs
from core.backups import Found, examine, find
from core.display import literal
from core.file_safety import SafeFileManager
from core.instance_files import Owner
from ui import exit_codes, sentences
from ui.columns import Column, lines
from ui.output import Output
from ui.settings import chosen, second_place


def run(options: Namespace, out: Output) -> int:
    """Read each of them to its end. Writes nothing."""
    file, profile = chosen(options, out)
    files = SafeFileManager(file, backup_count=profile.backup_count)
    found = list(filter(None, map(examine, find(files, second_place(profile)))))
    if out.json:
        out.document([_document(backup) for backup in found])
    elif not found:
        out.note("There are no backups yet. Make one: todurable backup")
    else:
        out.lines(map(literal, _rows(found, out, file.parent)))
    all_jobs = jobs.all_of(files.path, Owner.this_process())
    for job in (*jobs.at_work(all_jobs), *jobs.ended_badly(all_jobs)):
        if job.kind == "backup":
            out.note(jobs.sentence(job))
    return exit_codes.DONE if found else exit_codes.REFUSED


def _rows(found: Sequence[Found], out: Output, here: Path) -> Iterator[str]:
    now = datetime.now(UTC)
    columns = (
        Column("FILE", [_shown(backup.path, here) for backup in found], drop=0),
        Column("KIND", [backup.kind for backup in found], drop=3),
        Column("AGE", [sentences.age(backup.at, now) for backup in found], drop=1),
        Column("SIZE", [sentences.size(backup.size) for backup in found], drop=4, right=True),
        Column("CHANGE", [_number(backup.seq) for backup in found], drop=5, right=True),
        Column("TASKS", [_number(backup.tasks) for backup in found], drop=2, right=True),
        Column("", [backup.problem or "good" for backup in found], drop=6),
    )
    return lines(columns, out.width)


def _shown(path: Path, here: Path) -> str:
    """As `restore` takes it from the directory of the list; else whole."""
    return os.path.relpath(path, here) if path.is_relative_to(here) else str(path)


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _document(backup: Found) -> dict[str, Any]:
    return {**backup._asdict(), "path": str(backup.path), "at": backup.at.isoformat(), "good": not backup.problem}
