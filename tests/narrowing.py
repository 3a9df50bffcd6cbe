"""What a test takes for granted on its way to its promise; where it is not so, the test fails there."""

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def sure(value: T | None) -> T:
    """Return what is expected to be there."""
    assert value is not None
    return value


def as_a(kind: type[T], value: object) -> T:
    """Return what is expected to be of a kind, as that."""
    assert isinstance(value, kind), value
    return value


def each_as_a(kind: type[T], values: Iterable[object]) -> list[T]:
    """Return what is all expected to be of a kind, as that."""
    return [as_a(kind, value) for value in values]
