"""
What the walls round the flows tell: what this worker met becomes a trouble, and goes with the first success.

Telling may never stop the work that it tells of: where storage does not answer, the log is all there is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Protocol

from shared.errors import BridgeError, InputError, MappingError, SettingsError
from shared.models.troubles import Cause, Where
from shared.observability.secret_filter import redact
from shared.observability.tally import tally

if TYPE_CHECKING:
    from datetime import datetime

    from shared.services import Storage

log = logging.getLogger(__name__)
LONGEST_SECONDS = 3.0
"""What is to be told may cost the work no more than that."""
_TO_MEND = {SettingsError: ("settings", Cause.SETTINGS), MappingError: ("mapping", Cause.MAPPING)}


class HasStorage(Protocol):
    """Where storage comes from: `shared.wiring`, or a test's own."""

    def storage(self) -> Storage:
        """Return what works without settings and mapping; raises SettingsError without storage itself."""


async def tell_met(wired: HasStorage, error: BridgeError | None = None, *, needs_all: bool = True) -> None:
    """
    Tell what a flow met on its way, whether it came to its end or not.

    Args:
        wired: where to tell it.
        error: the expected failure that ended it. None: it came to its end.
        needs_all: it needs settings and mapping: its end says that they are well. False: it says nothing of them.
    """
    await _telling(_tell_met(wired, error, needs_all=needs_all))


async def tell_unforeseen(wired: HasStorage, where: Where, subject: str, error: BaseException) -> None:
    """Tell of an exception that nobody foresaw; it is raised all the same."""
    await _telling(_tell_unforeseen(wired, where, subject, error))


async def tell_well(wired: HasStorage, where: Where, subject: str) -> None:
    """Take away what stood in the way of something: it came to its end."""
    await _telling(_tell_well(wired, where, subject))


async def tell_work(wired: HasStorage, *, longest: float = LONGEST_SECONDS) -> None:
    """
    Write what this worker counted lately, for the operator's charts: once a minute while it is at work.

    Args:
        wired: where to write it.
        longest: seconds that it may take.
    """
    await _telling(_tell_work(wired), longest)


async def _tell_work(wired: HasStorage) -> None:
    storage = wired.storage()
    await storage.series.keep(tally, storage.now())


async def _tell_met(wired: HasStorage, error: BridgeError | None, *, needs_all: bool) -> None:
    storage = wired.storage()
    troubles, now = storage.troubles, storage.now()
    for row in storage.unread.take():
        await troubles.tell_row(row.subject, row.wanted, now)
    await _tell_contacts(storage, now)
    for kind, (subject, cause) in _TO_MEND.items():
        if isinstance(error, kind):
            await troubles.tell(Where.SYSTEM, subject, cause, _text(error), now)
        # Not after an input error: while a setting is wrong the mapping is not read, so nothing shows that it is well.
        elif needs_all and not isinstance(error, InputError):
            await troubles.clear(Where.SYSTEM, subject, now, causes=(cause,))


async def _tell_contacts(storage: Storage, now: datetime) -> None:
    troubles = storage.troubles
    for system, contact in storage.contacts.by_system.items():
        if contact.is_away(now):
            await troubles.tell(Where.SYSTEM, system, Cause.UNAVAILABLE, contact.text, now)
        elif contact.take_news() and await troubles.clear(Where.SYSTEM, system, now, causes=(Cause.UNAVAILABLE,)):
            await storage.recoveries.note(now)


async def _tell_unforeseen(wired: HasStorage, where: Where, subject: str, error: BaseException) -> None:
    storage = wired.storage()
    await storage.troubles.tell(where, subject, Cause.FAILED, _text(error), storage.now())


async def _tell_well(wired: HasStorage, where: Where, subject: str) -> None:
    storage = wired.storage()
    await storage.troubles.clear(where, subject, storage.now(), causes=(Cause.FAILED,))


async def _telling(telling: Awaitable[None], longest: float = LONGEST_SECONDS) -> None:
    try:
        async with asyncio.timeout(longest):
            await telling
    except (BridgeError, TimeoutError) as error:
        log.warning("it could not be told: %s: %s", type(error).__name__, error)


def _text(error: BaseException) -> str:
    told = redact(str(error)) or "no reason given"
    return told if isinstance(error, BridgeError) else f"{type(error).__name__}: {told}"
