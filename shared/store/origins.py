"""
Origins: who works on one, its links and its history. One origin is one partition.

`lease` sorts before `link|...`, so a query meets it first: a commit made while the query goes on changes an etag that
was already read, and whoever takes the lease with that etag is refused. So the links of a taken lease are current.
"""

import itertools
from collections.abc import AsyncGenerator, Callable, Iterable
from datetime import datetime

from shared.errors import StaleError, UnavailableError
from shared.models.evidence import Entry, Head
from shared.models.hands import Kind
from shared.models.lease_row import Lease
from shared.models.link import Link
from shared.models.troubles import OriginTrouble
from shared.store.commit import LINK, Entries
from shared.store.grip import Grip, attend
from shared.store.hands import Hands
from shared.store.lease import LEASE, Held, new_salt
from shared.store.row import Row, escape, unescape
from shared.store.tables import Tables
from shared.timing import LONGEST_UNTIL

__all__ = ["Entries", "Held", "Origins"]

_ROUNDS = 20
_TROUBLE = '"trouble":{'
"""Of the text of a lease: most have none, and are not parsed for it."""
_RANGE = "PartitionKey eq @origin and RowKey ge @low and RowKey lt @high"


class Origins:
    """
    The table `origins`.

    Args:
        hands: of this worker; a lease is its worker's as long as that has the origin in hand.
        salt: random text, another each time, for the personal parts of the history.
    """

    def __init__(self, tables: Tables, hands: Hands, *, salt: Callable[[], str] = new_salt) -> None:
        self._salt = salt
        self._table = tables.origins
        self._hands = hands
        self._numbers = itertools.count(1)
        self._own: set[str] = set()
        """Owners of the leases that this worker holds: another one of ours was never let go, and is free."""

    async def take(self, origin: str, now: datetime) -> Held | None:
        """
        Take the lease and read the links.

        Returns:
            None when somebody is at work on it, who was told by `dirty` to have it looked at again.

        Raises:
            UnavailableError: storage does not answer, or too many want this origin.
            OutcomeUnknownError: the lease may have been taken; it is free all the same, for nobody has it in hand.
        """
        # In hand before the lease is taken: a lease whose worker has nothing in hand is free for anybody.
        grip = await self._hands.take(Kind.ORIGIN, origin)
        before = attend(grip)
        held = None
        try:
            held = await self._take(origin, grip, before, now)
        finally:
            if held is None:
                attend(before)
                await self._hands.let_go(grip)
        return held

    async def _take(self, origin: str, grip: Grip, before: Grip | None, now: datetime) -> Held | None:
        for _ in range(_ROUNDS):
            # Lease and links in one query: links that were read before the lease could be somebody else's of a moment
            # ago.
            row, links = await self._read(origin)
            lease = None if row is None else self._table.read(row, Lease) or await self._found_again(origin)
            is_taken = lease is not None and lease.owner != ""
            try:
                if row is not None and lease is not None and is_taken and await self._is_live(origin, lease, now):
                    await self._mark(row, lease)
                    return None
                # A burial that lies ahead was noted by a wrong clock. It counts from now on, and no later look moves
                # it: otherwise whatever is settled from it would be put off until then.
                is_ahead = lease is not None and lease.orphaned is not None and lease.orphaned > now
                orphaned = now if is_taken or is_ahead else None
                taken = await self._hold(origin, row, lease, grip.worker, orphaned=orphaned)
            except StaleError:
                # Taken, let go or marked since we read it: look again.
                continue
            return self._held(origin, taken, links, grip, before)
        message = f"{origin}: too many workers want its lease"
        raise UnavailableError(message)

    def _held(self, origin: str, row: Row, links: dict[str, Link], grip: Grip, before: Grip | None) -> Held:
        owner = row.read(Lease).owner
        self._own.add(owner)

        async def end() -> None:
            self._own.discard(owner)
            attend(before)
            await self._hands.let_go(grip)

        return Held(self._table, origin, row, links, salt=self._salt, on_end=end)

    async def _is_live(self, origin: str, lease: Lease, now: datetime) -> bool:
        """Tell whether somebody is at work under a lease that was not let go."""
        # Of the first edition: it ends by itself. An end that is too far off was told by a wrong clock.
        if not lease.worker:
            return lease.until is not None and now < lease.until <= now + LONGEST_UNTIL
        if self._hands.is_own(lease.worker):
            # Of this very worker: one that it does not know to hold was never let go, after a lost answer, say.
            return lease.owner in self._own
        return await self._hands.is_held(lease.worker, Kind.ORIGIN, origin)

    async def find_links(self, origin: str) -> dict[str, Link]:
        """Read the links by item key, without the lease: to look at, not to act on."""
        return self._links(await self._table.list_rows(_RANGE, origin=escape(origin), low="link|", high="link}"))

    async def find_lease(self, origin: str) -> Lease | None:
        """Read the lease's row: what the last look left. None: nobody ever looked, or the row can't be read."""
        row = await self._table.find(escape(origin), LEASE)
        return None if row is None else self._table.read(row, Lease)

    async def is_known(self, origin: str) -> bool:
        """Tell whether anybody ever looked at an origin."""
        return await self._table.find(escape(origin), LEASE) is not None

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

    async def list_entries_since(self, at: datetime) -> AsyncGenerator[Entry, None]:
        """Go through the entries whose rows were written since then, by the service's clock. Scans the whole table."""
        written = "RowKey ge @low and RowKey lt @high and Timestamp ge @at"
        async for row in self._table.scan(written, low="entry|", high="entry}", at=at):
            if (entry := self._table.read(row, Entry)) is not None:
                yield entry

    async def list_origins(self) -> AsyncGenerator[str, None]:
        """Go through every origin that was ever taken. Scans the whole table."""
        async for row in self._table.scan("RowKey eq @lease", select=("PartitionKey", "RowKey"), lease=LEASE):
            yield unescape(row.partition)

    async def _entry_rows(self, origin: str) -> tuple[Row, ...]:
        return await self._table.list_rows(_RANGE, origin=escape(origin), low="entry|", high="entry}")

    async def list_links(self) -> AsyncGenerator[tuple[str, Link], None]:
        """Go through every link, with its origin. Scans the whole table."""
        async for row in self._table.scan("RowKey ge @low and RowKey lt @high", low="link|", high="link}"):
            yield unescape(row.partition), self._link(row)

    async def list_standing(self) -> AsyncGenerator[tuple[str, Link | OriginTrouble], None]:
        """Go through every link, and what makes looks fail, each with its origin. Scans the whole table."""
        async for row in self._table.scan("RowKey ge @low and RowKey lt @high", low=LEASE, high="link}"):
            if row.key != LEASE:
                yield unescape(row.partition), self._link(row)
            elif _TROUBLE in row.data and (lease := self._table.read(row, Lease)) is not None and lease.trouble:
                yield unescape(row.partition), lease.trouble

    def _links(self, rows: Iterable[Row]) -> dict[str, Link]:
        return {link.item: link for link in map(self._link, rows)}

    def _link(self, row: Row) -> Link:
        """Read a link. One that can't be read stands all the same: without it the item would be made once more."""
        return self._table.read(row, Link) or Link.unread(unescape(row.key.removeprefix(LINK)))

    async def _read(self, origin: str) -> tuple[Row | None, dict[str, Link]]:
        rows = await self._table.list_rows(_RANGE, origin=escape(origin), low=LEASE, high="link}")
        if rows and rows[0].key == LEASE:
            return rows[0], self._links(rows[1:])
        return None, self._links(rows)

    async def _found_again(self, origin: str) -> Lease:
        """Make the lease anew of a row that can't be read: nobody holds it, and the history knows its own end."""
        entries = await self.list_entries(origin)
        return Lease(head=Head(sequence=entries[-1].sequence, hash=entries[-1].hash)) if entries else Lease()

    async def _mark(self, row: Row, lease: Lease) -> None:
        """Have the holder know that somebody came. A mark that stands already will be seen by its release."""
        if not lease.dirty:
            await self._table.replace(row, lease.marked().model_dump_json())

    async def _hold(
        self, origin: str, row: Row | None, lease: Lease | None, worker: str, *, orphaned: datetime | None
    ) -> Row:
        # A name for each taking: the same worker that takes an origin twice must not mistake its first lease for its
        # second.
        owner = f"{worker}#{next(self._numbers)}"

        def is_ours(found: Row) -> bool:
            return found.read(Lease).owner == owner

        data = (lease or Lease()).taken(owner, worker, orphaned).model_dump_json()
        if row is None:
            return await self._table.insert(escape(origin), LEASE, data, is_ours=is_ours)
        return await self._table.replace(row, data, is_ours=is_ours)
