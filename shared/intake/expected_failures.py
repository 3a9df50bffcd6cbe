"""
Run a flow so that expected failures stay inside.

What may pass later (an outside system, settings or a mapping that are being mended) becomes an agenda row, and the
message is done with. Everything unforeseen goes up to the host, which tries again and then sets it aside as poison.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Protocol

from shared.errors import InputError, MappingError, RetryLaterError, SettingsError, ThrottledError
from shared.models.messages import AgendaEntry, OriginMessage, PlanMessage
from shared.observability.telemetry import count

if TYPE_CHECKING:
    from shared.services import Services, Storage

log = logging.getLogger(__name__)

EXPECTED = (RetryLaterError, SettingsError, MappingError)
PAUSE = timedelta(minutes=5)
SPREAD = timedelta(minutes=1)
"""Over how long work resumes, so that it does not resume all at once."""
GATE_WITHOUT_TIME = timedelta(minutes=1)
"""How long a gate is closed by a system that named no time."""


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
        storage = wired.storage()
        at = await _later(error, wired)
        await storage.agenda.put(AgendaEntry.later(message, at, message.waited_for), storage.now())
        _tell(error, f"{message.origin} is looked at again at {at:%H:%M:%S}")


async def run_plan(
    message: PlanMessage, flow: Callable[[PlanMessage, Services], Awaitable[None]], wired: Wired
) -> None:
    """Read a plan now. No row is needed to have it read later: its next turn comes by itself."""
    try:
        await flow(message, wired.services())
    except EXPECTED as error:
        await _later(error, wired)
        _tell(error, f"plan {message.plan} is read at its next turn")


async def run_timer(flow: Callable[[Services], Awaitable[object]], wired: Wired) -> None:
    """Sweep now. What is due stays due until the next tick."""
    try:
        await flow(wired.services())
    except EXPECTED as error:
        await _later(error, wired)
        _tell(error, "the next tick goes on")


async def _later(error: Exception, wired: Wired) -> datetime:
    """Say when to try again; what throttled us closes its gate for every worker first."""
    storage, rng = wired.storage(), wired.rng
    now = storage.now()
    if not isinstance(error, ThrottledError):
        return now + PAUSE * rng.uniform(1.0, 1.5)
    until = now + (error.retry_after or GATE_WITHOUT_TIME)
    count("throttled", system=error.system)
    await storage.gates.close(error.system, until)
    # Another worker may have been told to wait for longer.
    opening = await storage.gates.find(error.system) or until
    return max(opening, until) + SPREAD * rng.random()


def _tell(error: Exception, what_next: str) -> None:
    count("put_off", reason=type(error).__name__)
    level = logging.ERROR if isinstance(error, InputError) else logging.WARNING
    log.log(level, "%s: %s; %s", type(error).__name__, error, what_next)
