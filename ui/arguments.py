"""The grammar of the command line: one table of verbs, from which the parser and its help are made.

The verb NAME is carried out by `run(options, out)` in `ui/verbs/NAME.py`, imported when it is called.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from typing import Any, NoReturn

from core.errors import TodurableError
from ui.keeping_verbs import KEEPING
from ui.verb import Verb

_PROGRAM = "todurable"
_LONGEST_TIMEOUT = 86_400.0


class UsageError(TodurableError):
    """The command line is not one of ours."""


VERBS = (
    Verb("tui", "open the app; so does no command at all", "todurable tui"),
    Verb(
        "add",
        "add a task and print its id",
        "todurable add Pay the rent",
        lambda parser: parser.add_argument("name", metavar="NAME", nargs="+", help="the task's name, in words"),
        'Words that begin with a dash go behind "--".',
    ),
    Verb(
        "list",
        "show the open tasks, in order",
        "todurable list --all --json",
        lambda parser: parser.add_argument("--all", action="store_true", help="also those that are done or cancelled"),
        "Piped, a line has seven fields, separated by tabs: id, status, priority, due, name, project, tags.",
    ),
    Verb(
        "done",
        "complete tasks",
        "todurable done 3 5",
        lambda parser: parser.add_argument(
            "tasks", metavar="ID", nargs="+", help="ids, or the first letters of uids; all are completed, or none"
        ),
    ),
    Verb("undo", "take back the last change", "todurable undo"),
    *KEEPING,
)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options in `arguments`. Raises UsageError; for --help and --version prints and raises SystemExit."""
    options = argparse.Namespace(
        verb="tui", file=None, list=None, json=False, quiet=False, no_color=False, debug=False, lock_timeout=None
    )
    return build_parser().parse_args(arguments, options)


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    everywhere = _options_of_every_verb()
    parser = _Parser(
        prog=_PROGRAM,
        parents=[everywhere],
        description="A to-do list you cannot lose: a terminal app and a command line over one JSON file.",
        epilog=_exit_codes_help(),
    )
    verbs = parser.add_subparsers(dest="verb", metavar="COMMAND", title="commands", parser_class=_Parser)
    for verb in VERBS:
        verb.add_arguments(
            verbs.add_parser(
                verb.name,
                parents=[everywhere],
                help=verb.summary,
                description=f"{verb.summary[0].upper()}{verb.summary[1:]}. {verb.details}",
                epilog=f"example: {verb.example}",
            )
        )
    return parser


class _Parser(argparse.ArgumentParser):
    """Takes no abbreviations, which a later option could make ambiguous, and leaves it to the caller to exit."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}. Try: {self.prog} --help")


class _Version(argparse.Action):
    """As argparse's own, but finds the version only when it is asked for: that takes longer than most commands."""

    def __call__(self, parser: argparse.ArgumentParser, *_details: object) -> NoReturn:
        from importlib.metadata import PackageNotFoundError, version

        try:
            number = version(_PROGRAM)
        except PackageNotFoundError:  # run from a checkout, never installed
            number = "(not installed)"
        print(_PROGRAM, number)  # noqa: T201 - as argparse prints its help; the caller flushes both
        parser.exit()


def _options_of_every_verb() -> _Parser:
    # No defaults here: those of a verb would overwrite what stands before it.
    options = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    add = options.add_argument
    add("--file", metavar="PATH", help="the list, if it is not your own one")
    add("--list", metavar="NAME", help="the list that your profile has under this name")
    add("--json", action="store_true", help="print one JSON document; messages are JSON lines on stderr")
    add("--quiet", action="store_true", help="print answers, warnings and errors only")
    add("--no-color", action="store_true", help="no colours; so does NO_COLOR=1")
    add("--debug", action="store_true", help="show where an error came from")
    add("--lock-timeout", metavar="SECONDS", type=_seconds, help=argparse.SUPPRESS)
    add("--version", action=_Version, nargs=0, help="print the version")
    return options


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= _LONGEST_TIMEOUT:  # no comparison with nan holds
        raise argparse.ArgumentTypeError(f"must be a number from 0 to {_LONGEST_TIMEOUT:.0f}")
    return seconds


def _exit_codes_help() -> str:
    return (
        "exit codes: 0 done, 1 nothing matched or refused, 2 usage, 3 the list could not be read or written, "
        "4 the lock was not free in time, 5 damage was found or repaired (only doctor)"
    )
