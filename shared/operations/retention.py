"""What an operator does to histories: replace a person, and delete what was kept long enough. Under the lease."""

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from shared.decisions.record import to_record_again
from shared.errors import UnavailableError
from shared.evidence.redaction import Person, batches, redact, redact_link
from shared.evidence.retention import checkpoint, leftovers, to_purge, years_of
from shared.models.evidence import Entry
from shared.models.link import Link
from shared.models.messages import OriginMessage
from shared.models.words import WaitedFor
from shared.services import Storage
from shared.store.commit import Entries
from shared.store.origins import Held

LOOKED_AT_AFTER = timedelta(seconds=20)
"""Most runs are over by then. A look that comes while one is at work is tried again."""


class Removed(NamedTuple):
    """Where a person stood."""

    entries: int = 0
    links: int = 0


@dataclass(frozen=True)
class Keeping:
    """Who does it."""

    storage: Storage
    operator: str


async def redact_origin(origin: str, who: Person, keeping: Keeping, *, reason: str) -> Removed:
    """
    Replace a person in an origin's history and ended links; return in how many of them that person stood.

    Args:
        origin: its key.
        who: the person and the pseudonym.
        keeping: who does it.
        reason: stands in the history.

    Raises:
        UnavailableError: somebody is at work on the origin: try again.
    """
    entries = await keeping.storage.origins.list_entries(origin)
    links = await keeping.storage.origins.find_links(origin)
    # Without the lease first: most histories tell nothing of that person, and work on them need not wait.
    if not redact(entries, who) and all(redact_link(link, who) == link for link in links.values()):
        return Removed()
    held = await _take(origin, keeping)
    try:
        # First of all: after a run that was cut off nothing is left to replace, and nobody would ask for it again.
        await held.commit(now=keeping.storage.now(), links=_due(held))
        # Read again: under the lease nobody adds any.
        found = redact(await keeping.storage.origins.list_entries(origin), who)
        for lot, event in batches(found, who):
            told = event.with_detail({**event.detail, "reason": reason}, actor={"operator": keeping.operator})
            await held.commit(now=keeping.storage.now(), events=[told], entries=Entries(rewrite=lot))
        changed = [new for link in held.links.values() if (new := redact_link(link, who)) != link]
        await held.commit(now=keeping.storage.now(), links=changed)
    finally:
        await _release(held, keeping)
    return Removed(len(found), len(changed))


async def due_for_purge(origin: str, storage: Storage) -> tuple[Entry, ...]:
    """List an origin's entries whose retention is over. Writes nothing."""
    entries = await storage.origins.list_entries(origin)
    links = await storage.origins.find_links(origin)
    return to_purge(entries, links.values(), storage.now())


async def purge_origin(origin: str, keeping: Keeping) -> int:
    """
    Delete an origin's entries whose retention is over, and leave a checkpoint; return how many went.

    The checkpoint comes first: a run that is cut off leaves entries that the checkpoint stands for already, and the
    next run deletes them.

    Raises:
        UnavailableError: somebody is at work on the origin: try again.
    """
    storage = keeping.storage
    entries = await storage.origins.list_entries(origin)
    left = leftovers(entries)
    links = (await storage.origins.find_links(origin)).values()
    if not left and not to_purge(entries, links, storage.now()):
        return 0
    held = await _take(origin, keeping)
    try:
        entries = await storage.origins.list_entries(origin)
        chosen = to_purge(entries, held.links.values(), storage.now())
        told = [checkpoint(chosen, years_of(held.links.values()), keeping.operator)] if chosen else []
        gone = [entry.sequence for entry in chosen] or list(leftovers(entries))
        await held.commit(now=storage.now(), links=_due(held), events=told, entries=Entries(remove=gone))
    finally:
        await _release(held, keeping)
    return len(gone)


def _due(held: Held) -> list[Link]:
    """List the links whose document is to be written anew: only then the record vouches for what was done here."""
    return [again for link in held.links.values() if (again := to_record_again(link)) != link]


async def _take(origin: str, keeping: Keeping) -> Held:
    held = await keeping.storage.origins.take(origin, keeping.storage.now())
    if held is None:
        message = f"{origin}: somebody is at work on it; try again in a moment"
        raise UnavailableError(message)
    # Sent before anything is written: a run that is cut off leaves no record that nobody looks at.
    look = OriginMessage(origin=origin, waited_for=WaitedFor.AGAIN)
    await keeping.storage.queues.send_origin(look, delay=LOOKED_AT_AFTER)
    return held


async def _release(held: Held, keeping: Keeping) -> None:
    if await held.release():
        await keeping.storage.queues.send_origin(OriginMessage(origin=held.origin, waited_for=WaitedFor.AGAIN))
