"""Which mapping is in force: of two that are at work, the one that a worker read last. Pure."""

from datetime import datetime, timedelta
from enum import Enum
from typing import Self

from pydantic import Field

from shared.models.base import Stored

SEEN_AGAIN = timedelta(minutes=1)
"""How often a worker that decides says so."""
GIVEN_UP = timedelta(minutes=10)
"""Nothing was seen for so long of those who decide: they are gone, or were never deployed to the end."""


class Step(Enum):
    """What a worker does with the row."""

    NOTHING = "nothing"
    RENEW = "renew"
    """It decides, and says so again."""
    TAKE = "take"
    """Its mapping is the newer one: from now on it is in force."""
    WAIT = "wait"


class MappingInForce(Stored):
    """The mapping by which the app decides. Who has another one waits."""

    hash: str = Field(description="SHA-256 of the file, hexadecimal.")
    since: datetime | None = Field(
        default=None,
        description="UTC, by the service's clock: when the worker that began with it had read the file. "
        "None: when this row was first written.",
    )

    def began(self, since: datetime) -> Self:
        """Return it with since when it is in force."""
        return self.model_copy(update={"since": since})


def next_step(standing: MappingInForce, age: timedelta, mine: str, read_at: datetime, *, has_asked: bool) -> Step:
    """
    Say what a worker does with the row.

    A worker is as new as its file: a deployment starts new ones, whatever stands in the file. So an older file that is
    deployed again is the newer one. Only a worker that asks for the first time can be new.

    Args:
        standing: with `since`.
        age: of the row.
        mine: hash of the worker's own mapping.
        read_at: when it read the file, by the same clock as `since`.
        has_asked: it is not its first time.
    """
    if standing.hash == mine:
        return Step.RENEW if age > SEEN_AGAIN else Step.NOTHING
    is_newer = not has_asked and (standing.since is None or read_at >= standing.since)
    return Step.TAKE if is_newer or age > GIVEN_UP else Step.WAIT
