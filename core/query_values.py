"""The values of a query's terms: words, numbers, dates. What cannot be a value is refused, with what could be meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from core.dates import DateError, parse_date
from core.query_syntax import Item, QueryError, Term


def accept(term: Term, operators: tuple[str, ...]) -> None:
    """Raises QueryError where the operator of `term` is not one of those."""
    if term.op not in operators:
        raise term.error(f"“{term.field}” has no order: use {' or '.join(operators)} here.")


def single(term: Term, item: Item) -> str:
    """The value of an item that is no range. Raises QueryError."""
    if item.low != item.high:
        raise term.error(f"“{term.field}” takes no range; in quotes two dots are text.", item=item)
    return item.low


def one_of(term: Term, item: Item, words: tuple[str, ...], text: str | None = None) -> str:
    """The one of `words` that `item` is, or that `text` is, which was made of it. Raises QueryError."""
    word = single(term, item).lower() if text is None else text
    if word in words:
        return word
    meant = near(word, words)
    offer = "" if meant else f" There are {', '.join(words)}."
    raise term.error(f"“{word}” cannot follow “{term.field}{term.op}”.{offer}", meant, item)


def whole(text: str) -> int | None:
    """The whole number that `text` is; None where it is none, or a huge one."""
    return int(text) if re.fullmatch("[0-9]{1,15}", text) else None


def day_or_time(item: Item, text: str, now: datetime, week_start: int) -> str:
    """The day or time that `text`, a part of `item`, names at the moment `now`. Raises QueryError."""
    try:
        return parse_date(text, today=now.date(), week_start=week_start, zone=now.tzinfo)
    except DateError as error:
        offer = error.suggestions[0] if error.suggestions else ""
        problem = f"“{error.text}” {error.problem}."
        raise QueryError(problem, item.start, item.end - item.start, offer) from None


def utc(local: datetime, zone: tzinfo | None, later: timedelta = timedelta()) -> str:
    """`local` as instants begin: without a zone's letter it sorts before each fraction of its second."""
    with suppress(OverflowError, ValueError, OSError):  # at the ends of time there is no other zone
        local = (local + later).replace(tzinfo=zone).astimezone(UTC)
    return local.replace(tzinfo=None).isoformat(timespec="seconds")


def near(word: str, words: Iterable[str]) -> str:
    """The one of `words` that `word` may have been meant to be; empty where none is like it."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, list(words), 1)), "")


class Memo(dict[Any, bool]):
    """What `ask` says of a key, asked once: a list has few projects and few sets of tags."""

    def __init__(self, ask: Callable[[Any], bool]) -> None:
        super().__init__()
        self._ask = ask

    def __missing__(self, key: Any) -> bool:
        answer = self[key] = self._ask(key)
        return answer
