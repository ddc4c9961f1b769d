"""`todurable doctor`: what is in the files of the list, what is wrong with them, and putting it right."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from msgspec import to_builtins
from msgspec.structs import replace

from core.checkup import (
    Place,
    Remark,
    checkup,
    damaged_copies,
    dangling,
    remove_unnamed,
    set_aside,
    unnamed_attachments,
)
from core.display import literal
from core.errors import FileCorruptionError, FileSafetyError
from core.instance_files import Owner
from core.jobs import all_of
from core.paths import profile_file
from core.profile import ProfileStore
from core.profile_rules import ProfileError
from core.recovery import RecoveryReport
from core.store import TaskStore
from ui import exit_codes, sentences
from ui.columns import Column, lines
from ui.examination import Examined, examine, examine_settings
from ui.output import Output
from ui.session import load, open_store, save
from ui.settings import chosen, second_place

_VERDICTS = {exit_codes.DONE: "good", exit_codes.REPAIRED: "damaged", exit_codes.STORE: "unreadable"}


class _Finding(NamedTuple):
    """What was found, what was read all the same, and, after a repair, the files that keep what was damaged."""

    list_path: Path
    files: Sequence[Examined]
    settings: Sequence[Examined]
    report: RecoveryReport | None
    usable: bool = True
    repaired: bool = False
    kept: tuple[Path, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def exit_code(self) -> int:
        if not self.usable or any(file.failure for file in (*self.files, *self.settings)):
            return exit_codes.STORE
        if self.list_damaged or any(remark.damage for remark in self.remarks):
            return exit_codes.REPAIRED
        return exit_codes.DONE

    @property
    def list_damaged(self) -> bool:
        """Whether the list's own files are, or only its journal is there: they are written anew then."""
        lost = self.files[:1] and self.files[0].state == "missing" and any(file.seq for file in self.files)
        return bool(self.report is not None or lost or any(file.damage for file in self.files))

    @property
    def repairable(self) -> bool:
        """Whether a repair would do anything."""
        return self.list_damaged or any(remark.repair for remark in self.remarks)


def run(options: Namespace, out: Output) -> int:
    """Print what each file holds and what is wrong with it. With --repair, put right what is damaged."""
    settings = examine_settings(profile_file(os.environ))
    try:
        file, profile = chosen(options, out)
    except (ProfileError, FileSafetyError) as error:  # the list cannot be known
        out.error(error)
        _print(
            _Finding(settings[0].path if settings else profile_file(os.environ), (), settings, None, usable=False), out
        )
        return exit_codes.STORE
    with closing(open_store(file, profile)) as store:
        try:
            tasks = store.load().tasks
        except FileSafetyError as error:
            report = error.report if isinstance(error, FileCorruptionError) else None
            _print(_Finding(store.files.path, examine(store.files), settings, report, usable=False), out)
            raise
        now = datetime.now(UTC)
        place = Place(store.files, tasks, profile_file(os.environ), second_place(profile), now)
        finding = _Finding(store.files.path, _beside(examine(store.files), store.report), settings, store.report)
        finding = finding._replace(remarks=tuple(checkup(place)))
        if options.repair and finding.repairable:
            finding = finding._replace(kept=_repair(store, place, finding, out), repaired=True)
        _print(finding, out)
    return finding.exit_code


def _repair(store: TaskStore, place: Place, finding: _Finding, out: Output) -> tuple[Path, ...]:
    """Put right what can be; returns the files that keep what was damaged."""
    topics = {remark.topic for remark in finding.remarks if remark.repair}
    kept = store.repair() if finding.list_damaged else ()
    if "relations" in topics:
        state = load(store, out)
        state.change("remove relations that lead nowhere", dangling(place.tasks))
        save(state, store, out)
    if "backups" in topics:
        kept += tuple(set_aside(damaged_copies(place), place.now))
    if "profile" in topics:
        kept += ProfileStore(place.profile, lock_timeout=store.files.lock.timeout).repair(place.now)
    if "attachments" in topics:
        remove_unnamed(unnamed_attachments(place), place.now)
    return kept


def _beside(files: Iterable[Examined], report: RecoveryReport | None) -> list[Examined]:
    """`files` with the damage that shows only beside the other files, such as one wrong bit in a text."""
    refused = {attempt.path: attempt.problem for attempt in report.refused} if report else {}
    return [
        file._replace(damage=refused[file.path], note="") if file.path in refused and file.state == "good" else file
        for file in files
    ]


def _print(finding: _Finding, out: Output) -> None:
    if out.json:
        out.document(_document(finding))
    else:
        files = (*finding.files, *finding.settings)
        out.lines(map(literal, (str(finding.list_path), *_table(files, out), *_sentences(finding))))


def _document(finding: _Finding) -> dict[str, object]:
    return {
        "file": str(finding.list_path),
        "state": _VERDICTS[finding.exit_code],
        "files": [file.to_json() for file in finding.files],
        "settings": [file.to_json() for file in finding.settings],
        "recovery": finding.report.to_json() if finding.report else None,
        "repaired": finding.repaired,
        "kept": [str(path) for path in finding.kept],
        "remarks": [remark._asdict() for remark in finding.remarks],
        "jobs": to_builtins(all_of(finding.list_path, Owner.this_process())),
    }


def _table(files: Sequence[Examined], out: Output) -> Iterator[str]:
    now = datetime.now(UTC)
    columns = (
        Column("FILE", [file.path.name for file in files], drop=1),
        Column("STATE", [file.state for file in files], drop=2),
        Column("AGE", [sentences.age(file.saved, now) if file.saved else "" for file in files], drop=4),
        Column("SCHEMA", [_number(file.schema) for file in files], drop=6, right=True),
        Column("CHECKSUM", [_checksum(file) for file in files], drop=7),
        Column("BYTES", [_number(file.size) for file in files], drop=8, right=True),
        Column("CHANGE", [_number(file.seq) for file in files], drop=5, right=True),
        Column("TASKS", [_number(file.tasks) for file in files], drop=3, right=True),
        Column("", [file.failure or file.damage or file.note for file in files]),
    )
    return lines(columns, out.width)


def _checksum(file: Examined) -> str:
    """Its beginning, as in the names of copies, where it holds."""
    if file.verified is None:
        return ""
    return file.checksum[:12] if file.verified else "wrong"


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _sentences(finding: _Finding) -> Iterator[str]:
    if finding.report is not None and finding.usable:
        yield from replace(finding.report, kept=()).sentences()
    for remark in finding.remarks:
        would = f" To be repaired: {remark.repair}." if remark.repair and not finding.repaired else ""
        yield f"{remark.topic}: {remark.text}{would}"
    if finding.repaired:
        yield "Repaired: the list was written anew." if finding.list_damaged else "Repaired what can be."
        if finding.kept:
            yield f"The damaged bytes are kept in {', '.join(path.name for path in finding.kept)}."
    elif finding.usable and finding.repairable:
        yield "To put it right: todurable doctor --repair"
    elif finding.exit_code == exit_codes.DONE:
        yield "All is well." if any(file.size is not None for file in finding.files) else "There is no list yet."
