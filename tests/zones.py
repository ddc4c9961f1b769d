"""The zone of the system, for as long as a test needs another one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def system_zone(name: str) -> Iterator[None]:
    """Have local times be those of the zone `name`. Not on Windows, which cannot be told."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", name)
        time.tzset()
        yield
    time.tzset()
