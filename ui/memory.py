"""What the app remembers of its user: the settings, and how the screen was left."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from core.profile import Profile
from ui.side_worker import SideWorker


class Memory:
    """`profile` is what holds now; what is remembered is in it at once, and on the disk soon."""

    def __init__(self, profile: Profile, side: SideWorker) -> None:
        self.profile = profile
        self._side = side

    def remember(self, **fields: Any) -> None:
        """Give fields of the profile these values, for good."""
        changed = {name: value for name, value in fields.items() if getattr(self.profile, name) != value}
        if changed:
            self.profile = replace(self.profile, **changed)
            self._side.remember(changed)

    def is_first_time(self) -> bool:
        """Whether the user has never seen the tour; from now on they have."""
        first = not self.profile.tour_seen
        self.remember(tour_seen=True)
        return first
