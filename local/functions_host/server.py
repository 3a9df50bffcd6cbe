"""Everything together: one app, its door, its listeners, until a signal ends them."""

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TextIO

import uvicorn
from azure.storage.queue.aio import QueueServiceClient

from local.functions_host.app import App, Function, load_app
from local.functions_host.configuration import QueueOptions, read_host_json, read_settings_file, resolve
from local.functions_host.errors import HostError
from local.functions_host.http import Door, route
from local.functions_host.keys import Keys
from local.functions_host.queues import POISON, Pace, QueueListener
from local.functions_host.schedule import read_schedule
from local.functions_host.timers import Timer

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    app: Path
    """Folder of function_app.py and host.json."""
    port: int
    """0: a free one."""
    keys: Keys
    settings: Path | None = None
    """A file like local.settings.json. The environment's own variables win over it."""
    pace: Pace = field(default_factory=Pace)
    grace: timedelta = timedelta(seconds=10)
    """How long running functions may go on after a signal."""
    spans: Path | None = None
    """A file that gets every span. None: nobody traces."""


class _Server(uvicorn.Server):
    """Uvicorn that leaves signals alone, and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Its own handling sends the signal again at the end: the process would die before anything is closed.
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


async def serve(options: Options, status: TextIO) -> None:
    """
    Serve an app until SIGTERM or SIGINT.

    Args:
        status: gets one line of JSON when the app can be called (ready, port, functions), and is closed.

    Raises:
        HostError: it can't be served.
    """
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    for name, value in (read_settings_file(options.settings) if options.settings else {}).items():
        os.environ.setdefault(name, value)
    host_json = read_host_json(options.app)
    app = await load_app(options.app, longest=host_json.function_timeout)
    timers = {function.name: _timer(app, function, os.environ) for function in _of(app, "timertrigger")}
    routes = [route(function, host_json.extensions.http.route_prefix) for function in _of(app, "httptrigger")]
    server = _server(Door(app, routes, timers, keys=options.keys), options.grace)
    async with contextlib.AsyncExitStack() as open_clients:
        queues = await _open_queues(app, os.environ, open_clients)
        listeners = [
            _listener(app, function, queues, options=host_json.extensions.queues, pace=options.pace)
            for function in _of(app, "queuetrigger")
        ]
        ready = partial(_say_ready, status, app)
        await _run(server, [*timers.values(), *listeners], options, ready=ready, stopping=stopping)


async def _run(
    server: _Server,
    listeners: list[Timer | QueueListener],
    options: Options,
    *,
    ready: Callable[[int], None],
    stopping: asyncio.Event,
) -> None:
    listening = _listen(options.port)
    try:
        async with asyncio.timeout(None) as end, asyncio.TaskGroup() as tasks:
            tasks.create_task(server.serve(sockets=[listening]))
            await server.listening.wait()
            for listener in listeners:
                tasks.create_task(listener.run())
            ready(listening.getsockname()[1])
            await stopping.wait()
            log.info("stopping")
            end.reschedule(asyncio.get_running_loop().time() + options.grace.total_seconds())
            server.should_exit = True
            for listener in listeners:
                listener.stop()
    except TimeoutError:
        log.warning("functions were still running after %s and were stopped", options.grace)


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        message = f"port {port}: {error}"
        raise HostError(message) from error


def _say_ready(status: TextIO, app: App, port: int) -> None:
    names = sorted(function.name for function in app.functions)
    with status:
        status.write(json.dumps({"ready": True, "port": port, "functions": names}) + "\n")


def _of(app: App, kind: str) -> list[Function]:
    return [function for function in app.functions if function.kind == kind]


def _server(door: Door, grace: timedelta) -> _Server:
    config = uvicorn.Config(
        door,
        log_config=None,
        access_log=False,
        lifespan="off",
        # Longer than clients keep theirs, else they write into a connection that is just being closed.
        timeout_keep_alive=75,
        timeout_graceful_shutdown=int(grace.total_seconds()),
    )
    return _Server(config)


def _timer(app: App, function: Function, settings: Mapping[str, str]) -> Timer:
    schedule = read_schedule(resolve(function.trigger["schedule"], settings))
    return Timer(app, function, schedule=schedule, now=lambda: datetime.now(UTC))


async def _open_queues(
    app: App, settings: Mapping[str, str], open_clients: contextlib.AsyncExitStack
) -> dict[str, QueueServiceClient]:
    """Connect to the storage of each connection that queue triggers name."""
    queues = {}
    for name in {_connection(function) for function in _of(app, "queuetrigger")}:
        if not settings.get(name):
            message = f"{name} is not set: queue triggers need a connection string here"
            raise HostError(message)
        queues[name] = await open_clients.enter_async_context(QueueServiceClient.from_connection_string(settings[name]))
    return queues


def _connection(function: Function) -> str:
    return str(function.trigger.get("connection") or "AzureWebJobsStorage")


def _listener(
    app: App, function: Function, queues: Mapping[str, QueueServiceClient], *, options: QueueOptions, pace: Pace
) -> QueueListener:
    service = queues[_connection(function)]
    name = resolve(function.trigger["queueName"], os.environ)
    poison = None if name.endswith(POISON) else service.get_queue_client(name + POISON)
    return QueueListener(app, function, queue=service.get_queue_client(name), poison=poison, options=options, pace=pace)
