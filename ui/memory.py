"""What the app remembers of its user: the settings, and how the screen was left."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from core.profile import Profile, differences
from ui.side_worker import SideWorker


class Memory:
    """`profile` is what holds now; what is remembered is in it at once, and on the disk soon."""

    def __init__(self, profile: Profile, side: SideWorker) -> None:
        self.profile = profile
        self._side = side

    def remember(self, **fields: Any) -> None:
        """Give fields of the profile these values, for good."""
        before, self.profile = self.profile, replace(self.profile, **fields)
        if changed := differences(before, self.profile):
            self._side.remember(changed)

    def with_own_screen(self, profile: Profile) -> Profile:
        """`profile`, as it was changed elsewhere, with this screen as it is: two of them need not look alike."""
        own = self.profile
        return replace(profile, theme=own.theme, sidebar=own.sidebar, details=own.details, tour_seen=own.tour_seen)

    def is_first_time(self) -> bool:
        """Whether the user has never seen the tour; from now on they have."""
        first = not self.profile.tour_seen
        self.remember(tour_seen=True)
        return first
