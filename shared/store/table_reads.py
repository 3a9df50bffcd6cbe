"""Reading one table: rows by key, by query and in pages. The SDK tries a read again by itself."""

from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from azure.core.exceptions import AzureError
from azure.core.pipeline import PipelineResponse

from shared.errors import UnreadableError
from shared.store.azure_errors import is_missing_row, is_missing_table, unread
from shared.store.row import M, Row, row_of
from shared.store.table_client import OnAnswer, TableClient
from shared.store.unread import UnreadRow, UnreadRows

_MOST_PER_PAGE = 1000
_IN_PARTITION = "PartitionKey eq @partition"


class TableReads:
    """
    What is read of one table.

    Args:
        name: for people.
        unread: takes note of rows that can't be read.
    """

    def __init__(self, name: str, client: TableClient, unread: UnreadRows) -> None:
        self._name = name
        self._client = client
        self._unread = unread
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
        # Closed here: left half-way at the limit, it would be closed by the loop some time later.
        async with aclosing(self._pages(query, parameters, per_page=limit)) as pages:
            async for page in pages:
                rows += page
                if limit is not None and len(rows) >= limit:
                    break
        return tuple(rows[:limit])

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

        pages = self._pages(_IN_PARTITION, {"partition": partition}, on_answer=note)
        rows = [row async for page in pages for row in page]
        # The first answer's time: a row that a later page brings may seem younger than it is, never older.
        return tuple((row, told[0] - (row.written or told[0])) for row in rows)

    async def scan(
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
        async with aclosing(self._pages(query, parameters, per_page=per_page, select=select)) as pages:
            async for page in pages:
                for row in page:
                    yield row

    async def _pages(
        self,
        query: str,
        parameters: Mapping[str, str | datetime],
        *,
        per_page: int | None = None,
        select: Sequence[str] | None = None,
        on_answer: OnAnswer | None = None,
    ) -> AsyncGenerator[list[Row], None]:
        most = min(per_page or _MOST_PER_PAGE, _MOST_PER_PAGE)
        found = self._client.query_entities(
            query, parameters=parameters, select=select, results_per_page=most, raw_response_hook=on_answer
        )
        pages = found.by_page()
        while True:
            self.calls += 1
            try:
                page = [row_of(entity) async for entity in await anext(pages)]
            except StopAsyncIteration:
                # Only after the last page, which was counted: nothing was sent for this.
                self.calls -= 1
                return
            except AzureError as error:
                if is_missing_table(error):
                    return
                raise unread(error, f"query {query}") from error
            yield page
