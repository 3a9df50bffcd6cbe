"""Timer triggers: one run at a time, in UTC."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from azure_functions_runtime.bindings.datumdef import Datum

from local.functions_host.app import App, Function
from local.functions_host.errors import InvocationFailedError
from local.functions_host.schedule import Schedule

log = logging.getLogger(__name__)


class Timer:
    """
    Fires one function.

    Runs do not overlap: an occurrence that passes while the function runs is made up for once, right after.

    Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer
    """

    def __init__(self, app: App, function: Function, *, schedule: Schedule, now: Callable[[], datetime]) -> None:
        self._app = app
        self._function = function
        self._schedule = schedule
        self._now = now
        self._nudged = asyncio.Event()
        self._stopping = False
        self._last: datetime | None = None

    def run_now(self) -> None:
        """Fire once out of turn, as soon as no run is under way."""
        self._nudged.set()

    def stop(self) -> None:
        """Fire no more. A run under way goes on."""
        self._stopping = True
        self._nudged.set()

    async def run(self) -> None:
        """Fire at each occurrence until stopped."""
        if self._function.trigger.get("runOnStartup"):
            self.run_now()
        following = self._schedule.after(self._now())
        while True:
            await self._wait_for(following)
            if self._stopping:
                return
            self._nudged.clear()
            began = self._now()
            if began >= following:
                # From the occurrence, should the clock have stepped back: no occurrence fires twice.
                following = self._schedule.after(began)
            await self._fire(began, following)

    async def _wait_for(self, occurrence: datetime) -> None:
        while not self._nudged.is_set() and (left := (occurrence - self._now()).total_seconds()) > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._nudged.wait(), left)

    async def _fire(self, began: datetime, following: datetime) -> None:
        try:
            await self._app.invoke(self._function, Datum(json.dumps(self._request(began, following)), "json"))
        except InvocationFailedError as error:
            log.error("%s", error)  # noqa: TRY400 - the worker has logged the traceback
        self._last = began

    def _request(self, began: datetime, following: datetime) -> dict[str, Any]:
        status = {
            "Last": self._last.isoformat() if self._last else None,
            "LastUpdated": began.isoformat(),
            "Next": following.isoformat(),
        }
        return {"Schedule": {"AdjustForDST": True}, "ScheduleStatus": status, "IsPastDue": False}
