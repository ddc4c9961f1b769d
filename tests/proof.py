"""What the tests that prove something have tried, in numbers, for the end of the run."""

from __future__ import annotations

from collections import Counter

counted: Counter[str] = Counter()


def count(what: str, number: int = 1) -> None:
    """Add `number` tries of `what`."""
    counted[what] += number
