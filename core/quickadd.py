"""One line that adds a task: `Pay rent #home +finance @desk !1 due:fri 17:00 every:month`, in any order.

- `#project` (a path: `#home/garden`), `+tag`, `@context` (a tag that keeps its @), `!1` to `!3`,
  `due:` `scheduled:` `wait:` `until:` (words of `core.dates`), `every:` (words of `core.recurrence`), `est:` (`1h30`).
  `project:home` and `priority:high` (`h`, `1`) are other words for `#home` and `!1`.
- A mark counts only at the start of a word: `C#`, `1+1`, `a@b.c`, `http://x#y` are text. A date takes the words after
  it that belong to it (`due:next friday 17:00`); quotes set an end: `due:"next friday"`.
- A backslash before a word makes it text. So do quotes around words that would mean something, and then they go;
  quotes around anything else are text themselves.
- What is not understood stays in the name, which is all that remains, with single spaces.
"""

from __future__ import annotations

import re
from datetime import date, tzinfo
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from core.errors import TodurableError
from core.task import DATES, Priority


class Span(Struct, frozen=True):
    """`line[start:end]` was understood. `kind` is the field of `Task`, or `text` for words that were kept literal."""

    start: int
    end: int
    kind: str
    shown: str


class Problem(Struct, frozen=True):
    """`line[start:end]` looks like more than text, but is not understood: it stays in the name."""

    start: int
    end: int
    reason: str


class QuickAdd(Struct, frozen=True):
    """What a line says. `fields` are for `AppState.add_task`: `name` always (it may be empty), others where given.

    Spans and problems are in order and do not overlap.
    """

    fields: dict[str, Any]
    spans: tuple[Span, ...]
    problems: tuple[Problem, ...]


class _Days(Struct, frozen=True):
    today: date
    week_start: int
    zone: tzinfo | None


class _Found(Struct, frozen=True):
    kind: str
    value: Any
    shown: str
    end: int


class _NoMarkError(TodurableError):
    """What looks like a mark is none."""


_KEYS = f"(?:{'|'.join(DATES)}|every|est|project|priority):"
_QUOTED = '"[^"]*"(?!\\S)'
# Texts: `re` compiles each when it is needed first, and keeps it. Most lines need few of them.
_TOKEN = rf"(?i)(?P<key>{_KEYS})(?P<value>{_QUOTED}|\S*)|(?P<quoted>{_QUOTED})|\S+"
_WOULD_MEAN = rf'(?i)(?<!\S)(?=[\\"#+@!]|{_KEYS})'
_SPECIAL = frozenset(':\\"#+@!')
"""Without any of these a line is nothing but a name."""
_MARKS = {"#": "project", "+": "tag", "@": "context"}
_MARKED = r"[#+@](?:\w|[^\x00-\x7f])"
_LABEL = r'[^\s,;()|"]*[^\s,;()|".:!?]'
_PRIORITY = r"!([0-9]+)"
PRIORITIES = {
    word: one for one in Priority for word in (str(one.value), f"p{one.value}", one.name.lower(), one.name[0].lower())
}
"""What a priority is called, in small letters."""
_ESTIMATE = r"(?i)([0-9]{1,4})h(?:([0-5]?[0-9])m?)?|(?P<minutes>[0-9]{1,5})m"


def parse(line: str, *, today: date, week_start: int = 0, zone: tzinfo | None = None) -> QuickAdd:
    """What `line` says. Raises nothing: what is not understood is text, and also a problem if it was an attempt."""
    if _SPECIAL.isdisjoint(line):
        return QuickAdd({"name": " ".join(line.split())}, (), ())
    text, token = re.sub(r"\s", " ", line), re.compile(_TOKEN)  # length and places stay
    days = _Days(today, week_start, zone)
    fields: dict[str, Any] = {}
    spans: list[Span] = []
    problems: list[Problem] = []
    words: list[str] = []
    position = 0
    while match := token.search(text, position):
        start, position = match.span()
        try:
            found = _understood(match, days)
            if found is None or found.kind == "text":
                words.append(match[0] if found is None else found.value)
            else:
                _set(fields, found)
            if found is not None:
                position = found.end
                spans.append(Span(start, position, found.kind, found.shown))
        except TodurableError as error:
            words.append(match[0])
            problems.append(Problem(start, position, str(error)))
    name = " ".join(" ".join(words).split())
    return QuickAdd({"name": name} | fields | _anchored_rule(fields), tuple(spans), tuple(problems))


def literal(text: str) -> str:
    """The start of a line that says nothing but the name `text`: `parse` gives it back, with single spaces."""
    return re.sub(_WOULD_MEAN, r"\\", text)


