"""
Run a flow so that expected failures stay inside.

What may pass later (an outside system, settings or a mapping that are being mended) becomes an agenda row, and the
message is done with. Everything unforeseen goes up to the host, which tries again and then sets it aside as poison.
"""

from __future__ import annotations

import contextlib
import logging
import zlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Protocol

from shared.errors import (
    FencedError,
    InputError,
    MappingError,
    RetryLaterError,
    SettingsError,
    SignInRefusedError,
    ThrottledError,
)
from shared.intake.walls import tell_met, tell_unforeseen, tell_well
from shared.models.messages import AgendaEntry, OriginMessage, PlanMessage
from shared.models.troubles import Where
from shared.models.words import SCOPES, WaitedFor
from shared.observability.tally import PLANS_READ, tally
from shared.observability.telemetry import count
from shared.reconciler.soon import follow_anyway
from shared.timing import FAILED_AGAIN, FAILED_SOON, RESUMED_WITHIN

if TYPE_CHECKING:
    from shared.services import Services, Storage

log = logging.getLogger(__name__)

EXPECTED = (RetryLaterError, FencedError, SettingsError, MappingError, SignInRefusedError)
"""The last and FencedError: of what has no lease (a node, a plan, a sweep); a look under one sees to them itself."""


class Wired(Protocol):
    """Where a flow's services come from: `shared.wiring`, or a test's own."""

    @property
    def rng(self) -> Random:
        """For jitter."""

    def storage(self) -> Storage:
        """Return what works without settings and mapping."""

    def services(self) -> Services:
        """Return everything; raises SettingsError or MappingError while something has to be mended."""


async def run_origin(
    message: OriginMessage, flow: Callable[[OriginMessage, Services], Awaitable[None]], wired: Wired
) -> None:
    """Look at an origin now; or, when something expected is in the way, have it looked at later."""
    try:
        await flow(message, wired.services())
    except EXPECTED as error:
        await tell_met(wired, error)
        storage = wired.storage()
        at = await _later(error, wired, message)
        # One row an origin, whatever its messages came for; but one that reads all does not give way to another.
        reason = WaitedFor.RESYNC if SCOPES[message.scope].anew else WaitedFor.RETRY
        await storage.agenda.put(AgendaEntry.later(message, at, reason), storage.now())
        await follow_anyway(message, storage, tried_at=at)
        _tell(error, f"{message.origin} is looked at again at {at:%H:%M:%S}")
    except Exception as error:
        # For the dead letter, should it come to that: what the host keeps of a message says nothing of why.
        await tell_unforeseen(wired, Where.ORIGIN, message.origin, error)
        raise
    else:
        await tell_met(wired)
        await tell_well(wired, Where.ORIGIN, message.origin)


async def run_plan(
    message: PlanMessage, flow: Callable[[PlanMessage, Services], Awaitable[bool]], wired: Wired
) -> bool:
    """
    Read a plan now; or, when something expected is in the way, once more soon: then its next turn comes by itself.

    Returns:
        Whether anything was found, or was in the way.
    """
    try:
        found = await flow(message, wired.services())
    except EXPECTED as error:
        await tell_met(wired, error)
        at = await _later(error, wired)
        _tell(error, f"plan {message.plan} is read at its next turn, or before")
        await _read_again(message, error, at, wired)
        return True
    tally.add(PLANS_READ)
    await tell_met(wired)
    return found


async def _read_again(message: PlanMessage, error: Exception, at: datetime, wired: Wired) -> None:
    """Have a plan read once more: soon where it was one failure, and until it is read where somebody left its group."""
    storage = wired.storage()
    is_passing = isinstance(error, RetryLaterError) and not isinstance(error, ThrottledError)
    delay = FAILED_SOON if is_passing and message.waited_for is not WaitedFor.RETRY else at - storage.now()
    if message.left:
        # Who left is a word of this message alone: no later read would know it.
        await storage.queues.send_plan(message.again(), delay=delay)
    elif delay == FAILED_SOON:
        with contextlib.suppress(RetryLaterError):
            await storage.queues.send_plan(message.again(), delay=delay)


async def run_timer(flow: Callable[[Services], Awaitable[object]], wired: Wired) -> bool:
    """
    Sweep now. What is due stays due until the next tick.

    Returns:
        Whether anything was done, or was in the way.
    """
    return await _sweep(lambda: flow(wired.services()), wired, needs_all=True)


async def run_storage_timer(flow: Callable[[Storage], Awaitable[object]], wired: Wired) -> bool:
    """Sweep what needs storage alone: it goes on while settings and mapping are being mended. Returns: as run_timer."""
    return await _sweep(lambda: flow(wired.storage()), wired, needs_all=False)


async def _sweep(flow: Callable[[], Awaitable[object]], wired: Wired, *, needs_all: bool) -> bool:
    try:
        done = await flow()
    except EXPECTED as error:
        await tell_met(wired, error, needs_all=needs_all)
        await _later(error, wired)
        _tell(error, "the next tick goes on")
        return True
    await tell_met(wired, needs_all=needs_all)
    return bool(done)


async def _later(error: Exception, wired: Wired, message: OriginMessage | None = None) -> datetime:
    """
    Say when to try again; what throttled us closes its gate for every worker first.

    Each origin has its own moment: messages of it that fail together leave one row.
    """
    storage, origin = wired.storage(), message.origin if message is not None else ""
    now = storage.now()
    if isinstance(error, ThrottledError):
        count("throttled", system=error.system)
        return await storage.gates.close_for(error, now) + _moment(origin, RESUMED_WITHIN)
    again = FAILED_AGAIN if message is None or _is_lasting(error, message) else FAILED_SOON
    turn = again.total_seconds()
    return datetime.fromtimestamp((now.timestamp() // turn + 1) * turn, UTC) + _moment(origin, again)


def _is_lasting(error: Exception, message: OriginMessage) -> bool:
    """Tell what a person has to mend, what failed before, and back-fill, for which nobody waits."""
    return not isinstance(error, RetryLaterError | FencedError) or message.waited_for is WaitedFor.RETRY or message.bulk


def _moment(origin: str, within: timedelta) -> timedelta:
    return timedelta(seconds=zlib.crc32(origin.encode()) % int(within.total_seconds()))


def _tell(error: Exception, what_next: str) -> None:
    count("put_off", reason=type(error).__name__)
    level = logging.ERROR if isinstance(error, InputError) else logging.WARNING
    log.log(level, "%s: %s; %s", type(error).__name__, error, what_next)
