"""The manual page, made from the same table as the parser and its help (man-pages(7) says how such a page is built)."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence

from ui.verb import Verb

_FIELDS = (
    "name comment description project tag priority status due scheduled wait until created modified started completed "
    "estimate recur parent depends id uid"
)
_QUERIES = (
    ("milk, “two words”, /regex/", "in the name, comment, description, project or tags; in any case"),
    ("#home, +tag, @context, p1", "project (and those beneath it), tag, context, priority"),
    ("FIELD:VALUE", f"also = != < <= > >=; a,b is any of them, a..b a range. Fields: {_FIELDS}"),
    (
        "is:FLAG",
        "open done cancelled deleted active overdue today upcoming waiting scheduled blocked ready recurring",
    ),
    ("has:FIELD, no:FIELD", "whether a field is set"),
    ("sort:FIELD, sort:FIELD-, limit:N", "how to show what was found"),
    ("and, or, not, -, ( )", "join terms; and may be left out"),
)
_DATES = (
    "today tomorrow yesterday mon..sun eow eom eoq eoy +3d -2w +1m 2026-12-24 24.12. “next friday” “in 3 days”, each "
    "with a time (17:00) or without. What could be two days is refused."
)
_FILES = (
    ("tasks.json", "the list; one task a line"),
    ("tasks.json.journal", "every change since, and before it"),
    ("tasks.json.backup, .backup.1, .backup.2", "the lists before it, newest first"),
    ("profile.json", "settings"),
)
_ENVIRONMENT = (
    ("TODURABLE_HOME", "the directory of the list and of all that belongs to it"),
    ("TODURABLE_FILE", "the list, where no option names one"),
    ("TODURABLE_LOCK_TIMEOUT", "seconds to wait while another program writes"),
    ("NO_COLOR", "if set, no colours"),
)


def page(verbs: Sequence[tuple[Verb, argparse.ArgumentParser]], summary: str, exit_codes: str) -> str:
    """The page in roff. Each verb comes with the parser of its arguments."""
    lines = [
        '.TH TODURABLE 1 "" "todurable" "User Commands"',
        *(".SH NAME", rf"todurable \- {_text(summary)}"),
        *(".SH SYNOPSIS", ".B todurable", r"[\fIOPTIONS\fR] [\fICOMMAND\fR] [\fIARGUMENTS\fR]"),
        ".SH COMMANDS",
    ]
    for verb, parser in verbs:
        lines += _verb(verb, parser)
    lines += [".SH QUERIES", *_terms(_QUERIES), ".SH DATES", _text(_DATES)]
    lines += [".SH EXIT STATUS", _text(exit_codes), ".SH FILES", *_terms(_FILES)]
    lines += [".SH ENVIRONMENT", *_terms(_ENVIRONMENT)]
    return "\n".join(lines) + "\n"


def _verb(verb: Verb, parser: argparse.ArgumentParser) -> Iterator[str]:
    yield f'.SS "{_text(verb.name)}"'
    yield _text(parser.description or "")
    options = parser._actions  # noqa: SLF001 - argparse has no other way to tell them; argparse-manpage reads them too
    yield from _terms((_called(option), option.help) for option in options if _is_its_own(option))
    yield ".PP"
    yield ".nf"
    yield from (rf"\&    {_text(example)}" for example in verb.example.splitlines())
    yield ".fi"


_EVERYWHERE = {"help", "file", "list", "json", "quiet", "no_color", "debug", "lock_timeout", "version"}


def _is_its_own(option: argparse.Action) -> bool:
    return option.dest not in _EVERYWHERE and option.help not in (None, argparse.SUPPRESS)


def _called(option: argparse.Action) -> str:
    value = "" if option.nargs == 0 else str(option.metavar or option.dest.upper())
    return " ".join(filter(None, (", ".join(option.option_strings), value)))


def _terms(terms: Iterable[tuple[str, str | None]]) -> Iterator[str]:
    for term, explained in terms:
        yield ".TP"
        yield rf"\fB{_text(term)}\fR"
        yield _text(explained or "")


def _text(text: str) -> str:
    """`text` as it is to be read: no part of it is a request or an escape."""
    plain = " ".join(text.split()).replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq").replace('"', r"\(dq")
    plain = "".join(c if c.isascii() else rf"\[u{ord(c):04X}]" for c in plain)
    return rf"\&{plain}" if plain.startswith(".") else plain
