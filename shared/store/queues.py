"""The two queues, `origins` and `plans`: messages that say where to look."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Protocol, Self, cast

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, ResourceExistsError, ServiceRequestError, ServiceRequestTimeoutError
from azure.storage.queue import TextBase64EncodePolicy
from azure.storage.queue.aio import QueueServiceClient

from shared.errors import TooLargeError, UnavailableError
from shared.models.messages import OriginMessage, PlanMessage
from shared.store.azure_errors import is_missing_queue, unread
from shared.store.time_outs import CONNECT_SECONDS, READ_SECONDS

ORIGINS, PLANS = "origins", "plans"
POISON = (f"{ORIGINS}-poison", f"{PLANS}-poison")
"""Where the host moves what failed for good. What it can't decode lies there unread by any function."""
MOST_BYTES = 49_152
"""64 KiB after base64."""
LONGEST_DELAY = timedelta(days=7)
# By default a message vanishes after seven days, taken or not: a bridge may be paused for longer.
_FOREVER = -1


class QueueClient(Protocol):
    """What is used of `azure.storage.queue.aio.QueueClient`."""

    async def create_queue(self, **kwargs: object) -> object:
        """Make the queue; ResourceExistsError when it is there."""
        ...

    async def send_message(self, content: str, **kwargs: object) -> object:
        """Put one message at the end."""
        ...

    async def get_queue_properties(self, **kwargs: object) -> Any:  # noqa: ANN401 - QueueProperties, or a double's
        """Read `approximate_message_count`."""
        ...


class Queues:
    """
    The queues of the bridge. They are made when a message first misses them.

    Args:
        origins: client of that queue, which encodes as host.json says (base64).
        plans: the same for the other.
        poison: clients of the queues that the host moves messages to which failed for good, by name.
        close: called by `close`; None: the clients are somebody else's.
    """

    def __init__(
        self,
        origins: QueueClient,
        plans: QueueClient,
        *,
        poison: Mapping[str, QueueClient] | None = None,
        close: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._clients = {ORIGINS: origins, PLANS: plans, **(poison or {})}
        self._close = close
        self.calls = 0
        """Requests sent."""

    @classmethod
    def from_connection_string(cls, connection_string: str, *, prefix: str = "") -> Self:
        """Open the queues with a key, or on Azurite. `prefix` keeps several bridges in one account apart."""
        # No tries by the SDK, here and below: they sleep inside the invocation, and who sends knows better what to do.
        service = QueueServiceClient.from_connection_string(
            connection_string, connection_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, retry_total=0
        )
        return cls._open(service, prefix)

    @classmethod
    def from_endpoint(
        cls, url: str, credential: AsyncTokenCredential, *, prefix: str = "", ca_file: str | None = None
    ) -> Self:
        """
        Open the queues with an identity. The credential stays the caller's to close.

        Args:
            ca_file: authorities to trust, as PEM. None: the machine's own.
        """
        service = QueueServiceClient(
            url,
            credential=credential,
            connection_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            connection_verify=ca_file or True,
            retry_total=0,
        )
        return cls._open(service, prefix)

    @classmethod
    def _open(cls, service: QueueServiceClient, prefix: str) -> Self:
        origins, plans = (
            cast("QueueClient", service.get_queue_client(prefix + name, message_encode_policy=TextBase64EncodePolicy()))
            for name in (ORIGINS, PLANS)
        )
        # Without the encoding: what lies there is counted, and never written.
        poison = {name: cast("QueueClient", service.get_queue_client(prefix + name)) for name in POISON}
        return cls(origins, plans, poison=poison, close=service.close)

    async def send_origin(self, message: OriginMessage, *, delay: timedelta | None = None) -> None:
        """
        Have an origin looked at.

        Args:
            delay: not before it is over, at most seven days; None: at once.

        Raises:
            UnavailableError: it may not be on the queue. Sending again is safe: a message only says where to look.
            TooLargeError: more than a message can hold.
        """
        await self._send(ORIGINS, message.model_dump_json(exclude_none=True), delay)

    async def send_plan(self, message: PlanMessage, *, delay: timedelta | None = None) -> None:
        """Have a plan read. Args, Raises: as for send_origin."""
        await self._send(PLANS, message.model_dump_json(exclude_none=True), delay)

    async def length(self, queue: str) -> int:
        """
        Count the messages of a queue, about; 0 when it is not there.

        Raises:
            UnavailableError: no sensible answer.
        """
        if (client := self._clients.get(queue)) is None:
            return 0
        self.calls += 1
        try:
            properties = await client.get_queue_properties()
        except AzureError as error:
            if is_missing_queue(error):
                return 0
            raise unread(error, f"queue {queue}") from error
        return int(properties.approximate_message_count)

    async def close(self) -> None:
        """Close the connections that were opened here."""
        if self._close is not None:
            await self._close()

    async def _send(self, queue: str, body: str, delay: timedelta | None) -> None:
        if (size := len(body.encode())) > MOST_BYTES:
            message = f"a message of {size} bytes, {MOST_BYTES} fit"
            raise TooLargeError(message)
        seconds = int(min(delay, LONGEST_DELAY).total_seconds()) if delay else None
        try:
            await self._sent(self._clients[queue], body, seconds)
        except AzureError as error:
            message = f"queue {queue} did not take the message: {type(error).__name__}"
            raise UnavailableError(message) from error

    async def _sent(self, client: QueueClient, body: str, seconds: int | None) -> None:
        try:
            # Sent first, and the queue made only when it is missed: asking before each message would double the calls.
            await self._posted(client, body, seconds)
        except AzureError as error:
            if not is_missing_queue(error):
                raise
        else:
            return
        self.calls += 1
        await _create(client)
        await self._posted(client, body, seconds)

    async def _posted(self, client: QueueClient, body: str, seconds: int | None) -> None:
        """Send; once more where the line broke, as it does when the service just closed a connection that stood."""
        post = partial(client.send_message, body, visibility_timeout=seconds, time_to_live=_FOREVER)
        self.calls += 1
        try:
            await post()
        except ServiceRequestTimeoutError:
            raise
        except ServiceRequestError:
            # aiohttp repeats by itself what is idempotent, and a POST is not. This one may be repeated: at worst the
            # same is looked at twice.
            self.calls += 1
            await post()


async def _create(client: QueueClient) -> None:
    try:
        await client.create_queue()
    except ResourceExistsError:
        # Another worker missed it at the same time.
        return
