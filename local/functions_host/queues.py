"""
Storage queue triggers, as the storage extension's listener works them.

Messages are taken in batches while few enough are running, and all are handed to the worker at once. Each is hidden for
600 s, renewed at half, as long as its function runs: when the host dies they come back after that. Success deletes a
message; a failure shows it again after host.json's visibilityTimeout, and the last allowed try moves it to the poison
queue. A poison queue has no poison queue of its own: what fails there stays hidden for its 600 s, and is tried again.

Source: https://github.com/Azure/azure-sdk-for-net, Microsoft.Azure.WebJobs.Extensions.Storage.Queues, QueueListener
and QueueProcessor
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from datetime import timedelta

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient
from azure_functions_runtime.bindings.datumdef import Datum

from local.functions_host.backoff import Backoff
from local.functions_host.configuration import QueueOptions
from local.functions_host.errors import InvocationFailedError
from local.functions_host.function import Function
from local.functions_host.hiding import Hidden
from local.functions_host.messages import NotDecodableError, decode, metadata, text_of
from local.functions_host.pace import Pace
from local.functions_host.storage import StorageWatch
from local.functions_host.workers import Workers

log = logging.getLogger(__name__)

POISON = "-poison"


class QueueListener:
    """Feeds one function from one queue."""

    def __init__(
        self,
        workers: Workers,
        function: Function,
        *,
        queue: QueueClient,
        poison: QueueClient | None,
        options: QueueOptions,
        pace: Pace,
        watch: StorageWatch,
    ) -> None:
        """
        Keep what it works with.

        Args:
            queue: without an encoding policy, so that text which is not base64 can be moved as it is.
            poison: None for a poison queue itself.
        """
        self._workers = workers
        self._function = function
        self._queue = queue
        self._poison = poison
        self._options = options
        self._hidden_for = pace.message_seconds
        self._backoff = Backoff(_longest(options, pace), random.uniform)
        self._watch = watch
        self._running = 0
        self._freed = asyncio.Event()
        self._nudged = asyncio.Event()
        self._stopping = False
        self.tell_poison: Callable[[], None] = lambda: None
        """Called when a message has moved to the poison queue: the listener of that one looks at once."""

    @property
    def queue_name(self) -> str:
        """The queue that it reads."""
        return str(self._queue.queue_name)

    def stop(self) -> None:
        """Take no more messages. Those that are running go on."""
        self._stopping = True
        self._nudged.set()
        self._freed.set()

    def look(self) -> None:
        """Look into the queue now, instead of after the pause."""
        self._nudged.set()

    async def run(self) -> None:
        """Take messages until stopped, then wait for those that are running."""
        found = False
        async with asyncio.TaskGroup() as tasks:
            while not self._stopping:
                taken = await self._take()
                for message in taken:
                    self._running += 1
                    tasks.create_task(self._work(message))
                found = found or bool(taken)
                if taken:
                    await self._wait_for_room()
                else:
                    await self._rest(self._backoff.after(found=found))
                    found = False

    async def _wait_for_room(self) -> None:
        while self._running > self._options.new_batch_threshold and not self._stopping:
            self._freed.clear()
            await self._freed.wait()

    async def _rest(self, pause: timedelta) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._nudged.wait(), pause.total_seconds())
        if not self._stopping:
            self._nudged.clear()

    async def _take(self) -> list[QueueMessage]:
        """Take one batch. A queue that is not there yet is an empty one, as for the host."""
        pages = self._queue.receive_messages(
            messages_per_page=self._options.batch_size, visibility_timeout=int(self._hidden_for.total_seconds())
        ).by_page()
        taken: list[QueueMessage] = []
        try:
            async for page in pages:
                taken = [message async for message in page]
                break
        except ResourceNotFoundError:
            self._watch.answered()
        except AzureError as error:
            self._watch.failed(error)
            log.warning("queue %s can't be read: %s", self._queue.queue_name, error)
        else:
            self._watch.answered()
        return taken

    async def _work(self, message: QueueMessage) -> None:
        try:
            await self._handle(message)
        except AzureError as error:
            # Somebody else has the message, or storage is away: it comes back and is tried again.
            self._watch.failed(error)
            log.warning("%s: message %s could not be settled: %s", self._function.name, message.id, error)
        finally:
            self._running -= 1
            self._freed.set()

    async def _handle(self, message: QueueMessage) -> None:
        hidden = Hidden(self._queue, message, self._hidden_for)
        tries, most = message.dequeue_count or 0, self._options.max_dequeue_count
        try:
            body = decode(str(message.content), self._options.message_encoding)
        except NotDecodableError as error:
            log.error("%s: message %s: %s", self._function.name, message.id, error)  # noqa: TRY400 - known
            await self._bury(message, hidden)
            return
        if self._poison is not None and tries > most:
            # Counted over the limit without a verdict: its host died each time.
            await self._bury(message, hidden)
        elif await self._succeeds(message, body, hidden):
            await hidden.delete()
        elif self._poison is not None and tries < most:
            await hidden.show_after(self._options.visibility_timeout)
        else:
            await self._bury(message, hidden)

    async def _succeeds(self, message: QueueMessage, body: bytes, hidden: Hidden) -> bool:
        async with hidden.kept():
            try:
                value = Datum(text_of(body), "string")
                await self._workers.invoke(self._function, value, metadata=metadata(message))
            except (InvocationFailedError, NotDecodableError) as error:
                log.error("%s: %s (try %s)", self._function.name, error, message.dequeue_count)  # noqa: TRY400 - logged
                return False
        return True

    async def _bury(self, message: QueueMessage, hidden: Hidden) -> None:
        """Move a message to the poison queue; of a poison queue itself, leave it hidden until its time is over."""
        if self._poison is None:
            log.error("%s: message %s failed, and stays hidden", self._function.name, message.id)
            return
        try:
            await self._poison.send_message(message.content)
        except ResourceNotFoundError:
            # Two messages of one batch may both find it missing.
            with contextlib.suppress(ResourceExistsError):
                await self._poison.create_queue()
            await self._poison.send_message(message.content)
        await hidden.delete()
        log.error("%s: message %s moved to %s", self._function.name, message.id, self._poison.queue_name)
        self.tell_poison()


def _longest(options: QueueOptions, pace: Pace) -> timedelta:
    return min(options.max_polling_interval, pace.longest_pause_seconds or options.max_polling_interval)
