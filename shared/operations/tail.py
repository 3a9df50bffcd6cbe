"""What is being decided now: the entries of all histories, as they come."""

from datetime import datetime, timedelta

from shared.evidence.people import people_of
from shared.evidence.sentences import actor, sentence
from shared.models.base import Stored
from shared.models.evidence import Entry
from shared.services import Storage

OVERLAP = timedelta(seconds=30)
"""Asked for twice: the service's clock and ours differ, and a row may be seen late."""


class Decided(Stored):
    """One entry of a history."""

    at: datetime
    origin: str
    sequence: int
    item: str = ""
    who: str
    what: str


class Tail:
    """
    Follows the histories.

    Args:
        since: entries from that moment on (UTC).
        origin: this one alone, which is one query. "": all, which goes through the whole table each time.
    """

    def __init__(self, storage: Storage, since: datetime, origin: str = "") -> None:
        self._storage = storage
        self._since = since
        self._asked = since
        self._origin = origin
        self._told: dict[tuple[str, int], datetime] = {}

    async def news(self) -> tuple[Decided, ...]:
        """
        Read what came since the last time, oldest first.

        Raises:
            UnavailableError: storage does not answer.
            UnreadableError: the history of the one origin can't be read.
        """
        # Before the read: what is written while it goes on is asked for next time.
        now = self._storage.now()
        found = [entry for entry in await self._written() if self._is_new(entry)]
        self._told |= {(entry.origin, entry.sequence): now for entry in found}
        # Kept for longer than entries are asked for again: forgotten sooner, one would be told twice.
        # Of one origin all entries are read each time, so none may be forgotten.
        self._told = {key: at for key, at in self._told.items() if now - at <= 4 * OVERLAP or self._origin}
        self._asked = now
        return tuple(sorted(map(_decided, found), key=lambda one: (one.at, one.origin, one.sequence)))

    async def _written(self) -> list[Entry]:
        if self._origin:
            return list(await self._storage.origins.list_entries(self._origin))
        return [entry async for entry in self._storage.origins.list_entries_since(self._asked - OVERLAP)]

    def _is_new(self, entry: Entry) -> bool:
        # What is redacted or restored is written anew, and is old all the same.
        return entry.at >= self._since and (entry.origin, entry.sequence) not in self._told


def _decided(entry: Entry) -> Decided:
    people = people_of([entry])
    return Decided(
        at=entry.at,
        origin=entry.origin,
        sequence=entry.sequence,
        item=entry.item,
        who=actor(entry, people),
        what=sentence(entry, people),
    )
