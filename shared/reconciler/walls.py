"""
The walls of a look: what one item's own data breaks stops that item alone, with a cause, a text and a way back.

A wall never catches what concerns more than its item: a lost lease, a system that asks to come later, a setting, a
cancellation. Inside it, what is expected is known by its class; the rest is our own mistake, and is told as one.
"""

import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from shared.decisions.item_view import event
from shared.decisions.observed import Found
from shared.errors import InputError, NeverError, ReReadError, RetryLaterError, TooLargeError
from shared.models.events import EventKind
from shared.models.evidence import Event
from shared.models.holds import HoldCause
from shared.models.link import Link
from shared.models.words import WaitedFor
from shared.observability.telemetry import count
from shared.reconciler.session import Work
from shared.timing import pause

log = logging.getLogger(__name__)
A = TypeVar("A")
NOT_ITS_OWN = (ReReadError, RetryLaterError, InputError)
"""What stops the whole look, wherever it comes up."""
LONGEST = 500


@contextmanager
def wall(work: Work, items: Sequence[str], where: str) -> Iterator[None]:
    """
    Do something for items; what breaks in it stops these items, and nothing else.

    Args:
        work: the reconcile at work.
        items: keys of those that are worked on here: one, where that is possible.
        where: decide, act or record: for the log and the metric.
    """
    try:
        yield
    except NOT_ITS_OWN:
        raise
    except NeverError as error:
        log.warning("%s %s: %s", work.origin.key, ", ".join(items), error)
        stop(work, items, HoldCause.UNREADABLE, str(error))
    except Exception as error:  # this is the wall
        # The trace once, not at each try: an item that breaks always would fill the log with it.
        if any(_is_news(work, item) for item in items):
            log.exception("%s %s: unforeseen, where it was to %s", work.origin.key, ", ".join(items), where)
        count("item_failures", where=where)
        stop(work, items, HoldCause.ITEM_FAILED, f"{type(error).__name__} where the bridge was to {where}: {error}")


async def apart(
    work: Work, parts: Sequence[tuple[str, A]], act: Callable[[Sequence[A]], Awaitable[None]], where: str
) -> None:
    """
    Act for many items at once; where one of them breaks it, act for each alone, behind its own wall.

    Only for what may be done twice: conditional writes and our own transactions.

    Args:
        parts: item key and what is acted on.
        act: takes all, or one.
    """
    try:
        await act([part for _, part in parts])
    except NOT_ITS_OWN:
        raise
    except Exception as error:  # noqa: BLE001 - this is the wall: whose it is shows below
        log.info("%s: %s: each of %d is tried alone", work.origin.key, type(error).__name__, len(parts))
        for item, part in parts:
            with wall(work, [item], where):
                await act([part])


async def tell_stopped(work: Work) -> None:
    """Hold what walls stopped since it was last told."""
    for item, (cause, reason) in sorted(work.stopped.items()):
        link = work.held.links.get(item)
        # Met again before its time, by a look that came for something else: that is no try, or hints would drive up how
        # long it waits.
        if link is not None and link.hold is cause and link.waits(work.now):
            continue
        held = _held(work, item, link, cause, reason)
        if held is None:
            continue
        is_news = link is None or (link.hold, link.reason) != (cause, reason)
        told = [event(EventKind.HELD, held, reason=reason)] if is_news and cause is HoldCause.ITEM_FAILED else []
        try:
            await work.commit([held], told)
        except TooLargeError as error:
            # There is no row to hold it in, so nothing but a timer brings the item back.
            log.warning("%s %s: its link can't be kept: %s", work.origin.key, item, error)
            work.look_again(work.now + pause(5), WaitedFor.RETRY)
    work.stopped.clear()


async def heal(work: Work) -> None:
    """Free what was stopped in an earlier look and went well in this one."""
    freed = [link.freed() for item, link in sorted(work.held.links.items()) if _is_well(work, item, link)]
    if freed:
        await work.commit(freed)


def stop(work: Work, items: Sequence[str], cause: HoldCause, reason: str) -> None:
    """Let nothing more be done for items in this look, and have them held for this cause."""
    for item in items:
        work.finished.add(item)
        work.stopped[item] = (cause, reason[:LONGEST])


def _is_well(work: Work, item: str, link: Link) -> bool:
    if link.hold is HoldCause.ITEM_FAILED:
        # Before its time nothing is tried, so that nothing breaks proves nothing.
        was_tried = not link.waits(work.now) or work.policy.voids_waits
        return was_tried and item not in work.finished
    passing = (HoldCause.UNREADABLE, HoldCause.UNAVAILABLE)
    return link.hold in passing and item not in work.finished and isinstance(work.seen.get(item), Found)


def _is_news(work: Work, item: str) -> bool:
    link = work.held.links.get(item)
    return link is None or link.hold is not HoldCause.ITEM_FAILED


def _held(work: Work, item: str, link: Link | None, cause: HoldCause, reason: str) -> Link | None:
    if link is not None:
        return link.hindered(cause, reason, work.now)
    wanted = next((task for task in work.wanted.tasks if task.item_key == item), None)
    return None if wanted is None else Link.first_held(wanted, cause, reason, work.now)


Told = tuple[Link, Sequence[Event]]


async def commit_apart(work: Work, parts: Sequence[Told], where: str) -> None:
    """Remember links with what is told of each, in one transaction; one that can't be kept stops its item alone."""

    async def act(some: Sequence[Told]) -> None:
        await work.commit([link for link, _ in some], [told for _, events in some for told in events])

    if parts:
        await apart(work, [(link.item, (link, events)) for link, events in parts], act, where)
