"""
Which unclaimed task of the plan is the one that a lost POST made?

Candidates are unclaimed tasks of our own creator, made since shortly before the reservation. One that
shows our reference line, or all that was posted, is the one. A likeness proves nothing: another
origin's task may have been renamed, and its own have been deleted. Then nothing is posted, and a person
is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.models.link import Posted, Reservation
from shared.models.listed import UnreadRow
from shared.models.planner import PlannerTask
from shared.timing import CLOCK_LAG

LONG_EARLIER = timedelta(hours=25)
"""How far ours may have been ahead: a task that shows all that was posted is ours by any clock."""


@dataclass(frozen=True)
class Match:
    """This task is ours."""

    task: PlannerTask


@dataclass(frozen=True)
class Ambiguous:
    """There are tasks that may be ours: nothing is posted."""

    task_ids: tuple[str, ...]


@dataclass(frozen=True)
class Nothing:
    """The POST was never carried out."""


def candidates(
    tasks: Sequence[PlannerTask],
    *,
    claimed: frozenset[str],
    creators: frozenset[str],
    since: datetime,
    posted: Posted,
    stood: datetime | None = None,
) -> tuple[PlannerTask, ...]:
    """
    Return unclaimed tasks that one of our POSTs may have made.

    Args:
        tasks: the whole plan.
        claimed: ids that belong to a link.
        creators: our own identities, learnt from our own 201s; empty: any application.
        since: when the reservation was written, by a clock that may have been wrong.
        posted: what it posted.
        stood: when the youngest task was made that stood before anything was reserved; by Planner's own clock. None:
            not known.
    """
    return tuple(
        task
        # In a fixed order: of several copies each try, on whichever worker, has to take the same one.
        for task in sorted(tasks, key=lambda t: t.id)
        if task.id not in claimed
        and is_ours(task, creators)
        and (stood is None or task.created is None or task.created > stood)
        and _is_new(task, since, posted)
    )


def settle(
    mine: Reservation, reservations: Sequence[Reservation], found: Sequence[PlannerTask]
) -> Match | Ambiguous | Nothing:
    """
    Find the task of one reservation.

    Args:
        mine: the reservation to settle.
        reservations: all open ones of the plan, mine included or not.
        found: the candidates.
    """
    if hit := next((task for task in found if _same_content(mine.posted, task)), None):
        return Match(hit)
    others = [r for r in reservations if (r.origin, r.item) != (mine.origin, mine.item)]
    left = _without_pairs(found, others)
    return Ambiguous(tuple(task.id for task in left)) if left else Nothing()


def may_be_ours(row: UnreadRow, creators: frozenset[str]) -> bool:
    """
    Say whether a task that can't be read may be one that we made: a person's never is.

    Args:
        row: of the plan's list.
        creators: our own identities, as far as they are known.
    """
    return row.made_by is None or row.made_by in creators or row.made_by.startswith("application:")


def is_ours(task: PlannerTask, creators: frozenset[str]) -> bool:
    """
    Say whether an application made a task, ours where our identities are known.

    Args:
        task: as it was listed.
        creators: our own identities, learnt from our own 201s; empty: any application.
    """
    key = task.created_by.key if task.created_by is not None else None
    if creators:
        return key in creators
    # No identity of ours is known yet. A task whose maker is not told may be ours: overlooked, it would be made again.
    return key is None or key.startswith("application:")


def is_twin(posted: Posted, task: PlannerTask) -> bool:
    """Say whether an unclaimed task is an untouched copy of what was posted."""
    return _same_content(posted, task) and task.percent_complete == 0


def copied(task: PlannerTask) -> frozenset[str]:
    """Return the digests of all that may have been posted where a task is its copy."""
    return frozenset(
        Posted(
            title=task.title,
            bucket_id=bucket,
            start=task.start,
            due=task.due,
            assignees=task.assignees,
            priority=priority,
        ).digest()
        # What a POST left open the service chose.
        for bucket in (task.bucket_id, None)
        for priority in (task.priority, None)
    )


def _is_new(task: PlannerTask, since: datetime, posted: Posted) -> bool:
    if task.created is None or task.created >= since - CLOCK_LAG:
        return True
    return task.created >= since - LONG_EARLIER and _same_content(posted, task)


def _same_content(posted: Posted, task: PlannerTask) -> bool:
    """Compare all that was posted."""
    # What was not posted the service chose by itself: it proves nothing.
    return (
        _same_title(posted, task)
        and posted.start == task.start
        and (posted.priority is None or posted.priority == task.priority)
        and posted.due == task.due
        and (posted.bucket_id is None or posted.bucket_id == task.bucket_id)
        and tuple(sorted(posted.assignees)) == task.assignees
    )


def _same_title(posted: Posted, task: PlannerTask) -> bool:
    # Planner trims titles.
    return posted.title.strip() == task.title.strip()


def _without_pairs(tasks: Sequence[PlannerTask], others: Sequence[Reservation]) -> list[PlannerTask]:
    """Take away what the other reservations account for."""
    left = list(tasks)
    for other in others:
        hit = next((task for task in left if _same_content(other.posted, task)), None)
        if hit is not None:
            # Each accounts for one task alone: two equal reservations take away two equal tasks.
            left.remove(hit)
    return left
