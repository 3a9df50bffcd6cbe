"""
The host's side of its worker: one process at a time, and another as soon as it dies.

A worker that dies by itself fails at once all that ran in it. A time-out ends the whole worker too, but then the host
does not tell the others: it believes them to be running until their own time is over.
"""

import asyncio
import itertools
import logging
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from azure_functions_runtime.bindings.datumdef import Datum

from local.functions_host.channel import Channel, open_channel, packed, unpacked
from local.functions_host.errors import HostEndedError, HostError, InvocationFailedError
from local.functions_host.function import Function

log = logging.getLogger(__name__)

_REPOSITORY = Path(__file__).parent.parent.parent
_CALLS = itertools.count(1)


@dataclass(frozen=True)
class WorkerOptions:
    """What a worker is started with."""

    app: Path
    longest: timedelta
    """host.json's functionTimeout."""
    orphaned: timedelta
    """How long it goes on when the host has died."""
    spans: Path | None = None


@dataclass
class _Worker:
    """One worker process."""

    process: asyncio.subprocess.Process
    channel: Channel
    functions: tuple[Function, ...] = ()
    refusal: str = ""
    """Why the worker refuses the app; empty when it does not."""
    pending: dict[int, asyncio.Future[Datum | None]] = field(default_factory=dict)
    ended_by_timeout: bool = False

    async def read_answers(self) -> None:
        """Hand answers to those who wait for them, until the worker dies."""
        while (answer := await self.channel.receive()) is not None:
            waiting = self.pending.pop(answer["call"], None)
            if waiting is None or waiting.done():
                continue
            if "failed" in answer:
                waiting.set_exception(InvocationFailedError(answer["failed"]))
            else:
                waiting.set_result(unpacked(answer["returned"]))

    def fail_pending(self) -> None:
        for waiting in self.pending.values():
            if not waiting.done():
                waiting.set_exception(InvocationFailedError(f"worker {self.process.pid} ended"))

    async def end(self) -> None:
        """Kill it, with all that is in it."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        self.channel.close()


class Workers:
    """Calls functions in whatever worker stands."""

    def __init__(self, options: WorkerOptions) -> None:
        self._options = options
        self._worker: _Worker | None = None
        self._standing = asyncio.Event()
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def start(self) -> tuple[Function, ...]:
        """
        Start the first worker and return its functions: none, when it refuses the app, as in Azure.

        Raises:
            HostError: the app asks for what is not served here.
        """
        self._worker = await _started(self._options)
        if self._worker.refusal:
            # In Azure the reason does not stand in the console; who develops here wants it.
            log.error("0 functions found: %s", self._worker.refusal)
        self._standing.set()
        return self._worker.functions

    async def run(self) -> None:
        """Put another worker in the place of each that dies, until cancelled."""
        while self._worker is not None:
            dead = self._worker
            await dead.read_answers()
            self._standing.clear()
            await dead.end()
            log.error("worker %d ended (%s)", dead.process.pid, dead.process.returncode)
            if not dead.ended_by_timeout:
                dead.fail_pending()
            self._worker = await _started(self._options)
            if self._worker.refusal:
                message = f"the new worker refuses the app: {self._worker.refusal}"
                raise HostEndedError(message)
            self._standing.set()

    async def end(self) -> None:
        """End the worker and wait for it. Harmless when none was started."""
        if self._worker is not None:
            await self._worker.end()

    async def wait_idle(self) -> None:
        """Wait until nothing runs."""
        await self._idle.wait()

    async def invoke(
        self,
        function: Function,
        value: Datum,
        *,
        metadata: Mapping[str, Datum] | None = None,
        trace: str | None = None,
    ) -> Datum | None:
        """
        Call a function; as `App.invoke`.

        Raises:
            InvocationFailedError: it failed, ran longer than functionTimeout, or its worker died.
        """
        self._running += 1
        self._idle.clear()
        try:
            return await self._invoke(function, value, metadata or {}, trace)
        finally:
            self._running -= 1
            if not self._running:
                self._idle.set()

    async def _invoke(
        self, function: Function, value: Datum, metadata: Mapping[str, Datum], trace: str | None
    ) -> Datum | None:
        await self._standing.wait()
        worker = self._worker
        assert worker is not None  # noqa: S101 - one stands, or is being replaced
        number = next(_CALLS)
        worker.pending[number] = waiting = asyncio.get_running_loop().create_future()
        worker.channel.send(_call(number, function, value, metadata, trace))
        try:
            async with asyncio.timeout(self._options.longest.total_seconds()):
                return await waiting
        except TimeoutError as late:
            await self._end_for_time(worker)
            message = f"{function.name}: its worker was ended after {self._options.longest}"
            raise InvocationFailedError(message) from late
        finally:
            worker.pending.pop(number, None)

    async def _end_for_time(self, worker: _Worker) -> None:
        # The call may be one of a worker that another time-out ended long ago: the one that stands lives on.
        if worker.process.returncode is None:
            worker.ended_by_timeout = True
            worker.process.kill()


def _call(
    number: int, function: Function, value: Datum, metadata: Mapping[str, Datum], trace: str | None
) -> dict[str, Any]:
    return {
        "call": number,
        "name": function.name,
        "id": function.id,
        "trigger": dict(function.trigger),
        "value": packed(value),
        "metadata": {name: packed(each) for name, each in metadata.items()},
        "trace": trace,
    }


async def _started(options: WorkerOptions) -> _Worker:
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-m", "local.functions_host.worker_process", "--app", str(options.app)]
    command += ["--channel", str(theirs.fileno()), "--orphaned-seconds", str(options.orphaned.total_seconds())]
    command += ["--spans", str(options.spans)] if options.spans else []
    with theirs:
        # What functions print joins the log.
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=_REPOSITORY,
            pass_fds=[theirs.fileno()],
            stdin=asyncio.subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),
        )
    channel = await open_channel(ours)
    indexed = await channel.receive()
    if indexed is None:
        message = f"the worker ended while it started, with code {await process.wait()}"
        raise HostError(message)
    if "not_served" in indexed:
        process.kill()
        await process.wait()
        raise HostError(indexed["not_served"])
    log.info("worker %d stands", process.pid)
    functions = tuple(Function(name, key, trigger) for name, key, trigger in indexed["functions"])
    return _Worker(process, channel, functions, indexed.get("refused", ""))
