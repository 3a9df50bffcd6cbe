"""What becomes of an origin that could not be looked at: it waits, longer each time, and after a day it is reported."""

import logging
from datetime import datetime, timedelta

from shared.errors import BridgeError, LeaseLostError, ThrottledError
from shared.models.messages import AgendaEntry, DeadLetter, OriginMessage
from shared.models.words import WaitedFor
from shared.observability.telemetry import count
from shared.services import Services
from shared.store.origins import Held

log = logging.getLogger(__name__)
FIRST = timedelta(seconds=10)
LONGEST = timedelta(hours=1)
REPORT_AFTER = timedelta(hours=24)


async def put_off(held: Held, message: OriginMessage, error: BridgeError, services: Services) -> None:
    """Write the timer first, then how often and since when it failed; report it once after a day."""
    now = services.now()
    failures = int(held.seen.get("failures", 0)) + 1
    since = str(held.seen.get("failing_since") or now.isoformat())
    at = await _when(error, failures, services)
    log.warning("%s: %s: %s; again at %s", held.origin, type(error).__name__, error, at.isoformat())
    await services.agenda.put(AgendaEntry.later(message, at, WaitedFor.RETRY, attempts=failures), now)
    reported = bool(held.seen.get("reported"))
    if not reported and now - datetime.fromisoformat(since) >= REPORT_AFTER:
        await _report(message, error, services)
        reported = True
    seen = {**held.seen, "failures": failures, "failing_since": since, "reported": reported}
    try:
        await held.commit(seen=seen, now=services.now(), release=True)
    except LeaseLostError:
        # Whoever has the origin now finds out for itself; the timer stands.
        log.info("%s: its lease was lost before the failure could be counted", held.origin)


async def _when(error: BridgeError, failures: int, services: Services) -> datetime:
    """Back off exponentially with jitter; a throttling system says itself when, for every worker."""
    now = services.now()
    if isinstance(error, ThrottledError):
        count("throttled", system=error.system)
        return await services.gates.close_for(error, now) + timedelta(minutes=1) * services.rng.random()
    pause = min(FIRST * float(2 ** min(failures - 1, 12)), LONGEST)
    return now + pause * services.rng.uniform(0.8, 1.2)


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
