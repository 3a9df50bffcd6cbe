"""What a look leaves behind it: when to look again, and why."""

from datetime import datetime, timedelta
from typing import Any

from shared.decisions.completion import is_asked_anew
from shared.models.keys import OriginKind, split_origin_key
from shared.models.link import LinkState
from shared.models.messages import AgendaEntry, OriginMessage
from shared.models.seen import DETAILS, HOME, MAPPING, MOVED, NODES, PLACE, SOON, STEP_LEFT
from shared.models.words import ItemKind, WaitedFor
from shared.observability.telemetry import traceparent
from shared.reconciler.documents import remember_place
from shared.reconciler.movement import movement_of
from shared.reconciler.observe import home_of
from shared.reconciler.session import Work
from shared.reconciler.soon import AFTER_CREATE, AFTER_HINT, AFTER_STEP, SHOWS_WITHIN, look_soon, pauses
from shared.reconciler.wake import came_for, not_before, time_of, wake
from shared.store.row import stamp
from shared.timing import GRID, MOVING_AGAIN, RESYNC_IDLE, RESYNC_OPEN, RESYNC_OPEN_WORKFLOW, pause

VAIN = 2
"""Looks for one reason that came to nothing: more need none beside the resync."""
_COME_WITHIN = timedelta(seconds=20)
"""Details are there seconds after their task: looks that end sooner may miss those of another task."""


async def _look_soon(work: Work, message: OriginMessage, *, is_moving_on: bool, has_new_nodes: bool) -> None:
    # Of what back-fill finds most is over: a second look at each would be one for nothing.
    is_followed = not message.bulk or any(link.is_at_work for link in work.held.links.values())
    then = pauses(
        message,
        is_moving_on=is_moving_on,
        lacks_details=not is_moving_on and _lacks_details(work, message),
        has_new_nodes=has_new_nodes and is_followed,
        is_new=work.left.moved or work.left.again,
    )
    if then != (WaitedFor.HINT_AGAIN, AFTER_HINT) or not _is_on_its_way(work, SOON, AFTER_HINT, SHOWS_WITHIN):
        await look_soon(message, *then, work.services)


def _lacks_details(work: Work, message: OriginMessage) -> bool:
    """Tell whether details are missing, and no look is on its way that looks for them, beside this one."""
    if not any(link.lacks_details(work.now) for link in work.held.links.values()):
        work.left.soon[DETAILS] = None
        return False
    return message.waited_for is WaitedFor.DETAILS or not _is_on_its_way(work, DETAILS, AFTER_CREATE, _COME_WITHIN)


def _is_moving_on(work: Work) -> bool:
    """
    Tell whether OpenText is about to show another step, and no look is on its way for it.

    A step was left in this look, or in one that could not be finished. A workflow that ended shows none.
    """
    left_at, workflow = work.held.seen.get(STEP_LEFT), work.origin.workflow
    if left_at is None or workflow is None or workflow.ended:
        return False
    # A wrong clock may have written another time.
    return abs(work.now - datetime.fromisoformat(left_at)) <= timedelta(seconds=sum(AFTER_STEP))


def _is_on_its_way(work: Work, looked_for: str, after: tuple[int, ...], for_at_least: timedelta) -> bool:
    """Tell whether earlier looks go on for so long. Otherwise note until when this one does."""
    until = work.held.seen.get(looked_for)
    end = work.now + timedelta(seconds=sum(after))
    # Looks that end sooner miss what shows after them. And a wrong clock may have written what is further off.
    if until is not None and work.now + for_at_least <= datetime.fromisoformat(until) <= end:
        return True
    work.left.soon[looked_for] = end.isoformat()
    return False


async def plan_next(work: Work, message: OriginMessage) -> bool:
    """Leave what comes next: looks within seconds, the timers, one resync. Say whether to look again at once."""
    now, held = work.now, work.held
    # Before the looks that follow: a hint that comes after this leads here, one that came before it is looked for.
    known, nodes = set(held.seen.get(NODES) or []), await _remember_nodes(work)
    is_moving_on = _is_moving_on(work)
    await _look_soon(work, message, is_moving_on=is_moving_on, has_new_nodes=not known.issuperset(nodes))
    await came_for(held, message, work.services)
    for link in held.links.values():
        if link.hold is not None and link.retry_at is not None and link.retry_at > now:
            work.look_again(link.retry_at, WaitedFor.RETRY)
    if _is_asked_anew(work):
        work.look_again(now, WaitedFor.AGAIN)
    is_restless = work.left.again and message.waited_for is WaitedFor.AGAIN
    if is_restless:
        # Again and again: whatever is moving there gets ever more time.
        work.look_again(now + MOVING_AGAIN, WaitedFor.AGAIN)
    held.tries = {reason: tries for reason, tries in held.tries.items() if reason in work.left.looks}
    await _plan_resync(work)
    for waited_for, wanted in work.left.looks.items():
        await _plan_timer(work, waited_for, wanted, message)
    seen = {
        MAPPING: work.policy.mapping_hash,
        NODES: nodes,
        HOME: home_of(work.origin) or _kept_home(work),
        PLACE: await remember_place(work.origin, held.seen, work.services),
        MOVED: movement_of(work.origin),
        STEP_LEFT: None if is_moving_on else held.seen.get(STEP_LEFT),
        **{name: work.left.soon.get(name, held.seen.get(name)) for name in (SOON, DETAILS)},
    }
    was_long_in_trouble = held.trouble is not None and held.trouble.is_long
    held.trouble = None
    await held.commit(seen=seen, now=work.now, release=True)
    if was_long_in_trouble:
        await work.services.recoveries.note(now)
    return work.left.again and not is_restless


def _is_asked_anew(work: Work) -> bool:
    """
    Tell whether this look saw an item completed for a date that had moved by then.

    People and the record hear of the completion first. The next look asks for the new date; nothing else brings one.
    """
    links = work.held.links
    return any(
        (link := links.get(task.item_key)) is not None
        and link.state is LinkState.COMPLETED
        and link.kind is not ItemKind.STEP
        and is_asked_anew(link, task)
        for task in work.wanted.tasks
    )


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
    # Soon enough. Moved on by each look, it would never come to an origin that is looked at often.
    if stamp(now) < standing <= stamp(now + after * 1.2 + GRID):
        return
    # A story ends when nothing is open any more.
    trace = None if after == RESYNC_IDLE else traceparent()
    due = now + after * services.rng.uniform(1.0, 1.2)
    entry = AgendaEntry(at=due, origin=work.origin.key, waited_for=WaitedFor.RESYNC, trace=trace)
    await wake(work.held, entry, services)


async def _remember_nodes(work: Work) -> list[int]:
    """Have hints about the documents that this origin shows lead to it."""
    known = set(work.held.seen.get(NODES) or [])
    nodes = sorted(document.node_id for document in work.origin.documents)[:500]
    for node in nodes:
        if node not in known:
            await work.services.nodes.link(node, work.origin.key)
    return nodes


def _kept_home(work: Work) -> Any:  # noqa: ANN401 - as it was remembered
    """Return the record of a workflow that could not be read: it stays its own."""
    return work.held.seen.get(HOME) if work.origin.kind is OriginKind.WORKFLOW else None


def _resync_after(work: Work) -> timedelta:
    """Say how long this origin may go unlooked at, whatever is announced; spread by a fifth."""
    if not any(link.is_at_work for link in work.held.links.values()) and not work.wanted.unknown:
        return RESYNC_IDLE
    kind, _ = split_origin_key(work.origin.key)
    return RESYNC_OPEN_WORKFLOW if kind is OriginKind.WORKFLOW else RESYNC_OPEN
