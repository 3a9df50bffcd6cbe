"""
The brake: one rule does not end many tasks at once because a condition says no.

A renamed value, a broken import or a changed form can take hundreds of tasks away within minutes, with mails. Steps
that passed and workflows that ended are no matter for it. Pure.
"""

from collections.abc import Mapping
from datetime import datetime

from pydantic import Field

from shared.models.base import Stored
from shared.timing import BRAKE_WINDOW

SHARE = 10
"""One in so many of the rule's open items may end within the window, if that is more than the limit."""


class BrakeRow(Stored):
    """What one rule has ended lately."""

    ended: Mapping[str, int] = Field(default_factory=dict, description="By minute (ISO, UTC).")
    open_items: int | None = Field(
        default=None, description="Of the rule, with those that ended within the window, when the limit was reached."
    )
    counted_at: datetime | None = Field(default=None, description="UTC: when. What is older than the window is void.")
    tripped_at: datetime | None = Field(default=None, description="UTC: since when the rest is held. None: it is not.")
    released_until: datetime | None = Field(default=None, description="UTC: until then everything may end.")

    def lately(self, now: datetime) -> int:
        """Count what was ended within the window."""
        return sum(count for minute, count in self.ended.items() if _is_lately(datetime.fromisoformat(minute), now))

    def is_released(self, now: datetime) -> bool:
        """Tell whether an operator lets the rule end what it will."""
        # What is further off than any release was told by a clock that is wrong: there would be no brake until then.
        return self.released_until is not None and now < self.released_until <= now + BRAKE_WINDOW

    def wants_count(self, asked: int, limit: int, now: datetime) -> bool:
        """Tell whether the rule's open items have to be counted before so many more end."""
        return self.lately(now) + asked > limit and not self._is_counted(now)

    def counted(self, still_open: int, now: datetime) -> "BrakeRow":
        """Return the row with the rule's items counted: those that are open now, and those that were before."""
        whole = still_open + self.lately(now)
        return BrakeRow(ended=self.ended, open_items=whole, counted_at=now)

    def allowed(self, limit: int, now: datetime) -> int:
        """Say how many more may end now."""
        most = max(limit, (self.open_items or 0) // SHARE if self._is_counted(now) else 0)
        return max(0, most - self.lately(now))

    def taken(self, count: int, now: datetime, *, tripped: bool) -> "BrakeRow":
        """Return the row after so many more were ended."""
        # By the minute, and without those that left the window: so the row never outgrows what the window holds.
        minute = now.replace(second=0, microsecond=0).isoformat()
        kept = {when: many for when, many in self.ended.items() if _is_lately(datetime.fromisoformat(when), now)}
        if count:
            kept[minute] = kept.get(minute, 0) + count
        tripped_at = (self.tripped_at or now) if tripped else self.tripped_at
        return BrakeRow(
            ended=kept,
            open_items=self.open_items,
            counted_at=self.counted_at,
            tripped_at=tripped_at,
            released_until=self.released_until,
        )

    def _is_counted(self, now: datetime) -> bool:
        return self.counted_at is not None and _is_lately(self.counted_at, now)

    def released(self, now: datetime) -> "BrakeRow":
        """Return the row after an operator released it: everything may end for as long as the window is."""
        # That it tripped is forgotten with it: else it would hold everything again once the hour is over.
        return BrakeRow(released_until=now + BRAKE_WINDOW)


def _is_lately(at: datetime, now: datetime) -> bool:
    """Tell what lies within the window; what lies far ahead was told by a clock that is wrong, and does not count."""
    return abs(now - at) < BRAKE_WINDOW
