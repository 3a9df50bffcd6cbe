"""Answers to queries, page by page, as the aio client hands them out."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Self

from azure.data.tables import TableEntity


class Found:
    """The answer to a query."""

    def __init__(self, read: Callable[[tuple[str, str]], Awaitable[list[TableEntity]]], size: int) -> None:
        self._read = read
        self._size = size

    def by_page(self) -> "PageIterator":
        """Go through it page by page, one request each."""
        return PageIterator(self._read, self._size)


class PageIterator:
    """Reads the next page when it is asked for. No generator: one that is left half-way would need a thread."""

    def __init__(self, read: Callable[[tuple[str, str]], Awaitable[list[TableEntity]]], size: int) -> None:
        self._read = read
        self._size = size
        self._after = ("", "")
        self._has_more = True

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> AsyncIterator[TableEntity]:
        if not self._has_more:
            raise StopAsyncIteration
        rows = await self._read(self._after)
        self._has_more = len(rows) > self._size
        page = rows[: self._size]
        if page:
            self._after = (page[-1]["PartitionKey"], page[-1]["RowKey"])
        return _each(page)


async def _each(page: Sequence[TableEntity]) -> AsyncIterator[TableEntity]:
    for entity in page:
        yield entity
