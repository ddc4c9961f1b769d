"""A daily ZIP of the list in a second place that the profile names: another disk, a stick, a synchronized folder."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path

from core import durable, zip_backup
from core.errors import UnavailableError, from_os_error
from core.zip_backup import Source

_LEAST_KEPT = 3
_DAY = 86_400


def copy_daily(source: Source, place: Path, kept: int, now: datetime) -> Path | None:
    """Make today's ZIP in `place` unless there is one, and remove those beyond the last `kept`; of later days first.

    Returns it where it was made. Raises FileSafetyError, also where `place` is not there: a disk that is not connected
    must not be taken for an empty folder.
    """
    try:
        names = os.listdir(place)
    except FileNotFoundError as error:
        raise UnavailableError(
            f"{place}, the second place of your backups, is not there. Connect its disk, or make the folder.",
            place,
            error,
        ) from error
    except OSError as error:
        raise from_os_error(error, place, "read") from error
    name = f"daily-{source.file.name}"
    pattern = re.compile(re.escape(name) + r"_(\d{8})T\d{6}\.\d{6}Z\.zip")
    days = {found: match[1] for found in names if (match := pattern.fullmatch(found))}
    today = f"{now.astimezone(UTC):%Y%m%d}"
    if today in days.values():
        return None
    durable.sweep_old(place, now.timestamp() - _DAY)
    made = zip_backup.make(source, place, name, now)
    # those of a clock that was ahead count as the oldest: else they would be the last ones for years
    older = sorted(days, key=lambda found: (days[found] < today, found), reverse=True)
    for found in older[max(kept, _LEAST_KEPT) - 1 :]:
        durable.discard(place / found)
    return made
