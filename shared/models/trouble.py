"""A trouble: what stands between the bridge and its work, as an operator reads it."""

from datetime import datetime
from typing import Self

from pydantic import Field

from shared.models.base import Stored
from shared.models.troubles import CAUSES, Cause, CauseFacts, Where

LONGEST_TEXT = 500


class Trouble(Stored):
    """One thing that can't go on. Cleared by the first success."""

    where: Where = Field(description="What it stands in the way of.")
    subject: str = Field(description="Which: graph, a plan's id, a rule's id, an origin's key, a function's name ...")
    cause: Cause
    text: str = Field(default="", description="The last error as people read it, without secrets.")
    since: datetime = Field(description="UTC: when it began.")
    holds: str = Field(default="", description="Of a stored row: the model that it should hold.")
    last: datetime = Field(description="UTC: when it was met last.")
    tries: int = Field(default=1, description="How often it was met; several workers count together, about.")
    example: str = Field(default="", description="Of what concerns many origins: the one that speaks for them.")
    next_try: datetime | None = Field(default=None, description="UTC. None: not known, or when something changes.")

    @classmethod
    def first(cls, where: Where, subject: str, cause: Cause, text: str, now: datetime) -> Self:
        """Return a trouble that was just met."""
        return cls(where=where, subject=subject, cause=cause, text=text[:LONGEST_TEXT], since=now, last=now)

    @classmethod
    def of_row(cls, subject: str, holds: str, now: datetime) -> Self:
        """Return the trouble of a stored row, just met, that does not hold the model of that name."""
        first = cls.first(Where.SYSTEM, subject, Cause.UNREADABLE_ROW, f"holds no {holds}", now)
        return first.model_copy(update={"holds": holds})

    def again(self, text: str, now: datetime) -> Self:
        """Return it as met once more."""
        return self.model_copy(update={"text": text[:LONGEST_TEXT], "last": now, "tries": self.tries + 1})

    def spoken_for(self, example: str) -> Self:
        """Return it with the origin that speaks for all that it concerns."""
        return self.model_copy(update={"example": example})

    def began(self, at: datetime) -> Self:
        """Return it with an earlier beginning: it stood before it was told."""
        return self.model_copy(update={"since": min(self.since, at)})

    def tried_at(self, at: datetime | None) -> Self:
        """Return it with the time of the next try."""
        return self.model_copy(update={"next_try": at})

    @property
    def facts(self) -> CauseFacts:
        """What its cause means, and what heals it."""
        return CAUSES[self.cause]
