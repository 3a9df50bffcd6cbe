"""
One table, and the rules for writing to it.

A write is sent once: the SDK's own retry after a lost answer would report a conflict with itself. (aiohttp repeats a
PUT or DELETE on a connection that the server had closed.) So after any failure the row is read again and compared
before anything is believed lost. A table is made when a write first misses it.
"""

import itertools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from azure.core import MatchConditions
from azure.core.exceptions import AzureError, ResourceExistsError
from azure.data.tables import UpdateMode

from shared.errors import OutcomeUnknownError, UnavailableError
from shared.store.azure_errors import is_missing_table, unwritten
from shared.store.row import Row
from shared.store.table_client import Entity, Operation, TableClient
from shared.store.table_reads import TableReads
from shared.store.unread import UnreadRows

_MOST_PER_TRANSACTION = 100

T = TypeVar("T")
Answer: TypeAlias = Mapping[str, Any]
Send: TypeAlias = Callable[[], Awaitable[Answer]]
IsOurs: TypeAlias = Callable[[Row], bool]


def stamps(writer: str) -> Callable[[], str]:
    """Return what gives each write of a process an id of its own."""
    return (f"{writer}-{number}" for number in itertools.count(1)).__next__


class Table(TableReads):
    """
    One table.

    Args:
        name: for people.
        stamp: gives each write an id of its own, unique over all workers.
        unread: takes note of rows that can't be read.
    """

    def __init__(self, name: str, client: TableClient, stamp: Callable[[], str], unread: UnreadRows) -> None:
        super().__init__(name, client, unread)
        self.stamp = stamp

    async def insert(self, partition: str, key: str, data: str = "", *, is_ours: IsOurs | None = None) -> Row:
        """
        Write a row that must not exist yet.

        Args:
            is_ours: tells, in doubt, whether the row that is there shows our write; None: it is exactly ours.

        Raises:
            StaleError: it exists, and it is not ours.
            TooLargeError: more than a row can hold.
            UnavailableError: it was not written.
            OutcomeUnknownError: it may have been written.
        """
        row = Row(partition, key, data, self.stamp())
        entity = row.entity()
        return await self._write(row, lambda: self._client.create_entity(entity, retry_total=0), is_ours)

    async def replace(self, row: Row, data: str, *, is_ours: IsOurs | None = None) -> Row:
        """
        Write a row if it is still as it was read.

        Args:
            row: as it was read: its etag is sent.
            is_ours: as for insert.

        Returns:
            The row as it now stands. In doubt it was read again, and may have been rewritten since.

        Raises:
            StaleError: somebody wrote first.
            TooLargeError, UnavailableError, OutcomeUnknownError: as for insert.
        """
        new = Row(row.partition, row.key, data, self.stamp())
        return await self._write(new, self._conditional(new.entity(), row.etag), is_ours)

    async def put(self, partition: str, key: str, data: str = "") -> Row:
        """
        Write a row whatever was there: for rows whose last writer is right.

        Raises:
            TooLargeError, UnavailableError, OutcomeUnknownError: as for insert.
        """
        row = Row(partition, key, data, self.stamp())
        entity = row.entity()
        return await self._write(row, lambda: self._client.upsert_entity(entity, UpdateMode.REPLACE, retry_total=0))

    async def save(self, row: Row | None, partition: str, key: str, data: str) -> Row:
        """
        Write a row if it is still as it was read.

        Args:
            row: as it was read; None: it must not exist yet.

        Raises:
            StaleError: somebody wrote first.
            TooLargeError, UnavailableError, OutcomeUnknownError: as for insert.
        """
        return await (self.insert(partition, key, data) if row is None else self.replace(row, data))

    async def add(self, partition: str, key: str) -> None:
        """
        Write a row whose keys say everything: whoever was first, it says the same.

        Raises:
            UnavailableError, OutcomeUnknownError: as for insert.
        """
        await self.insert(partition, key, is_ours=lambda _: True)

    async def remove(self, row: Row) -> None:
        """
        Delete a row if it is still as it was read. One that is gone already is fine.

        Raises:
            StaleError: somebody rewrote it.
            UnavailableError: it is still there.
        """
        await self._delete(row.partition, row.key, etag=row.etag, match_condition=MatchConditions.IfNotModified)

    async def discard(self, partition: str, key: str) -> None:
        """
        Delete a row whatever it holds. One that is not there is fine.

        Raises:
            UnavailableError: it is still there.
        """
        await self._delete(partition, key)

    async def put_all(self, partition: str, rows: Mapping[str, str | None]) -> None:
        """
        Write rows of one partition whatever was there, and remove others: a hundred in one transaction.

        Args:
            rows: documents by row key; None: the row goes, and is fine when it is not there.

        Raises:
            TooLargeError, UnavailableError, OutcomeUnknownError: as for insert. Some may be written.
        """
        given = list(rows.items())
        for first in range(0, len(given), _MOST_PER_TRANSACTION):
            some = given[first : first + _MOST_PER_TRANSACTION]
            if len(some) > 1 and await self._is_put(partition, some):
                continue
            # One that is gone already ends a transaction, and so does a row that is too large: each is done alone then,
            # and in doubt looked for.
            for key, data in some:
                await (self.discard(partition, key) if data is None else self.put(partition, key, data))

    async def _is_put(self, partition: str, rows: Sequence[tuple[str, str | None]]) -> bool:
        operations: list[Operation] = []
        for key, data in rows:
            if data is None:
                operations.append(("delete", {"PartitionKey": partition, "RowKey": key}))
            else:
                entity = Row(partition, key, data, self.stamp()).entity()
                operations.append(("upsert", entity, {"mode": UpdateMode.REPLACE}))
        try:
            await self._made(self._transaction(operations))
        except AzureError:
            # Which of them was refused, or whether all were made, does not matter: each may be written twice.
            return False
        return True

    async def commit(self, guard: Row, data: str, operations: Sequence[Operation], *, is_ours: IsOurs) -> Row:
        """
        Write a row, and others of its partition with it, if that row is still as it was read.

        Args, Returns: as for replace.

        Raises:
            StaleError: somebody wrote first; nothing was written.
            TooLargeError, UnavailableError, OutcomeUnknownError: as for insert.
        """
        # The guard's ETag is the condition for all: a transaction of a worker that lost its lease is refused as a
        # whole.
        new = Row(guard.partition, guard.key, data, self.stamp())
        entity = new.entity()
        if not operations:
            return await self._write(new, self._conditional(entity, guard.etag), is_ours)
        first = ("update", entity, {"mode": UpdateMode.REPLACE, **_as_read(guard.etag)})
        return await self._write(new, self._transaction([first, *operations]), is_ours)

    def _conditional(self, entity: Entity, etag: str) -> Send:
        return lambda: self._client.update_entity(entity, UpdateMode.REPLACE, **_as_read(etag), retry_total=0)

    def _transaction(self, operations: Sequence[Operation]) -> Send:
        async def send() -> Answer:
            answers = await self._client.submit_transaction(operations, retry_total=0)
            return answers[0]

        return send

    async def _write(self, row: Row, send: Send, is_ours: IsOurs | None = None) -> Row:
        """Send once; in doubt, look. An effect that comes later than the look is caught by the next etag."""
        try:
            answer = await self._made(send)
        except AzureError as error:
            found = await self._second_look(row)
            if found is not None and (is_ours(found) if is_ours else _is_same(found, row)):
                return found
            raise unwritten(error, f"row {row.partition}/{row.key}") from error
        return row._replace(etag=answer["etag"])

    async def _delete(self, partition: str, key: str, **condition: object) -> None:
        try:
            await self._made(lambda: self._client.delete_entity(partition, key, **condition, retry_total=0))
        except AzureError as error:
            # Gone is what was asked for, whoever deleted it.
            if await self._second_look(Row(partition, key)) is not None:
                raise unwritten(error, f"row {partition}/{key}") from error

    async def _second_look(self, row: Row) -> Row | None:
        try:
            return await self.find(row.partition, row.key)
        except UnavailableError as error:
            message = f"row {row.partition}/{row.key} may have been written"
            raise OutcomeUnknownError(message) from error

    async def _made(self, send: Callable[[], Awaitable[T]]) -> T:
        """Send; when the table is missing, which the service says before any effect, make it and send again."""
        self.calls += 1
        try:
            return await send()
        except AzureError as error:
            if not is_missing_table(error):
                raise
        await self._create()
        self.calls += 1
        return await send()

    async def _create(self) -> None:
        self.calls += 1
        try:
            await self._client.create_table(retry_total=0)
        except ResourceExistsError:
            # Another worker missed it at the same time.
            return


def _as_read(etag: str) -> dict[str, Any]:
    return {"etag": etag, "match_condition": MatchConditions.IfNotModified}


def _is_same(found: Row, sent: Row) -> bool:
    return found.write == sent.write and found.data == sent.data
