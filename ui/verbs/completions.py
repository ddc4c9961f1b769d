"""`todurable completions`: what a shell reads to complete our commands, and what it asks while someone types."""

from __future__ import annotations

import argparse
import re
from argparse import Namespace
from collections.abc import Iterator

from core.facts import is_open
from core.query_terms import FLAGS, SORTABLE
from core.task import Task, tag_words
from ui import exit_codes
from ui.arguments import build_parser
from ui.output import Output
from ui.session import list_for, load

_LIVE = {"tasks": "ids", "words": "words", "query": "words", "where": "words", "sort": "fields", "filter": "filters"}
"""Which of our answers completes an argument, by its name."""
_FILES = ("file",)
_SAFE = re.compile(r"[#+@]?[\w./:-]+")
"""What no shell expands: bash evaluates the words that it is given, and a project may be called `$(reboot)`."""


def run(options: Namespace, out: Output) -> int:
    """Print the script for a shell; with `--live`, the words that may stand there now. Writes nothing."""
    if options.live is None:
        out.raw(_script(options.shell).encode())
        return exit_codes.DONE
    with list_for(options, out) as (store, profile):
        match options.live:
            case "fields":
                words = [f"{field}{way}" for field in SORTABLE for way in ("", "-")]
            case "filters":
                words = list(profile.filters)
            case _:
                tasks = [task for task in load(store, out).tasks if is_open(task)]
                words = list(_ids(tasks) if options.live == "ids" else _words(tasks))
    out.lines(word for word in dict.fromkeys(words) if _SAFE.fullmatch(word))
    return exit_codes.DONE


def _script(shell: str) -> str:
    import shtab

    parser = build_parser()
    for action in _actions(parser):
        if action.dest in _LIVE:
            command = f"todurable completions --live {_LIVE[action.dest]} --quiet 2>/dev/null"
            action.complete = shtab.cmd(command)  # type: ignore[attr-defined]  # how shtab is told
        elif action.dest in _FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
    return str(shtab.complete(parser, shell))


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """All arguments of `parser` and of the parsers of its verbs."""
    for action in parser._actions:  # noqa: SLF001 - shtab itself reads them there
        yield action
        if isinstance(action.choices, dict):
            for choice in action.choices.values():
                yield from _actions(choice)


def _ids(tasks: list[Task]) -> Iterator[str]:
    return (str(task.id) for task in tasks)


def _words(tasks: list[Task]) -> Iterator[str]:
    """Projects and tags as they are typed, and what a query may ask for."""
    yield from sorted({f"#{task.project}" for task in tasks if task.project})
    yield from sorted({tag_words(tag) for task in tasks for tag in task.tags})
    yield from (f"is:{flag}" for flag in FLAGS)
