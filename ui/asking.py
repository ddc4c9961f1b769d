"""A question on the command line, before something is done that many would regret."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from core.display import literal
from core.errors import TodurableError
from ui.output import Output

_MOST_SHOWN = 40


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


def agreed(shown: Sequence[str], question: str, out: Output, *, yes: bool) -> bool:
    """As `confirmed`, once the first lines of what will change are `shown`; `yes`: they were only to be shown."""
    for line in shown[:_MOST_SHOWN]:
        out.done(f"  {line}")
    if len(shown) > _MOST_SHOWN:
        out.done(f"  … and {len(shown) - _MOST_SHOWN} more")
    return yes or confirmed(question, out)


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
