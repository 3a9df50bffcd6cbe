"""
One table, and the rules for writing to it.

A write is sent once: the SDK's own retry after a lost answer would report a conflict with itself. (aiohttp repeats a
PUT or DELETE on a connection that the server had closed.) So after any failure the row is read again and compared
before anything is believed lost. A table is made when a write first misses it.
"""

import itertools
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeAlias, TypeVar

from azure.core import MatchConditions
from azure.core.exceptions import AzureError, ResourceExistsError
from azure.core.pipeline import PipelineResponse
from azure.data.tables import UpdateMode

from shared.errors import OutcomeUnknownError, UnavailableError, UnreadableError
from shared.store.azure_errors import is_missing_row, is_missing_table, unread, unwritten
from shared.store.row import M, Row, row_of
from shared.store.table_client import Entity, Operation, TableClient
from shared.store.unread import UnreadRow, UnreadRows

_MOST_PER_PAGE = 1000
_IN_PARTITION = "PartitionKey eq @partition"

T = TypeVar("T")
Answer: TypeAlias = Mapping[str, Any]
Send: TypeAlias = Callable[[], Awaitable[Answer]]
OnAnswer: TypeAlias = Callable[[PipelineResponse[Any, Any]], None]
IsOurs: TypeAlias = Callable[[Row], bool]


def stamps(writer: str) -> Callable[[], str]:
    """Return what gives each write of a process an id of its own."""
    return (f"{writer}-{number}" for number in itertools.count(1)).__next__


class Table:
    """
    One table.

    Args:
        name: for people.
        stamp: gives each write an id of its own, unique over all workers.
        unread: takes note of rows that can't be read.
    """

    def __init__(self, name: str, client: TableClient, stamp: Callable[[], str], unread: UnreadRows) -> None:
        self._name = name
        self._client = client
        self._unread = unread
        self.stamp = stamp
        self.calls = 0
        """Requests sent; a query is one a page."""

    async def find(self, partition: str, key: str) -> Row | None:
        """
        Read one row; None when it, or its table, is not there.

        Raises:
            UnavailableError: no sensible answer, after the SDK's own retries.
        """
        self.calls += 1
        try:
            entity = await self._client.get_entity(partition, key)
        except AzureError as error:
            if is_missing_row(error):
                self._unread.forget(self._name, partition, key)
                return None
            raise unread(error, f"row {partition}/{key}") from error
        return row_of(entity)

    def read(self, row: Row, model: type[M]) -> M | None:
        """Parse a row's document. None: this release can't read it, which is told; it costs that row alone."""
        try:
            found = row.read(model)
        except UnreadableError:
            self._unread.add(UnreadRow(self._name, row.partition, row.key, model.__name__, row.write))
            return None
        self._unread.forget(self._name, row.partition, row.key)
        return found

    def read_all(self, rows: Iterable[Row], model: type[M]) -> Iterator[tuple[Row, M]]:
        """Parse the rows that can be read; the others are told and passed over."""
        for row in rows:
            if (found := self.read(row, model)) is not None:
                yield row, found

    async def list_rows(self, query: str, *, limit: int | None = None, **parameters: str) -> tuple[Row, ...]:
        """
        Read the rows that a filter names, in the order of their keys.

        Args:
            query: OData filter; `@name` stands for a parameter.
            limit: at most so many; None: all.

        Raises:
            UnavailableError: no sensible answer.
        """
        rows: list[Row] = []
        async with aclosing(self._scan(query, parameters, per_page=limit)) as found:
            async for row in found:
                rows.append(row)
                if len(rows) == limit:
                    break
        return tuple(rows)

    async def list_partition(self, partition: str) -> tuple[Row, ...]:
        """Read all rows of a partition, in the order of their keys. Raises: as for list_rows."""
        return await self.list_rows(_IN_PARTITION, partition=partition)

    async def list_aged(self, partition: str) -> tuple[tuple[Row, timedelta], ...]:
        """
        Read all rows of a partition, each with how long ago it was written: both told by the service's own clock.

        Raises: as for list_rows.
        """
        told: list[datetime] = []

        def note(answer: PipelineResponse[Any, Any]) -> None:
            told.append(parsedate_to_datetime(answer.http_response.headers["Date"]))

        found = self._scan(_IN_PARTITION, {"partition": partition}, on_answer=note)
        rows = [row async for row in found]
        # The first answer's time: a row that a later page brings may seem younger than it is, never older.
        return tuple((row, told[0] - (row.written or told[0])) for row in rows)

    def scan(
        self,
        query: str,
        *,
        per_page: int | None = None,
        select: Sequence[str] | None = None,
        **parameters: str | datetime,
    ) -> AsyncGenerator[Row, None]:
        """
        Go through the rows that a filter names, page by page. A table that is missing is empty.

        Raises:
            UnavailableError: no sensible answer.
        """
        return self._scan(query, parameters, per_page=per_page, select=select)

    async def _scan(
        self,
        query: str,
        parameters: Mapping[str, str | datetime],
        *,
        per_page: int | None = None,
        select: Sequence[str] | None = None,
        on_answer: OnAnswer | None = None,
    ) -> AsyncGenerator[Row, None]:
        most = min(per_page or _MOST_PER_PAGE, _MOST_PER_PAGE)
        hook = {} if on_answer is None else {"raw_response_hook": on_answer}
        found = self._client.query_entities(query, parameters=parameters, select=select, results_per_page=most, **hook)
        pages = found.by_page()
        while True:
            self.calls += 1
            try:
                page = [entity async for entity in await anext(pages)]
            except StopAsyncIteration:
                # Only after the last page, which was counted: nothing was sent for this.
                self.calls -= 1
                return
            except AzureError as error:
                if is_missing_table(error):
                    return
                raise unread(error, f"query {query}") from error
            for entity in page:
                yield row_of(entity)

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

    async def commit(self, guard: Row, data: str, operations: Sequence[Operation], *, is_ours: IsOurs) -> Row:
        """
        Write a row, and others of its partition with it, if that row is still as it was read.

        Args, Returns: as for replace.

        Raises:
            StaleError: somebody wrote first; nothing was written.
            TooLargeError, UnavailableError, OutcomeUnknownError: as for insert.
        """
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
        return replace(row, etag=answer["etag"])

    async def _delete(self, partition: str, key: str, **condition: object) -> None:
        try:
            await self._made(lambda: self._client.delete_entity(partition, key, **condition, retry_total=0))
        except AzureError as error:
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