def parse_estimate(text: str) -> int:
    """The minutes that `text` (`30m`, `2h`, `1h30`) stands for. Raises TodurableError."""
    match = re.fullmatch(_ESTIMATE, text)
    if match is None:
        raise _NoMarkError(f"“{text}” is no length of time: write 30m, 2h or 1h30.")
    return int(match["minutes"] or 0) + 60 * int(match[1] or 0) + int(match[2] or 0)


def shown_estimate(minutes: int) -> str:
    """How long that is, in words: `1 h 30 min`."""
    hours, rest = divmod(minutes, 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest or not hours))


def _set(fields: dict[str, Any], found: _Found) -> None:
    if found.kind == "tags":
        fields["tags"] = tuple(dict.fromkeys((*fields.get("tags", ()), found.value)))
    elif found.kind in fields:
        raise _NoMarkError(f"There is another “{found.kind}” before this one, which counts: leave one of them out.")
    else:
        fields[found.kind] = found.value


def _understood(match: re.Match[str], days: _Days) -> _Found | None:
    """What a word means, or None where it is text. Raises TodurableError where it was meant to mean something."""
    word, end = match[0], match.end()
    if match["key"]:
        return _keyed(match, days)
    if match["quoted"]:
        inner = parse(word[1:-1], **asdict(days))
        return _Found("text", word[1:-1], "text", end) if inner.spans or inner.problems else None
    if word[0] == "\\" and word != "\\":
        return _Found("text", word[1:], "text", end)
    if re.match(_MARKED, word):
        return _marked(word, end)
    if priority := re.fullmatch(_PRIORITY, word):
        return _priority(priority[1], end)
    return None


def _marked(word: str, end: int) -> _Found:
    what, label = _MARKS[word[0]], word[1:]
    if not re.fullmatch(_LABEL, label):
        raise _NoMarkError(
            f"“{word}” is no {what}: that is one word without , ; ( ) | and quotes, and with no . : ! ? at its end."
        )
    if what == "project":
        if not all(label.split("/")):
            raise _NoMarkError(f"“{word}” is no project: that is a name, or a path like home/garden.")
        return _Found("project", label, f"project {label}", end)
    if label[0].isdecimal():
        raise _NoMarkError(f"“{word}” is no {what}: that begins with a letter.")
    return _Found("tags", word if what == "context" else label, f"{what} {label}", end)


def _priority(number: str, end: int) -> _Found:
    if number not in ("1", "2", "3"):
        raise _NoMarkError(f"“!{number}” is no priority: those are !1 (high), !2 (medium) and !3 (low).")
    priority = Priority(int(number))
    return _Found("priority", priority, f"priority {priority.name.lower()}", end)


def _named_priority(name: str, end: int) -> _Found:
    if name.lower() not in PRIORITIES:
        raise _NoMarkError(f"“{name}” is no priority: those are 1 (high), 2 (medium), 3 (low), 0 (none).")
    priority = PRIORITIES[name.lower()]
    return _Found("priority", priority, f"priority {priority.name.lower()}", end)


def _anchored_rule(fields: dict[str, Any]) -> dict[str, Any]:
    day = fields.get("due") or fields.get("scheduled")
    if day is None or "recur" not in fields:
        return {}
    from core.recurrence import anchored

    return {"recur": anchored(fields["recur"], day)}


def _keyed(match: re.Match[str], days: _Days) -> _Found:
    key, value = match["key"][:-1].lower(), match["value"]
    quoted = re.fullmatch(_QUOTED, value) is not None
    content = value[1:-1] if quoted else value
    if not content:
        raise _NoMarkError(f"“{match[0]}” says nothing: write its value right after the colon.")
    if key == "every":
        return _rule(content, match.end())
    if key == "est":
        return _estimate(content, match.end())
    if key == "project":
        return _marked(f"#{content}", match.end())
    if key == "priority":
        return _named_priority(content, match.end())
    # Most lines have no date, and a command should not pay for what it does not use.
    from core.dates import parse_date, parse_leading_date, with_weekday

    if quoted:
        day, end = parse_date(content, **asdict(days)), match.end()
    else:
        start = match.start("value")
        day, length = parse_leading_date(match.string[start:], **asdict(days))
        end = start + length
    return _Found(key, day, f"{key} {with_weekday(day)}", end)


def _rule(text: str, end: int) -> _Found:
    from core.recurrence import parse_recurrence, shown

    rule = parse_recurrence(text)
    return _Found("recur", rule, shown(rule), end)


def _estimate(text: str, end: int) -> _Found:
    minutes = parse_estimate(text)
    return _Found("estimate", minutes, f"estimate {shown_estimate(minutes)}", end)
