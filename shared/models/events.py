"""What the history tells: the words, with what each shows of its item."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.models.words import Word


class ItemState(StrEnum):
    """How an item stands, as its history tells it."""

    OPEN = "open"
    REFUSED = "refused"
    HELD = "held"
    DELETED = "deleted"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed by OpenText"
    COMPLETED = "completed"
    ADVANCED = "completed, workflow advanced"


class EventKind(Word):
    """What an entry of the history tells."""

    CREATED = "created"
    SETTLED = "settled"
    ADOPTED = "adopted"
    UPDATED = "updated"
    EDITED = "edited"
    CONFLICT = "conflict"
    ASSIGNED = "assigned"
    MOVED = "moved"
    PROGRESSED = "progressed"
    REBOUND = "rebound"
    DELEGATED = "delegated"
    COMPLETED = "completed"
    REFUSED = "refused"
    REOPENED = "reopened"
    SENDING = "sending"
    SENT_ON = "sent_on"
    NOT_SENT = "not_sent"
    OVERTAKEN = "overtaken"
    HELD = "held"
    DELETED = "deleted"
    CLOSED = "closed"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"
    RECORDED = "recorded"
    RECORD_REFUSED = "record_refused"
    EVIDENCE_REFUSED = "evidence_refused"
    TOLD = "told"
    ASKED = "asked"
    HISTORY_REPLACED = "history_replaced"
    FOREIGN_VERSION = "foreign_version"
    REDACTED = "redacted"
    CHECKPOINT = "checkpoint"
    UNKNOWN = "unknown"
    """Written by a newer release; the entry keeps its own word."""


@dataclass(frozen=True)
class EventFacts:
    """What one kind of event means to whoever reads the history."""

    sentence: str
    """How a sentence about it begins."""
    shows: ItemState | None = None
    """How the item stands from then on. None: as before."""
    ends: bool = False
    metric: str = ""
    """Counter that it raises. Empty: none."""
    labels: tuple[str, ...] = ()
    """Details that the counter tells apart; none: the event's own word, as `how`."""
    tells_origin: bool = False
    """Says what the origin was then: the record must be readable alone."""


EVENTS: Mapping[EventKind, EventFacts] = {
    EventKind.CREATED: EventFacts("Task made", ItemState.OPEN, metric="tasks_created", tells_origin=True),
    EventKind.SETTLED: EventFacts("Task made", ItemState.OPEN, metric="tasks_created", tells_origin=True),
    EventKind.ADOPTED: EventFacts("Taken up again", ItemState.OPEN),
    EventKind.UPDATED: EventFacts("Changed as OpenText asks:"),
    EventKind.EDITED: EventFacts("Changed in Planner:"),
    EventKind.CONFLICT: EventFacts("Both sides changed", metric="conflicts", labels=("field", "winner")),
    EventKind.ASSIGNED: EventFacts("Assigned"),
    EventKind.MOVED: EventFacts("Moved to another plan:"),
    EventKind.PROGRESSED: EventFacts("Progress in percent:"),
    EventKind.REBOUND: EventFacts("Shows other versions", tells_origin=True),
    EventKind.DELEGATED: EventFacts("Handed on in OpenText", metric="write_backs", tells_origin=True),
    EventKind.COMPLETED: EventFacts("Completed in Planner", ItemState.COMPLETED, ends=True, tells_origin=True),
    EventKind.REFUSED: EventFacts(
        "Completion refused", ItemState.REFUSED, metric="refusals", labels=("reason",), tells_origin=True
    ),
    EventKind.REOPENED: EventFacts("Opened again", ItemState.OPEN),
    EventKind.SENDING: EventFacts("About to complete the step in OpenText"),
    EventKind.SENT_ON: EventFacts(
        "Workflow step completed in OpenText",
        ItemState.ADVANCED,
        ends=True,
        metric="write_backs",
        tells_origin=True,
    ),
    EventKind.NOT_SENT: EventFacts("Not sent"),
    EventKind.OVERTAKEN: EventFacts("Overtaken in OpenText"),
    EventKind.HELD: EventFacts("Held", ItemState.HELD),
    EventKind.DELETED: EventFacts("Deleted", ItemState.DELETED, ends=True),
    EventKind.CLOSED: EventFacts("Closed by OpenText", ItemState.CLOSED, ends=True),
    EventKind.RELEASED: EventFacts("Released", ItemState.RELEASED, ends=True),
    EventKind.WITHDRAWN: EventFacts("Withdrawn", ItemState.WITHDRAWN, ends=True),
    EventKind.RECORDED: EventFacts("Put on the record:", metric="write_backs"),
    EventKind.RECORD_REFUSED: EventFacts("Could not be put on the record"),
    EventKind.EVIDENCE_REFUSED: EventFacts("Could not be put on the record"),
    EventKind.TOLD: EventFacts("Mail about"),
    EventKind.ASKED: EventFacts("An operator had it looked at again"),
    EventKind.HISTORY_REPLACED: EventFacts("The history is not the one on the record"),
    EventKind.FOREIGN_VERSION: EventFacts("On the record lies a version that the bridge does not know as its own"),
    EventKind.REDACTED: EventFacts("Details about a person removed"),
    EventKind.CHECKPOINT: EventFacts("Earlier entries deleted after their retention"),
    EventKind.UNKNOWN: EventFacts("Written by a newer release"),
}
