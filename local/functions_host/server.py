"""Everything together: one worker, its door, its listeners, until a signal or the host itself ends them."""

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TextIO

import uvicorn

from local.functions_host.assembly import Assembly, Parts
from local.functions_host.bodies import body_limit
from local.functions_host.configuration import HostJson, read_host_json, read_settings_file
from local.functions_host.errors import HostEndedError, HostError
from local.functions_host.function import Function
from local.functions_host.http import Door, DoorOptions
from local.functions_host.keys import Keys
from local.functions_host.pace import Pace, read_pace
from local.functions_host.queues import QueueListener
from local.functions_host.storage import StorageWatch
from local.functions_host.timers import Timer
from local.functions_host.workers import WorkerOptions, Workers

log = logging.getLogger(__name__)

NO_HOMEPAGE = "AzureWebJobsDisableHomepage"


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
    spans: Path | None = None
    """A file that gets every span. None: nobody traces."""
    ends_with_stdin: bool = False
    """It was started by a process that it must not outlive."""


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
    Serve an app until SIGINT. SIGTERM is left as it is: it ends the process, and nothing is said to anybody.

    Args:
        status: gets one line of JSON when the app can be called (port, functions, disabled ones), and is closed.

    Raises:
        HostError: it can't be served here.
        HostEndedError: the host ended itself.
    """
    stopping = _stop_on_signal(ends_with_stdin=options.ends_with_stdin)
    for name, value in (read_settings_file(options.settings) if options.settings else {}).items():
        os.environ.setdefault(name, value)
    pace = read_pace(os.environ)
    listening = _listen(options.port)
    try:
        host_json = read_host_json(options.app)
    except HostError as error:
        # As in Azure: the process stays, and says nothing but 503.
        log.error("the host can't start: %s", error)  # noqa: TRY400 - it says all
        await _refuse(_door_options(options, is_running=False), listening, status, stopping)
        return
    await _Host(options, host_json, pace).run(listening, status, stopping)


def _stop_on_signal(*, ends_with_stdin: bool) -> asyncio.Event:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, stopping.set)

    def starter_is_gone() -> None:
        loop.remove_reader(sys.stdin)
        stopping.set()

    if ends_with_stdin:
        loop.add_reader(sys.stdin, starter_is_gone)
    return stopping


class _Host:
    """A host whose configuration is right."""

    def __init__(self, options: Options, host_json: HostJson, pace: Pace) -> None:
        self._options = options
        self._host_json = host_json
        self._pace = pace
        self._watch = StorageWatch(pace.refused_seconds)
        self._workers = Workers(
            WorkerOptions(options.app, host_json.function_timeout, pace.orphaned_seconds, options.spans)
        )

    async def run(self, listening: socket.socket, status: TextIO, stopping: asyncio.Event) -> None:
        """Serve until told to stop; then let what ends in time end."""
        async with contextlib.AsyncExitStack() as clients:
            clients.push_async_callback(self._workers.end)
            functions = await self._workers.start()
            assembly = Assembly(
                self._workers, os.environ, host_json=self._host_json, pace=self._pace, watch=self._watch
            )
            parts = await assembly.make(functions, self._options.app, clients)
            ready = partial(_say_ready, status, functions, parts, listening)
            try:
                await self._serve(parts, listening, ready, stopping)
            except* HostEndedError as ended:
                raise ended.exceptions[0] from None

    async def _serve(
        self, parts: Parts, listening: socket.socket, ready: Callable[[], None], stopping: asyncio.Event
    ) -> None:
        sources: list[Timer | QueueListener] = [*parts.timers.values(), *parts.listeners]

        def drain() -> None:
            for source in sources:
                source.stop()

        options = _door_options(self._options)
        server = _server(Door(self._workers, parts.routes, parts.timers, options=options, drain=drain))
        async with asyncio.TaskGroup() as tasks:
            guards = [tasks.create_task(self._workers.run()), tasks.create_task(self._watch.run())]
            tasks.create_task(server.serve(sockets=[listening]))
            await server.listening.wait()
            feeding = [tasks.create_task(source.run()) for source in sources]
            ready()
            await stopping.wait()
            log.info("stopping")
            drain()
            await self._let_end(feeding)
            server.should_exit = True
            for task in [*guards, *feeding]:
                task.cancel()

    async def _let_end(self, feeding: Sequence[asyncio.Task[None]]) -> None:
        """Wait for what runs. What is over time is cut, and its messages stay hidden."""
        ending = asyncio.gather(self._workers.wait_idle(), *feeding)
        try:
            await asyncio.wait_for(ending, self._pace.grace_seconds.total_seconds())
        except TimeoutError:
            log.warning("functions were still running after %s and were cut", self._pace.grace_seconds)


async def _refuse(door: DoorOptions, listening: socket.socket, status: TextIO, stopping: asyncio.Event) -> None:
    """Answer everything with 503 until told to stop."""
    options = WorkerOptions(Path(), HostJson().function_timeout, Pace().orphaned_seconds)
    server = _server(Door(Workers(options), [], {}, options=door, drain=lambda: None))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve(sockets=[listening]))
        await server.listening.wait()
        _say_ready(status, (), Parts(), listening)
        await stopping.wait()
        server.should_exit = True


def _door_options(options: Options, *, is_running: bool = True) -> DoorOptions:
    return DoorOptions(
        keys=options.keys,
        body_limit=body_limit(os.environ),
        has_homepage=os.environ.get(NO_HOMEPAGE, "").lower() != "true",
        is_running=is_running,
    )


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        message = f"port {port}: {error}"
        raise HostError(message) from error


def _say_ready(status: TextIO, functions: tuple[Function, ...], parts: Parts, listening: socket.socket) -> None:
    names = sorted(function.name for function in functions)
    told = {"port": listening.getsockname()[1], "functions": names, "disabled": parts.disabled}
    with status:
        status.write(json.dumps(told) + "\n")


def _server(door: Door) -> _Server:
    config = uvicorn.Config(
        door,
        log_config=None,
        access_log=False,
        lifespan="off",
        # Longer than clients keep theirs, else they write into a connection that is just being closed.
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )
    return _Server(config)
