"""Digests: what waits to be told to a person at a time. One row a person and time; what does not fit has another."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from shared.errors import StaleError, UnavailableError
from shared.models.digest import LONGEST, Digest, DigestLine
from shared.store.row import Row, stamp
from shared.store.tables import Tables

_DIGEST = "digest"
_ROUNDS = 50


@dataclass(frozen=True)
class Waiting:
    """A digest as it stands in the table."""

    digest: Digest
    row: Row


class Digests:
    """Partition `digest` of the table `control`."""

    def __init__(self, tables: Tables) -> None:
        self._table = tables.control

    async def add(self, address: str, due: datetime, line: DigestLine) -> None:
        """
        Put a line into a person's digest; one that stands there already stays one.

        Raises:
            UnavailableError, OutcomeUnknownError: as for any write.
        """
        person = hashlib.sha256(address.strip().casefold().encode()).hexdigest()[:12]
        for part in count():
            # The time first, so that what is due is a range of keys. Keys stand in logs, and addresses must not.
            if await self._put_into(f"{stamp(due)}|{person}|{part:03}", Digest(address=address, due=due), line):
                return

    async def _put_into(self, key: str, empty: Digest, line: DigestLine) -> bool:
        """Tell whether the line stands in the digest of this key now; False: that one takes no more."""
        for _ in range(_ROUNDS):
            row = await self._table.find(_DIGEST, key)
            digest = empty if row is None else self._table.read(row, Digest)
            # One that can't be read is left as it stands: the line goes into the next part.
            if digest is None or (not digest.has(line) and not digest.takes(line)):
                return False
            if digest.has(line):
                return True
            try:
                await self._table.save(row, _DIGEST, key, digest.with_line(line).model_dump_json())
            except StaleError:
                continue  # another worker put a line into it
            return True
        message = f"the digest {key} keeps changing"
        raise UnavailableError(message)

    async def list_due(self, now: datetime) -> tuple[Waiting, ...]:
        """Read the digests whose time has come; oldest first."""
        query = "PartitionKey eq @digest and RowKey lt @now"
        return self._waiting(await self._table.list_rows(query, digest=_DIGEST, now=f"{stamp(now)}}}"))

    async def list_far(self, now: datetime) -> tuple[Waiting, ...]:
        """Read the digests whose time lies further off than any does: a wrong clock set it."""
        query = "PartitionKey eq @digest and RowKey gt @far"
        return self._waiting(await self._table.list_rows(query, digest=_DIGEST, far=f"{stamp(now + LONGEST)}}}"))

    def _waiting(self, rows: tuple[Row, ...]) -> tuple[Waiting, ...]:
        return tuple(Waiting(digest, row) for row, digest in self._table.read_all(rows, Digest))

    async def change(self, waiting: Waiting, digest: Digest) -> Waiting:
        """
        Write a digest if it is still as it was read.

        Raises:
            StaleError: another worker was first.
        """
        return Waiting(digest, await self._table.replace(waiting.row, digest.model_dump_json()))

    async def remove(self, waiting: Waiting) -> None:
        """Remove a digest that is done with. Fine when it is gone."""
        await self._table.discard(waiting.row.partition, waiting.row.key)
