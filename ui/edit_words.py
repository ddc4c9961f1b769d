"""What the words of `todurable edit` say: `due:fri +urgent -@home !1 depends:7,9 "new name"`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from core.quickadd import PRIORITIES, parse
from core.task import DATES, Priority, Task
from ui.arguments import UsageError

_TASKS = re.compile(r"[0-9]+(?:(?:-|\.\.|,)[0-9]+)*,?|[0-9a-f]{8}-[0-9a-f-]{1,27}")
_EMPTIED = re.compile(r"(due|scheduled|wait|until|every|recur|est|estimate):(?:none)?", re.IGNORECASE)
_WHOLE = re.compile(r"(name|comment|description|notes|project|priority|parent|depends):(.*)", re.IGNORECASE | re.DOTALL)
_LESS = re.compile(r"-(depends:)?[+@#]?(\S+)")
_NAMES = (
    *(*DATES, "every", "recur", "est", "estimate", "project", "priority"),
    *("name", "comment", "description", "notes", "parent", "depends"),
)
_UNKNOWN = re.compile(rf"(?!(?:{'|'.join(_NAMES)}):)([a-z_]{{2,}}):(?!//)\S*|[-+@#!]", re.IGNORECASE)
_FIELDS = {"every": "recur", "est": "estimate", "notes": "description"}
_TEXTS = ("comment", "description", "notes")

Find = Callable[[str], list[str]]
"""The uids of the tasks that a text names."""


class Edits(Struct, frozen=True):
    """What all of some tasks get: `fields` as they are; `more` and `less` are added to, and taken from, sets."""

    fields: dict[str, Any]
    more: dict[str, tuple[str, ...]]
    less: dict[str, tuple[str, ...]]

    def of(self, task: Task) -> dict[str, Any]:
        """The fields that `task` gets."""
        fields = dict(self.fields)
        for name in self.more.keys() | self.less.keys():
            now = fields.get(name, getattr(task, name))
            kept = [item for item in now if item not in self.less.get(name, ())]
            fields[name] = tuple(dict.fromkeys((*kept, *self.more.get(name, ()))))
        return fields | _anchored(fields, task)


def split(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The words that name tasks, which come first, and the rest. The first word always names some."""
    count = next((place for place, word in enumerate(words[1:], 1) if not _TASKS.fullmatch(word)), len(words))
    return list(words[:count]), list(words[count:])


def read(words: Iterable[str], find: Find, *, today: date, week_start: int) -> Edits:
    """What `words` say. Raises UsageError where something is not understood, or nothing is said."""
    edits = Edits({}, {}, {})
    line = []
    for word in words:
        _refuse_unknown(word)
        if match := _EMPTIED.fullmatch(word):
            _empty(match, edits)
        elif match := _WHOLE.fullmatch(word):
            _whole(match[1].lower(), match[2], edits, find)
        elif match := _LESS.fullmatch(word):
            name = "depends" if match[1] else "tags"
            _add(edits.less, name, find(match[2]) if match[1] else [_tag(word)])
        elif word == "!0":
            edits.fields["priority"] = Priority.NONE
        else:
            line.append(re.sub("^(recur|estimate):", lambda found: _LONG[found[1]], word))
    said = parse(" ".join(line), today=today, week_start=week_start)
    if said.problems:
        raise UsageError(f"{said.problems[0].reason} Nothing was changed; a backslash before a word keeps it as text.")
    fields = {name: value for name, value in said.fields.items() if name != "tags" and (name != "name" or value)}
    _add(edits.more, "tags", said.fields.get("tags", ()))
    found = replace(edits, fields=edits.fields | fields)
    if not (found.fields or found.more or found.less):
        raise UsageError("Say what to change, for example due:fri +urgent. Nothing was changed.")
    return found


_LONG = {"recur": "every:", "estimate": "est:"}


def _refuse_unknown(word: str) -> None:
    """Raise UsageError where `word` looks as if it were to change something, and changes nothing."""
    from difflib import get_close_matches

    match = _UNKNOWN.fullmatch(word)
    if match is None:
        return

    name = (match[1] or "").lower()
    near = get_close_matches(name, _NAMES, n=1)
    if not name:
        problem = f"“{word}” says nothing."
    elif name in ("tag", "tags"):
        problem = "Tags are added by +tag, and taken away by -tag."
    else:
        problem = f"There is no field “{match[1]}”." + (f" Did you mean {near[0]}:?" if near else "")
    raise UsageError(f"{problem} Nothing was changed; a backslash before a word keeps it as text.")


def _empty(match: re.Match[str], edits: Edits) -> None:
    name = match[1].lower()
    if not match[0].lower().endswith("none"):
        raise UsageError(f"“{match[0]}” says nothing: write its value right after the colon, or none to empty it.")
    edits.fields[_FIELDS.get(name, name)] = None


def _whole(name: str, value: str, edits: Edits, find: Find) -> None:
    if not value and name not in _TEXTS:
        raise UsageError(f"“{name}:” says nothing: write its value right after the colon, or none to empty it.")
    none = value.lower() == "none" and name != "name"
    match name:
        case "priority":
            if value.lower() not in PRIORITIES:
                raise UsageError(f"“{value}” is no priority: those are 1 (high), 2 (medium), 3 (low), 0 (none).")
            edits.fields["priority"] = PRIORITIES[value.lower()]
        case "parent":
            edits.fields["parent"] = None if none else find(value)[0]
        case "depends" if none:
            edits.fields["depends"] = ()
        case "depends":
            _add(edits.more, "depends", find(value))
        case _:
            edits.fields[_FIELDS.get(name, name)] = "" if none else value


def _tag(word: str) -> str:
    return word[1:].removeprefix("+")


def _add(sets: dict[str, tuple[str, ...]], name: str, items: Iterable[str]) -> None:
    if found := (*sets.get(name, ()), *items):
        sets[name] = found


def _anchored(fields: dict[str, Any], task: Task) -> dict[str, str]:
    """The rule for recurring that `fields` bring, bound to the day that it begins with."""
    day = fields.get("due", task.due) or fields.get("scheduled", task.scheduled)
    if not fields.get("recur") or not day:
        return {}
    from core.recurrence import anchored

    return {"recur": anchored(fields["recur"], day)}
