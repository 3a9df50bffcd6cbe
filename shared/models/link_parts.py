"""What a link is made of: bases, reservations, intents and refusals."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StrictInt, StrictStr, TypeAdapter, ValidationError

from shared.models.base import Stored
from shared.models.holds import RefusalReason
from shared.models.opentext import DocumentVersion
from shared.models.words import Word
from shared.models.workflow import StepRef


class FieldBase(Stored):
    """What both sides agreed on for one field when we last wrote."""

    asked: Any = Field(default=None, description="What OpenText wanted then. Long text: its digest.")
    got: Any = Field(default=None, description="What the service returned then. Long text: its digest.")
    theirs: bool = Field(default=False, description="What was got is what people set.")


def _is_day(text: str) -> str:
    date.fromisoformat(text)
    return text


_TEXT, _NUMBER = TypeAdapter(StrictStr | None), TypeAdapter(StrictInt | None)
_DAY = TypeAdapter(Annotated[StrictStr, AfterValidator(_is_day)] | None)
_NAMES, _LINES = TypeAdapter(list[StrictStr] | None), TypeAdapter(dict[StrictStr, StrictStr | None] | None)
FORMS: Mapping[str, TypeAdapter[Any]] = {
    **dict.fromkeys(("title", "bucket", "context"), _TEXT),
    **dict.fromkeys(("start", "due"), _DAY),
    **dict.fromkeys(("priority", "progress"), _NUMBER),
    **dict.fromkeys(("labels", "assignees"), _NAMES),
    **dict.fromkeys(("checklist", "references"), _LINES),
}
"""Of the fields that both systems show: what their bases hold."""


def understood(bases: dict[str, FieldBase]) -> dict[str, FieldBase]:
    """
    Leave out the bases that another release wrote in another form: nothing is agreed on then, which is safe for all.

    Names that this release does not know stay.
    """
    return {name: base for name, base in bases.items() if name not in FORMS or _is_ours(FORMS[name], base)}


def _is_ours(form: TypeAdapter[Any], base: FieldBase) -> bool:
    try:
        form.validate_python(base.asked)
        form.validate_python(base.got)
    except ValidationError:
        return False
    return True


Bases = Annotated[dict[str, FieldBase], AfterValidator(understood)]
"""By field name."""


class Pause(Stored):
    """Time in which nobody could act on an item: its rule's pause held, or its workflow was suspended."""

    since: datetime = Field(description="UTC: when the bridge saw it begin.")
    until: datetime | None = Field(default=None, description="UTC: when it saw it over. None: it lasts.")

    def over(self, at: datetime) -> "Pause":
        """Return it ended; by a clock that stepped back it lasted no time."""
        return self.model_copy(update={"until": max(at, self.since)})


class Wished(Stored):
    """What the rule itself said of a task's place when that was last decided: names, which people may change."""

    bucket: str | None = None
    labels: tuple[str, ...] = ()


class Posted(Stored):
    """What a reservation will post: settling matches lists against it."""

    title: str
    bucket_id: str | None = None
    start: datetime | None = None
    due: datetime | None = None
    assignees: tuple[str, ...] = ()
    priority: int | None = None

    def digest(self) -> str:
        """Shorten it to what a row of a plan can keep: what was posted alike has the same."""
        # As settling compares them: blanks at the ends, zones and the order of people say nothing.
        dates = [at and at.astimezone(UTC).isoformat() for at in (self.start, self.due)]
        said = [self.title.strip(), self.bucket_id, *dates, sorted(self.assignees), self.priority]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


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
    outcome: str = Field(default="", description="The checklist line that was ticked, as people know it.")
    words: str = Field(default="", description="The reviewer's comment, as far as mails tell it.")
    completed_by: str | None = Field(default=None, description="Entra user id.")
    completed_at: datetime | None = None
    versions: tuple[DocumentVersion, ...] = ()
    acting: str = Field(default="", description="OpenText login in whose name it is sent.")
    at: datetime = Field(description="UTC: when the intent was written.")
    tries: int = Field(default=1, description="How often this very decision was sent, this time included.")

    def counted_from(self, at: datetime) -> "SendIntent":
        """Return it as written at another time."""
        return self.model_copy(update={"at": at})


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


class MailOutcome(Word):
    """What is known of a mail."""

    PERHAPS = "perhaps sent"
    """Its intent was written; its answer was lost, or is still to come. It is not sent again."""
    SENT = "sent"
    REFUSED = "refused"
    PAST = "past"
    """It came to this before anybody could be told of it: it counts as told."""
    DIGEST = "in a digest"
    """It stands in a digest, which goes out at its time."""
    HELD = "held"
    """Its text can't be made: it goes out once it can."""
    UNKNOWN = "unknown"


def _outcome(value: object) -> object:
    """Read what the first edition wrote: the reason stood behind the word."""
    if not isinstance(value, str):
        return value
    return next((word for word in MailOutcome if value.startswith(word.value)), value)


class MailIntent(Stored):
    """A mail about to be sent, or one that was: at most once for each occasion, round and person."""

    on: str = Field(description="The occasion with its round, e.g. completed@0, overdue@0@2026-12-01.")
    to: tuple[str, ...] = Field(
        default=(), description="Digests of the addresses. Empty: everybody; so the first edition wrote it."
    )
    at: datetime
    outcome: Annotated[MailOutcome, BeforeValidator(_outcome)] = MailOutcome.PERHAPS
    why: str = Field(default="", description="Of one that is held: what is the matter with its text.")

    def came_to(self, outcome: MailOutcome) -> "MailIntent":
        """Return the intent with what is known of it now."""
        return self.model_copy(update={"outcome": outcome})

    def renamed(self, on: str) -> "MailIntent":
        """Return a mark of the first edition under the name that its occasion has now."""
        return self.model_copy(update={"on": on})
