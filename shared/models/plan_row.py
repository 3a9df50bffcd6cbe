"""What is remembered of a plan that is read for changes."""

from datetime import datetime, timedelta
from typing import Self

from pydantic import Field

from shared.models.base import Stored
from shared.models.trouble import Trouble
from shared.models.troubles import Cause, Where

PAUSES = tuple(timedelta(seconds=seconds) for seconds in (15, 60, 300, 900, 3600))
"""After a read that was refused: permissions that are given, and plans that are made, take moments to be seen."""


class PlanRow(Stored):
    """A plan that is read for changes."""

    plan_id: str
    group_id: str | None = Field(default=None, description="Owner of the plan; None: not known.")
    next_read: datetime = Field(description="UTC.")
    digest: str = Field(default="", description="Of the last read that announced nothing.")
    last: str = Field(default="", description="Digest of the last read, whatever it announced.")
    changed_at: datetime | None = Field(
        default=None, description="UTC: when the plan last changed. None: never seen to."
    )
    active: int | None = Field(
        default=None, description="Tasks that are not completed, at the last read. None: unread."
    )
    total: int | None = Field(default=None, description="All its tasks, at the last read. None: unread.")
    gone: str = Field(default="", description="Why it can't be read. Empty: it can.")
    stood: datetime | None = Field(
        default=None, description="When the youngest task was made that stood as lost tables were rebuilt. None: never."
    )
    trouble: Trouble | None = Field(
        default=None, description="Why it can't be read, how often that was met, since when."
    )
    etag: str = Field(default="", exclude=True, description="As read; empty for a row that was not.")

    def left(self, cause: Cause, why: str, now: datetime) -> Self:
        """Return the row after a read that was refused once more: tried again soon, then ever less often."""
        before = self.trouble
        trouble = before.again(why, now) if before else Trouble.first(Where.PLAN, self.plan_id, cause, why, now)
        again = now + PAUSES[min(trouble.tries, len(PAUSES)) - 1]
        # `gone` is what the first edition reads.
        change = {"gone": trouble.text or "no reason", "trouble": trouble.tried_at(again), "next_read": again}
        return self.model_copy(update=change)

    @property
    def is_lost(self) -> bool:
        """Whether it could not be read for so long that it is asked for once an hour."""
        return self.gone != "" and (self.trouble is None or self.trouble.tries >= len(PAUSES))

    @property
    def pause(self) -> timedelta:
        """How long after this read it is tried again, if that is refused too."""
        return PAUSES[min(self.trouble.tries, len(PAUSES) - 1)] if self.trouble else PAUSES[-1]

    def seen(self, etag: str) -> Self:
        """Return the row as it was read from the table."""
        return self.model_copy(update={"etag": etag})
