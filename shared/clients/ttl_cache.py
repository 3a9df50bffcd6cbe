"""Answers that may be some minutes old."""

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """A cache that forgets by the injected clock, and when it is full."""

    def __init__(self, now: Callable[[], datetime], age: timedelta, size: int = 10_000) -> None:
        self._now = now
        self._age = age
        self._size = size
        self._rows: dict[K, tuple[datetime, V]] = {}

    def find(self, key: K) -> V | None:
        """Return what is kept and fresh. None: nothing is."""
        row = self._rows.get(key)
        if row is None or self._now() - row[0] >= self._age:
            return None
        return row[1]

    def keep(self, key: K, value: V) -> V:
        """Keep a value, and return it."""
        if len(self._rows) >= self._size:
            self._rows.clear()
        self._rows[key] = (self._now(), value)
        return value
