"""
Origins: who works on one, its links and its history. One origin is one partition.

`lease` sorts before `link|...`, so a query meets it first: a commit made while the query goes on changes an etag that
was already read, and whoever takes the lease with that etag is refused. So the links of a taken lease are current.
"""

import itertools
from collections.abc import AsyncGenerator, Callable, Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from shared.errors import StaleError, UnavailableError
from shared.models.evidence import Entry
from shared.models.link import Link
from shared.store.lease import LEASE, Entries, Held, Lease, new_salt
from shared.store.row import Row, escape, unescape
from shared.store.tables import Tables

__all__ = ["Entries", "Held", "Origins"]

_ROUNDS = 20
_RANGE = "PartitionKey eq @origin and RowKey ge @low and RowKey lt @high"


class Standing(StrEnum):
    """Whether somebody works on an origin."""

    FREE = "free"
    HELD = "held"
    ABANDONED = "abandoned"
    """A lease ran out that nobody let go: its holder died at work."""


class Origins:
    """
    The table `origins`.

    Args:
        owner: unique to this worker.
        lease: how long it may be at work on one origin.
        salt: random text, another each time, for the personal parts of the history.
    """

    def __init__(self, tables: Tables, owner: str, lease: timedelta, *, salt: Callable[[], str] = new_salt) -> None:
        self._salt = salt
        self._table = tables.origins
        self._length = lease
        self._owners = (f"{owner}#{number}" for number in itertools.count(1))

    async def take(self, origin: str, now: datetime) -> Held | None:
        """
        Take the lease and read the links.

        Returns:
            None when somebody is at work on it, who was told by `dirty` to have it looked at again.

        Raises:
            UnavailableError: storage does not answer, or too many want this origin.
            OutcomeUnknownError: the lease may have been taken; it then ends by itself.
        """
        for _ in range(_ROUNDS):
            lease, links = await self._read(origin)
            try:
                if lease is not None and lease.read(Lease).is_live(now):
                    await self._mark(lease)
                    return None
                row = await self._hold(origin, lease, now)
            except StaleError:
                # Taken, let go or marked since we read it: look again.
                continue
            return Held(self._table, origin, row, links, salt=self._salt)
        message = f"{origin}: too many workers want its lease"
        raise UnavailableError(message)

    async def find_links(self, origin: str) -> dict[str, Link]:
        """Read the links by item key, without the lease: to look at, not to act on."""
        return _links(await self._table.list_rows(_RANGE, origin=escape(origin), low="link|", high="link}"))

    async def is_known(self, origin: str) -> bool:
        """Tell whether anybody ever looked at an origin."""
        return await self._table.find(escape(origin), LEASE) is not None

    async def standing(self, origin: str, now: datetime) -> Standing:
        """Tell whether somebody is at work on an origin, or died at it."""
        row = await self._table.find(escape(origin), LEASE)
        lease = None if row is None else row.read(Lease)
        if lease is None or lease.owner == "":
            return Standing.FREE
        return Standing.HELD if lease.is_live(now) else Standing.ABANDONED

    async def list_entries(self, origin: str) -> tuple[Entry, ...]:
        """
        Read the history, oldest first.

        Raises:
            UnreadableError: a row holds no entry.
        """
        return tuple(row.read(Entry) for row in await self._entry_rows(origin))

    async def list_lines(self, origin: str) -> tuple[str, ...]:
        """Read the history as it stands in the rows, oldest first: what is exported is what was hashed."""
        return tuple(row.data for row in await self._entry_rows(origin))

    async def list_origins(self) -> AsyncGenerator[str, None]:
        """Go through every origin that was ever taken. Scans the whole table."""
        async for row in self._table.scan("RowKey eq @lease", select=("PartitionKey", "RowKey"), lease=LEASE):
            yield unescape(row.partition)

    async def _entry_rows(self, origin: str) -> tuple[Row, ...]:
        return await self._table.list_rows(_RANGE, origin=escape(origin), low="entry|", high="entry}")

    async def list_links(self) -> AsyncGenerator[tuple[str, Link], None]:
        """Go through every link, with its origin. Scans the whole table."""
        async for row in self._table.scan("RowKey ge @low and RowKey lt @high", low="link|", high="link}"):
            yield unescape(row.partition), row.read(Link)

    async def _read(self, origin: str) -> tuple[Row | None, dict[str, Link]]:
        rows = await self._table.list_rows(_RANGE, origin=escape(origin), low=LEASE, high="link}")
        if rows and rows[0].key == LEASE:
            return rows[0], _links(rows[1:])
        return None, _links(rows)

    async def _mark(self, row: Row) -> None:
        """Have the holder know that somebody came. A mark that stands already will be seen by its release."""
        lease = row.read(Lease)
        if not lease.dirty:
            await self._table.replace(row, lease.model_copy(update={"dirty": True}).model_dump_json())

    async def _hold(self, origin: str, row: Row | None, now: datetime) -> Row:
        owner = next(self._owners)
        taken = {"owner": owner, "until": now + self._length, "dirty": False}

        def is_ours(found: Row) -> bool:
            return found.read(Lease).owner == owner

        if row is None:
            data = Lease.model_validate(taken).model_dump_json()
            return await self._table.insert(escape(origin), LEASE, data, is_ours=is_ours)
        data = row.read(Lease).model_copy(update=taken).model_dump_json()
        return await self._table.replace(row, data, is_ours=is_ours)


def _links(rows: Iterable[Row]) -> dict[str, Link]:
    found = (row.read(Link) for row in rows)
    return {link.item: link for link in found}
