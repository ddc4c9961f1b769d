"""What the terms of a query mean: each becomes a Python expression over a task `t`, for `core.query` to compile.

No text of the query is part of an expression: what it compares with is bound to a name. So an expression holds nothing
but what is written here, and a query costs what the same loop costs that somebody writes by hand.

- A word is found in the name, comment, description, project and tags, in upper or lower case.
- `:` is one of the values (a text field: has it in it), `=` just that, `!=` neither. An unset field never matches
  `<` `<=` `>` `>=`, and always `!=`.
- A project takes those beneath it. A day takes all of that day; a time beside a task's day without one compares as the
  end of that day (`scheduled`, `wait`: as its beginning).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from core import facts
from core.errors import TodurableError
from core.query_syntax import Item, Term
from core.query_values import Memo, accept, day_or_time, near, one_of, single, utc, whole
from core.task import FIELDS, Priority, Status, Task

OPEN = "(t.status is PENDING or t.status is ACTIVE)"
WAITING = "(t.wait is not None and t.wait > now.time)"
FLAGS = {
    "open": OPEN,
    "done": "t.status is DONE",
    "cancelled": "t.status is CANCELLED",
    "deleted": "t.status is DELETED",
    "active": "t.status is ACTIVE",
    "waiting": f"({WAITING} and {OPEN})",
    "overdue": "is_overdue(t, now)",
    "today": "is_today(t, now)",
    "upcoming": "is_upcoming(t, now)",
    "scheduled": "is_scheduled(t, now)",
    "blocked": "is_blocked(t, known)",
    "ready": "is_ready(t, now, known)",
    "recurring": "t.recur is not None",
}
"""What `is:` may be followed by."""
_LONGEST_SEARCH = 0.1
"""Seconds that a regular expression may take for one text: some take for ever, and would hold up everything."""
DIRECTIVES = ("sort", "limit")
"""Fields that say how to show what was found."""

_ALIASES = {
    "tags": "tag",
    "context": "tag",
    "prio": "priority",
    "pri": "priority",
    "proj": "project",
    "desc": "description",
    "notes": "description",
    "est": "estimate",
    "every": "recur",
    "start": "started",
    "sched": "scheduled",
}
_DAYS = {"due": "late", "until": "late", "scheduled": "early", "wait": "early"}
_INSTANTS = ("created", "modified", "started", "completed")
_TEXTS = ("name", "comment", "description", "recur")
_EQUAL = (":", "=", "!=")


class Scope:
    """What expressions refer to. `now` is the present in the user's zone; the system's if it has none.

    `beside`: the `text_of` each task is there as `text`, and has not to be made.
    """

    def __init__(self, now: datetime, week_start: int, *, beside: bool = False) -> None:
        self.now = now
        self.week_start = week_start
        self.beside = beside
        self.names: dict[str, Any] = {status.name: status for status in Status}
        self.names |= {name: getattr(facts, name) for name in dir(facts) if name.startswith("is_")}
        self.names |= {"now": facts.moment(now), "notes_of": _notes_of, "late": _late, "early": _early}

    def bind(self, value: Any) -> str:
        """A name for `value`."""
        name = f"c{len(self.names)}"
        self.names[name] = value
        return name


def text_of(task: Task) -> str:
    """All of a task in which words are looked for."""
    return f"{task.name.casefold()}\n{_notes_of(task)}"


def expression(term: Term, scope: Scope) -> str:
    """What is true of the tasks that `term` finds. Raises QueryError."""
    name = _canonical(term.field)
    build = _BUILDERS.get(name)
    if build is None:
        raise term.error(f"There is no field “{term.field}”.", _near_term(term))
    if not term.items:
        raise term.error(f"“{term.text}” needs a value.")
    return build(name, term, scope)


def cost(term: Term) -> int:
    """What is dear to ask of a task is asked last."""
    return ("word", "regex").index(term.field) + 1 if term.field in ("word", "regex") else 0


def sort_field(term: Term, item: Item) -> tuple[str, bool]:
    """The field that an item of `sort:` names, and whether the order is reversed. Raises QueryError."""
    text = item.low.lower()
    name = _canonical(text.removesuffix("-"))
    if name not in SORTABLE:
        raise term.error(f"There is no order by “{item.low}”.", near(name, SORTABLE), item)
    return name, text.endswith("-")


def limit(term: Term) -> int:
    """How many tasks `limit:` lets pass. Raises QueryError."""
    if len(term.items) != 1 or term.op not in _EQUAL[:2] or not (number := whole(term.value)):
        raise term.error("“limit:” needs a whole number, 1 or more.")
    return number


def _canonical(name: str) -> str:
    return _ALIASES.get(name, name)


# Expressions


def _word(_name: str, term: Term, scope: Scope) -> str:
    word = scope.bind(term.value.casefold())
    return f"({word} in text)" if scope.beside else f"({word} in t.name.casefold() or {word} in notes_of(t))"


def _regex(_name: str, term: Term, scope: Scope) -> str:
    import regex  # and not `re`, which cannot be told to stop

    try:
        with warnings.catch_warnings():  # of what a later version may read in another way
            warnings.simplefilter("ignore")
            pattern = regex.compile(term.value, regex.IGNORECASE)
    except (regex.error, OverflowError, RecursionError) as error:
        raise term.error(f"This is no regular expression: {error}.", item=term.items[0]) from None

    def search(text: str) -> bool:
        try:
            return pattern.search(text, timeout=_LONGEST_SEARCH, concurrent=True) is not None
        except TimeoutError:
            problem = "This regular expression takes too long: it can be matched in too many ways."
            raise term.error(problem, item=term.items[0]) from None

    found = scope.bind(search)
    return f"({found}(t.name) or t.comment and {found}(t.comment) or t.description and {found}(t.description))"


def _text(name: str, term: Term, scope: Scope) -> str:
    accept(term, _EQUAL)
    values = tuple(single(term, item).casefold() for item in term.items)
    text = f"(t.{name} or '').casefold()"
    if term.op == ":":
        return "(" + " or ".join(f"{scope.bind(value)} in {text}" for value in values) + ")"
    return f"({text} {'not in' if term.op == '!=' else 'in'} {scope.bind(values)})"


def _project(_name: str, term: Term, scope: Scope) -> str:
    accept(term, _EQUAL)
    values = tuple(single(term, item).casefold().rstrip("/") for item in term.items)
    beneath = tuple(f"{value}/" for value in values) if term.op == ":" else ()
    matches = Memo(lambda project: (p := project.casefold()) in values or p.startswith(beneath))
    return _negated(term, f"{scope.bind(matches)}[t.project]")


def _tag(_name: str, term: Term, scope: Scope) -> str:
    accept(term, _EQUAL)
    wanted = frozenset(_tag_name(term, item) for item in term.items)
    matches = Memo(lambda tags: any(tag.casefold() in wanted for tag in tags))
    return _negated(term, f"{scope.bind(matches)}[t.tags]")


def _tag_name(term: Term, item: Item) -> str:
    name = single(term, item).casefold()
    return f"@{name}" if term.field == "context" and not name.startswith("@") else name


def _status(_name: str, term: Term, scope: Scope) -> str:
    accept(term, _EQUAL)
    wanted = tuple(Status(one_of(term, item, tuple(Status))) for item in term.items)
    return _negated(term, f"t.status in {scope.bind(wanted)}")


def _flag(_name: str, term: Term, _scope: Scope) -> str:
    accept(term, _EQUAL)
    found = [FLAGS[one_of(term, item, tuple(FLAGS))] for item in term.items]
    return _negated(term, f"({' or '.join(found)})")


def _presence(name: str, term: Term, _scope: Scope) -> str:
    accept(term, _EQUAL[:2])
    found = [_held(term, item) for item in term.items]
    if name == "no":
        return "(" + " and ".join(f"not {one}" for one in found) + ")"
    return f"({' or '.join(found)})"


def _held(term: Term, item: Item) -> str:
    words = (*_HELD, *FIELDS)
    text = item.low.lower()
    name = one_of(term, item, words, text if text in words else _canonical(text))
    return _HELD.get(name, f"t.{name}")


_HELD = {
    "tag": "t.tags",
    "context": "any(s[0] == '@' for s in t.tags)",
    "estimate": "(t.estimate is not None)",
}


def _number(name: str, term: Term, scope: Scope) -> str:
    def bounds(item: Item, text: str) -> tuple[int, int]:
        number = whole(text)
        if number is None:
            raise term.error(f"“{name}” needs a whole number, not “{text}”.", item=item)
        return number, number + 1

    return _ordered(term, scope, f"t.{name}", bounds)


def _estimate(name: str, term: Term, scope: Scope) -> str:
    from core.quickadd import parse_estimate

    def bounds(item: Item, text: str) -> tuple[int, int]:
        try:
            minutes = number if (number := whole(text)) is not None else parse_estimate(text)
        except TodurableError as error:
            raise term.error(str(error), item=item) from None
        return minutes, minutes + 1

    return _ordered(term, scope, f"t.{name}", bounds)


def _priority(_name: str, term: Term, scope: Scope) -> str:
    names = {word: priority.value for priority in Priority for word in (str(priority.value), priority.name.lower())}
    names |= {f"p{number}": number for number in (1, 2, 3)}

    def bounds(item: Item, text: str) -> tuple[int, int]:
        number = names[one_of(term, item, tuple(names), text.lower())]
        return number, number + 1

    if term.op in _EQUAL:
        return _ordered(term, scope, "t.priority", bounds, guard="True")
    return _ordered(term, scope, "t.priority", bounds, guard="t.priority")


def _day(name: str, term: Term, scope: Scope) -> str:
    times = False

    def bounds(item: Item, text: str) -> tuple[str, str]:
        nonlocal times
        found = day_or_time(item, text, scope.now, scope.week_start)
        times = times or "T" in found
        # Behind a day, U sorts after each of its times, which begin with T; behind a minute, ; after its seconds.
        return found, found + (";" if "T" in found else "U")

    plain = _ordered(term, scope, f"t.{name}", bounds)
    return _ordered(term, scope, f"{_DAYS[name]}(t.{name})", bounds, guard=f"t.{name} is not None") if times else plain


def _instant(name: str, term: Term, scope: Scope) -> str:
    def bounds(item: Item, text: str) -> tuple[str, str]:
        found = day_or_time(item, text, scope.now, scope.week_start)
        if "T" in found:
            first = datetime.fromisoformat(found)
            return utc(first, scope.now.tzinfo), utc(first, scope.now.tzinfo, timedelta(minutes=1))
        first = datetime.combine(date.fromisoformat(found), time())
        return utc(first, scope.now.tzinfo), utc(first, scope.now.tzinfo, timedelta(days=1))

    return _ordered(term, scope, f"t.{name}", bounds)


def _link(name: str, term: Term, scope: Scope) -> str:
    """`parent:12`, `depends:12`: tasks by id, or by the start of a uid."""
    accept(term, _EQUAL)
    wanted = tuple(single(term, item).lower() for item in term.items)

    def leads(uids: Iterable[str], known: Any) -> bool:
        ids = {str(known[uid].id) for uid in uids if uid in known}
        return any(text in ids if text.isdecimal() else any(uid.startswith(text) for uid in uids) for text in wanted)

    uids = "t.depends" if name == "depends" else "(t.parent,)"
    return _negated(term, f"(t.{name} and {scope.bind(leads)}({uids}, known))")


def _uid(_name: str, term: Term, scope: Scope) -> str:
    accept(term, _EQUAL)
    return _negated(term, f"t.uid.startswith({scope.bind(tuple(single(term, item).lower() for item in term.items))})")


def _ordered(
    term: Term, scope: Scope, value: str, bounds: Callable[[Item, str], tuple[Any, Any]], guard: str | None = None
) -> str:
    """`value` beside the items of `term`; `bounds` gives the first value of an item, and the first one behind it."""
    guard = guard or f"{value} is not None"
    parts = []
    for item in term.items:
        low = scope.bind(bounds(item, item.low)[0]) if item.low else ""
        high = scope.bind(bounds(item, item.high)[1]) if item.high else ""
        if term.op in _EQUAL:
            parts.append(" <= ".join(filter(None, (low, value))) + (f" < {high}" if high else ""))
        elif len(term.items) > 1 or item.low != item.high:
            raise term.error(f"“{term.op}” takes one value; several go behind “:”.")
        else:
            parts.append(f"{value} {_COMPARED[term.op]} {high if term.op in ('<=', '>') else low}")
    return _negated(term, f"({guard} and ({' or '.join(parts)}))")


_COMPARED = {"<": "<", "<=": "<", ">": ">=", ">=": ">="}
"""With the bound taken that fits: up to a value is before the first one behind it."""


def _negated(term: Term, source: str) -> str:
    return f"(not {source})" if term.op == "!=" else source


def _near_term(term: Term) -> str:
    """What a term with a field that there is not may have been meant to be: one with another field, or text."""
    meant = near(term.field, (*_BUILDERS, *_ALIASES, *DIRECTIVES))
    return meant + term.text[len(term.field) :] if meant else '"' + term.text.replace('"', "") + '"'


def _notes_of(task: Task) -> str:
    return "\n".join((task.comment, task.description, task.project, *task.tags)).casefold()


def _late(day: str) -> str:
    return day if "T" in day else f"{day}T24:00"


def _early(day: str) -> str:
    return day if "T" in day else f"{day}T00:00"


SORTABLE = (*_DAYS, *_INSTANTS, "priority", "project", "name", "id", "status", "estimate", "order", "tag")
"""What `sort:` may be followed by."""

_Builder = Callable[[str, Term, Scope], str]
_BUILDERS: dict[str, _Builder] = {
    "word": _word,
    "regex": _regex,
    "project": _project,
    "tag": _tag,
    "status": _status,
    "is": _flag,
    "has": _presence,
    "no": _presence,
    "id": _number,
    "estimate": _estimate,
    "priority": _priority,
    "parent": _link,
    "depends": _link,
    "uid": _uid,
    **dict.fromkeys(_DAYS, _day),
    **dict.fromkeys(_INSTANTS, _instant),
    **dict.fromkeys(_TEXTS, _text),
}
