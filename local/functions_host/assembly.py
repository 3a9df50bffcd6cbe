"""
What the host makes of an app's functions: routes, timers, listeners; and which of them it disables.

A function whose own settings are missing or malformed is disabled alone, as in Azure: the rest runs.
"""

import hashlib
import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from azure.storage.blob.aio import BlobServiceClient, ContainerClient
from azure.storage.queue.aio import QueueServiceClient

from local.functions_host.configuration import HostJson, resolve
from local.functions_host.errors import HostError, NotServedError
from local.functions_host.function import Function
from local.functions_host.locks import NoLock, TimerLock
from local.functions_host.pace import Pace
from local.functions_host.queues import POISON, QueueListener
from local.functions_host.routes import Route, route
from local.functions_host.schedule import read_schedule
from local.functions_host.storage import StorageWatch
from local.functions_host.timers import StatusBlob, Timer
from local.functions_host.workers import Workers

log = logging.getLogger(__name__)

STORAGE = "AzureWebJobsStorage"
HOST_ID = "AzureFunctionsWebHost__hostid"
"""Names a host's locks and timers, as in Azure; otherwise the app's folder names them."""
_CONTAINER = "azure-webjobs-hosts"


@dataclass
class Parts:
    """What runs."""

    routes: list[Route] = field(default_factory=list)
    timers: dict[str, Timer] = field(default_factory=dict)
    listeners: list[QueueListener] = field(default_factory=list)
    disabled: dict[str, str] = field(default_factory=dict)
    """By function, why."""


class Assembly:
    """Makes the parts of one host."""

    def __init__(
        self, workers: Workers, settings: Mapping[str, str], *, host_json: HostJson, pace: Pace, watch: StorageWatch
    ) -> None:
        self._workers = workers
        self._settings = settings
        self._host_json = host_json
        self._pace = pace
        self._watch = watch
        self._queues: dict[str, QueueServiceClient] = {}

    async def make(self, functions: tuple[Function, ...], app: Path, clients: AsyncExitStack) -> Parts:
        """
        Make what runs the functions.

        Args:
            app: the app's folder.
            clients: closes what is opened here.

        Raises:
            NotServedError: a route is beyond this stand-in.
        """
        parts = Parts()
        container = await self._open_container(clients)
        host_id = self._settings.get(HOST_ID) or hashlib.sha256(str(app).encode()).hexdigest()[:32]
        for function in functions:
            try:
                if function.kind == "httptrigger":
                    parts.routes.append(route(function, self._host_json.extensions.http.route_prefix))
                elif function.kind == "timertrigger":
                    parts.timers[function.name] = self._timer(function, container, host_id)
                else:
                    parts.listeners.append(await self._listener(function, clients))
            except NotServedError:
                raise
            except HostError as error:
                parts.disabled[function.name] = str(error)
                log.error("the function %s is disabled: %s", function.name, error)  # noqa: TRY400 - it says all
        _introduce(parts.listeners)
        return parts

    async def _open_container(self, clients: AsyncExitStack) -> ContainerClient | None:
        if not (connection := self._settings.get(STORAGE)):
            return None
        # No tries of their own: whoever calls comes again by itself, and a refusal is wanted at once.
        service = BlobServiceClient.from_connection_string(connection, retry_total=0)
        return (await clients.enter_async_context(service)).get_container_client(_CONTAINER)

    def _timer(self, function: Function, container: ContainerClient | None, host_id: str) -> Timer:
        return Timer(
            self._workers,
            function,
            schedule=read_schedule(resolve(function.trigger["schedule"], self._settings)),
            lock=NoLock()
            if container is None
            else TimerLock(container, f"locks/{host_id}/{function.name}.Listener", pace=self._pace, watch=self._watch),
            memory=StatusBlob(
                container.get_blob_client(f"timers/{host_id}/{function.name}/status") if container else None
            ),
            now=lambda: datetime.now(UTC),
        )

    async def _listener(self, function: Function, clients: AsyncExitStack) -> QueueListener:
        connection = str(function.trigger.get("connection") or STORAGE)
        if not self._settings.get(connection):
            message = f"{connection} is not set: queue triggers need a connection string here"
            raise HostError(message)
        if connection not in self._queues:
            opened = QueueServiceClient.from_connection_string(self._settings[connection], retry_total=0)
            self._queues[connection] = await clients.enter_async_context(opened)
        service = self._queues[connection]
        name = resolve(function.trigger["queueName"], self._settings)
        return QueueListener(
            self._workers,
            function,
            queue=service.get_queue_client(name),
            poison=None if name.endswith(POISON) else service.get_queue_client(name + POISON),
            options=self._host_json.extensions.queues,
            pace=self._pace,
            watch=self._watch,
        )


def _introduce(listeners: list[QueueListener]) -> None:
    """Have the listener of a poison queue told of what moves there."""
    by_queue = {listener.queue_name: listener for listener in listeners}
    for listener in listeners:
        if (poison := by_queue.get(listener.queue_name + POISON)) is not None:
            listener.tell_poison = poison.look
