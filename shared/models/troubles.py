"""Why a system, a plan, a rule or an origin can't go on: the words, with what heals each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from pydantic import Field

from shared.errors import BridgeError, RefusedError, RetryLaterError, ThrottledError
from shared.models.base import Stored
from shared.models.words import Scope, Word
from shared.timing import STEPS


class Where(Word):
    """What a trouble stands in the way of."""

    SYSTEM = "system"
    PLAN = "plan"
    RULE = "rule"
    ORIGIN = "origin"
    ITEM = "item"
    UNKNOWN = "unknown"


class Cause(Word):
    """Why a system, plan, rule or origin can't go on; an item's causes are `HoldCause`."""

    UNAVAILABLE = "unavailable"
    THROTTLED = "throttled"
    SIGN_IN = "sign_in"
    NOT_ALLOWED = "not_allowed"
    GONE = "gone"
    UNREADABLE = "unreadable"
    UNREADABLE_ROW = "unreadable_row"
    TWIN = "twin"
    FULL = "full"
    SETTINGS = "settings"
    MAPPING = "mapping"
    SUPERSEDED = "superseded"
    NOT_KNOWN = "not_known"
    AMBIGUOUS = "ambiguous"
    BRAKE = "brake"
    HELD = "held"
    CLOCK = "clock"
    MAIL = "mail"
    FAILED = "failed"
    POISON = "poison"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class CauseFacts:
    """What one cause means, and what heals it."""

    sentence: str
    heals: str
    needs_person: bool = True
    """False: it is expected to pass by itself."""


CAUSES: Mapping[Cause, CauseFacts] = {
    Cause.UNAVAILABLE: CauseFacts("It does not answer.", "wait, or look at the system", needs_person=False),
    Cause.THROTTLED: CauseFacts("It asked for a pause.", "wait, or manage.py gate open", needs_person=False),
    Cause.SIGN_IN: CauseFacts("It refuses the bridge's sign-in.", "mend the credentials, then manage.py gate open"),
    Cause.NOT_ALLOWED: CauseFacts("It does not allow what the rules need.", "grant the permission: manage.py doctor"),
    Cause.GONE: CauseFacts("It was deleted.", "restore it, or change the rule"),
    Cause.UNREADABLE: CauseFacts("It can't be read.", "let the bridge read it: manage.py doctor"),
    Cause.UNREADABLE_ROW: CauseFacts(
        "A stored row can't be read.", "deploy the release that wrote it, or delete the row"
    ),
    Cause.TWIN: CauseFacts("One item has a second task.", "delete the one that is named, in Planner"),
    Cause.FULL: CauseFacts("It has no room.", "delete or archive tasks"),
    Cause.SETTINGS: CauseFacts("A setting is missing or malformed.", "mend the setting that is named"),
    Cause.MAPPING: CauseFacts("The mapping can't be used.", "manage.py mapping check"),
    Cause.SUPERSEDED: CauseFacts(
        "A worker has another mapping than the one in force: its looks wait.",
        "wait until the deployment is through; is another app, or a machine, at work on these tables?",
        needs_person=False,
    ),
    Cause.NOT_KNOWN: CauseFacts(
        "A name that the mapping uses is not there.", "mend the mapping, or rename it back: mapping check --live"
    ),
    Cause.AMBIGUOUS: CauseFacts("Two things have the name that the rule uses.", "name it by id in the rule"),
    Cause.BRAKE: CauseFacts("Too many items would have ended at once.", "manage.py brake release RULE"),
    Cause.HELD: CauseFacts(
        "Items have been held for an hour by what no rule says.",
        "manage.py status --held names them and what heals each",
    ),
    Cause.CLOCK: CauseFacts("Its clock or time zone differs.", "mend OPENTEXT_TIMEZONE, or the clock that is wrong"),
    Cause.MAIL: CauseFacts("Mail is refused.", "mend NOTIFY_FROM, or the permission Mail.Send"),
    Cause.FAILED: CauseFacts("Something unforeseen stops it.", "manage.py dead list, and tell the developers"),
    Cause.POISON: CauseFacts("A message that no function could read.", "manage.py dead list"),
    Cause.UNKNOWN: CauseFacts("Written by a newer release.", "deploy the newer release again"),
}


class OriginTrouble(Stored):
    """What stands between an origin and its looks: kept in the lease until the first look that succeeds."""

    cause: Cause
    error: str = Field(description="As people read it.")
    since: datetime
    tries: int
    next_try: datetime
    scope: Scope = Field(default=Scope.OPEN, description="As much as the next look has to read.")
    told: bool = Field(default=False, description="A dead letter says so.")

    @classmethod
    def met(
        cls,
        before: Self | None,
        *,
        cause: Cause,
        error: str,
        now: datetime,
        tries: int,
        next_try: datetime,
        scope: Scope,
    ) -> Self:
        """Return what stands in the way of an origin by this look. `before`: by the look before; None: nothing did."""
        return cls(
            cause=cause,
            error=error,
            since=before.since if before is not None else now,
            tries=tries,
            next_try=next_try,
            scope=scope,
            told=before is not None and before.told,
        )

    @property
    def is_long(self) -> bool:
        """Whether it lasted until it was tried hourly."""
        return self.tries >= len(STEPS)

    def as_told(self) -> Self:
        """Return the trouble of which a dead letter was written."""
        return self.model_copy(update={"told": True})


def cause_of(error: BridgeError) -> Cause:
    """Say why a look failed."""
    # Before the wider kind, of which it is one: a pause that was asked for is no outage.
    if isinstance(error, ThrottledError):
        return Cause.THROTTLED
    if isinstance(error, RetryLaterError):
        return Cause.UNAVAILABLE
    return Cause.NOT_ALLOWED if isinstance(error, RefusedError) else Cause.UNREADABLE
