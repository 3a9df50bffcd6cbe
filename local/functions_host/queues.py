"""
Storage queue triggers, as the host's listener works them.

Messages are taken in batches while few enough are running; each is hidden as long as its function runs. Success
deletes it; failure shows it again after host.json's visibilityTimeout, and the last allowed try moves it to the
poison queue. A message whose host was killed comes back when its hiding ends.

Source: https://github.com/Azure/azure-sdk-for-net, Microsoft.Azure.WebJobs.Extensions.Storage.Queues, QueueProcessor
"""

import asyncio
import base64
import binascii
import contextlib
import json
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient
from azure_functions_runtime.bindings.datumdef import Datum

from local.functions_host.app import App, Function
from local.functions_host.configuration import QueueOptions
from local.functions_host.errors import InvocationFailedError
from local.functions_host.hiding import Hidden

log = logging.getLogger(__name__)

POISON = "-poison"
FIRST_PAUSE = timedelta(milliseconds=100)


@dataclass(frozen=True)
class Pace:
    """How the stand-in departs from the host's own times, which are made for the cloud."""

    hidden: timedelta = timedelta(seconds=30)
    """How long a message stays hidden without a sign of its host. In Azure 10 minutes."""
    longest_pause: timedelta = timedelta(milliseconds=200)
    """Between two looks into an empty queue, where host.json allows longer ones."""


class QueueListener:
    """Feeds one function from one queue."""

    def __init__(
        self,
        app: App,
        function: Function,
        *,
        queue: QueueClient,
        poison: QueueClient | None,
        options: QueueOptions,
        pace: Pace,
    ) -> None:
        """
        Keep what it works with.

        Args:
            queue: without an encoding policy, so that text which is not base64 can be moved as it is.
            poison: None for a poison queue itself: what fails there for good stays there, hidden, until it expires.
        """
        self._app = app
        self._function = function
        self._queue = queue
        self._poison = poison
        self._options = options
        self._pace = pace
        self._running = 0
        self._nudged = asyncio.Event()
        self._stopping = False

    def stop(self) -> None:
        """Take no more messages. Those that are running go on."""
        self._stopping = True
        self._nudged.set()

    async def run(self) -> None:
        """Take messages until stopped, then wait for those that are running."""
        pause = FIRST_PAUSE
        async with asyncio.TaskGroup() as tasks:
            while not self._stopping:
                taken = await self._take() if self._running <= self._options.new_batch_threshold else []
                for message in taken:
                    self._running += 1
                    tasks.create_task(self._work(message))
                pause = FIRST_PAUSE if taken else self._longer(pause)
                if not taken or self._running > self._options.new_batch_threshold:
                    await self._rest(pause)

    def _longer(self, pause: timedelta) -> timedelta:
        return min(pause * 2, self._options.max_polling_interval, self._pace.longest_pause)

    async def _rest(self, pause: timedelta) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._nudged.wait(), pause.total_seconds())
        if not self._stopping:
            self._nudged.clear()

    async def _take(self) -> list[QueueMessage]:
        """Take one batch. A queue that is not there yet is an empty one, as for the host."""
        pages = self._queue.receive_messages(
            messages_per_page=self._options.batch_size, visibility_timeout=int(self._pace.hidden.total_seconds())
        ).by_page()
        try:
            async for page in pages:
                return [message async for message in page]
        except ResourceNotFoundError:
            return []
        except AzureError as error:
            log.warning("queue %s can't be read: %s", self._queue.queue_name, error)
        return []

    async def _work(self, message: QueueMessage) -> None:
        try:
            await self._handle(message)
        except AzureError as error:
            # Somebody else has the message, or storage is away: it comes back and is tried again.
            log.warning("%s: message %s could not be settled: %s", self._function.name, message.id, error)
        finally:
            self._running -= 1
            self._nudged.set()

    async def _handle(self, message: QueueMessage) -> None:
        hidden = Hidden(self._queue, message, self._pace.hidden)
        # Counted over the limit without a verdict: its host died each time.
        if (message.dequeue_count or 0) > self._options.max_dequeue_count:
            await self._bury(message, hidden)
            return
        try:
            text = self._decode(str(message.content))
        except ValueError:
            log.error("%s: message %s is not %s", self._function.name, message.id, self._options.message_encoding)  # noqa: TRY400 - known
            await self._bury(message, hidden)
            return
        if await self._succeeds(message, text, hidden):
            await hidden.delete()
        elif (message.dequeue_count or 0) >= self._options.max_dequeue_count:
            await self._bury(message, hidden)
        else:
            await hidden.show_after(self._options.visibility_timeout)

    async def _succeeds(self, message: QueueMessage, text: str, hidden: Hidden) -> bool:
        async with hidden.kept():
            try:
                await self._app.invoke(self._function, Datum(text, "string"), metadata=_metadata(message))
            except InvocationFailedError as error:
                log.error("%s (try %s)", error, message.dequeue_count)  # noqa: TRY400 - the worker has logged it
                return False
        return True

    def _decode(self, content: str) -> str:
        if self._options.message_encoding == "none":
            return content
        try:
            return base64.b64decode(content, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            message = "not base64 of UTF-8"
            raise ValueError(message) from error

    async def _bury(self, message: QueueMessage, hidden: Hidden) -> None:
        if self._poison is None:
            log.error("%s: message %s failed for good", self._function.name, message.id)
            return
        try:
            await self._poison.send_message(message.content)
        except ResourceNotFoundError:
            await self._poison.create_queue()
            await self._poison.send_message(message.content)
        await hidden.delete()
        log.error("%s: message %s moved to %s", self._function.name, message.id, self._poison.queue_name)


def _metadata(message: QueueMessage) -> dict[str, Datum]:
    times = {
        "InsertionTime": message.inserted_on,
        "ExpirationTime": message.expires_on,
        "NextVisibleTime": message.next_visible_on,
    }
    return {
        "Id": Datum(message.id, "string"),
        "PopReceipt": Datum(message.pop_receipt, "string"),
        "DequeueCount": Datum(str(message.dequeue_count), "json"),
        **{name: Datum(json.dumps(_stamp(moment)), "json") for name, moment in times.items()},
    }


def _stamp(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%S+00:00") if moment else None
