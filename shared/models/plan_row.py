"""What is remembered of a plan that is read for changes."""

from datetime import datetime, timedelta
from typing import Self

from pydantic import Field

from shared.models.base import Stored
from shared.models.trouble import Trouble
from shared.models.troubles import Cause, Where
from shared.timing import PLAN_BUSY, STEPS, pause


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
    is_put_off: bool = Field(default=False, description="It missed its turn, and was given another one.")
    etag: str = Field(default="", exclude=True, description="As read; empty for a row that was not.")

    def left(self, cause: Cause, why: str, now: datetime) -> Self:
        """Return the row after a read that was refused once more: tried again soon, then ever less often."""
        before = self.trouble
        trouble = before.again(why, now) if before else Trouble.first(Where.PLAN, self.plan_id, cause, why, now)
        again = now + pause(trouble.tries)
        # `gone` is what the first edition reads.
        change = {"gone": trouble.text or "no reason", "trouble": trouble.tried_at(again), "next_read": again}
        return self.model_copy(update=change)

    @property
    def is_lost(self) -> bool:
        """Whether it could not be read for so long that it is asked for once an hour."""
        return self.gone != "" and (self.trouble is None or self.trouble.tries >= len(STEPS))

    @property
    def pause(self) -> timedelta:
        """How long after this read it is tried again, if that is refused too."""
        return pause(self.trouble.tries + 1) if self.trouble else STEPS[-1]

    def seen(self, etag: str) -> Self:
        """Return the row as it was read from the table."""
        return self.model_copy(update={"etag": etag})

    def to_be_read(self, at: datetime) -> Self:
        """Return the row with its next turn."""
        return self.model_copy(update={"next_read": at, "is_put_off": False})

    def put_off(self, at: datetime) -> Self:
        """Return the row of a plan that missed its turn with another one, which counts whatever happens."""
        return self.model_copy(update={"next_read": at, "is_put_off": True})

    def quickened(self, now: datetime) -> Self:
        """Return the row of a plan that is read often from now on: something is going on around it."""
        # Never later than it was: a turn that is due already stays due.
        return self.model_copy(update={"changed_at": now, "next_read": min(self.next_read, now + PLAN_BUSY)})

    def counted(self, *, agreed: str, last: str, active: int, total: int) -> Self:
        """Return the row after a read: what it held, and up to which digest everything is agreed."""
        seen = {"digest": agreed, "last": last, "active": active, "total": total}
        return self.model_copy(update={**seen, "gone": "", "trouble": None})
