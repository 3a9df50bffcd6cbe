"""
How full plans are: tell it, and warn in time.

The counts are those of the last read; what is made in between is stopped by Graph's own refusals (`Maximum...`).
Source: https://learn.microsoft.com/office365/planner/planner-limits (of two published figures the lower)
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shared.store.plans import PlanRow

log = logging.getLogger(__name__)
ACTIVE, TOTAL, BUCKETS = 2_400, 9_000, 200
WARN_FROM = 0.8
"""Share of a limit from which it is spoken of."""


@dataclass(frozen=True)
class Fill:
    """How much of a limit is used."""

    what: str
    used: int
    limit: int

    @property
    def share(self) -> float:
        """1 is full."""
        return self.used / self.limit

    def __str__(self) -> str:
        """Say it in words."""
        return f"{self.used} of {self.limit} {self.what}"


def fills(row: PlanRow) -> Iterator[Fill]:
    """Tell how full a plan was when it was last read."""
    if row.active is not None:
        yield Fill("open tasks", row.active, ACTIVE)
    if row.total is not None:
        yield Fill("tasks", row.total, TOTAL)


def fullest(rows: Iterable[PlanRow]) -> float:
    """Return the largest share of a limit that any plan uses."""
    return max((fill.share for row in rows for fill in fills(row)), default=0.0)


def warn(row: PlanRow, before: PlanRow | None) -> None:
    """Write a log line when a plan passes four fifths of a limit, and when it is full; not at every read."""
    shares = {} if before is None else {fill.what: fill.share for fill in fills(before)}
    for fill in fills(row):
        for mark in (WARN_FROM, 1.0):
            if shares.get(fill.what, 0.0) < mark <= fill.share:
                log.warning("plan %s holds %s", row.plan_id, fill)


def buckets_left(plan_id: str, number: int) -> bool:
    """Tell whether a plan with so many buckets takes one more; from four fifths on it is spoken of."""
    fill = Fill("buckets", number, BUCKETS)
    if fill.share >= WARN_FROM:
        log.warning("plan %s holds %s", plan_id, fill)
    return number < BUCKETS
