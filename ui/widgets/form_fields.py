"""The fields of a task as people write them: shown as text, read from text, told in words. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.dates import parse_date
from core.errors import TodurableError
from core.quickadd import parse_estimate
from core.recurrence import RecurrenceError, anchored, parse_recurrence, shown
from core.task import Priority, Task, check_fields
from ui.widgets.quick_add import day_words

_HOUR = 60
_PRIORITIES = {"": 0, "none": 0, "0": 0, "high": 1, "medium": 2, "low": 3, "1": 1, "2": 2, "3": 3}


class FieldError(TodurableError):
    """What was typed is no value of its field."""


@dataclass(frozen=True)
class Around:
    """What fields are read with: the day, and the tasks that they may name, by uid and by id."""

    today: date
    week_start: int
    tasks: Mapping[str, Task]
    find: Callable[[int | str], Task]
    date_style: str = "words"


@dataclass(frozen=True)
class FormField:
    """One field of `Task`. `read` raises TodurableError; `tell` says in words what a value means, where that helps."""

    name: str
    label: str
    hint: str
    show: Callable[[Any, Around], str]
    read: Callable[[str, Around], Any]
    tell: Callable[[Any, Around], str] = lambda _value, _around: ""

    def text_of(self, task: Task, around: Around) -> str:
        """The value that `task` has, as people write it."""
        return self.show(getattr(task, self.name), around)

    def value_of(self, text: str, around: Around) -> Any:
        """The value that `text` stands for, as `Task` holds it. Raises TodurableError."""
        return check_fields({self.name: self.read(text.strip(), around)}, "It")[self.name]


def _plain(value: Any, _around: Around) -> str:
    return str(value or "")


def _same(text: str, _around: Around) -> str:
    return text


def _read_project(text: str, _around: Around) -> str:
    return text.removeprefix("#")


def _read_tags(text: str, _around: Around) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.removeprefix("+") for word in re.split(r"[\s,]+", text) if word not in ("", "+")))


def _show_tags(tags: tuple[str, ...], _around: Around) -> str:
    return " ".join(tags)


def _show_priority(priority: Priority, _around: Around) -> str:
    return priority.name.lower() if priority else ""


def _read_priority(text: str, _around: Around) -> Priority:
    word = text.lower().removeprefix("!")
    if word not in _PRIORITIES:
        raise FieldError("A priority is high, medium, low or none.")
    return Priority(_PRIORITIES[word])


def _show_day(day: str | None, _around: Around) -> str:
    return (day or "").replace("T", " ")


def _read_day(text: str, around: Around) -> str | None:
    return parse_date(text, today=around.today, week_start=around.week_start) if text else None


def _tell_day(day: str | None, around: Around) -> str:
    return day_words(day, around.today, around.date_style) if day else ""


def _show_rule(rule: str | None, _around: Around) -> str:
    """The words that the rule is made of again, where there are such words."""
    words = shown(rule).removeprefix("every ") if rule else ""
    try:
        return words if not rule or parse_recurrence(words) == rule else rule
    except RecurrenceError:
        return str(rule)


def _read_rule(text: str, _around: Around) -> str | None:
    return parse_recurrence(text.removeprefix("every ")) if text else None


def _tell_rule(rule: str | None, _around: Around) -> str:
    return shown(rule) if rule else ""


def _show_estimate(minutes: int | None, _around: Around) -> str:
    if minutes is None:
        return ""
    hours, rest = divmod(minutes, _HOUR)
    return f"{hours}h{rest:02}" if hours and rest else f"{hours}h" if hours else f"{rest}m"


def _read_estimate(text: str, _around: Around) -> int | None:
    return parse_estimate(text) if text else None


def _id(uid: str, around: Around) -> str:
    return str(around.tasks[uid].id) if uid in around.tasks else uid


def _name(uid: str, around: Around) -> str:
    return around.tasks[uid].name if uid in around.tasks else "a task that is gone"


def _read_parent(text: str, around: Around) -> str | None:
    return around.find(text).uid if text else None


def _read_depends(text: str, around: Around) -> tuple[str, ...]:
    return tuple(around.find(word).uid for word in re.split(r"[\s,]+", text) if word)


_DAY = (_show_day, _read_day, _tell_day)
FORM_FIELDS = (
    FormField("name", "Name", "", _plain, _same),
    FormField("project", "Project", "home/garden", _plain, _read_project),
    FormField("tags", "Tags", "finance @desk", _show_tags, _read_tags),
    FormField("priority", "Priority", "high, medium, low", _show_priority, _read_priority),
    FormField("due", "Due", "fri 17:00", *_DAY),
    FormField("scheduled", "Scheduled", "next monday", *_DAY),
    FormField("wait", "Wait until", "+3d", *_DAY),
    FormField("until", "Ends", "eoy", *_DAY),
    FormField("recur", "Every", "week, 2w, mon,thu", _show_rule, _read_rule, _tell_rule),
    FormField("estimate", "Estimate", "1h30", _show_estimate, _read_estimate),
    FormField(
        "parent",
        "Under",
        "id of a task",
        lambda uid, around: _id(uid, around) if uid else "",
        _read_parent,
        lambda uid, around: _name(uid, around) if uid else "",
    ),
    FormField(
        "depends",
        "Blocked by",
        "ids of tasks",
        lambda uids, around: " ".join(_id(uid, around) for uid in uids),
        _read_depends,
        lambda uids, around: ", ".join(_name(uid, around) for uid in uids),
    ),
    FormField("comment", "Comment", "", _plain, _same),
    FormField("description", "Description", "", _plain, lambda text, _around: text),
)
_SETS = frozenset({"tags", "depends"})


def values(texts: Mapping[str, str], before: Mapping[str, str], task: Task, around: Around) -> dict[str, Any]:
    """The fields that `task` gets where `texts` are typed in place of `before`. Raises TodurableError.

    Of sets it is what was added and removed that counts, for `task` may have others by now.
    """
    changed: dict[str, Any] = {}
    for field in FORM_FIELDS:
        text, old = texts.get(field.name, ""), before.get(field.name, "")
        if field.name not in texts or text == old:
            continue
        value = field.value_of(text, around)
        changed[field.name] = _merged(field, value, old, task, around) if field.name in _SETS else value
    day = changed.get("due", task.due) or changed.get("scheduled", task.scheduled)
    if changed.get("recur") and day:
        changed["recur"] = anchored(changed["recur"], day)
    return changed


def _merged(field: FormField, new: tuple[str, ...], old: str, task: Task, around: Around) -> tuple[str, ...]:
    had = field.value_of(old, around)
    kept = [item for item in getattr(task, field.name) if item in new or item not in had]
    return tuple(dict.fromkeys((*kept, *(item for item in new if item not in had))))
