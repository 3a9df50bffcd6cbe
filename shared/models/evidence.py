"""
History entries: what happened, chained by hash, with what tells of people kept beside.

An entry's hash is the SHA-256 of its canonical JSON (RFC 8785), which holds the hash of the entry before and the
commitment to its personal part. Editing, dropping, repeating or reordering entries breaks the chain at a nameable
place. Of a personal part fields can be removed and nothing else: a later entry then states the hash of what is left.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import rfc8785
from pydantic import Field, model_validator

from shared.models.base import Frozen, Stored
from shared.models.events import EventKind
from shared.models.json_values import plain, shortened
from shared.models.personal import Personal, personal

GENESIS = "0" * 64
"""What the first entry has as the hash before it."""
IMPERSONAL = frozenset(
    {
        *("at", "completed_at", "due", "started", "versions", "etag", "details_etag"),
        *("kind", "rule", "mapping", "plan", "task", "url", "visit", "code", "hold", "state", "field", "fields"),
        *("winner", "disposition", "intent", "percent", "outcome", "parts", "head"),
        *("first", "first_hash", "through", "hash", "purged"),
    }
)
"""Details that say nothing of people. Every other one is personal: a new name is private until it stands here."""


class Event(Frozen):
    """Something worth proving, before it has its place in the chain."""

    what: EventKind
    item: str = Field(default="", description="Item key; '' concerns the whole origin.")
    actor: dict[str, str] = Field(
        default_factory=dict, description="entra and opentext ids of who did it; bridge otherwise."
    )
    detail: dict[str, Any] = Field(
        default_factory=dict, description="Before and after, reason, disposition, etags, versions: JSON values."
    )

    def with_detail(self, detail: dict[str, Any], *, actor: dict[str, str]) -> "Event":
        """Return the event with other details and another actor."""
        return self.model_copy(update={"detail": detail, "actor": actor})


class Entry(Frozen):
    """An event in its place."""

    origin: str
    sequence: int = Field(description="From 1, without gaps.")
    at: datetime = Field(description="UTC.")
    what: str = Field(description="An `EventKind`, or the word of a newer release: what was hashed stays as it is.")
    item: str = ""
    detail: dict[str, Any] = Field(default_factory=dict, description="What says nothing of people.")
    commitment: str = Field(description="Hash over the hashes of the personal part's fields.")
    before: str = Field(description="Hash of the entry before; 64 zeros for the first.")
    personal: Personal = Field(exclude=True, description="Not part of the hash.")

    @model_validator(mode="before")
    @classmethod
    def _of_line(cls, value: Any) -> Any:  # noqa: ANN401 - whatever stands there
        """Take what `line` wrote, beside what keywords give."""
        if isinstance(value, list) and len(value) == 3 and isinstance(value[0], dict):
            return {**value[0], "personal": {"fields": value[1]}}
        return value

    @property
    def kind(self) -> EventKind:
        """What it tells; UNKNOWN: a newer release knows."""
        return EventKind(self.what)

    def left_with(self, personal: Personal) -> "Entry":
        """Return the entry with what is left of its personal part; what is hashed stays as it is."""
        return self.model_copy(update={"personal": personal})

    @property
    def event(self) -> Event:
        """What was given to be remembered."""
        detail = {**self.detail, **self.personal.detail}
        return Event(what=self.kind, item=self.item, actor=self.personal.actor, detail=detail)

    def canonical(self) -> bytes:
        """Return the bytes that are hashed, stored and exported."""
        return rfc8785.dumps(self.model_dump(mode="json"))

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical bytes, hexadecimal."""
        return _sha256(self.canonical())

    def line(self) -> str:
        """
        Write it as it is stored and exported: the bytes of the entry, of the personal part, and the entry's hash.

        The chain needs no hash here: it only tells which of two neighbours that disagree was edited.
        """
        told = self.canonical()
        return f'[{told.decode()},{self.personal.text()},"{_sha256(told)}"]'


def _sha256(told: bytes) -> str:
    return hashlib.sha256(told).hexdigest()


class Head(Stored):
    """The end of a chain."""

    sequence: int = 0
    hash: str = GENESIS

    def __str__(self) -> str:
        """Write it as the head attribute holds it: `12:ab34...`."""
        return f"{self.sequence}:{self.hash}"


def chain(
    origin: str, head: Head, events: Sequence[Event], at: datetime, *, salt: Callable[[], str]
) -> tuple[tuple[Entry, ...], Head]:
    """
    Append events to the chain that ends at `head`; return the new entries and the new end.

    Args:
        salt: gives 128 random bits or more, another each time.
    """
    entries: list[Entry] = []
    for event in events:
        entry = _entry(origin, head, event, at, salt)
        head = Head(sequence=entry.sequence, hash=entry.hash)
        entries.append(entry)
    return tuple(entries), head


def _entry(origin: str, head: Head, event: Event, at: datetime, salt: Callable[[], str]) -> Entry:
    # Before anything is hashed: only what is stored can be checked later, and that is the short form.
    detail = shortened(plain(event.detail))
    told = {name: value for name, value in detail.items() if name not in IMPERSONAL}
    hidden = personal(plain(event.actor), told, salt)
    return Entry(
        origin=origin,
        sequence=head.sequence + 1,
        at=at,
        what=event.what.value,
        item=plain(event.item),
        detail={name: value for name, value in detail.items() if name not in told},
        commitment=hidden.commitment,
        before=head.hash,
        personal=hidden,
    )
