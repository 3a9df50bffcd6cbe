"""Tasks of our making that no item has: settled, deleted where nobody worked on them, or told."""

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta

from shared.decisions.description_block import find_reference, is_anothers
from shared.decisions.settle import copied, is_twin
from shared.errors import BridgeError, NeverError, RefusedError, StaleError
from shared.models.link import Link, LinkState
from shared.models.messages import OriginMessage
from shared.models.planner import PlannerDetails, PlannerTask
from shared.models.troubles import Cause, Where
from shared.models.words import WaitedFor
from shared.services import Services
from shared.store.origins import Origins
from shared.store.tasks import UNREAD, Claim, PlanIndex

log = logging.getLogger(__name__)
TWIN = "twin"
MOST_TOLD = 5
"""Of a plan: more say nothing more."""


class Links:
    """The links of origins, each origin read once for all tasks of a plan."""

    def __init__(self, origins: Origins) -> None:
        self._origins = origins
        self._read: dict[str, dict[str, Link]] = {}

    async def find(self, origin: str, item: str) -> Link | None:
        """Find an item's link. None: it has none."""
        if origin not in self._read:
            self._read[origin] = await self._origins.find_links(origin)
        return self._read[origin].get(item)


async def handle_strangers(plan_id: str, tasks: Sequence[PlannerTask], index: PlanIndex, services: Services) -> bool:
    """
    Look at unclaimed tasks of our own making that are older than the settling time; younger ones are looked at then.

    A reservation that is still open settles by itself; an untouched copy of a linked task is deleted. What stays is
    told as a trouble of the plan for as long.

    Returns:
        Whether something is still to be settled here.
    """
    unknown = await _of_our_making(tasks, index, services)
    ripe = services.now() - timedelta(seconds=services.settings.settle_seconds)
    strangers = [task for task in unknown if task.created is None or task.created < ripe]
    claims = {task.id: await services.tasks.find_claim(task.id) for task in strangers}
    links = Links(services.origins)
    asked, left = await _sort_claimed(strangers, claims, links, services)
    unclaimed = [task for task in strangers if claims[task.id] is None]
    if unclaimed:
        asked |= {reservation.origin: WaitedFor.SETTLE for reservation in index.reservations}
    for origin, waited_for in sorted(asked.items()):
        await services.queues.send_origin(OriginMessage(origin=origin, waited_for=waited_for, plan=plan_id))
    # While a POST is announced, one of these may be its task: nothing is deleted, or told of, before that is settled.
    if unclaimed and not index.reservations:
        details = await services.planner.read_details([task.id for task in unclaimed])
        for task in unclaimed:
            twin_of = await _twin_of(task, details[task.id], index, links, services)
            left += [why] if (why := await _why_left(task, details[task.id], twin_of, services)) is not None else []
    await _tell(plan_id, left, services)
    return bool(asked) or len(strangers) < len(unknown)


async def _sort_claimed(
    strangers: Sequence[PlannerTask], claims: Mapping[str, Claim | None], links: Links, services: Services
) -> tuple[dict[str, WaitedFor], list[str]]:
    """Return the origins that are to be looked at for a claimed task, and what is told of the tasks that stay."""
    asked: dict[str, WaitedFor] = {}
    left: list[str] = []
    for task in strangers:
        claim = claims[task.id]
        if claim is None or claim.origin in (TWIN, UNREAD):
            continue
        other = await _other_task(task, claim, links)
        if other is None:
            asked[claim.origin] = WaitedFor.CHANGED
        elif not await _is_let_go(task, other, services):
            left.append(f"{_shown(task)} is of {claim.origin}, whose item has task {other.task_id}")
    return asked, left


async def _of_our_making(tasks: Sequence[PlannerTask], index: PlanIndex, services: Services) -> tuple[PlannerTask, ...]:
    creators = await services.creators.list_all()
    return tuple(
        task
        for task in tasks
        if task.id not in index.tasks and task.created_by is not None and task.created_by.key in creators
    )


