"""
Put the way back from plans to links in order, where a worker died between its commit and the rows that follow it.

The link is the truth, and rows in the plans' partitions come after it: one may be missing, old, or left over.
Whoever holds the lease of an origin may mend its rows, and nobody else's.
"""

import logging
from collections.abc import Iterable, Iterator

from shared.models.link import LinkState
from shared.reconciler.session import Work
from shared.store.tasks import IndexRow, PlanChange, PlanIndex, indexing, unindexing, unreserving

log = logging.getLogger(__name__)


async def mend(work: Work, plan_ids: Iterable[str]) -> None:
    """
    Compare an origin's rows with its links, plan by plan.

    Args:
        work: its lease is held.
        plan_ids: where rows may be wrong, beside the plans that the links and places name.
    """
    links = work.held.links
    named = {link.plan_id for link in links.values()} | {place.plan_id for place in work.places.values()}
    for plan_id in sorted(named.union(plan_ids) - {None, ""}, key=str):
        index = await work.services.tasks.read_plan(str(plan_id))
        changes = [*_mended(work, str(plan_id), index), *_dropped(work, str(plan_id), index)]
        await work.services.tasks.change(changes)


def _mended(work: Work, plan_id: str, index: PlanIndex) -> Iterator[PlanChange]:
    key = work.origin.key
    wanted = {
        link.task_id: IndexRow.of(key, link)
        for link in work.held.links.values()
        if link.task_id is not None and link.plan_id == plan_id
    }
    for task_id, row in wanted.items():
        found = index.tasks.get(task_id)
        if found is None or not found.says(row):
            log.info("%s %s: its row in plan %s is put right", key, row.item, plan_id)
            yield indexing(plan_id, task_id, row)
    for task_id, left in index.tasks.items():
        if left.origin == key and task_id not in wanted:
            yield unindexing(plan_id, task_id)


def _dropped(work: Work, plan_id: str, index: PlanIndex) -> Iterator[PlanChange]:
    """A reservation goes last: one may outlive the making that it announced."""
    for reservation in index.reservations:
        link = work.held.links.get(reservation.item)
        is_open = link is not None and link.state is LinkState.RESERVED and link.plan_id == plan_id
        if reservation.origin == work.origin.key and not is_open:
            yield unreserving(plan_id, reservation.origin, reservation.item)
