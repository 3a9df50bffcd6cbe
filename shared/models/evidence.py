"""
History entries: what happened, chained by hash.

An entry's hash is the SHA-256 of its canonical JSON (RFC 8785), which holds the hash of the entry
before. Editing, dropping, repeating or reordering entries breaks the chain at a nameable place.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import rfc8785
from pydantic import Field

from shared.models.base import Frozen

GENESIS = "0" * 64
"""What the first entry has as the hash before it."""


class Event(Frozen):
    """Something worth proving, before it has its place in the chain."""

    what: str = Field(description="created, assigned, completed, sent_on, refused, conflict, deleted, ...")
    item: str = Field(default="", description="Item key; '' concerns the whole origin.")
    actor: dict[str, str] = Field(
        default_factory=dict, description="entra and opentext ids of who did it; bridge otherwise."
    )
    detail: dict[str, Any] = Field(
        default_factory=dict, description="Before and after, reason, disposition, etags, versions: JSON values."
    )


class Entry(Frozen):
    """An event in its place."""

    origin: str
    sequence: int = Field(description="From 1, without gaps.")
    at: datetime = Field(description="UTC.")
    event: Event
    before: str = Field(description="Hash of the entry before; 64 zeros for the first.")

    def canonical(self) -> bytes:
        """Return the bytes that are hashed, stored and exported."""
        return rfc8785.dumps(self.model_dump(mode="json"))

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical bytes, hexadecimal."""
        return hashlib.sha256(self.canonical()).hexdigest()


class Head(Frozen):
    """The end of a chain."""

    sequence: int = 0
    hash: str = GENESIS


def chain(origin: str, head: Head, events: Sequence[Event], at: datetime) -> tuple[tuple[Entry, ...], Head]:
    """Append events to the chain that ends at `head`; return the new entries and the new end."""
    entries: list[Entry] = []
    for event in events:
        entry = Entry(origin=origin, sequence=head.sequence + 1, at=at, event=event, before=head.hash)
        head = Head(sequence=entry.sequence, hash=entry.hash)
        entries.append(entry)
    return tuple(entries), head
