"""A question on the command line, before something is done that many would regret."""

from __future__ import annotations

import sys

from core.display import literal
from core.errors import TodurableError
from ui.output import Output


class NotConfirmedError(TodurableError):
    """Nobody could be asked."""

    def __init__(self) -> None:
        super().__init__("Nothing was changed: add --yes to do this without being asked.")


def confirmed(question: str, out: Output) -> bool:
    """Whether whoever sits at the terminal says yes. Raises NotConfirmedError where nobody does."""
    if out.json or not out.to_terminal or sys.stdin is None or not sys.stdin.isatty():
        raise NotConfirmedError
    sys.stdout.write(f"{question} [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def again(question: str, out: Output) -> bool:
    """Whether whoever sits at the terminal wants to go on: a plain enter says so. Where nobody does: no."""
    if out.json or not out.to_terminal or sys.stdin is None or not sys.stdin.isatty():
        return False
    sys.stdout.write(f"{literal(question)} [Y/n] ")
    sys.stdout.flush()
    try:
        answer = sys.stdin.readline()
    except KeyboardInterrupt:
        return False
    return answer.endswith("\n") and answer.strip().lower() in ("", "y", "yes")
