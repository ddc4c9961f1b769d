"""What each field of a profile may hold, and what is wrong where it does not: one rule a field.

A rule takes the field's name and a JSON value, and gives the value as a `Profile` holds it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from core.errors import TodurableError, type_name

DATE_STYLES = ("words", "iso", "day-month", "month-day")
"""“today, fri 27 Nov”, “2026-11-27”, “27.11.2026”, “11/27/2026”."""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONGEST_TIMEOUT = 86_400.0
"""Seconds."""
_MOST_COPIES = 1_000
_MOST_BACKUPS = 99

Rule = Callable[[str, Any], Any]


class ProfileError(TodurableError):
    """A setting is not valid, or the profile cannot be used; nothing was changed. `field` names the setting."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class MissingSettingError(ProfileError):
    """A field that every profile has is absent."""

    def __init__(self, field: str) -> None:
        super().__init__(f"The profile has no “{field}”. Add it with: todurable profile edit", field)


class WrongSettingTypeError(ProfileError):
    """A field holds a JSON value of the wrong type."""

    def __init__(self, field: str, expected: str, found: object) -> None:
        super().__init__(f"In the profile “{field}” must be {expected}, not {type_name(found)}.", field)
        self.expected = expected
        self.found = found


class BadSettingError(ProfileError):
    """The value has the right type, but is not allowed."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"In the profile “{field}” {problem}.", field)
        self.problem = problem


class UnknownSettingError(ProfileError):
    """There is no such setting."""

    def __init__(self, field: str) -> None:
        super().__init__(f"There is no setting “{field}”. All of them: todurable profile get", field)


def _yes_or_no(field: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise WrongSettingTypeError(field, "true or false", value)
    return value


def _line(field: str, value: Any) -> str:
    if not isinstance(value, str):
        raise WrongSettingTypeError(field, "a text", value)
    if not value.isprintable():
        raise BadSettingError(field, "must be one line without control characters")
    return value


def _path(field: str, value: Any) -> str:
    """A full path, or none: what it is relative to would change with the directory that somebody stands in."""
    path = _line(field, value)
    if path and not (os.path.isabs(path) or path == "~" or path.startswith(("~/", f"~{os.sep}"))):
        raise BadSettingError(field, f"must be a full path, or begin with ~/, not “{path[:40]}”")
    return path


def _integer(least: int, most: int) -> Rule:
    def rule(field: str, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise WrongSettingTypeError(field, "a whole number", value)
        if not least <= value <= most:
            raise BadSettingError(field, f"must be a number from {least} to {most}")
        return value

    return rule


def _weekday(field: str, value: Any) -> int:
    """The number of a day; a name is taken by `as_written` alone, and a word that is none is told which there are."""
    if isinstance(value, str) and value not in WEEKDAYS:
        raise BadSettingError(field, f"must be one of {', '.join(WEEKDAYS)}, or a number from 0 to 6")
    return int(_integer(0, 6)(field, value))


def _seconds(field: str, value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise WrongSettingTypeError(field, "a number of seconds", value)
    if not 0 <= value <= LONGEST_TIMEOUT:
        raise BadSettingError(field, f"must be a number of seconds from 0 to {LONGEST_TIMEOUT:.0f}")
    return float(value)


def _one_of(words: tuple[str, ...]) -> Rule:
    def rule(field: str, value: Any) -> str:
        if _line(field, value) not in words:
            raise BadSettingError(field, f"must be one of {', '.join(words)}")
        return str(value)

    return rule


def _named(rule: Rule) -> Rule:
    """An object whose values follow `rule`; an entry is called “field.name” where it does not."""

    def entries(field: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise WrongSettingTypeError(field, "an object", value)
        for name in value:
            if not _line(field, name).strip():
                raise BadSettingError(field, "must not hold an entry without a name")
        return {name: rule(f"{field}.{name}", entry) for name, entry in value.items()}

    return entries


def _key_list(field: str, value: Any) -> tuple[str, ...]:
    keys = [value] if isinstance(value, str) else value
    if not isinstance(keys, list | tuple):
        raise WrongSettingTypeError(field, "a list of keys", value)
    for key in keys:
        if not _line(field, key).strip():
            raise BadSettingError(field, "must not hold an empty key")
    return tuple(keys)


def _filled(rule: Rule) -> Rule:
    def filled(field: str, value: Any) -> Any:
        if not rule(field, value):
            raise BadSettingError(field, "must not be empty")
        return value

    return filled


def as_written(field: str, text: str) -> Any:
    """The JSON value that a person means by `text` for `field`; what cannot be understood stays a text.

    “yes” and “no” for switches, the name of a day for the first one of the week, digits for numbers.
    """
    word = text.strip().lower()
    if RULES.get(field) is _yes_or_no:
        return {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}.get(word, text)
    if field == "week_start":
        found = [number for number, day in enumerate(WEEKDAYS) if len(word) > 1 and day.startswith(word)]
        if len(found) == 1:
            return found[0]
    if field in _NUMBERS:
        for kind in (int, float):
            try:
                return kind(word)
            except ValueError:
                continue
    if field.startswith("keys."):
        return [key.strip() for key in text.split(",")]
    return text


def check(fields: Mapping[str, Any]) -> dict[str, Any]:
    """`fields` as a `Profile` holds them. Raises a ProfileError at the first that is not allowed."""
    return {field: RULES[field](field, value) for field, value in fields.items()}


RULES: dict[str, Rule] = {
    "name": _line,
    "file": _path,
    "lists": _named(_filled(_path)),
    "theme": _line,
    "start_view": _line,
    "date_style": _one_of(DATE_STYLES),
    "week_start": _weekday,
    "keys": _named(_key_list),
    "filters": _named(_filled(_line)),
    "backup_count": _integer(1, _MOST_BACKUPS),
    "keep_last": _integer(3, _MOST_COPIES),
    "keep_hourly": _integer(0, _MOST_COPIES),
    "keep_daily": _integer(0, _MOST_COPIES),
    "keep_monthly": _integer(0, _MOST_COPIES),
    "second_place": _path,
    "lock_timeout": _seconds,
    "sidebar": _yes_or_no,
    "details": _yes_or_no,
    "ascii": _yes_or_no,
    "animation": _yes_or_no,
    "tour_seen": _yes_or_no,
}
NAMED = frozenset({"lists", "keys", "filters"})
"""The fields that hold several entries, each with a name."""
_NUMBERS = frozenset(
    {"week_start", "backup_count", "keep_last", "keep_hourly", "keep_daily", "keep_monthly", "lock_timeout"}
)
