"""
Hurry what waits: after a long outage whatever it stopped is tried hourly, which is too seldom once it is over.

Whoever sees that something goes well again after it failed for long takes note of it. The sweep then has everything
looked at that waits for another try, and every refused plan read, spread over two minutes.
"""

from datetime import datetime, timedelta

from shared.errors import StaleError
from shared.models.words import WaitedFor
from shared.services import Services
from shared.store.agenda import DueEntry
from shared.store.row import stamp
from shared.timing import LONGEST_PAUSE, RECOVERED_WITHIN

MOST_A_RUN = 500
SOON = timedelta(minutes=1)
"""What is looked at by then anyway needs no hurry."""
LATEST = 2.5 * LONGEST_PAUSE
"""The last try may leave an hour's wait to the resync, which comes within another hour and a fifth."""
_WAITS = frozenset({WaitedFor.RETRY, WaitedFor.RESYNC})


async def hurry_waiting(services: Services) -> int:
    """
    Hand on what waits for another try, where something recovered; return how many.

    Raises:
        UnavailableError: storage or its queue does not answer; the next sweep goes on from there.
    """
    now = services.now()
    if (recovery := await services.recoveries.find_due(now)) is None:
        return 0
    # With the first part of the timers: plans are few, and all of them at once.
    if not recovery.place:
        await _hurry_plans(services, now)
    after = recovery.place or stamp(now + SOON)
    timers = await services.agenda.list_between(after, recovery.due + LATEST, limit=MOST_A_RUN)
    waiting = [due for due in timers if due.entry.waited_for in _WAITS and await _waits(due, services)]
    for due in waiting:
        delay = RECOVERED_WITHIN * services.rng.random()
        # The timer stays: should this look come to nothing, it is still to come.
        await services.queues.send_origin(due.entry.message().recovered(), delay=delay)
    is_all = len(timers) < MOST_A_RUN
    await services.recoveries.went_on(recovery, None if is_all else timers[-1].row.key)
    return len(waiting)


async def _hurry_plans(services: Services, now: datetime) -> None:
    async for row in services.plans.list_all():
        if row.gone and row.next_read > now + SOON:
            try:
                await services.plans.save(row.to_be_read(now), etag=row.etag)
            except StaleError:
                continue  # it is being read


async def _waits(due: DueEntry, services: Services) -> bool:
    """Tell whether an origin waits for another try: its resync stands for that, too, once tries came to nothing."""
    if due.entry.waited_for is WaitedFor.RETRY:
        return True
    links = await services.origins.find_links(due.entry.origin)
    return any(link.hold is not None and link.retry_at is not None for link in links.values())
