"""A message taken from a queue, kept hidden while its function runs."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import timedelta

from azure.core.exceptions import AzureError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

log = logging.getLogger(__name__)


class Hidden:
    """Holds the receipt of the last hiding: only with it can the message be touched."""

    def __init__(self, queue: QueueClient, message: QueueMessage, length: timedelta) -> None:
        self._queue = queue
        self._message = message
        self._length = length
        self._receipt = message.pop_receipt

    @contextlib.asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Hide the message again and again for the length of a block."""
        ended = asyncio.Event()
        keeping = asyncio.create_task(self._keep(ended))
        try:
            yield
        finally:
            # Not cancelled: a hiding that is on its way changes the receipt, and we need the new one.
            ended.set()
            await keeping

    async def delete(self) -> None:
        """Take the message off its queue."""
        await self._queue.delete_message(self._message, self._receipt)

    async def show_after(self, pause: timedelta) -> None:
        """Let the message be taken again, not before `pause` is over."""
        await self._hide(pause)

    async def _keep(self, ended: asyncio.Event) -> None:
        while not await _ends(ended, self._length / 2):
            try:
                await self._hide(self._length)
            except AzureError as error:
                # The function goes on: the message may run twice, which its function must bear anyway.
                log.warning("message %s can't be kept hidden: %s", self._message.id, error)

    async def _hide(self, length: timedelta) -> None:
        updated = await self._queue.update_message(
            self._message, self._receipt, visibility_timeout=int(length.total_seconds())
        )
        self._receipt = updated.pop_receipt


async def _ends(ended: asyncio.Event, within: timedelta) -> bool:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(ended.wait(), within.total_seconds())
    return ended.is_set()
