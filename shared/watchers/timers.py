"""The timers' work: queue the plans that are due for a read, and what the agenda has due."""

import contextlib
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.errors import RetryLaterError, StaleError
from shared.models.messages import PlanMessage
from shared.observability.telemetry import count, show
from shared.services import Services, Storage
from shared.store.agenda import DueEntry
from shared.store.plans import PlanRow
from shared.targets.capacity import fullest
from shared.targets.read_interval import LONGEST, caught_up, interval, resumes, speaks_for_all
from shared.watchers.digests import send_digests
from shared.watchers.discovery import discover
from shared.watchers.recovery import hurry_waiting

log = logging.getLogger(__name__)
MOST_A_RUN = 500
FORWARD, FORWARD_EVERY = "agenda/forward", timedelta(hours=1)
"""Cursor, and how often timers are looked for that a wrong clock set."""
SHORT_QUEUE = 50
"""Back-fill is queued only while fewer origins than this wait."""


async def sweep_plans(storage: Storage) -> int:
    """
    Queue every plan that is due, each by one worker; return how many.

    The plan's next turn is moved by compare-and-swap before it is queued: of two sweeps one wins. After a pause that
    Graph asked for, reading resumes over a minute; what rests and missed its turn is caught up with over three.
    """
    now = storage.now()
    gate = await storage.gates.find("graph", now)
    if gate is not None and gate > now:
        return 0
    queued = 0
    rows = [row async for row in storage.plans.list_all()]
    show("plan_fill", fullest(rows))
    canary = speaks_for_all(rows, now)
    # A turn that is further off than any interval was set by a clock that is wrong: it counts as due.
    due = [row for row in rows if row is not canary and not now < row.next_read <= now + LONGEST]
    later = caught_up(rows, due, now)
    for row in due if canary is None else [canary, *due]:
        at = later.get(row.plan_id)
        if at is None and not resumes(row.plan_id, gate, now):
            continue
        # Its next turn before the message: of two sweeps one wins, and one that dies in between skips a single turn.
        moved = row.to_be_read(now + interval(row, now)) if at is None else row.put_off(at)
        try:
            etag = await storage.plans.save(moved, etag=row.etag)
        except StaleError:
            continue  # another sweep took it
        if at is None:
            await _queue(row, etag, storage)
            queued += 1
    count("sweeps", timer="write_back")
    return queued


async def _queue(row: PlanRow, etag: str, storage: Storage) -> None:
    try:
        await storage.queues.send_plan(PlanMessage(plan=row.plan_id))
    except RetryLaterError:
        # The next sweep, within the minute, and not the next turn: a plan at rest has one every five minutes.
        with contextlib.suppress(RetryLaterError, StaleError):
            await storage.plans.save(row, etag=etag)
        raise


async def sweep_agenda(services: Services) -> int:
    """
    Queue what is due: the rows first, then their deletion; a row rewritten in between is left.

    Before that bury the dead, and queue what they had in hand; hurry what waits for what recovered. Then look for what
    no hint announced.

    Returns:
        How many were queued.

    Raises:
        RetryLaterError: as `discover`; what was due is queued by then.
    """
    # (1) The dead first: as long as one counts as living, its slots and leases keep others waiting.
    await services.hands.bury_dead()
    # (2) What a wrong clock set too far off would never be due.
    is_new_hour = await _bring_forward(services)
    if is_new_hour or services.mapping.has_digests:
        # (3) Each hour also for what stands in digests that the mapping has no more.
        await send_digests(services, far=is_new_hour)
    # (4) After a long outage, those who wait for their next hourly try.
    hurried = await hurry_waiting(services)
    waiting = await services.queues.length("origins")
    queued = 0
    rows = await services.agenda.due(services.now(), limit=MOST_A_RUN)
    _show_oldest(rows, services.now())
    for due in rows:
        entry = due.entry
        # Back-fill stands behind all the rest: nothing that anybody waits for is left out by ending here.
        if entry.bulk and waiting + queued >= SHORT_QUEUE:
            break
        # (5) Queued, then removed: dying in between queues it twice, which costs one look. The other way round nobody
        # would look.
        await services.queues.send_origin(entry.message())
        await services.agenda.remove(due)
        queued += 1
    count("sweeps", timer="escalation_sweep")
    # (6) Last, for it asks OpenText, which may not answer. Who has to wait for another mapping decides nothing, what to
    # look for neither.
    is_in_force = await services.in_force.ask() is None
    if is_new_hour and is_in_force:
        await _forget_brakes(services)
    return hurried + queued + (await discover(services) if is_in_force else 0)


async def _forget_brakes(services: Services) -> None:
    """Take away the brakes of rules that the mapping has no more: what they held was let go with the rule."""
    for rule, brake in (await services.brakes.list_all()).items():
        if brake.tripped_at is not None and rule not in services.mapping.rule_hashes:
            await services.brakes.forget(rule)


async def _bring_forward(services: Services) -> bool:
    """Once an hour have due what was set for too far off; tell whether that hour was over."""
    now, due = services.now(), await services.cursors.find_time(FORWARD)
    if due is not None and now < due <= now + FORWARD_EVERY:
        return False
    await services.cursors.save(FORWARD, (now + FORWARD_EVERY).isoformat())
    if found := await services.agenda.bring_forward(now, longest_gate=services.gates.longest):
        log.warning("%d timers stood further off than any is set for: a clock is, or was, wrong", found)
    return True


def _show_oldest(rows: Sequence[DueEntry], now: datetime) -> None:
    """Show how late the sweeps are; back-fill is not expected to be on time."""
    waiting = [now - due.entry.at for due in rows if not due.entry.bulk]
    show("oldest_pending", max(waiting, default=timedelta()).total_seconds())
