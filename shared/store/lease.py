"""The lease on an origin, and what may be written while one holds it."""

import json
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from shared.errors import LeaseLostError, StaleError, TooLargeError
from shared.models.evidence import Event, Head, chain
from shared.models.lease_row import FREED, Lease, LeaseChange
from shared.models.link import Link
from shared.store.commit import Entries, head_after, steps_of, transactions_of
from shared.store.row import Row, escape
from shared.store.table import Table
from shared.store.table_client import Operation

LEASE = "lease"
# Of what a look remembers: the lease's row has to hold its timers and its trouble as well.
MOST_SEEN_BYTES = 16_384
_ROUNDS = 5


def new_salt() -> str:
    """Return 128 random bits."""
    return secrets.token_hex(16)


class Held:
    """
    One origin, while we hold its lease.

    Args:
        row: the lease as it was just written.
        links: as they stood under that lease.
        salt: for the personal parts of the history.
        on_end: awaited when it is over, however it ended.
    """

    def __init__(
        self,
        table: Table,
        origin: str,
        row: Row,
        links: dict[str, Link],
        *,
        salt: Callable[[], str] = new_salt,
        on_end: Callable[[], Awaitable[None]],
    ) -> None:
        self.origin = origin
        self._salt = salt
        self.links = links
        """By item key; replaced, not changed, by a commit."""
        self._table = table
        self._on_end = on_end
        self._row = row
        self._lease = row.read(Lease)
        self._owner = self._lease.owner
        self._is_over = False
        self.commits = 0
        """Transactions of ours that stand."""
        self.timers = dict(self._lease.timers)
        """By reason: where its one timer stands. Written by the next commit, as are the next three."""
        self.tries = dict(self._lease.tries)
        self.trouble = self._lease.trouble
        self.mapping = self._lease.mapping
        """Hash of the mapping that the last look began under. Empty: not known."""
        self.dirty = self._lease.dirty
        """Somebody wanted the origin meanwhile, as far as we know. Stays true after the release."""

    @property
    def head(self) -> Head:
        """The end of the history."""
        return self._lease.head

    @property
    def seen(self) -> dict[str, Any]:
        """What the last reconcile chose to remember."""
        return self._lease.seen

    @property
    def orphaned(self) -> datetime | None:
        """UTC: when it was last taken from a dead worker, whose writes may still have been under way then."""
        return self._lease.orphaned

    async def commit(
        self,
        *,
        now: datetime,
        links: Sequence[Link] = (),
        remove: Sequence[str] = (),
        events: Sequence[Event] = (),
        entries: Entries | None = None,
        seen: dict[str, Any] | None = None,
        release: bool = False,
    ) -> None:
        """
        Write links and history, entries first, in as few transactions as possible.

        Args:
            now: time of the events.
            links: written whole, by item key.
            remove: item keys whose links go; unknown ones are passed over.
            entries: what becomes of entries that stand already.
            seen: replaces what was remembered; None: stays.
            release: let the lease go in the same transaction; `dirty` then says whether to queue the origin again.

        Raises:
            LeaseLostError: another worker has it. Of several transactions, earlier ones may stand.
            TooLargeError: more than a row can hold.
            UnavailableError: it was not written.
            OutcomeUnknownError: it may have been written.
        """
        self._must_hold()
        # What a newer release says in its own words is not written over in ours.
        kept = {link.item: link for link in links if not link.is_of_newer_release}
        gone = [item for item in dict.fromkeys(remove) if item in self.links and item not in kept]
        new, _ = chain(self.origin, self.head, events, now, salt=self._salt)
        last = _remember(seen) | self._noted() | (FREED if release else {})
        chunks = list(transactions_of(steps_of(escape(self.origin), new, kept, gone, entries or Entries()))) or (
            [[]] if last else []
        )
        for number, chunk in enumerate(chunks, 1):
            # The lease goes with the last of them: until then nobody else may read what is half written.
            change = head_after(chunk) | (last if number == len(chunks) else {})
            await self._write(change, [step.operation for step in chunk])
        self.links = {item: link for item, link in {**self.links, **kept}.items() if item not in gone}
        if release:
            await self._on_end()

    async def look_under(self, mapping: str, now: datetime) -> None:
        """
        Take note of the mapping that a look begins under; where another one did before, before anything is written.

        Errors as for commit.
        """
        self.mapping = mapping
        # Without links nothing is written to anywhere before a commit, which says it.
        if self.links and mapping != self._lease.mapping:
            await self.commit(now=now)

    def _noted(self) -> LeaseChange:
        noted: LeaseChange = {}
        if self.timers != self._lease.timers:
            noted["timers"] = dict(self.timers)
        if self.tries != self._lease.tries:
            noted["tries"] = dict(self.tries)
        if self.trouble != self._lease.trouble:
            noted["trouble"] = self.trouble
        if self.mapping != self._lease.mapping:
            noted["mapping"] = self.mapping
        return noted

    async def release(self) -> bool:
        """
        Let the lease go. Harmless when it is gone already.

        Returns:
            True when somebody wanted the origin meanwhile: the caller queues it once.

        Raises:
            UnavailableError, OutcomeUnknownError: as for commit. The lease is free all the same: nobody has it in hand.
        """
        try:
            if not self._is_over:
                await self._write(FREED, [])
        except LeaseLostError:
            # Whoever has it now has read everything after us.
            self.dirty = False
        finally:
            self._is_over = True
            await self._on_end()
        return self.dirty

    async def _write(self, change: LeaseChange, operations: Sequence[Operation]) -> None:
        # One id for all tries of this commit: one that was given up and arrived after all is known by it.
        commit = self._table.stamp()
        for _ in range(_ROUNDS):
            data = self._lease.committed(commit, change).model_dump_json()
            try:
                row = await self._table.commit(
                    self._row, data, operations, is_ours=lambda found: commit in found.read(Lease).commits
                )
            except StaleError as error:
                await self._look_again(error, is_last_act=not operations)
            else:
                self._adopt(row)
                return
        message = f"{self.origin}: its lease keeps changing"
        raise LeaseLostError(message)

    def _adopt(self, row: Row) -> None:
        """Take over the row of our commit. Once it is free, or another's, it is no longer ours to write to."""
        # Marks that our release wiped were made before it: they are what `dirty` remembers.
        self.dirty = self._lease.dirty
        self._row, self._lease = row, row.read(Lease)
        self.commits += 1
        self._is_over = self._lease.owner != self._owner
        if not self._is_over:
            self.dirty = self._lease.dirty

    async def _look_again(self, error: StaleError, *, is_last_act: bool) -> None:
        """Find out why a commit was refused: only a mark by somebody who waits lets us try again."""
        found = await self._table.find(self._row.partition, self._row.key)
        if found is None or (lease := found.read(Lease)).owner != self._owner:
            self._is_over = True
            message = f"{self.origin}: another worker has its lease"
            raise LeaseLostError(message) from error
        # The lease stands as we know it, so it was another row of the transaction that was refused.
        if found.etag == self._row.etag:
            raise error
        if lease.commits != self._lease.commits and not is_last_act:
            message = f"{self.origin}: a commit that was given up arrived after all"
            raise LeaseLostError(message) from error
        self._row, self._lease = found, lease

    def _must_hold(self) -> None:
        if self._is_over:
            message = f"{self.origin}: its lease was let go or lost"
            raise LeaseLostError(message)


def _remember(seen: dict[str, Any] | None) -> LeaseChange:
    if seen is None:
        return {}
    if (size := len(json.dumps(seen, ensure_ascii=False).encode())) > MOST_SEEN_BYTES:
        message = f"what was seen has {size} bytes, {MOST_SEEN_BYTES} fit"
        raise TooLargeError(message)
    return {"seen": seen}
