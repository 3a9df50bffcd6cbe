"""What every operator's door is given: where services come from, what was counted, and who stands there."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel

from shared.models.asked import read_asked
from shared.operations.counted import Counts
from shared.operations.doctor import Examined
from shared.operations.life import Addresses
from shared.services import Services

A = TypeVar("A", bound=BaseModel)


class Wired(Examined, Protocol):
    """Where the doors' services come from: `shared.wiring`, or a test's own."""

    async def warm(self) -> None:
        """Bring in all that services need, without holding the loop."""

    def services(self) -> Services:
        """Return everything; raises InputError while something has to be mended."""

    def addresses(self) -> Addresses:
        """Say where people find both systems."""


@dataclass(frozen=True)
class Asking:
    """One call of a door: with what it is answered, and who makes it."""

    wired: Wired
    counts: Counts
    by: str
    """Who it is, as far as the app knows."""


Answer = Callable[[dict[str, Any], Asking], Awaitable[BaseModel]]


def door(model: type[A], answer: Callable[[A, Asking], Awaitable[BaseModel]]) -> Answer:
    """Put a door's check of what it is given before its work."""

    async def open_(given: dict[str, Any], asking: Asking) -> BaseModel:
        return await answer(read_asked(model, given), asking)

    return open_
