"""
While the bridge is paused its messages wait on their queue, and hints still arrive there. Nothing else is written.

So whoever takes the tables away, or brings them back, has nobody at work in them and loses no hint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from shared.models.messages import OriginMessage, PlanMessage
from shared.timing import PAUSED_AGAIN

if TYPE_CHECKING:
    from shared.services import Storage


class Pausable(Protocol):
    """Where storage comes from, and whether the bridge is to rest: `shared.wiring`, or a test's own."""

    def is_paused(self) -> bool:
        """Tell whether timers and queues rest."""

    def storage(self) -> Storage:
        """Return what works without settings and mapping; raises SettingsError without storage itself."""


async def is_put_back(message: OriginMessage | PlanMessage, wired: Pausable) -> bool:
    """
    Put a message back while the bridge is paused; tell whether it was.

    As a new message: one that merely failed would be poison after five tries.

    Raises:
        UnavailableError: it may not be on the queue again; the host tries the old one again.
    """
    if not wired.is_paused():
        return False
    queues = wired.storage().queues
    if isinstance(message, OriginMessage):
        await queues.send_origin(message, delay=PAUSED_AGAIN)
    else:
        await queues.send_plan(message, delay=PAUSED_AGAIN)
    return True
