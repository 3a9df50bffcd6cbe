"""A bucket or plan that a rule makes, announced before it is made."""

from datetime import datetime
from typing import Self

from pydantic import Field

from shared.models.base import Stored
from shared.models.words import Word


class MakingKind(Word):
    """What is made."""

    BUCKET = "bucket"
    PLAN = "plan"
    LABEL = "label"
    UNKNOWN = "unknown"
    """Written by a newer release."""


class Making(Stored):
    """What is known of one making."""

    kind: MakingKind
    parent: str = Field(description="Id of the plan, or of the group.")
    name: str
    id: str | None = Field(default=None, description="None: announced, not known to be made.")
    at: datetime = Field(description="UTC: when it was announced, or made.")
    etag: str = Field(default="", exclude=True, description="As read; empty for a row that was not.")

    def read_with(self, etag: str) -> Self:
        """Return it with the version that it was read in."""
        return self.model_copy(update={"etag": etag})
