"""A gate: until when a system, or the sign-in of an identity, is left alone. Pure."""

from datetime import UTC, datetime
from typing import Self

from pydantic import Field

from shared.models.base import Stored
from shared.timing import LONGEST_PAUSE, SIGN_IN_PAUSE, SIGN_IN_SOON, SIGN_IN_UNDER_WAY, SIGN_IN_WINDOW, doubled

LONGEST_WHY = 500
# One less than the five refusals at which usual policies lock an account.
MOST_TRIES = 4


class Gate(Stored):
    """Until when a system is left alone."""

    until: datetime = Field(description="UTC. In the past: open.")
    since: datetime | None = Field(default=None, description="UTC: when it was closed first. None: not known.")
    why: str = Field(default="", description="For people.")
    refused: int = Field(default=0, description="Of a sign-in: how often in a row it was refused.")
    tries: tuple[datetime, ...] = Field(
        default=(), description="Of a sign-in: the last tries that were not accepted, or not yet."
    )

    def closed(self, until: datetime, now: datetime, why: str) -> Self:
        """Return it closed until a time; one that is still closed keeps since when."""
        since = self.since if self.until >= now and self.since is not None else now
        return self.model_copy(update={"until": until, "since": since, "why": why[:LONGEST_WHY]})

    def may_try_at(self, now: datetime) -> datetime:
        """Say when the identity may be tried next; now or before: at once."""
        # A try that nobody refused is under way, or its worker died: neither says anything of the credentials.
        recent = sorted(
            at
            for at in self.tries
            if -SIGN_IN_WINDOW < now - at < (SIGN_IN_WINDOW if self.refused else SIGN_IN_UNDER_WAY)
        )
        # A time that is further off than any pause was written by a wrong clock.
        until = self.until if self.until <= now + LONGEST_PAUSE else now
        if len(recent) < MOST_TRIES:
            return until
        return max(until, recent[-MOST_TRIES] + SIGN_IN_WINDOW if self.refused else now + SIGN_IN_SOON)

    def tried(self, now: datetime) -> Self:
        """Return it with one more try, that is not answered yet; once refused, only one at a time."""
        recent = tuple(at for at in self.tries if now - at < SIGN_IN_WINDOW)
        until = now + SIGN_IN_PAUSE if self.refused else self.until
        return self.model_copy(update={"tries": (*recent, now), "until": until})

    def unanswered(self, at: datetime) -> Self:
        """Return it without the try of a time: no sensible answer came, so it says nothing of the credentials."""
        return self.model_copy(update={"tries": tuple(one for one in self.tries if one != at)})

    def turned_away(self, now: datetime, why: str) -> Self:
        """Return it closed after one more refusal, longer each time."""
        pause = doubled(SIGN_IN_PAUSE, self.refused, LONGEST_PAUSE)
        since = self.since or now
        return self.model_copy(
            update={"until": now + pause, "since": since, "why": why[:LONGEST_WHY], "refused": self.refused + 1}
        )


NEVER_CLOSED = Gate(until=datetime(1970, 1, 1, tzinfo=UTC))
