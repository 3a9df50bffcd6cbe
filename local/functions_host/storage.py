"""Whether the host's storage answers."""

import asyncio
import logging
from datetime import timedelta

from azure.core.exceptions import AzureError, ServiceRequestError

from local.functions_host.errors import HostEndedError

log = logging.getLogger(__name__)


class StorageWatch:
    """
    Ends the host when storage has refused connections for too long, as the real host ends itself.

    Every part that speaks to storage tells it how that went.
    """

    def __init__(self, bearable: timedelta) -> None:
        self._bearable = bearable
        self._ending: asyncio.TimerHandle | None = None
        self._lost = asyncio.Event()

    def answered(self) -> None:
        """Note that storage answered, whatever it said."""
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None

    def failed(self, error: AzureError) -> None:
        """Note that a call failed: was refused, or answered with an error."""
        if not isinstance(error, ServiceRequestError):
            self.answered()
        elif self._ending is None:
            log.warning("storage refuses connections: %s", error)
            loop = asyncio.get_running_loop()
            self._ending = loop.call_later(self._bearable.total_seconds(), self._lost.set)

    async def run(self) -> None:
        """
        Watch until cancelled.

        Raises:
            HostEndedError: storage has refused connections for too long.
        """
        await self._lost.wait()
        message = f"storage has refused connections for {self._bearable}"
        raise HostEndedError(message)
