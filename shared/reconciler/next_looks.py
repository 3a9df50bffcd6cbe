"""What a look leaves behind it: when to look again, and why."""

from datetime import datetime, timedelta
from typing import Any

from shared.models.keys import OriginKind, split_origin_key
from shared.models.messages import AgendaEntry, OriginMessage
from shared.models.words import WaitedFor
from shared.observability.telemetry import traceparent
from shared.reconciler.documents import PLACE, remember_place
from shared.reconciler.movement import MOVED, movement_of
from shared.reconciler.observe import home_of
from shared.reconciler.session import Work
from shared.reconciler.soon import AFTER_HINT, look_soon, pauses
from shared.reconciler.wake import came_for, not_before, time_of, wake
from shared.store.row import stamp
from shared.timing import GRID, MOVING_AGAIN, RESYNC_IDLE, RESYNC_OPEN, RESYNC_OPEN_WORKFLOW, pause

VAIN = 2
"""Looks for one reason that came to nothing: more need none beside the resync."""


async def _look_soon(work: Work, message: OriginMessage) -> None:
    then = pauses(
        message,
        is_moving_on=_is_moving_on(work),
        lacks_details=any(link.lacks_details(work.now) for link in work.held.links.values()),
        is_new=work.left.moved or work.left.again,
    )
    if not _is_on_its_way(work, *then):
        await look_soon(message, *then, work.services)


def _is_moving_on(work: Work) -> bool:
    """Tell whether OpenText is about to show another step. A workflow that ended shows none."""
    workflow = work.origin.workflow
    return work.left.is_moving_on and workflow is not None and not workflow.ended


def _is_on_its_way(work: Work, waited_for: WaitedFor, then: tuple[int, ...]) -> bool:
    """Tell whether an earlier hint has the origin looked at soon anyway; take note of it otherwise."""
    if waited_for is not WaitedFor.HINT_AGAIN or then != AFTER_HINT:
        return False
    until = work.held.seen.get("soon")
    if until is not None and work.now < datetime.fromisoformat(until) <= work.now + timedelta(seconds=sum(AFTER_HINT)):
        return True
    work.left.soon = (work.now + timedelta(seconds=sum(AFTER_HINT))).isoformat()
    return False


async def plan_next(work: Work, message: OriginMessage) -> bool:
    """Leave what comes next: looks within seconds, the timers, one resync. Say whether to look again at once."""
    await _look_soon(work, message)
    now, held = work.now, work.held
    await came_for(held, message, work.services)
    for link in held.links.values():
        if link.hold is not None and link.retry_at is not None and link.retry_at > now:
            work.look_again(link.retry_at, WaitedFor.RETRY)
    is_restless = work.left.again and message.waited_for is WaitedFor.AGAIN
    if is_restless:
        # Again and again: whatever is moving there gets ever more time.
        work.look_again(now + MOVING_AGAIN, WaitedFor.AGAIN)
    held.tries = {reason: tries for reason, tries in held.tries.items() if reason in work.left.looks}
    await _plan_resync(work)
    for waited_for, wanted in work.left.looks.items():
        await _plan_timer(work, waited_for, wanted, message)
    nodes = await _remember_nodes(work)
    seen = {
        "mapping": work.policy.mapping_hash,
        "nodes": nodes,
        "home": home_of(work.origin) or _kept_home(work),
        PLACE: await remember_place(work.origin, held.seen, work.services),
        MOVED: movement_of(work.origin),
        "soon": work.left.soon or held.seen.get("soon"),
    }
    was_long_in_trouble = held.trouble is not None and held.trouble.is_long
    held.trouble = None
    await held.commit(seen=seen, now=work.now, release=True)
    if was_long_in_trouble:
        await work.services.recoveries.note(now)
    return work.left.again and not is_restless


async def _plan_timer(work: Work, waited_for: WaitedFor, wanted: datetime, message: OriginMessage) -> None:
    held = work.held
    at = not_before(held, waited_for, wanted, message, work.now)
    resync = time_of(held.timers.get(WaitedFor.RESYNC.value, ""))
    is_vain = held.tries.get(waited_for.value, 0) > VAIN
    if is_vain and stamp(work.now) < resync <= stamp(at + pause(VAIN + 2)):
        # What comes to nothing again and again needs no look beside the one that reads everything.
        return
    entry = AgendaEntry(at=at, origin=work.origin.key, waited_for=waited_for, trace=traceparent())
    await wake(held, entry, work.services)


async def _plan_resync(work: Work) -> None:
    """Have one resync stand, within what this origin may go unlooked at."""
    services, now, after = work.services, work.now, _resync_after(work)
    standing = time_of(work.held.timers.get(WaitedFor.RESYNC.value, ""))
    if stamp(now) < standing <= stamp(now + after * 1.2 + GRID):
        return
    # A story ends when nothing is open any more.
    trace = None if after == RESYNC_IDLE else traceparent()
    due = now + after * services.rng.uniform(1.0, 1.2)
    entry = AgendaEntry(at=due, origin=work.origin.key, waited_for=WaitedFor.RESYNC, trace=trace)
    await wake(work.held, entry, services)


async def _remember_nodes(work: Work) -> list[int]:
    """Have hints about the documents that this origin shows lead to it."""
    known = set(work.held.seen.get("nodes", []))
    nodes = sorted(document.node_id for document in work.origin.documents)[:500]
    for node in nodes:
        if node not in known:
            await work.services.nodes.link(node, work.origin.key)
    return nodes


def _kept_home(work: Work) -> Any:  # noqa: ANN401 - as it was remembered
    """Return the record of a workflow that could not be read: it stays its own."""
    return work.held.seen.get("home") if work.origin.kind is OriginKind.WORKFLOW else None


def _resync_after(work: Work) -> timedelta:
    """Say how long this origin may go unlooked at, whatever is announced; spread by a fifth."""
    if not any(link.is_at_work for link in work.held.links.values()) and not work.wanted.unknown:
        return RESYNC_IDLE
    kind, _ = split_origin_key(work.origin.key)
    return RESYNC_OPEN_WORKFLOW if kind is OriginKind.WORKFLOW else RESYNC_OPEN
