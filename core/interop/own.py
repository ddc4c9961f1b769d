"""JSON as `list --json`, `export` and `tasks.json` have it: an array of tasks, or an object with one as `tasks`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from core.interop import Each, Entry, ImportedFileError
from core.strict_json import StrictJsonError, parse
from core.task import FIELDS, Task
from core.uids import uid_of

_WRITTEN = tuple(field for field in FIELDS if field != "extra")
_OURS = frozenset(_WRITTEN)


def read(raw: bytes, _moment: datetime, each: Each = iter) -> list[Entry]:
    """See `core.interop`. A task needs no more than a name; a legacy list is one, too."""
    try:
        document = parse(raw)
    except StrictJsonError as error:
        raise ImportedFileError(f"This is no JSON: {error}.") from None
    tasks = document.get("tasks") if isinstance(document, dict) else document
    if not isinstance(tasks, list):
        raise ImportedFileError("This is JSON, but no list of tasks.")
    return [_entry(task, place) for place, task in enumerate(each(tasks), start=1)]


def write(tasks: Iterable[Task]) -> bytes:
    """An array with a task a line."""
    lines = ",\n".join(json.dumps(_document(task), ensure_ascii=False) for task in tasks)
    return f"[\n{lines}\n]\n".encode() if lines else b"[]\n"


def _document(task: Task) -> dict[str, Any]:
    return {field: getattr(task, field) for field in _WRITTEN} | (task.extra or {})


def _entry(task: Any, place: int) -> Entry:
    if not isinstance(task, dict) or not task.get("name"):
        raise ImportedFileError(f"Entry {place} is no task: it needs a name.")
    entry = {field: value for field, value in task.items() if field in _OURS}
    extra = {field: value for field, value in task.items() if field not in _OURS and field != "tag"}
    if "uid" not in entry:
        entry["uid"] = uid_of(f"{place} {task.get('id')} {task['name']}")
    if task.get("tag"):  # the legacy format has just one
        entry["tags"] = [str(task["tag"]), *_tags(entry, place)]
    return entry | {"extra": extra} if extra else entry


def _tags(entry: Entry, place: int) -> list[Any]:
    tags = entry.get("tags")
    if tags is not None and not isinstance(tags, list):
        raise ImportedFileError(f"Entry {place} is no task: its “tags” must be a list.")
    return tags or []
