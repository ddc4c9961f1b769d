"""The grammar of the command line, made from the table of verbs."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, partial
from itertools import islice
from typing import Any, NoReturn

from core.errors import TodurableError
from ui.keeping_verbs import KEEPING
from ui.task_verbs import TASKS, add_tui
from ui.verb import Verb

PROGRAM = "todurable"
VERBS = (*TASKS, *KEEPING)
DESCRIPTION = "A to-do list you cannot lose: a terminal app and a command line over one JSON file."
EXIT_CODES = (
    "0 done, 1 nothing matched or refused, 2 usage, 3 the list could not be read or written, "
    "4 the lock was not free in time, 5 damage was found or repaired (only doctor)"
)
_WIDEST = 4 + max(len(verb.name) for verb in VERBS)
_USUAL_WIDTH = 80
_LONGEST_TIMEOUT = 86_400.0
_WITH_VALUE = ("--file", "--list", "--lock-timeout")
_WORD = "\0"
"""Put before an argument, says that it is no option; no argument of a program can hold it."""


class UsageError(TodurableError):
    """The command line is not one of ours."""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options in `arguments`. Raises UsageError; for --help and --version prints and raises SystemExit.

    Only the verb that is called gets a parser: making them all takes longer than most commands do, and would be a part
    of the app's start that can be felt.
    """
    options = argparse.Namespace(
        verb="tui",
        module="tui",
        file=None,
        list=None,
        json=False,
        quiet=False,
        no_color=False,
        demo=False,
        debug=False,
        lock_timeout=None,
    )
    place = _place_of_verb(arguments)
    if place is None and not any(argument.startswith(("-h", "--help")) for argument in arguments):
        return _app_parser().parse_args(arguments, options)
    verb = next((verb for verb in VERBS if place is not None and verb.name == arguments[place]), None)
    if verb is None or place is None:
        return build_parser().parse_args(arguments, options)
    options.verb, options.module = verb.name, verb.module or verb.name
    parser = verb_parser(verb)
    rest = [*arguments[:place], *arguments[place + 1 :]]
    if not verb.words:
        return parser.parse_args(rest, options)
    found = parser.parse_args(parser.words_last(_words_marked(rest)), options)
    for name, value in vars(found).items():
        setattr(found, name, _unmarked(value))
    return found


def _app_parser() -> _Parser:
    """The parser of what stands there where no verb does."""
    parser = _Parser(prog=PROGRAM, description=DESCRIPTION, epilog=f"exit codes: {EXIT_CODES}")
    _add_options_of_every_verb(parser)
    add_tui(parser)
    return parser


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = _app_parser()
    verbs = parser.add_subparsers(dest="verb", metavar="COMMAND", title="commands", parser_class=_Parser)
    for verb in VERBS:
        _add_arguments(verbs.add_parser(verb.name, help=verb.summary, **_texts(verb)), verb)
    return parser


def verb_parser(verb: Verb) -> _Parser:
    """The parser of what stands behind a verb."""
    parser = _Parser(prog=f"{PROGRAM} {verb.name}", **_texts(verb))
    _add_arguments(parser, verb)
    return parser


def _add_arguments(parser: argparse.ArgumentParser, verb: Verb) -> None:
    _add_options_of_every_verb(parser)
    verb.add_arguments(parser)


def _texts(verb: Verb) -> dict[str, Any]:
    examples = verb.example.splitlines()
    heading = "examples" if len(examples) > 1 else "example"
    return {
        "description": f"{verb.summary[0].upper()}{verb.summary[1:]}. {verb.details}".strip(),
        "epilog": "\n".join((f"{heading}:", *(f"  {example}" for example in examples))),
    }


def _place_of_verb(arguments: Sequence[str]) -> int | None:
    """Where the first argument stands that is neither an option nor the value of one."""
    skipped = False
    for place, argument in enumerate(arguments):
        if not skipped and not argument.startswith("-"):
            return place
        skipped = not skipped and argument in _WITH_VALUE
    return None


def _words_marked(arguments: Sequence[str]) -> Iterator[str]:
    """`arguments` with a mark on each that begins with one dash, or stands behind two: a word, not an option."""
    behind = False
    for argument in arguments:
        if argument == "--" and not behind:
            behind = True
        elif behind or (argument[:1] == "-" and argument[1:2] not in ("", "-") and argument != "-h"):
            yield _WORD + argument
        else:
            yield argument


def _unmarked(value: Any) -> Any:
    if isinstance(value, list):
        return [_unmarked(item) for item in value]
    return value.removeprefix(_WORD) if isinstance(value, str) else value


class _Parser(argparse.ArgumentParser):
    """Takes no abbreviations, which a later option could make ambiguous, and leaves it to the caller to exit."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, formatter_class=_Help, **settings)

    def words_last(self, arguments: Iterable[str]) -> list[str]:
        """`arguments` with the options first, so that words may stand anywhere between them.

        As `parse_intermixed_args`, which formats the usage each time, and imports shutil for that.
        """
        options, words = [], []
        rest = iter(arguments)
        for argument in rest:
            action = self._option_string_actions.get(argument)
            if argument.startswith("--") or action is not None:
                options.append(argument)
                if action is not None and action.nargs is None:
                    options += islice(rest, 1)
            else:
                words.append(argument)
        return [*options, *words]

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}. Try: {self.prog} --help")


class _Help(argparse.HelpFormatter):
    """Fills paragraphs, but leaves a text of several lines, such as examples, as it is."""

    def __init__(self, prog: str) -> None:
        # one is made for each argument that a parser gets; left to itself it imports shutil for the width
        super().__init__(prog, width=_terminal_width() - 2)
        self._action_max_length = _WIDEST  # argparse forgets that commands are indented

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text if "\n" in text else super()._fill_text(text, width, indent)


@cache
def _terminal_width() -> int:
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and len(columns) <= len("10000") and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size(1).columns or _USUAL_WIDTH
    except OSError:  # no terminal
        return _USUAL_WIDTH


class _Version(argparse.Action):
    """As argparse's own, but finds the version only when it is asked for: that takes longer than most commands."""

    def __call__(self, parser: argparse.ArgumentParser, *_details: object) -> NoReturn:
        from importlib.metadata import PackageNotFoundError, version

        try:
            number = version(PROGRAM)
        except PackageNotFoundError:  # run from a checkout, never installed
            number = "(not installed)"
        print(PROGRAM, number)  # noqa: T201 - as argparse prints its help; the caller flushes both
        parser.exit()


def _add_options_of_every_verb(parser: argparse.ArgumentParser) -> None:
    # No defaults here: those of a verb would overwrite what stands before it.
    add = partial(parser.add_argument, default=argparse.SUPPRESS)
    add("--file", metavar="PATH", help="the list, if it is not your own one")
    add("--list", metavar="NAME", help="the list that your profile has under this name")
    add("--json", action="store_true", help="print one JSON document; messages are JSON lines on stderr")
    add("--quiet", action="store_true", help="print answers, warnings and errors only")
    add("--no-color", action="store_true", help="no colours; so does NO_COLOR=1")
    add("--debug", action="store_true", help="show where an error came from")
    add("--lock-timeout", metavar="SECONDS", type=_seconds, help=argparse.SUPPRESS)
    add("--version", action=_Version, nargs=0, help="print the version")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= _LONGEST_TIMEOUT:  # no comparison with nan holds
        raise argparse.ArgumentTypeError(f"must be a number from 0 to {_LONGEST_TIMEOUT:.0f}")
    return seconds
