"""Tasks that differ only in what a test says of them."""

from __future__ import annotations

from typing import Any

from core.task import Status, Task


def task(number: int = 1, name: str = "", **fields: Any) -> Task:
    """Task `number`; `fields` are those of `Task`."""
    given: dict[str, Any] = {
        "uid": f"00000000-0000-4000-8000-{number:012x}",
        "id": number,
        "name": name or f"task {number}",
        "status": Status.PENDING,
        "created": "2026-01-02T03:04:05.678901Z",
        "modified": "2026-01-02T03:04:05.678901Z",
    }
    return Task(**(given | fields))
