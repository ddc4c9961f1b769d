"""The settings in words."""

from __future__ import annotations

from typing import Any

from msgspec.structs import asdict

from core.profile import Profile, differences
from core.profile_rules import WEEKDAYS

ABOUT = {
    "name": "What you are called.",
    "file": "The full path of your list; empty: the usual place. Used when todurable starts.",
    "lists": "A further list, opened with --list NAME or g l. Empty takes it off.",
    "theme": "The colours: dark, light or another theme; ctrl+p, Theme shows them all.",
    "start_view": "The view that is shown first, or a query.",
    "date_style": "How dates look: words (today), iso (2026-11-27), day-month (27.11.2026), month-day (11/27/2026).",
    "week_start": "The first day of the week: a name, or a number from 0 (Monday).",
    "keys": "The keys of a command, separated by commas. Empty: the usual ones.",
    "filters": "A query under a name, shown among the views. Empty takes it off.",
    "backup_count": "How many earlier states are kept beside the list.",
    "keep_last": "How many of the last copies stay in backups/.",
    "keep_hourly": "For how many hours with changes a copy stays.",
    "keep_daily": "For how many days with changes a copy stays; and how many ZIPs in the second place.",
    "keep_monthly": "For how many months with changes a copy stays.",
    "second_place": "A folder on another disk, for one ZIP a day. Empty: none.",
    "lock_timeout": "Seconds to wait while another program writes.",
    "sidebar": "Whether the sidebar is shown: yes or no.",
    "details": "Whether the details are shown: yes or no.",
    "ascii": "Plain characters only: yes or no.",
    "animation": "Whether anything moves by itself: yes or no.",
    "tour_seen": "Whether the tour was shown: yes or no.",
}


def shown_setting(name: str, value: Any) -> str:
    """A setting as it is typed."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "week_start" and isinstance(value, int) and value in range(7):
        return WEEKDAYS[value]
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def told_differences(old: Profile, new: Profile) -> list[str]:
    """Each setting in which they differ, as it is in `old` and in `new`."""
    before, after = asdict(old), asdict(new)
    return [f"{name}: {_entry(before, name)} → {_entry(after, name)}" for name in differences(old, new)]


def _entry(settings: dict[str, Any], name: str) -> str:
    whole, _, entry = name.partition(".")
    value = settings[whole].get(entry) if entry else settings[whole]
    return shown_setting(name, value) if value not in (None, "", ()) else "(none)"
