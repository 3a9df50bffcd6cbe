"""What a commit writes beside the lease, cut into transactions that Table storage takes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from azure.data.tables import UpdateMode

from shared.models.evidence import Entry, Head
from shared.models.lease_row import LeaseChange
from shared.models.link import Link
from shared.store.row import Row, escape
from shared.store.table_client import Operation

LINK = "link|"
"""Begins the key of a link's row."""
MOST_OPERATIONS = 90
"""Of one transaction, with the lease; Table storage takes 100."""
# Table storage takes 4 MiB; sending more than 1 MiB at once would hold up the event loop, as aiohttp warns.
_MOST_BYTES = 900_000


@dataclass(frozen=True)
class Entries:
    """What becomes of entries that stand already, or stood: for redaction, retention and restoring alone."""

    restore: Sequence[Entry] = ()
    """What of a history was lost here, and is put back as it was; the head moves to its end."""
    rewrite: Sequence[Entry] = ()
    """With other personal parts: what is hashed stays as it is."""
    remove: Sequence[int] = ()
    """Sequences that go; a checkpoint stands for them."""


@dataclass(frozen=True)
class Step:
    """One operation of a commit; an entry also moves the head."""

    operation: Operation
    size: int
    entry: Entry | None = None


def head_after(chunk: Sequence[Step]) -> LeaseChange:
    """Say where the history's head stands once a transaction is made; empty: it does not move."""
    last = next((step.entry for step in reversed(chunk) if step.entry is not None), None)
    return {} if last is None else {"head": Head(sequence=last.sequence, hash=last.hash)}


def steps_of(
    partition: str, new: Sequence[Entry], kept: dict[str, Link], gone: Sequence[str], old: Entries
) -> Iterator[Step]:
    """Entries before links: a link never shows what the history does not tell."""
    for entry in (*old.restore, *new):
        row = Row(partition, entry_key(entry.sequence), entry.line())
        yield Step(("create", row.entity()), _sent_bytes(row.data), entry)
    for entry in old.rewrite:
        row = Row(partition, entry_key(entry.sequence), entry.line())
        yield Step(("update", row.entity(), {"mode": UpdateMode.REPLACE}), _sent_bytes(row.data))
    for sequence in old.remove:
        yield Step(("delete", {"PartitionKey": partition, "RowKey": entry_key(sequence)}), 0)
    for item, link in kept.items():
        row = Row(partition, link_key(item), link.model_dump_json())
        yield Step(("upsert", row.entity(), {"mode": UpdateMode.REPLACE}), _sent_bytes(row.data))
    for item in gone:
        yield Step(("delete", {"PartitionKey": partition, "RowKey": link_key(item)}), 0)


def _sent_bytes(data: str) -> int:
    """Bound what becomes of a JSON text inside a JSON request of ASCII."""
    escaped = 0 if data.isascii() else 5 * len(data)
    return len(data) + data.count('"') + data.count("\\") + escaped


def entry_key(sequence: int) -> str:
    """Name the row of an entry, so that text order is their order."""
    return f"entry|{sequence:012}"


def link_key(item: str) -> str:
    """Name the row of an item's link."""
    return f"{LINK}{escape(item)}"


def transactions_of(steps: Iterator[Step]) -> Iterator[list[Step]]:
    """Cut a commit into as few transactions as Table storage takes, in the order of its steps."""
    chunk: list[Step] = []
    size = 0
    for step in steps:
        # One operation of each transaction is the lease's own.
        if chunk and (len(chunk) == MOST_OPERATIONS - 1 or size + step.size > _MOST_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(step)
        size += step.size
    if chunk:
        yield chunk
