"""Timer triggers: one run at a time on one host of all, in UTC."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.blob.aio import BlobClient
from azure_functions_runtime.bindings.datumdef import Datum

from local.functions_host import timer_status
from local.functions_host.errors import HostEndedError, InvocationFailedError
from local.functions_host.function import Function
from local.functions_host.schedule import Schedule
from local.functions_host.timer_status import Status
from local.functions_host.workers import Workers

log = logging.getLogger(__name__)


class Lock(Protocol):
    """Keeps other hosts from firing the same timer."""

    async def take(self, stopping: asyncio.Event) -> bool:
        """Wait for it; False: stopping."""

    async def keep(self) -> None:
        """Renew it until cancelled."""

    async def release(self) -> None:
        """Give it back."""


class StatusBlob:
    """Where a timer's status is remembered over a restart. None for a blob: nowhere."""

    def __init__(self, blob: BlobClient | None) -> None:
        self._blob = blob

    async def load(self) -> Status | None:
        """Read it; None: the timer is new."""
        if self._blob is None:
            return None
        try:
            content = await (await self._blob.download_blob()).readall()
        except ResourceNotFoundError:
            return None
        except AzureError as error:
            message = f"{self._blob.blob_name} can't be read"
            raise HostEndedError(message) from error
        return timer_status.load(content.decode())

    async def save(self, status: Status) -> None:
        """Write it down, as well as it goes."""
        if self._blob is None:
            return
        try:
            await self._blob.upload_blob(timer_status.dump(status).encode(), overwrite=True)
        except AzureError as error:
            log.error("%s can't be written: %s", self._blob.blob_name, error)  # noqa: TRY400 - as the host does


class Timer:
    """
    Fires one function.

    Runs of the schedule do not overlap: an occurrence that passes while the function runs is made up for once, right
    after. Runs by hand come beside all others.

    Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer
    """

    def __init__(
        self,
        workers: Workers,
        function: Function,
        *,
        schedule: Schedule,
        lock: Lock,
        memory: StatusBlob,
        now: Callable[[], datetime],
    ) -> None:
        self._workers = workers
        self._function = function
        self._schedule = schedule
        self._lock = lock
        self._memory = memory
        self._now = now
        self._stopping = asyncio.Event()
        self._by_hand: set[asyncio.Task[None]] = set()

    def run_now(self) -> None:
        """Fire once out of turn, at once, whatever runs already."""
        task = asyncio.create_task(self._fire(None, is_past_due=False))
        self._by_hand.add(task)
        task.add_done_callback(self._by_hand.discard)

    def stop(self) -> None:
        """Fire no more. A run under way goes on."""
        self._stopping.set()

    async def run(self) -> None:
        """Fire at each occurrence, as soon as this host has the lock, until stopped."""
        if not await self._lock.take(self._stopping):
            return
        keeping = asyncio.create_task(self._lock.keep())
        firing = asyncio.create_task(self._fire_on_schedule())
        try:
            # Whichever ends first: a lock that is lost raises.
            await asyncio.wait((keeping, firing), return_when=asyncio.FIRST_COMPLETED)
            await (keeping if keeping.done() else firing)
        finally:
            keeping.cancel()
            firing.cancel()
            await asyncio.gather(keeping, firing, return_exceptions=True)
            await self._lock.release()

    async def _fire_on_schedule(self) -> None:
        start = timer_status.start(await self._memory.load(), self._schedule, self._now())
        if start.remembered:
            await self._memory.save(start.remembered)
        status, is_past_due = start.status, start.is_past_due
        at_once = is_past_due or bool(self._function.trigger.get("runOnStartup"))
        while not self._stopping.is_set():
            if not at_once and await self._stops_before(status.next):
                return
            began = self._now()
            await self._fire(status, is_past_due=is_past_due)
            status = timer_status.after_run(status, self._schedule, began, is_out_of_turn=at_once)
            await self._memory.save(status)
            at_once = is_past_due = False

    async def _stops_before(self, occurrence: datetime) -> bool:
        while not self._stopping.is_set() and (left := (occurrence - self._now()).total_seconds()) > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), left)
        return self._stopping.is_set()

    async def _fire(self, status: Status | None, *, is_past_due: bool) -> None:
        try:
            request = self._request(status or await self._memory.load(), is_past_due=is_past_due)
            await self._workers.invoke(self._function, Datum(json.dumps(request), "json"))
        except InvocationFailedError as error:
            log.error("%s", error)  # noqa: TRY400 - the worker has logged the traceback

    def _request(self, status: Status | None, *, is_past_due: bool) -> dict[str, Any]:
        # The host keeps no status of what fires several times a minute.
        told = status.told() if status and not timer_status.is_under_a_minute(self._schedule) else None
        return {"Schedule": {"AdjustForDST": True}, "ScheduleStatus": told, "IsPastDue": is_past_due}
