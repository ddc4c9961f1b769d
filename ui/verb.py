"""A row in the table of verbs."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import NamedTuple


class Verb(NamedTuple):
    """A command: its name, what it does, how it is used, and what adds its own arguments to a parser."""

    name: str
    summary: str
    example: str
    add_arguments: Callable[[argparse.ArgumentParser], object] = lambda _parser: None
    details: str = ""
