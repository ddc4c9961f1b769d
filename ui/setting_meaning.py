"""Whether settings mean something: a theme that there is, a query that can be read, keys that are free.

What they may hold at all is for the profile to say. Imports nothing of Textual, for commands need it too.
"""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

from core.paths import absolute_path
from core.profile import Profile
from core.profile_rules import BadSettingError, as_written
from core.query import QueryError, parse
from ui.commands import COMMANDS, rebound
from ui.views import is_query

THEMES = (
    *(
        "todurable-dark",
        "todurable-light",
        "textual-dark",
        "textual-light",
        "nord",
        "gruvbox",
        "dracula",
        "tokyo-night",
    ),
    *("monokai", "flexoki", "catppuccin-mocha", "catppuccin-latte", "catppuccin-frappe", "catppuccin-macchiato"),
    *("solarized-light", "solarized-dark", "rose-pine", "rose-pine-moon", "rose-pine-dawn"),
    *("atom-one-dark", "atom-one-light", "ansi-dark", "ansi-light"),
)
"""The themes of the app: ours first."""
_SHORT = {"dark": "todurable-dark", "light": "todurable-light"}
"""What the first questions call our own themes."""


def as_meant(name: str, text: str) -> Any:
    """As `as_written`; our own themes also by what they are called for short."""
    return _SHORT.get(text.strip().lower(), text) if name == "theme" else as_written(name, text)


def check_meaning(name: str, value: Any, profile: Profile) -> None:
    """Raise BadSettingError where `value`, which is valid as it is, would mean nothing as the setting `name`.

    `profile` has the settings beside it.
    """
    whole, _, entry = name.partition(".")
    if whole == "theme" and value and value not in THEMES:
        raise BadSettingError(name, f"cannot be “{value}”: there are {', '.join(THEMES)}")
    if (whole == "filters" and entry) or (whole == "start_view" and is_query(value)):
        _check_query(name, value)
    if whole == "keys" and entry:
        others = {command: keys for command, keys in profile.keys.items() if command != entry}
        own = (value,) if isinstance(value, str) else tuple(value)
        known = rebound(COMMANDS, others)[1]
        problems = [problem for problem in rebound(COMMANDS, {**others, entry: own})[1] if problem not in known]
        if problems:
            raise BadSettingError(name, f"is of no use: {problems[0].rstrip('.')}")


def doubt(name: str, value: Any) -> str:
    """What is odd about `value` as the setting `name`, though it may be meant so; looks at the disk. Else empty."""
    whole = name.partition(".")[0]
    if whole not in ("file", "lists", "second_place") or not isinstance(value, str) or not value:
        return ""
    named = absolute_path(os.environ, value)
    folder = named if whole == "second_place" else named.parent
    return "" if os.path.isdir(folder) else f"The folder {folder} is not there: connect its drive, or make it."


def _check_query(name: str, text: str) -> None:
    try:
        parse(text, now=datetime.now())  # noqa: DTZ005 - words for dates are about wall times
    except QueryError as error:
        raise BadSettingError(name, f"cannot be “{text}”: {str(error).rstrip('.')}") from error
