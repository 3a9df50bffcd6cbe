"""How often a plan is read: often while it changes, ever less often while it does not."""

import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from shared.errors import StaleError
from shared.models.troubles import Cause
from shared.store.plans import PlanRow, Plans
from shared.timing import (
    ASKED_FOR_ALL,
    CAUGHT_UP_WITHIN,
    PLAN_BUSY,
    PLAN_QUIET,
    READS_SPREAD,
    STEPS,
    TURN_MISSED,
)

LONGEST = STEPS[-1]
"""No plan's next turn is further off, unless a clock was wrong."""
FEW = 20
"""Plans that may be read at once after any pause."""


def interval(row: PlanRow, now: datetime) -> timedelta:
    """Read a plan often while it changes, and ever less often, down to every five minutes, while it does not."""
    # First: a plan that can't be read is asked at its own pace, however lately something in it changed.
    if row.gone:
        return row.pause
    if row.changed_at is None:
        return PLAN_BUSY
    return min(max((now - row.changed_at) / 10, PLAN_BUSY), PLAN_QUIET)


def resumes(plan_id: str, gate: datetime | None, now: datetime) -> bool:
    """
    Tell whether a plan may be read again after a pause; each has its own moment in the minute after it.

    Args:
        gate: until when Graph asked for a pause, be it over or not. None: it never did.
    """
    if gate is None:
        return True
    moment = zlib.crc32(plan_id.encode()) % 1000 / 1000
    return now >= gate + READS_SPREAD * moment


def caught_up(rows: Sequence[PlanRow], due: Sequence[PlanRow], now: datetime) -> dict[str, datetime]:
    """
    Give plans that missed their turn in a pause a moment each, evenly, so that they are not read all at once.

    Where somebody is at work a plan is read at once; and so are all where they are few.

    Args:
        rows: every plan.
        due: those whose turn has come.

    Returns:
        The moments by plan id; empty: there was no such pause.
    """
    late = sorted(row.plan_id for row in due if _has_missed(row, now))
    if len(late) <= max(FEW, len(rows) // 10):
        return {}
    return {plan_id: now + CAUGHT_UP_WITHIN * (place / len(late)) for place, plan_id in enumerate(late, 1)}


def _has_missed(row: PlanRow, now: datetime) -> bool:
    is_at_rest = interval(row, now) > PLAN_BUSY
    return is_at_rest and not row.is_put_off and not row.next_read <= now <= row.next_read + TURN_MISSED


def speaks_for_all(rows: Sequence[PlanRow], now: datetime) -> PlanRow | None:
    """
    Choose the plan that is read before its turn while every plan is refused; None: no plan, or not now.

    What is refused everywhere is a permission, or Graph: one plan tells when that is over, for all.
    """
    troubles = {row.plan_id: row.trouble for row in rows if row.gone and row.trouble is not None}
    refused = [row for row in rows if (stands := troubles.get(row.plan_id)) and stands.cause is Cause.NOT_ALLOWED]
    # Where not every plan is refused, no one cause speaks for all: each is asked at its own pace.
    if not refused or len(refused) < len(rows):
        return None
    asked = {row.plan_id: troubles[row.plan_id].last for row in refused}
    if now - max(asked.values()) < ASKED_FOR_ALL:
        return None
    return min(refused, key=lambda row: (asked[row.plan_id], row.plan_id))


def quickened(row: PlanRow, now: datetime) -> PlanRow | None:
    """Return the row of a plan that is read often from now on; None: it is already."""
    if row.gone or interval(row, now) <= PLAN_BUSY:
        return None
    return row.quickened(now)


async def quicken(plan_ids: Iterable[str], plans: Plans, now: datetime) -> None:
    """Have plans read often again: something is going on around them."""
    for plan_id in sorted(set(plan_ids)):
        row = await plans.find(plan_id)
        if row is None or (quick := quickened(row, now)) is None:
            continue
        try:
            await plans.save(quick, etag=row.etag)
        except StaleError:
            continue  # a sweep took it: it is being read
