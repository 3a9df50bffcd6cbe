"""A recovery: something answers again after it failed for long, so what waits hourly for its like need not."""

from datetime import datetime
from typing import Self

from pydantic import Field

from shared.models.base import Stored
from shared.timing import RECOVERIES_APART


class Recovery(Stored):
    """The last that was noted."""

    due: datetime = Field(description="UTC: from then on what waits is looked at.")
    place: str = Field(default="", description="Key of the last timer whose origin was handed on. Empty: none yet.")
    is_over: bool = Field(default=False, description="All were handed on.")

    @classmethod
    def after(cls, before: Self | None, now: datetime) -> Self:
        """Return the one that was noted now, not too soon after the one before: what comes and goes costs few looks."""
        earliest = now if before is None else before.due + RECOVERIES_APART
        # No further off than one distance: a time from a wrong clock would put everything off until then.
        return cls(due=min(max(now, earliest), now + RECOVERIES_APART))

    def handed_on(self, place: str | None) -> Self:
        """Return it with how far it has come. None: to the end."""
        return self.model_copy(update={"place": place or self.place, "is_over": place is None})
