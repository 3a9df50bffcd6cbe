"""
Read one plan and hand on the origins whose tasks changed. Decides nothing itself.

What is agreed is written by `reconcile` alone: a change is announced at each read until it is agreed
on, and only a read that announced nothing lets the plan count as unchanged.
"""

import hashlib
import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from shared.errors import NeverError, NotFoundError, StaleError
from shared.models.hands import Kind
from shared.models.listed import Listed
from shared.models.messages import AgendaEntry, OriginMessage, PlanMessage
from shared.models.planner import PlannerTask, TaskVersion
from shared.models.troubles import Cause, Where
from shared.models.words import WaitedFor
from shared.observability.telemetry import traceparent
from shared.services import Services
from shared.store.plans import PlanRow
from shared.store.tasks import IndexRow, PlanIndex
from shared.targets.capacity import warn
from shared.targets.read_interval import quickened
from shared.timing import PEOPLE_KEPT
from shared.watchers.strangers import handle_strangers

log = logging.getLogger(__name__)
MOST_NAMED = 100
"""Task ids in one message, which may have 48 KiB."""


async def read_plan(message: PlanMessage, services: Services) -> bool:
    """
    Compare a plan with what is agreed.

    A plan that can't be read has its origins looked at, once: they say why their items stand still.

    Returns:
        Whether it found anything.

    Raises:
        RetryLaterError: Graph or storage did not answer; the plan's next turn comes by itself.
    """
    async with services.hands.holding(Kind.PLAN, message.plan):
        return await _read(message, services)


async def _read(message: PlanMessage, services: Services) -> bool:
    # (1) The row before the list: whoever writes it while the list is on its way has our save refused at (8). Read
    # after it, the row of another, later read would be overwritten by what this one saw earlier.
    row = await services.plans.find(message.plan)
    try:
        listing = await services.planner.list_versions(message.plan)
    except NeverError as error:
        await _leave(message.plan, row, error, services)
        return True
    digest, was_gone = digest_of(listing.versions), row is not None and row.gone != ""
    # (2) Most reads end here, at the price of a row and a list. Not where the plan comes back, or somebody left its
    # group: there the same tasks call for something else.
    if row is not None and row.digest == digest and not was_gone and not message.left:
        # A message out of turn says that something goes on around the plan: people will soon do more.
        is_out_of_turn = message.waited_for not in (WaitedFor.DUE, WaitedFor.RETRY)
        if is_out_of_turn and (quick := quickened(row, services.now())) is not None:
            await _save(quick, row, services)
        return False
    tasks = listing.read()
    # (3) The index after the list: a task that is claimed between the two has its row by then. The other way round it
    # would be listed without one, and pass for a task of ours that no item has.
    index = await services.tasks.read_plan(message.plan)
    changed = changed_rows(tasks, index)
    # (4) Who left is a word of this message alone: no later read would know it.
    await look_after(message.left, tasks, index, services)
    # (5) Nothing but where to look is handed on: the look reads the truth. A plan that comes back has all of its
    # origins looked at as a whole, for all of their items stood still.
    origins = dict.fromkeys(owners(index), ()) if was_gone else by_origin(changed)
    traces = {row.origin: row.trace for row in changed.values() if row.trace is not None}
    await _announce(origins, traces, message, services)
    # (6) Tasks of our making that no item has: from a worker that died between POST and claim, or from a POST that took
    # effect after it was given up.
    loose = await handle_strangers(message.plan, tasks, index, services)
    if row is None:
        return bool(origins or loose)
    # (7) A plan that could not be read for long comes back with a permission, say: what else waits for it is hurried.
    if row.is_lost:
        await services.recoveries.note(services.now())
    # (8) The digest last: a worker that dies before has all announced again; after it, nothing would be.
    # A reservation goes last: while one is open, a listed task may not have its row yet, and would be passed over.
    quiet = not origins and not loose and not index.reservations
    await _save(_after(row, tasks, digest if quiet else row.digest, digest, services.now()), row, services)
    return bool(origins or loose)


async def _announce(
    origins: Mapping[str, tuple[str, ...]], traces: Mapping[str, str], message: PlanMessage, services: Services
) -> None:
    """Have origins looked at, each with the tasks that changed."""
    for origin in sorted(origins.keys() - await _in_hand(origins, services)):
        trace = traces.get(origin) or message.trace or traceparent()
        await services.queues.send_origin(
            OriginMessage(
                origin=origin, waited_for=WaitedFor.CHANGED, plan=message.plan, tasks=origins[origin], trace=trace
            )
        )


async def _in_hand(origins: Collection[str], services: Services) -> frozenset[str]:
    """
    Name the origins that somebody works at now: most of what seems new there is being written by that very look.

    The plan does not count as unchanged for it, so what is left is announced by its next read, seconds later.
    """
    if not origins:
        return frozenset()
    signs = (await services.hands.signs()).values()
    return frozenset(origin for sign in signs if not sign.is_dead for origin in sign.says.origins)


