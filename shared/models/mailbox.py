"""How a mailbox may be used: paced, left alone while it is refused. Pure."""

from datetime import datetime, timedelta
from typing import Self

from pydantic import Field

from shared.models.base import Stored
from shared.timing import pause

MINUTE = timedelta(minutes=1)
MOST_A_MINUTE = 30
"""Exchange Online's limit of a mailbox. Source: https://learn.microsoft.com/office365/servicedescriptions/
exchange-online-service-description/exchange-online-limits (message rate limit)"""
LONGEST = timedelta(hours=1)
"""No mailbox is left alone for longer: a time beyond it was written by a clock that is not ours."""
LONGEST_WHY = 300
_APART = MINUTE / MOST_A_MINUTE


class Mailbox(Stored):
    """What all workers together know of the mailbox that mails are sent from."""

    sent: tuple[datetime, ...] = Field(default=(), description="UTC: when the last mails went out.")
    promised: datetime | None = Field(default=None, description="UTC: the last place that was given to a mail.")
    until: datetime | None = Field(default=None, description="UTC: until then it is left alone. None: it works.")
    tries: int = Field(default=0, description="How often in a row it was refused, or did not answer.")
    why: str = Field(default="", description="For people.")

    def may_send_at(self, now: datetime) -> datetime:
        """Say when the next mail may go out; now: at once."""
        # Times that have not come yet don't count, here and below: a wrong clock would stop the mailbox until then.
        recent = [at for at in self.sent if now - MINUTE < at <= now]
        free = now if len(recent) < MOST_A_MINUTE else recent[-MOST_A_MINUTE] + MINUTE
        is_closed = self.until is not None and now < self.until <= now + LONGEST
        return max(free, self.until) if is_closed and self.until is not None else free

    def sending(self, now: datetime) -> Self:
        """Return it with one mail more."""
        recent = tuple(at for at in self.sent if now - MINUTE < at <= now)
        return self.model_copy(update={"sent": (*recent, now)})

    def promising(self, free: datetime, now: datetime) -> Self:
        """Return it with a place of its own for a mail that has to wait: those that wait don't all come at once."""
        # A place more than a day ahead was given out by a wrong clock: behind it no mail would ever go.
        last = self.promised if self.promised is not None and self.promised <= now + LONGEST * 24 else None
        return self.model_copy(update={"promised": free if last is None or last < free else last + _APART})

    def closed(self, why: str, now: datetime, retry_after: timedelta | None = None) -> Self:
        """Return it left alone, longer each time; who was refused at the same moment makes it no longer."""
        if self.until is not None and now < self.until <= now + LONGEST:
            return self
        longer = max(pause(self.tries + 1), retry_after or timedelta())
        changes = {"until": now + min(longer, LONGEST), "tries": self.tries + 1, "why": why[:LONGEST_WHY]}
        return self.model_copy(update=changes)

    def works(self) -> Self:
        """Return it as one that took a mail."""
        return self.model_copy(update={"until": None, "tries": 0, "why": ""})
