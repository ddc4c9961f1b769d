"""A row in the table of verbs."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from msgspec import Struct


class Verb(Struct, frozen=True):
    """A command: its name, what it does, how it is used (an example a line), and what adds its arguments to a parser.

    The verb NAME is carried out by `run(options, out)` in `ui/verbs/NAME.py`, or in the module that is named. `words`:
    its arguments may begin with a dash, as `-@phone` does.
    """

    name: str
    summary: str
    example: str
    add_arguments: Callable[[argparse.ArgumentParser], object] = lambda _parser: None
    details: str = ""
    words: bool = False
    module: str = ""
