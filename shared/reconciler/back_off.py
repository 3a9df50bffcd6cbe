"""What becomes of an origin that could not be looked at: it waits, longer each time, and why is told."""

import logging
from datetime import datetime, timedelta

from shared.errors import BridgeError, LeaseLostError, NotFoundError, ThrottledError, UnreadableError
from shared.models.in_force import MappingInForce
from shared.models.link import LinkState
from shared.models.messages import AgendaEntry, DeadLetter, OriginMessage
from shared.models.troubles import Cause, OriginTrouble, Where, cause_of
from shared.models.words import WaitedFor, wider
from shared.observability.telemetry import count
from shared.reconciler.soon import follow_anyway
from shared.reconciler.standing import tell_origin
from shared.reconciler.wake import SPREAD, came_for, wake
from shared.services import Services
from shared.store.origins import Held
from shared.timing import GONE_AGAIN, OTHERS_TURN, REPORT_AFTER, STEPS, pause

log = logging.getLogger(__name__)
_HIDDEN = frozenset({Cause.NOT_ALLOWED, Cause.UNREADABLE, Cause.GONE})
_ASKED_BY_PLANS = frozenset({WaitedFor.CHANGED, WaitedFor.SETTLE})
_LIVE = (LinkState.OPEN, LinkState.RESERVED, LinkState.HELD)


async def put_off(held: Held, message: OriginMessage, error: BridgeError, services: Services) -> None:
    """Write the timer first, then what stands in the way; report it once after a day."""
    now, before = services.now(), held.trouble
    tries = before.tries + 1 if before is not None else 1
    is_over = _is_over_and_gone(held, error)
    # Not at once: for some minutes a proxy may say the same of everything.
    is_left = is_over and tries >= len(STEPS)
    at = now + GONE_AGAIN if is_left else await _when(error, tries, services)
    scope = wider(message.scope, before.scope) if before is not None else message.scope
    log.log(
        logging.INFO if is_over and before is not None else logging.WARNING,
        "%s: %s: %s; again at %s",
        held.origin,
        type(error).__name__,
        error,
        at.isoformat(),
    )
    waited_for = WaitedFor.RESYNC if is_left else WaitedFor.RETRY
    later = AgendaEntry.later(message.reading(scope), at, waited_for, attempts=tries)
    # The timer that brought this look is gone, though the lease may remember it for the very moment that comes next.
    await came_for(held, message, services)
    await wake(held, later, services)
    # The announcement that this look came for is not forgotten by waiting: what it told of may show later.
    await follow_anyway(message, services)
    cause = Cause.GONE if is_over else cause_of(error)
    trouble = OriginTrouble.met(
        before, cause=cause, error=str(error)[:500], now=now, tries=tries, next_try=at, scope=scope
    )
    if not trouble.told and not is_over and now - trouble.since >= REPORT_AFTER:
        await _report(message, error, services)
        trouble = trouble.as_told()
    held.trouble = trouble
    await tell_origin(held.origin, trouble, services)
    try:
        await held.commit(now=services.now(), release=True)
    except LeaseLostError:
        # Whoever has the origin now finds out for itself; the timer stands.
        log.info("%s: its lease was lost before the failure could be counted", held.origin)


async def leave_to_newer(message: OriginMessage, other: MappingInForce, services: Services) -> None:
    """Give a look back, for a worker with the mapping in force; tell that this one waits."""
    await services.queues.send_origin(message, delay=OTHERS_TURN * services.rng.uniform(1.0, 2.0))
    mine = services.mapping_hash
    text = f"{other.hash[:12]} is in force since {other.since:%Y-%m-%d %H:%M} UTC; a worker has {mine[:12]}"
    log.warning("%s waits: mapping %s", message.origin, text)
    await services.troubles.tell(Where.SYSTEM, "mapping", Cause.SUPERSEDED, text, services.now())


def is_futile(held: Held, message: OriginMessage, now: datetime) -> bool:
    """
    Tell a look that would come to nothing: a plan's read asks for it, and OpenText does not show its origin.

    Each read announces the task that changed again, as nobody can agree on it, and the reservation that stands, as
    nobody can settle it; the origin has a timer of its own, and once it can be read the next announcement is followed.
    """
    trouble = held.trouble
    if message.waited_for not in _ASKED_BY_PLANS or trouble is None or trouble.cause not in _HIDDEN:
        return False
    return trouble.tries > 1 and now < trouble.next_try <= now + GONE_AGAIN


def _is_over_and_gone(held: Held, error: BridgeError) -> bool:
    """
    Tell what is over and can't be read any more, purged, archived or deleted: nothing of it waits for anybody.

    What was never looked at since the tables were rebuilt may have more than its links show.
    """
    is_gone, was_seen = isinstance(error, NotFoundError | UnreadableError), bool(held.seen)
    return is_gone and was_seen and bool(held.links) and not any(link.state in _LIVE for link in held.links.values())


async def _when(error: BridgeError, tries: int, services: Services) -> datetime:
    """Back off with jitter; a throttling system says itself when, for every worker."""
    now = services.now()
    if isinstance(error, ThrottledError):
        count("throttled", system=error.system)
        return await services.gates.close_for(error, now) + timedelta(minutes=1) * services.rng.random()
    return now + pause(tries) * services.rng.uniform(1.0, 1.0 + SPREAD)


async def _report(message: OriginMessage, error: BridgeError, services: Services) -> None:
    letter = DeadLetter(
        at=services.now(),
        queue="origins",
        body=message.model_dump_json(),
        reason=f"could not be read for a day: {error}"[:500],
        replay=f"python manage.py replay --origin {message.origin}",
    )
    await services.agenda.put_dead(letter)
    count("dead_letters", queue=letter.queue)
    log.error("dead letter from queue origins: %s %s", message.origin, letter.reason)
