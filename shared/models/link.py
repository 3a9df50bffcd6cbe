"""A link: this item and this Planner task are the same work. And what guards the making of one."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from shared.models.base import Stored
from shared.models.opentext import DocumentVersion, StepRef
from shared.models.wanted import EvidencePolicy, Notify


class LinkState(StrEnum):
    """Where an item stands."""

    HELD = "held"
    """No task, and `reason` says why."""
    RESERVED = "reserved"
    """About to be posted, or posted with the answer lost: look before posting."""
    OPEN = "open"
    """Has its task."""
    COMPLETED = "completed"
    """Completed, and OpenText knows."""
    CLOSED = "closed"
    """OpenText ended it: step gone, workflow stopped, workspace no longer matches."""
    WITHDRAWN = "withdrawn"
    """Over for good: its task was deleted and the policy leaves it at that, or an operator withdrew it."""
    RELEASED = "released"
    """The mapping changed and no longer asks for it: left alone."""


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


class Refusal(Stored):
    """A completion that may not advance the workflow."""

    reason: str = Field(description="A code: wrong_person, new_version, no_outcome, many_outcomes, ...")
    text: str = Field(description="The note that a person reads in the task.")
    completed_at: datetime | None = None
    completed_by: str | None = None
    at: datetime
    reopened: bool = Field(default=False, description="The task was opened again with the note.")


class MailIntent(Stored):
    """A mail about to be sent: at most once per outcome."""

    on: str
    at: datetime
    outcome: str = Field(default="perhaps sent", description="perhaps sent, sent or refused.")


class Link(Stored):
    """One item of one origin and, once made, its task."""

    item: str
    rule_id: str
    rule_hash: str
    kind: str = "task"
    state: LinkState
    reason: str = Field(default="", description="Why it stands where it stands, in words for people.")
    hold: str = Field(
        default="", description="Code of a hold: mapping, refused, ambiguous, deleted, activities, place, record."
    )
    retry_at: datetime | None = Field(
        default=None, description="UTC: a hold is looked at again then. None: when it changes."
    )
    plan_id: str | None = None
    bucket_id: str | None = None
    task_id: str | None = Field(default=None, description="None: not made, or not known to be made.")
    etag: str = Field(default="", description="Of the task, as last agreed.")
    details_etag: str = Field(default="", description="Of its details, as last agreed.")
    details_done: bool = Field(default=False, description="Description, checklist and references were written.")
    reserved_at: datetime | None = None
    posted: Posted | None = None
    base: dict[str, FieldBase] = Field(default_factory=dict, description="By field name.")
    step: StepRef | None = None
    bound: tuple[DocumentVersion, ...] = Field(default=(), description="Versions that the task last showed.")
    sending: SendIntent | None = None
    sent_on: str | None = Field(default=None, description="Id of the intent that advanced the step.")
    refusals: tuple[Refusal, ...] = ()
    notify: tuple[Notify, ...] = Field(default=(), description="Who is told of an outcome, as last wanted.")
    mails: tuple[MailIntent, ...] = ()
    evidence: EvidencePolicy | None = Field(default=None, description="What goes on the record, as last wanted.")
    completed_by: str | None = None
    completed_at: datetime | None = None
    missing_since: datetime | None = Field(default=None, description="First GET that answered 404.")
    unreadable_since: datetime | None = None
    evidence_hash: str = Field(
        default="", description="Last entry of the evidence document as last uploaded: its hash."
    )
