"""
The brake: one rule does not end many tasks at once because a condition says no.

A renamed value, a broken import or a changed form can take hundreds of tasks away within minutes, with mails. Steps
that passed and workflows that ended are no matter for it. Pure.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import Field

from shared.models.base import Stored

WINDOW = timedelta(hours=1)
SHARE = 10
"""One in so many of the rule's open items may end within the window, if that is more than the limit."""


class BrakeRow(Stored):
    """What one rule has ended lately."""

    ended: Mapping[str, int] = Field(default_factory=dict, description="By minute (ISO, UTC).")
    open_items: int | None = Field(default=None, description="Of the rule, as counted when the limit was reached.")
    tripped_at: datetime | None = Field(default=None, description="UTC: since when the rest is held. None: it is not.")
    released_until: datetime | None = Field(default=None, description="UTC: until then everything may end.")

    def lately(self, now: datetime) -> int:
        """Count what was ended within the window."""
        return sum(count for minute, count in self.ended.items() if datetime.fromisoformat(minute) > now - WINDOW)

    def is_released(self, now: datetime) -> bool:
        """Tell whether an operator lets the rule end what it will."""
        return self.released_until is not None and now < self.released_until

    def allowed(self, limit: int, now: datetime) -> int:
        """Say how many more may end now."""
        before = self.lately(now)
        most = max(limit, ((self.open_items or 0) + before) // SHARE)
        return max(0, most - before)

    def taken(self, count: int, now: datetime, *, tripped: bool, open_items: int | None) -> "BrakeRow":
        """Return the row after so many more were ended."""
        minute = now.replace(second=0, microsecond=0).isoformat()
        kept = {when: many for when, many in self.ended.items() if datetime.fromisoformat(when) > now - WINDOW}
        if count:
            kept[minute] = kept.get(minute, 0) + count
        tripped_at = (self.tripped_at or now) if tripped else self.tripped_at
        return BrakeRow(ended=kept, open_items=open_items, tripped_at=tripped_at, released_until=self.released_until)

    def released(self, now: datetime) -> "BrakeRow":
        """Return the row after an operator released it: everything may end for as long as the window is."""
        return BrakeRow(released_until=now + WINDOW)