def _after(row: PlanRow, tasks: Sequence[PlannerTask], agreed: str, digest: str, now: datetime) -> PlanRow:
    """Return a plan's row after a read: one that changed is read again soon."""
    active = sum(not task.is_completed for task in tasks)
    counted = row.counted(agreed=agreed, last=digest, active=active, total=len(tasks))
    if row.last == digest and not row.gone:
        return counted
    return counted.quickened(now)


async def _save(after: PlanRow, before: PlanRow, services: Services) -> None:
    warn(after, before)
    if after == before:
        return
    try:
        await services.plans.save(after, etag=before.etag)
    except StaleError:
        log.info("plan %s: its row moved on; the next read saves what it finds", before.plan_id)


async def _leave(plan_id: str, row: PlanRow | None, error: NeverError, services: Services) -> None:
    """
    Note that a plan can't be read: deleted with its group, or hidden. It is tried again soon, then less often.

    Its origins are looked at when that begins, and not at each further try.
    """
    cause, why = (Cause.GONE if isinstance(error, NotFoundError) else Cause.NOT_ALLOWED), str(error)
    if row is None:
        return
    # Nobody can say of a plan that can't be read whether its copies still lie there.
    await services.troubles.clear(Where.PLAN, plan_id, services.now(), causes=(Cause.TWIN,))
    origins = owners(await services.tasks.read_plan(plan_id))
    if not row.gone:
        log.error("plan %s can't be read: %s", plan_id, why)
        # Before the row says so: a worker that dies in between has them looked at twice, not never.
        for origin in sorted(origins):
            await services.queues.send_origin(OriginMessage(origin=origin, waited_for=WaitedFor.CHANGED))
    elif cause is Cause.GONE and not origins and not _is_named(plan_id, services):
        # Deleted, and nobody asks for it or has anything there any more: it stands in nobody's way.
        await _forget(row, services)
        return
    await _save(row.left(cause, why, services.now()), row, services)


def _is_named(plan_id: str, services: Services) -> bool:
    return any(plan.id == plan_id for plan in services.mapping.plans.values())


async def _forget(row: PlanRow, services: Services) -> None:
    try:
        await services.plans.forget(row)
    except StaleError:
        log.info("plan %s: its row moved on; the next read decides", row.plan_id)


def owners(index: PlanIndex) -> frozenset[str]:
    """Name every origin that has something in a plan."""
    tasks = {row.origin for row in index.tasks.values()}
    return frozenset(tasks | {reservation.origin for reservation in index.reservations})


async def look_after(left: Collection[str], tasks: Sequence[PlannerTask], index: PlanIndex, services: Services) -> None:
    """
    Have the rules for assignees run again for open tasks of people who left the plan's group.

    Later, and spread: every worker remembers the directory for a quarter of an hour.
    """
    gone = frozenset(left)
    listed = (task.id for task in tasks if not task.is_completed and gone.intersection(task.assignees))
    origins = {index.tasks[task_id].origin for task_id in listed if task_id in index.tasks}
    now = services.now()
    for origin in sorted(origins):
        at = now + PEOPLE_KEPT + timedelta(minutes=1) * services.rng.random()
        await services.agenda.put(AgendaEntry(at=at, origin=origin, waited_for=WaitedFor.MEMBERS), now)


def digest_of(tasks: Sequence[PlannerTask | TaskVersion]) -> str:
    """Recognise a plan that did not change: every task's id and etag."""
    lines = sorted(f"{task.id} {task.etag}" for task in tasks)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def by_origin(changed: Mapping[str, IndexRow]) -> dict[str, tuple[str, ...]]:
    """Name of each origin the tasks that changed; none where they are too many for a message: then all are read."""
    found: dict[str, tuple[str, ...]] = {}
    for task_id, row in changed.items():
        found[row.origin] = (*found.get(row.origin, ()), task_id)
    return {origin: ids if len(ids) <= MOST_NAMED else () for origin, ids in found.items()}


def changed_rows(tasks: Sequence[PlannerTask], index: PlanIndex) -> dict[str, IndexRow]:
    """
    Return the rows of tasks that are newer than agreed, or that are not listed, by task id.

    A row that can't be read is there all the same.
    """
    listed = {task.id: task for task in tasks}
    unread = tasks.unread_ids if isinstance(tasks, Listed) else frozenset()
    # Planner's etags of one resource are ordered as text. A smaller one is an old replica's answer, and says nothing.
    return {
        task_id: row
        for task_id, row in index.tasks.items()
        if task_id not in unread and (task_id not in listed or listed[task_id].etag > row.etag)
    }
