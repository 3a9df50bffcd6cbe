"""What a link holds, and what that says of it. What may become of it stands in `link`."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BeforeValidator, Field

from shared.models.base import Stored
from shared.models.holds import HOLDS, HoldCause
from shared.models.link_parts import Bases, MailIntent, Pause, Posted, Refusal, SendIntent, Wished
from shared.models.link_states import LinkState
from shared.models.notify import Notify
from shared.models.opentext import DocumentVersion
from shared.models.wanted import EvidencePolicy
from shared.models.words import ItemKind
from shared.models.workflow import StepRef
from shared.timing import LONGEST_PAUSE, YOUNG


class LinkFields(Stored):
    """One item of one origin and, once made, its task."""

    item: str
    rule_id: str
    rule_hash: str
    kind: ItemKind = ItemKind.TASK
    state: LinkState
    reason: str = Field(default="", description="Why it stands where it stands, in words for people.")
    hold: Annotated[HoldCause | None, BeforeValidator(lambda value: value or None)] = Field(
        default=None, description="Why it can't go on now. The first edition wrote an empty text for none."
    )
    retry_at: datetime | None = Field(
        default=None, description="UTC: a hold is looked at again then. None: when it changes."
    )
    tries: int = Field(default=0, description="How often in a row it was held by `last_hold`.")
    last_hold: HoldCause | None = Field(default=None, description="The cause before it was tried again, as now.")
    held_since: datetime | None = Field(
        default=None, description="UTC: since when `last_hold` stands. None: it is not held, or before this was kept."
    )
    plan_id: str | None = None
    bucket_id: str | None = None
    task_id: str | None = Field(default=None, description="None: not made, or not known to be made.")
    etag: str = Field(default="", description="Of the task, as last agreed.")
    details_etag: str = Field(default="", description="Of its details, as last agreed.")
    details_done: bool = Field(default=False, description="Description, checklist and references were written.")
    seed: str = Field(
        default="",
        description="What the rule wrote into the new task, where an outcome takes people's words along. "
        "Empty: nothing, or before this was kept.",
    )
    reserved_at: datetime | None = None
    posted: Posted | None = None
    base: Bases = Field(default_factory=dict, description="By field name.")
    announced: Bases = Field(default_factory=dict, description="Fields about to be written: what is asked and sent.")
    wished: Wished | None = Field(default=None, description="None: written before this was kept, or found again.")
    step: StepRef | None = None
    bound: tuple[DocumentVersion, ...] = Field(default=(), description="Versions that the task last showed.")
    elsewhere: str = Field(default="", description="Why the step must be completed in OpenText. Empty: it need not.")
    shown_at: datetime | None = Field(
        default=None,
        description="When the task was made to show them, by Planner's clock. None: written before this was kept.",
    )
    sending: SendIntent | None = None
    tried: SendIntent | None = Field(default=None, description="The last intent that was not carried out.")
    sent_on: str | None = Field(default=None, description="Id of the intent that advanced the step.")
    decided: SendIntent | None = Field(
        default=None, description="That intent. None: none did, or before this was kept."
    )
    refusals: tuple[Refusal, ...] = ()
    notify: tuple[Notify, ...] = Field(default=(), description="Who is told of an outcome, as last wanted.")
    mails: tuple[MailIntent, ...] = ()
    known_since: datetime | None = Field(
        default=None, description="UTC: when the bridge first knew of the item. None: before this was kept."
    )
    pauses: tuple[Pause, ...] = Field(
        default=(), description="Times in which nobody could act on it, one after another; the last may last."
    )
    told_since: datetime | None = Field(
        default=None, description="UTC: what came to pass before counts as told. None: before this was kept."
    )
    round: int = Field(default=0, description="How often it began anew after it had ended.")
    level: str = Field(default="", description="Of an escalation: the key of its level. Empty: known by its place.")
    evidence: EvidencePolicy | None = Field(default=None, description="What goes on the record, as last wanted.")
    completed_by: str | None = None
    completed_at: datetime | None = None
    is_untold: bool = Field(
        default=False, description="Completed while its rule did not ask for it: the record is told once it does."
    )
    evidence_hash: str = Field(
        default="", description="Last entry of the evidence document as last uploaded: its hash."
    )

    @classmethod
    def unread(cls, item: str) -> Self:
        """Stand for a link whose row can't be read: it is known to be there, and left alone."""
        reason = "its row can't be read here: a newer release wrote it, or it is broken"
        return cls(item=item, rule_id="", rule_hash="", kind=ItemKind.UNKNOWN, state=LinkState.UNKNOWN, reason=reason)

    @property
    def is_of_newer_release(self) -> bool:
        """A word of it is not known here: whoever wrote it goes on with it."""
        return LinkState.UNKNOWN is self.state or self.hold is HoldCause.UNKNOWN or self.kind is ItemKind.UNKNOWN

    def lacks_details(self, now: datetime) -> bool:
        """Tell whether its task was made just now, and shows nothing yet of what stands in its details."""
        is_young = self.reserved_at is not None and abs(now - self.reserved_at) < YOUNG
        return self.state is LinkState.OPEN and not self.details_done and is_young

    def waits(self, now: datetime) -> bool:
        """Tell whether the time of its hold has not come yet. One beyond any pause was written by a wrong clock."""
        return self.retry_at is not None and now < self.retry_at <= now + LONGEST_PAUSE

    @property
    def is_being_opened(self) -> bool:
        """A completion was refused, and it is not known yet that its task was opened again."""
        return bool(self.refusals) and not self.refusals[-1].reopened

    @property
    def is_at_work(self) -> bool:
        """Something is still to come of it by itself: it is open, or held by something outside of its rule."""
        is_held_outside = self.hold is not None and HOLDS[self.hold].outside
        return self.state in (LinkState.OPEN, LinkState.RESERVED) or is_held_outside
