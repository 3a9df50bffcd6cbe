"""What a link is made of: bases, reservations, intents and refusals."""

from datetime import datetime
from typing import Any

from pydantic import Field

from shared.models.base import Stored
from shared.models.holds import RefusalReason
from shared.models.opentext import DocumentVersion, StepRef


class FieldBase(Stored):
    """What both sides agreed on for one field when we last wrote."""

    asked: Any = Field(default=None, description="What OpenText wanted then. Long text: its digest.")
    got: Any = Field(default=None, description="What the service returned then. Long text: its digest.")


class Posted(Stored):
    """What a reservation will post: settling matches lists against it."""

    title: str
    bucket_id: str | None = None
    start: datetime | None = None
    due: datetime | None = None
    assignees: tuple[str, ...] = ()
    priority: int | None = None


class Reservation(Stored):
    """An announced POST, in the partition of its plan."""

    plan_id: str
    origin: str
    item: str
    at: datetime = Field(description="UTC: when it was announced.")
    posted: Posted


class SendIntent(Stored):
    """A send-on about to be made, written before the call."""

    id: str = Field(description="Stands in the comment: how the call is found again.")
    step: StepRef
    disposition: str | None = Field(default=None, description="None: plain SendOn.")
    completed_by: str | None = Field(default=None, description="Entra user id.")
    completed_at: datetime | None = None
    versions: tuple[DocumentVersion, ...] = ()
    acting: str = Field(default="", description="OpenText login in whose name it is sent.")
    at: datetime = Field(description="UTC: when the intent was written.")
    tries: int = Field(default=1, description="How often this very decision was sent, this time included.")


class Refusal(Stored):
    """A completion that may not advance the workflow."""

    reason: RefusalReason
    text: str = Field(description="The note that a person reads in the task.")
    completed_at: datetime | None = None
    completed_by: str | None = None
    at: datetime
    reopened: bool = Field(default=False, description="The task was opened again with the note.")
    settled: bool = Field(default=False, description="The matter is over: the note is gone from the task.")

    def told(self) -> "Refusal":
        """Return the refusal as it stands once its task was opened again with the note."""
        return self.model_copy(update={"reopened": True})

    def over(self) -> "Refusal":
        """Return the refusal as it stands once its matter is settled: people need not read of it any more."""
        return self.model_copy(update={"settled": True})


class MailIntent(Stored):
    """A mail about to be sent: at most once per outcome."""

    on: str
    at: datetime
    outcome: str = Field(default="perhaps sent", description="perhaps sent, sent or refused.")

    def came_to(self, outcome: str) -> "MailIntent":
        """Return the intent with what is known of it now."""
        return self.model_copy(update={"outcome": outcome})
