"""
The engine's words: every code that travels between its parts, and what each means, in one table beside it.

A reader asks the table instead of listing words itself, so a new word is one entry here. What a newer release stored
or sent may hold words that this one does not know: they are read as `UNKNOWN`, and whoever meets one waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """A word that is stored or sent: one that a newer release wrote is read as the member `UNKNOWN`, never refused."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        # Text alone: null or a number is no word of a newer release, and stays an error.
        return cls.__members__.get("UNKNOWN") if isinstance(value, str) else None


class ItemKind(Word):
    """What an item is about."""

    TASK = "task"
    STEP = "step"
    DOCUMENT = "document"
    MISSING_DOCUMENT = "missing_document"
    ESCALATION = "escalation"
    UNKNOWN = "unknown"
    """Written by a newer release: left alone."""


class ActAs(StrEnum):
    """Who completes steps in OpenText: the setting OPENTEXT_ACT_AS, which is read strictly."""

    PERFORMER = "performer"
    SERVICE = "service"
    NONE = "none"


class Scope(Word):
    """How much a look reads."""

    OPEN = "open"
    """The origin and its open tasks."""
    ROWS = "rows"
    """The same; then the rows of its plans are put right if nothing else was found."""
    CHANGED = "changed"
    """Finished tasks too: a read of their plan says that one changed."""
    FULL = "full"
    """Finished tasks too."""
    RESYNC = "resync"
    """All anew: also what is remembered of where things lie, and what the record refused."""
    UNKNOWN = "unknown"
    """Asked for by a newer release: as much as there is."""


@dataclass(frozen=True)
class ScopeFacts:
    """What one scope reads."""

    finished: bool = False
    """Tasks of finished items: somebody may have opened or deleted them."""
    mends_rows: bool = False
    """A plan's rows asked for it: if nothing is found, the rows are wrong."""
    anew: bool = False
    """Nothing that is remembered is relied on, and what was refused is tried again."""


SCOPES: Mapping[Scope, ScopeFacts] = {
    Scope.OPEN: ScopeFacts(),
    Scope.ROWS: ScopeFacts(mends_rows=True),
    Scope.CHANGED: ScopeFacts(finished=True, mends_rows=True),
    Scope.FULL: ScopeFacts(finished=True),
    Scope.RESYNC: ScopeFacts(finished=True, anew=True),
    Scope.UNKNOWN: ScopeFacts(finished=True, mends_rows=True, anew=True),
}


def wider(one: Scope, other: Scope) -> Scope:
    """Return the scope that reads more."""
    # The members stand in the order of how much they read: a new one has to be put in its place there.
    return max(one, other, key=list(Scope).index)


class WaitedFor(Word):
    """Why a message or a timer comes now."""

    HINT = "hint"
    """OpenText told of a change."""
    HINT_AGAIN = "hint_again"
    """A hint may overtake its change: the second look."""
    NODE = "node"
    """A hint about a node, resolved to the origins that it concerns."""
    DISCOVERED = "discovered"
    """No hint announced it."""
    CHANGED = "changed"
    """A read of a plan found a change."""
    DUE = "due"
    """A plan's turn to be read."""
    NOTIFIED = "notified"
    """Graph says that a plan's group changed."""
    MEMBERS = "members"
    """Somebody left a plan's group."""
    THRESHOLD = "threshold"
    """Time alone changes what is wanted."""
    SETTLE = "settle"
    """A write's lost answer can be looked for now."""
    RETRY = "retry"
    """Something failed, or a hold's time has come."""
    SEND_ON = "send_on"
    """A step was sent on: what comes next appears a little later."""
    DETAILS = "details"
    """A task was made, and its details answered 404: they appear a little later."""
    REPLICA = "replica"
    """An old replica answered."""
    MISSING = "missing"
    """A young task answered 404: it may not have reached every replica."""
    OUTCOME = "outcome"
    """A completed approval without a tick: tick and completion are two writes."""
    UNREAD = "unread"
    """Something could not be read."""
    MAIL = "mail"
    """The mailbox takes no more mails just now."""
    RECORD = "record"
    """The record could not be written to at that moment."""
    GATE = "gate"
    """A system asked for a pause."""
    ORPHAN = "orphan"
    """The worker that had it in hand died."""
    AGAIN = "again"
    """Somebody came while the origin was at work, or it was still moving."""
    RECOVERED = "recovered"
    """What failed for long goes well again, there or elsewhere: no wait stands in the way."""
    RESYNC = "resync"
    """Too long unlooked at."""
    BACKFILL = "backfill"
    """Older than its rule."""
    REBUILT = "rebuilt"
    """Its links were found again after the tables were lost."""
    DEAD = "dead"
    """It failed for good, and is tried again."""
    OPERATOR = "operator"
    """Somebody asked for it at the command line: no wait stands in the way."""
    UNKNOWN = "unknown"
    """Written by a newer release."""


@dataclass(frozen=True)
class WaitFacts:
    """What follows from a message's reason."""

    scope: Scope = Scope.OPEN
    """How much is read where the message itself does not say."""
    quickens: bool = False
    """People are at work on the record: its plans are read often again."""
    voids_waits: bool = False
    """Holds are looked at again though their time has not come."""
    longest: timedelta | None = timedelta(minutes=90)
    """No timer of this reason is set for later: one that is was set by a wrong clock. None: any may be."""


_A_DAY = timedelta(hours=25)
"""What is tried daily, and a little more."""

WAITS: Mapping[WaitedFor, WaitFacts] = {
    # Every word has its facts: one that is forgotten below has the plainest.
    **dict.fromkeys(WaitedFor, WaitFacts()),
    WaitedFor.THRESHOLD: WaitFacts(longest=None),
    WaitedFor.BACKFILL: WaitFacts(longest=None),
    WaitedFor.MAIL: WaitFacts(longest=_A_DAY),
    WaitedFor.RECORD: WaitFacts(longest=_A_DAY),
    WaitedFor.GATE: WaitFacts(longest=_A_DAY),
    WaitedFor.HINT: WaitFacts(quickens=True),
    WaitedFor.NODE: WaitFacts(quickens=True),
    WaitedFor.DISCOVERED: WaitFacts(quickens=True),
    WaitedFor.CHANGED: WaitFacts(Scope.CHANGED),
    WaitedFor.SETTLE: WaitFacts(Scope.ROWS),
    WaitedFor.DEAD: WaitFacts(Scope.FULL, longest=_A_DAY),
    WaitedFor.RESYNC: WaitFacts(Scope.RESYNC, longest=timedelta(days=9)),
    WaitedFor.RECOVERED: WaitFacts(voids_waits=True),
    WaitedFor.OPERATOR: WaitFacts(Scope.RESYNC, voids_waits=True),
    WaitedFor.UNKNOWN: WaitFacts(Scope.UNKNOWN, longest=None),
}
