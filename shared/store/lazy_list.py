"""Handing out a list as an async iterator."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Each(AsyncIterator[T], Generic[T]):
    """
    Read a list when its first item is asked for, then hand out its items.

    No generator: one that is left half-way, by an error of its user, is closed some time later by the loop.
    """

    def __init__(self, read: Callable[[], Awaitable[Sequence[T]]]) -> None:
        self._read = read
        self._items: Iterator[T] | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        if self._items is None:
            self._items = iter(await self._read())
        for item in self._items:
            return item
        raise StopAsyncIteration