async def _tell(plan_id: str, left: Sequence[str], services: Services) -> None:
    now, troubles = services.now(), services.troubles
    if left:
        more = f"; and {len(left) - MOST_TOLD} more" if len(left) > MOST_TOLD else ""
        await troubles.tell(Where.PLAN, plan_id, Cause.TWIN, "; ".join(left[:MOST_TOLD]) + more, now)
    else:
        await troubles.clear(Where.PLAN, plan_id, now, causes=(Cause.TWIN,))


def _shown(task: PlannerTask) -> str:
    return f"task {task.id} {task.title[:60]!r}"


async def _other_task(task: PlannerTask, claim: Claim, links: Links) -> Link | None:
    """
    Find the link of a claimed task's item, where that has another task by now. None: the task is, or may be, its own.

    The worker that made the task died and another was made; or a person deleted it, and restored it too late.
    """
    link = await links.find(claim.origin, claim.item)
    # A task that is restored after its item lost it is the item's again: its claim says so.
    is_own = link is None or link.state is LinkState.RESERVED or link.task_id in (None, task.id)
    return None if is_own else link


async def _is_let_go(task: PlannerTask, link: Link, services: Services) -> bool:
    """Delete a task whose item has another one, if it is still the untouched copy of what was posted."""
    is_copy = link.posted is not None and is_twin(link.posted, task)
    if not is_copy or not _is_empty((await services.planner.read_details([task.id]))[task.id]):
        return False
    return await _delete(task, services)


async def _why_left(
    task: PlannerTask, details: PlannerDetails | BridgeError, twin_of: Link | None, services: Services
) -> str | None:
    """
    Delete a late twin, claimed first, so that no settling takes it at the same moment.

    Returns:
        Why it stays, to be told. None: it went, or is another bridge's.
    """
    description = details.description if isinstance(details, PlannerDetails) else None
    if is_anothers(description, services.settings.bridge):
        return None
    if twin_of is None:
        return f"{_shown(task)} is of our making and belongs to no item"
    is_copy = twin_of.posted is not None and is_twin(twin_of.posted, task)
    if not is_copy or not _is_empty(details):
        return f"{_shown(task)} is a copy of {twin_of.task_id} that somebody worked on"
    try:
        await services.tasks.claim(task.id, origin=TWIN, item=twin_of.item)
    except RefusedError:
        log.info("task %s was settled meanwhile", task.id)
        return None
    if await _delete(task, services):
        return None
    await services.tasks.unclaim(task.id, origin=TWIN)
    return f"{_shown(task)} is a copy of {twin_of.task_id} that could not be deleted"


def _is_empty(details: PlannerDetails | BridgeError) -> bool:
    """Tell whether nobody wrote into a task's details; what can't be read may hold anything."""
    if isinstance(details, BridgeError):
        return False
    return not (details.description or details.checklist or details.references)


async def _delete(task: PlannerTask, services: Services) -> bool:
    try:
        await services.planner.delete_task(task.id, task.etag)
    except (StaleError, NeverError) as error:
        log.warning("twin %s could not be deleted: %s", task.id, error)
        return False
    return True


async def _twin_of(
    task: PlannerTask, details: PlannerDetails | BridgeError, index: PlanIndex, links: Links, services: Services
) -> Link | None:
    """
    Find the link that has another task than this copy of what it posted.

    Its reference line says whose it is; where nothing was written into it yet, the plan's rows know what was posted.
    """
    reference = find_reference(details.description) if isinstance(details, PlannerDetails) else None
    if reference is not None and reference.bridge in ("", services.settings.bridge):
        whose = [(reference.origin, reference.item)]
    else:
        posted = copied(task)
        whose = sorted((row.origin, row.item) for row in index.tasks.values() if row.posted in posted)
    for origin, item in whose:
        link = await links.find(origin, item)
        # Where several items posted alike any of them will do: it is a copy of each.
        if link is not None and link.task_id not in (None, task.id):
            return link
    return None
