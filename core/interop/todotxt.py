"""todo.txt (https://github.com/todotxt/todo.txt): `(A) 2026-11-20 Pay rent +home @desk due:2026-12-01`.

Once that is done: `x 2026-11-21 2026-11-20 Pay rent +home @desk due:2026-12-01 pri:A`, or `x (A) 2026-11-21 ...`.
Beside the format itself, what most of its programs know: `due:`, `t:` (hidden until) and `rec:`. The first `+project`
is ours, others become tags; tags of ours are written as `tags:a,b`. An unknown `key:value` stays in the name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cache, partial

from core.dates import parse_date
from core.errors import TodurableError
from core.interop import Each, Entry, ImportedFileError
from core.recurrence import parse_recurrence
from core.task import Priority, Status, Task
from core.uids import uid_of

_HEAD = re.compile(r"(?P<done>x )?(?:\((?P<priority>[A-Z])\) )?(?P<days>(?:\d{4}-\d\d-\d\d ){0,2})(?P<text>.*)")
_WORD = re.compile(r"(?P<key>due|t|rec|tags):(?P<value>\S+)|\+(?P<project>\S+)|(?P<context>@\S+)")
_PRIORITY = re.compile(r"(?:^|\s)pri:(?P<letter>[A-Z])(?!\S)")
"""The priority of a task that is done: its head has none any more, so that it sorts by its days."""
_LETTERS = {"A": Priority.HIGH, "B": Priority.MEDIUM, "C": Priority.LOW}
_CLOSED = (Status.DONE, Status.CANCELLED)
_NO_PLACE = ("comment", "description", "parent", "depends", "scheduled", "until", "estimate", "attachments", "extra")
_RULE = re.compile(r"FREQ=(\w+)(?:;INTERVAL=(\d+))?(?:;BYMONTHDAY=.*)?")
_RULES = {"d": "DAILY", "w": "WEEKLY", "m": "MONTHLY", "y": "YEARLY"}


def read(raw: bytes, moment: datetime, each: Each = iter) -> list[Entry]:
    """See `core.interop`."""
    try:
        lines = raw.removeprefix(b"\xef\xbb\xbf").decode().splitlines()
    except UnicodeDecodeError:
        raise ImportedFileError("This is not text in UTF-8.") from None
    seen: Counter[str] = Counter()
    parse_day = cache(partial(parse_date, today=moment.date()))  # many tasks have the same
    numbered = enumerate(each(lines), start=1)
    return [_entry(line.strip(), place, seen, parse_day) for place, line in numbered if line.strip()]


def write(tasks: Iterable[Task]) -> bytes:
    """A line a task, the trash left out."""
    return "".join(f"{' '.join(_words(task))}\n" for task in tasks if task.status is not Status.DELETED).encode()


def without(task: Task) -> Iterator[str]:
    """See `core.interop`."""
    yield from (field for field in _NO_PLACE if getattr(task, field))
    if task.recur and not _RULE.fullmatch(task.recur):
        yield "recur"
    if any(len(day or "") > len("2026-11-21") for day in (task.due, task.wait)):
        yield "time of day"


def _entry(line: str, place: int, seen: Counter[str], parse_day: Callable[[str], str]) -> Entry:
    head = _HEAD.fullmatch(line)
    if head is None:
        raise ImportedFileError("This is no task.", place)
    days = head["days"].split()
    entry: Entry = {"name": "", "status": Status.DONE if head["done"] else Status.PENDING, "tags": []}
    text = _take_priority(head, entry)
    if days:
        entry["created"] = f"{days[-1]}T00:00:00Z"
    if head["done"]:
        entry["completed"] = f"{days[0]}T00:00:00Z" if days else None
    words = []
    for word in text.split():
        match = _WORD.fullmatch(word) if word[0] in "+@" or ":" in word else None
        if match is None or not _take(match, entry, parse_day):
            words.append(word)
    entry["name"] = " ".join(words) or text
    if not entry["name"]:
        raise ImportedFileError("This task has no name.", place)
    seen[text] += 1
    key = f"todo.txt {text} {seen[text]}"  # the same task, once it is done
    entry["uid"] = uid_of(key)
    return entry


def _take_priority(head: re.Match[str], entry: Entry) -> str:
    """Put the priority into `entry`; returns the text without it, which a task has before it is done, too."""
    letter, text = head["priority"], head["text"]
    if head["done"] and not letter and (word := _PRIORITY.search(text)):
        letter, text = word["letter"], (text[: word.start()] + text[word.end() :]).strip() or text
    if letter:
        entry["priority"] = _LETTERS.get(letter, Priority.LOW)
    return text


def _take(match: re.Match[str], entry: Entry, parse_day: Callable[[str], str]) -> bool:
    """Put what a word says into `entry`; False where it is but text."""
    if match["context"]:
        entry["tags"].append(match["context"])
    elif match["project"]:
        if "project" in entry or not all(match["project"].split("/")):
            entry["tags"].append(match["project"])
        else:
            entry["project"] = match["project"]
    elif match["key"] == "tags":
        entry["tags"] += [tag for tag in match["value"].split(",") if tag]
    else:
        return _take_date(match["key"], match["value"], entry, parse_day)
    return True


def _take_date(key: str, value: str, entry: Entry, parse_day: Callable[[str], str]) -> bool:
    try:
        if key == "rec":
            entry["recur"] = parse_recurrence(value.lstrip("+"))
        else:
            entry["due" if key == "due" else "wait"] = parse_day(value)
    except TodurableError:
        return False
    return True


def _words(task: Task) -> Iterator[str]:
    yield from _head(task)
    yield task.name
    if task.project:
        yield f"+{task.project.replace(' ', '_')}"
    plain = [tag for tag in task.tags if not tag.startswith("@")]
    yield from (tag.replace(" ", "_") for tag in task.tags if tag.startswith("@"))
    if plain:
        yield f"tags:{','.join(tag.replace(' ', '_').replace(',', '_') for tag in plain)}"
    if task.due:
        yield f"due:{task.due[:10]}"
    if task.wait:
        yield f"t:{task.wait[:10]}"
    if rule := _RULE.fullmatch(task.recur or ""):
        unit = next(letter for letter, name in _RULES.items() if name == rule[1])
        yield f"rec:+{rule[2] or 1}{unit}"
    if task.priority and task.status in _CLOSED:
        yield f"pri:{_letter(task)}"


def _head(task: Task) -> Iterator[str]:
    if task.status in _CLOSED:
        yield "x"
        yield (task.completed or task.modified)[:10]
    elif task.priority:
        yield f"({_letter(task)})"
    yield task.created[:10]


def _letter(task: Task) -> str:
    return "ABC"[task.priority.value - 1]
