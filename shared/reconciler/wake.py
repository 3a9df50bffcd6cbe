"""The timers of an origin: one a reason. Whatever is asked for again and again comes ever more rarely."""

from datetime import datetime

from shared.models.messages import AgendaEntry, OriginMessage
from shared.models.words import WaitedFor
from shared.reconciler.grid import on_grid
from shared.services import Services
from shared.store.agenda import place_of
from shared.store.origins import Held
from shared.store.row import stamp
from shared.timing import pause

SPREAD = 0.2
"""Of a pause: so much longer at the most, never shorter, so that an hour's pause is 24 looks a day."""


async def wake(held: Held, entry: AgendaEntry, services: Services) -> None:
    """Set the one timer of a reason; the one that stood goes, once the new one stands."""
    now, reason = services.now(), entry.waited_for.value
    entry = entry.moved(on_grid(max(entry.at, now)))
    new, old = place_of(entry), held.timers.get(reason)
    if old == new and entry.at > now:
        return
    # The new one before the old one goes: a worker that dies in between leaves two, not none.
    await services.agenda.put(entry, now)
    held.timers[reason] = new
    # One that is due is a sweep's: it is being queued, and goes by itself.
    if old is not None and old != new and time_of(old) > stamp(now):
        await services.agenda.take_back(entry, old)


async def came_for(held: Held, message: OriginMessage, services: Services) -> None:
    """
    Take note that a look was caused by a timer, which does not stand any more.

    Where a newer one of the same reason still stands, the message came late: this look is what that one waits for too.
    """
    now, reason = services.now(), message.waited_for
    place = held.timers.pop(reason.value, None)
    if place is not None and time_of(place) > stamp(now):
        await services.agenda.take_back(AgendaEntry(at=now, origin=held.origin, waited_for=reason), place)


def not_before(held: Held, reason: WaitedFor, at: datetime, message: OriginMessage, now: datetime) -> datetime:
    """Say when to look again for a reason: ever later, when the look that it caused asks for it again."""
    tries = held.tries.get(reason.value, 0)
    if message.waited_for is reason:
        tries += 1
        held.tries[reason.value] = tries
    return max(at, now + pause(tries)) if tries > 1 else at


def time_of(place: str) -> str:
    """Return the time of a timer's place, as text in time order."""
    return place.rpartition("bulk-")[2]
