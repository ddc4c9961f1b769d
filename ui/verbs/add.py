"""`todurable add`: one task more, or one for each line of stdin. The list is not read for that."""

from __future__ import annotations

import re
import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator
from typing import Any

from core.quickadd import Problem
from core.state import AppState
from core.task import check_fields
from ui import exit_codes
from ui.arguments import UsageError
from ui.output import Output
from ui.session import list_for, make_directory, save, task_document

_COMMITMENTS = ("due:", "scheduled:", "wait:", "until:", "every:", "est:")
"""What is refused where it is not understood: taken for text, nobody would be reminded. Other marks are then text."""

_ONLY_EDITED = r"(?i)(?<!\S)(?:name|comment|description|notes|parent|depends):\S+"
"""What `edit` understands and a new task has not."""


def run(options: Namespace, out: Output) -> int:
    """Add the tasks as one change, and print their ids once they are on the disk."""
    lines = _stdin() if options.words == ["-"] else [(0, " ".join(options.words))]
    with list_for(options, out) as (store, profile):
        given = {"comment": options.comment or "", "description": options.description or ""}
        fields = [given | _fields(line, place, options, profile.week_start, out) for place, line in lines]
        state = AppState()
        uids = [task.uid for task in state.add_tasks(fields)]
        make_directory(store)
        save(state, store, out)
    tasks = [state.known[uid] for uid in uids]
    if options.json:
        documents = [task_document(task) for task in tasks]
        out.document(documents if options.words == ["-"] else documents[0])
    else:
        out.lines(str(task.id) for task in tasks)
    return exit_codes.DONE


def _fields(line: str, place: int, options: Namespace, week_start: int, out: Output) -> dict[str, Any]:
    """What `line`, number `place` of stdin if that is not 0, says. Raises UsageError, TaskError."""
    if options.literal:
        return {"name": line}
    check_fields({"name": line}, "The new task")
    from datetime import datetime

    from core.quickadd import parse

    said = parse(line, today=datetime.now().date(), week_start=week_start)  # noqa: DTZ005 - of the user's own clock
    where = f"Line {place}: " if place else ""
    if refused := [problem for problem in said.problems if _is_commitment(line, problem)]:
        raise UsageError(f"{where}{refused[0].reason} Nothing was added; a backslash before a word keeps it as text.")
    if not said.fields["name"]:
        raise UsageError(f"{where}The task needs a name besides its marks. Nothing was added.")
    for problem in said.problems:
        out.note(f"{where}{problem.reason} It stays in the name.")
    for word in re.findall(_ONLY_EDITED, line) if ":" in line else ():
        out.note(f"{where}“{word}” stays in the name: that is for changing a task, as in: todurable edit 12 {word}")
    return said.fields


def _is_commitment(line: str, problem: Problem) -> bool:
    return line[problem.start : problem.end].lower().startswith(_COMMITMENTS)


def _stdin() -> list[tuple[int, str]]:
    """The lines of stdin that are not empty, with their numbers. Raises UsageError."""
    raw = sys.stdin.buffer.read() if sys.stdin is not None else b""
    lines = list(_texts(raw.removeprefix(b"\xef\xbb\xbf").splitlines()))
    if not lines:
        raise UsageError("There is no line on stdin. Nothing was added.")
    return lines


def _texts(lines: Iterable[bytes]) -> Iterator[tuple[int, str]]:
    for place, line in enumerate(lines, start=1):
        try:
            text = line.decode().strip()
        except UnicodeDecodeError:
            raise UsageError(f"Line {place} is not text in UTF-8. Nothing was added.") from None
        if text:
            yield place, text
