"""The query language: one for the filter of the screen, saved views and the command line.

    #home -@phone due<=eow sort:due          p1 or is:overdue          "the landlord" has:due no:project

`core.query_syntax` has the grammar, `core.query_terms` says what each term means. Unless a query names a status, only
what is open and not waiting is found, and `Query.implied` says so; the trash is searched only where it is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from core.query_syntax import Group, Node, Not, QueryError, Term, parse_tree, terms
from core.query_terms import (
    DIRECTIVES,
    FLAGS,
    OPEN,
    WAITING,
    Scope,
    cost,
    expression,
    limit,
    sort_field,
    text_of,
)
from core.task import Status, Task
from core.tasklist import in_order, place

__all__ = ["Query", "QueryError", "parse", "text_of"]

_Select = Callable[[Iterable[Task], Mapping[str, Task]], list[Task]]
_SelectBeside = Callable[[Iterable[tuple[Task, str]], Mapping[str, Task]], list[Task]]
_STATUS_FLAGS = frozenset({"open", "done", "cancelled", "deleted", "active"})
_STATUS_ORDER = {status: number for number, status in enumerate(Status)}
_KEYS: dict[str, Callable[[Task], Any]] = {
    "name": lambda task: task.name.casefold(),
    "project": lambda task: task.project.casefold() or None,
    "tag": lambda task: tuple(map(str.casefold, task.tags)) or None,
    "priority": lambda task: task.priority.value or None,
    "status": lambda task: _STATUS_ORDER[task.status],
    "order": place,
}


class Query(Struct, frozen=True):
    """What a text asks for, at the moment it was read: words such as `today` stand for what they meant then.

    `implied` is what holds besides what was said; `words` are the texts that a match has in it, to be highlighted.
    """

    text: str
    implied: str
    words: tuple[str, ...]
    sort: tuple[tuple[str, bool], ...]
    limit: int | None
    filter: _Select
    """Those of the tasks that match, in the order given: neither sorted nor limited."""
    filter_beside: _SelectBeside
    """As `filter`, of tasks with the `text_of` each beside it: most of what a word costs is to make that."""

    def select(
        self, tasks: Iterable[Task], known: Mapping[str, Task], texts: Sequence[str] | None = None
    ) -> list[Task]:
        """The tasks to show of `tasks`, which are in order. `known` has every task by uid.

        Whoever asks often has made `texts`: the `text_of` of each.
        """
        if texts is None:
            return self._shown(self.filter(tasks, known))
        return self._shown(self.filter_beside(zip(tasks, texts, strict=True), known))

    def search(self, known: Mapping[str, Task]) -> list[Task]:
        """The tasks to show of all in `known`, in the order of the list where no other is asked for."""
        return self._shown(in_order(self.filter(known.values(), known)))

    def _shown(self, found: list[Task]) -> list[Task]:
        for field, reverse in reversed(self.sort):
            found = _sorted(found, field, reverse=reverse)
        return found if self.limit is None else found[: self.limit]


def parse(text: str, *, now: datetime, week_start: int = 0) -> Query:
    """What `text` asks for. `now` is the present in the user's zone; where it has none, in the system's.

    Raises QueryError, and nothing else.
    """
    tree = parse_tree(text)
    found = list(terms(tree))
    directives = [term for term, _positive in found if term.field in DIRECTIVES]
    implied, conditions = _implied(_statuses_named([term for term, _positive in found]))
    plain, beside = Scope(now, week_start), Scope(now, week_start, beside=True)
    return Query(
        text=text,
        implied=implied,
        words=tuple(dict.fromkeys(_words(found))),
        sort=tuple(sort_field(term, item) for term in directives if term.field == "sort" for item in term.items),
        limit=min((limit(term) for term in directives if term.field == "limit"), default=None),
        filter=_compiled(tree, conditions, plain, "tasks, known: [t for t in tasks"),
        filter_beside=_compiled(tree, conditions, beside, "pairs, known: [t for t, text in pairs"),
    )


def _compiled(tree: Node | None, conditions: Sequence[str], scope: Scope, start: str) -> Any:
    """The function `lambda start if …]` of what `tree` asks for, and of the `conditions`."""
    asked = _source(tree, scope) if tree is not None else None
    source = " and ".join([*([f"({asked})"] if asked else []), *conditions]) or "True"
    # The source is made of the fixed expressions of `query_terms`; what was typed is in the names that it refers to.
    return eval(f"lambda {start} if {source}]", scope.names)  # noqa: S307 - see above


def _source(node: Node, scope: Scope) -> str | None:
    """The expression of `node`; None where it only says how to show what is found."""
    match node:
        case Term():
            return None if node.field in DIRECTIVES else expression(node, scope)
        case Not():
            return f"not {_needed(node.part, scope, 'behind “not”')}"
        case Group(all=True):
            # without side effects the order is free: what costs least goes first
            parts = sorted(node.parts, key=lambda part: max((cost(term) for term, _positive in terms(part)), default=0))
            asked = [source for part in parts if (source := _source(part, scope)) is not None]
            return f"({' and '.join(asked)})" if asked else None
        case Group():
            return f"({' or '.join(_needed(part, scope, 'alone beside “or”') for part in node.parts)})"


def _needed(node: Node, scope: Scope, where: str) -> str:
    source = _source(node, scope)
    if source is None:
        term = next(iter(terms(node)))[0]
        raise term.error(f"“{term.text}” is for all that is found: it cannot stand {where}.")
    return source


def _statuses_named(found: Iterable[Term]) -> set[str]:
    """The values of `is:` and `status:`."""
    return {item.low.lower() for term in found if term.field in ("is", "status") for item in term.items}


def _implied(named: set[str]) -> tuple[str, list[str]]:
    """What holds unless something else was asked for: in words of the language, and as expressions."""
    if not named.isdisjoint(_STATUS_FLAGS | set(Status)):
        return "", [] if "deleted" in named else [f"not {FLAGS['deleted']}"]
    if "waiting" in named:
        return "is:open", [OPEN]
    return "is:open -is:waiting", [OPEN, f"not {WAITING}"]


def _words(found: Iterable[tuple[Term, bool]]) -> Iterator[str]:
    for term, positive in found:
        if positive and term.op == ":" and term.field in ("word", "name"):
            yield from (item.low for item in term.items)


def _sorted(tasks: list[Task], field: str, *, reverse: bool) -> list[Task]:
    """`tasks` in the order of `field`, equal ones as they were, those without it last either way."""
    key = _KEYS.get(field) or (lambda task: getattr(task, field))
    values = [(key(task), task) for task in tasks]
    having = [pair for pair in values if pair[0] is not None]
    having.sort(key=lambda pair: pair[0], reverse=reverse)
    return [task for _value, task in having] + [task for value, task in values if value is None]
