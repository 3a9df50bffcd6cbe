"""
Looks a few seconds after a look: what is about to show is not waited for by hours.

A hint is sent inside OpenText's transaction and may overtake its change; and OpenText works in the background on what
follows a step, whoever completed it. These looks travel by the queue, whose messages can be hidden for seconds: a sweep
would be too late. Each one that finds nothing new sends the next, so that one is on its way at a time, and there is an
end.
"""

from datetime import timedelta

from shared.models.messages import AgendaEntry, OriginMessage
from shared.models.words import WaitedFor
from shared.reconciler.wake import spread
from shared.services import Services

AFTER_HINT = (5, 55)
AFTER_FOUND = (60,)
"""What a hint's look found need not be what it announced, which may show within the minute."""
AFTER_STEP = (5, 25, 60)
"""Seconds from one to the next: 5, 30 and 90 after the step was left."""
AFTER_CREATE = (2, 5, 15, 60)
"""While the details of a new task are not there: without them it shows nothing of what is to be decided."""
_MINUTE = timedelta(minutes=1)
_HINTS = frozenset({WaitedFor.HINT, WaitedFor.NODE})


def pauses(
    message: OriginMessage, *, is_moving_on: bool = False, lacks_details: bool = False, is_new: bool = False
) -> tuple[WaitedFor, tuple[int, ...]]:
    """
    Say after how many seconds to look again, one after another; empty: not at all.

    Args:
        is_moving_on: this look advanced a step, or saw that somebody did.
        lacks_details: a task that was made has no details yet.
        is_new: it found something that called for something.
    """
    if is_moving_on:
        return WaitedFor.SEND_ON, AFTER_STEP
    if lacks_details:
        is_waiting = message.waited_for is WaitedFor.DETAILS
        return WaitedFor.DETAILS, message.then if is_waiting else AFTER_CREATE
    if message.waited_for in _HINTS and not message.bulk:
        return WaitedFor.HINT_AGAIN, AFTER_FOUND if is_new else AFTER_HINT
    if is_new and message.waited_for is not WaitedFor.HINT_AGAIN:
        # The looks after a hint go on: another hint may have come meanwhile, and rely on them.
        return message.waited_for, ()
    return message.waited_for, message.then


async def look_soon(message: OriginMessage, waited_for: WaitedFor, then: tuple[int, ...], services: Services) -> None:
    """Send the first of some looks; it sends the next."""
    if then:
        later = message.after(waited_for, then[1:])
        await services.queues.send_origin(later, delay=timedelta(seconds=then[0]))


async def follow_anyway(message: OriginMessage, services: Services) -> None:
    """
    Set a timer for the last of the looks that were to follow one that can't be made now.

    What is tried in its place may come before what was announced shows, and knows nothing of the announcement. Each
    origin has one moment in every minute, so that many hints that meet the same obstacle leave few rows.
    """
    waited_for, then = pauses(message)
    if then:
        now = services.now()
        earliest = now + timedelta(seconds=sum(then))
        at = spread(earliest.replace(second=0, microsecond=0), message.origin)
        if at < earliest:
            at += _MINUTE
        last = message.after(waited_for, ())
        await services.agenda.put(AgendaEntry.later(last, at, waited_for), now)
