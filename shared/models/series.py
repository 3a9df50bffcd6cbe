"""Five minutes of one worker's work: what the operator's charts are drawn of. Pure."""

from datetime import UTC, datetime, timedelta

from pydantic import Field

from shared.models.base import Stored

SPAN = timedelta(minutes=5)
MOST_LAGS = 400
"""Of one worker in five minutes: beyond it the first ones speak for all."""


def start_of(at: datetime) -> datetime:
    """Return when the five minutes began that a time lies in."""
    seconds = int(SPAN.total_seconds())
    return datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, UTC)


class Stretch(Stored):
    """What one worker did in five minutes."""

    at: datetime = Field(description="UTC: when they began.")
    looks: int = 0
    tasks_made: int = 0
    hints: int = 0
    plans_read: int = 0
    advances: int = 0
    lags: tuple[float, ...] = Field(default=(), description="Seconds from a completion to the advance.")


def quantile(values: list[float], share: float) -> float | None:
    """Return the value that so many are not above; None: there are none."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
