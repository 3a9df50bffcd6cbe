"""
Looks a few seconds after a look: what is about to show is not waited for by hours.

A hint is sent inside OpenText's transaction and may overtake its change; and OpenText works in the background on what
follows a step, whoever completed it. These looks travel by the queue, whose messages can be hidden for seconds: a sweep
would be too late. Each one that finds nothing new sends the next, so that one is on its way at a time, and there is an
end.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.models.messages import AgendaEntry, OriginMessage
from shared.models.words import WaitedFor
from shared.reconciler.grid import spread

if TYPE_CHECKING:
    # A queue function imports this before anything is wired: the stores and their SDK come later.
    from shared.services import Services, Storage

SHOWS_WITHIN = timedelta(minutes=1)
"""For so long is looked again for what is about to show."""
AFTER_HINT = (5, 70)
"""A quarter of a minute more than one hint needs: those that come right after it need no looks of their own."""
AFTER_FOUND = (60,)
"""What a hint's look found need not be what it announced, which may show within the minute."""
AFTER_STEP = (5, 25, 60)
"""Seconds from one to the next: 5, 30 and 90 after the step was left."""
AFTER_CREATE = (2, 5, 15, 60)
"""While the details of a new task are not there: without them it shows nothing of what is to be decided."""
_MINUTE = timedelta(minutes=1)
_HINTS = frozenset({WaitedFor.HINT, WaitedFor.NODE})


def pauses(
    message: OriginMessage,
    *,
    is_moving_on: bool = False,
    lacks_details: bool = False,
    has_new_nodes: bool = False,
    is_new: bool = False,
) -> tuple[WaitedFor, tuple[int, ...]]:
    """
    Say after how many seconds to look again, one after another; empty: not at all.

    Args:
        is_moving_on: this look advanced a step, or saw that somebody did.
        lacks_details: a task that was made has no details yet, and no other look has them looked for.
        has_new_nodes: hints about a document lead to the origin from now on. One that came while this look was at work
            did not, and need not show in what the look had read.
        is_new: it found something that called for something.
    """
    if is_moving_on:
        return WaitedFor.SEND_ON, AFTER_STEP
    is_for_details = message.waited_for is WaitedFor.DETAILS
    if lacks_details:
        return WaitedFor.DETAILS, message.then if is_for_details else AFTER_CREATE
    if message.waited_for in _HINTS and not message.bulk:
        return WaitedFor.HINT_AGAIN, AFTER_FOUND if is_new else AFTER_HINT
    if has_new_nodes or is_for_details:
        # The look that made the task may have been a hint's: looking for the details took the place of following it.
        return WaitedFor.HINT_AGAIN, AFTER_FOUND
    if is_new and message.waited_for is not WaitedFor.HINT_AGAIN:
        # The looks after a hint go on: another hint may have come meanwhile, and rely on them.
        return message.waited_for, ()
    return message.waited_for, message.then


async def look_soon(message: OriginMessage, waited_for: WaitedFor, then: tuple[int, ...], services: Services) -> None:
    """Send the first of some looks; it sends the next."""
    if then:
        later = message.after(waited_for, then[1:])
        await services.queues.send_origin(later, delay=timedelta(seconds=then[0]))


async def follow_anyway(message: OriginMessage, storage: Storage, *, tried_at: datetime | None = None) -> None:
    """
    Set a timer for the last of the looks that were to follow one that can't be made now.

    What is tried in its place may come before what was announced shows, and knows nothing of the announcement. Each
    origin has one moment in every minute, so that many hints that meet the same obstacle leave few rows.

    Args:
        tried_at: for when a timer stands that nothing moves. None: none does.
    """
    waited_for, then = pauses(message)
    now = storage.now()
    earliest = now + timedelta(seconds=sum(then))
    if then and (tried_at is None or tried_at < earliest):
        at = spread(earliest.replace(second=0, microsecond=0), message.origin)
        if at < earliest:
            at += _MINUTE
        last = message.after(waited_for, ())
        await storage.agenda.put(AgendaEntry.later(last, at, waited_for), now)
