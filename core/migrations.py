"""Older formats of the files that we own, a step from each version to the next.

A step is a plain function from document to document, and gives the same result everywhere: several processes may
meet an old file at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from core.task import one_line

SCHEMA_VERSION = 1
"""The format of `tasks.json` that this program writes."""

UNTOLD = "1970-01-01T00:00:00Z"
"""The times of a task that does not tell them."""
_LEGACY_FIELDS = frozenset({"id", "name", "comment", "description", "priority", "tag"})


def migrate(document: Any, version: int) -> dict[str, Any]:
    """`document` of format `version` as one of `SCHEMA_VERSION`; it is not changed itself."""
    for step in _STEPS[version:]:
        document = step(document)
    return {**document, "tasks": _completed(document["tasks"], _id_of({"id": document.get("next_id")}) or 1)}


def _from_bare_list(document: Any) -> dict[str, Any]:
    """Format 0: a bare list of `{id, name, comment, description, priority, tag}`, or such a list as `tasks`."""
    whole = {"tasks": document} if isinstance(document, list) else document
    return {**whole, "tasks": [_from_legacy(entry) for entry in whole["tasks"]]}


def _from_legacy(entry: Any) -> Any:
    if not isinstance(entry, dict) or "uid" in entry:
        return entry
    task = {key: value for key, value in entry.items() if key != "tag"}
    for field in ("name", "comment"):
        if isinstance(task.get(field), str):
            task[field] = one_line(task[field])
    tag = entry.get("tag")
    if isinstance(tag, str) and tag.strip():
        task["tags"] = [one_line(tag)]
    if type(task.get("priority")) is not int or task["priority"] not in (0, 1, 2, 3):
        task["priority"] = 0
    return {key: value for key, value in task.items() if value is not None or key not in _LEGACY_FIELDS}


def _completed(entries: list[Any], next_id: int) -> list[Any]:
    """`entries` with what a person who writes a task by hand leaves out or copies: uid, id, status, times."""
    next_id = max([next_id, *(number + 1 for entry in entries if (number := _id_of(entry)) is not None)])
    uids: set[Any] = set()
    ids: set[int] = set()
    completed: list[Any] = []
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            completed.append(entry)
            continue
        task: dict[str, Any] = {"status": "pending", "created": UNTOLD, "modified": UNTOLD, **entry}
        if "uid" not in task or (isinstance(task["uid"], str) and task["uid"] in uids):
            task["uid"] = str(uuid5(NAMESPACE_OID, f"{index} {entry.get('uid')} {entry.get('id')} {entry.get('name')}"))
        number = _id_of(task)
        if "id" not in task or number in ids:
            task["id"] = number = next_id
            next_id += 1
        if number is not None:
            ids.add(number)
        uids.add(str(task["uid"]))
        completed.append(task)
    return completed


def _id_of(entry: Any) -> int | None:
    number = entry.get("id") if isinstance(entry, dict) else None
    return number if type(number) is int and 1 <= number < 2**53 else None


_STEPS: tuple[Callable[[Any], dict[str, Any]], ...] = (_from_bare_list,)
