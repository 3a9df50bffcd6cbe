"""What a worker has in hand, as it stands in its row."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Self

from shared.models.base import Stored


class Kind(StrEnum):
    """What a worker may have in hand; the first two are looked at again when it dies."""

    ORIGIN = "origins"
    PLAN = "plans"
    TIMER = "timers"


class HandsRow(Stored):
    """What a worker has in hand."""

    origins: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    timers: tuple[str, ...] = ()
    buried: bool = False
    """Its worker was found dead: it can't write a sign of life any more."""

    @classmethod
    def of(cls, held: Iterable[tuple[Kind, str]]) -> Self:
        """Return the row of a worker that has these in hand."""
        things = tuple(held)
        return cls.model_validate({kind.value: tuple(sorted(key for of, key in things if of is kind)) for kind in Kind})

    def holds(self, kind: Kind, key: str) -> bool:
        """Tell whether a thing is in hand."""
        return key in {Kind.ORIGIN: self.origins, Kind.PLAN: self.plans, Kind.TIMER: self.timers}[kind]

    def as_buried(self) -> Self:
        """Return the row of a worker that was found dead."""
        return self.model_copy(update={"buried": True})

    def __str__(self) -> str:
        """Name what is in hand."""
        return ", ".join([*self.origins, *(f"plan {plan}" for plan in self.plans), *self.timers]) or "nothing"
