"""System calls of this process that fail."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest


def fail(patch: pytest.MonkeyPatch, name: str, number: int, *, below: str = "", at: int = 1) -> None:
    """Let the call `os.name`, from the `at`-th on whose first argument ends with `below`, fail."""
    real = getattr(os, name)
    left = [at]

    def failing(subject: Any, *arguments: Any, **options: Any) -> Any:
        if not below or str(subject).endswith(below):
            left[0] -= 1
            if left[0] <= 0:
                raise OSError(number, os.strerror(number), str(subject))
        return real(subject, *arguments, **options)

    patch.setattr(os, name, failing)
