"""
The waiting room: messages that found no slot wait here, in their worker, not in a timer.

One waiter of a worker asks the table, the others wait behind it; who is in a hurry is served first. A slot goes from
hand to hand within a worker for a moment, so that none stands idle, and then back to the table, so that no worker
starves the others. One that nobody here needs is kept for a quarter of a second: a look asks OpenText more than once.
"""

import asyncio
import contextlib
import heapq
import itertools
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from random import Random
from typing import Any

from shared.errors import BridgeError, NoSlotError
from shared.models.keys import OriginKind, split_origin_key
from shared.models.messages import OriginMessage
from shared.store.slots import Slot, Slots
from shared.timing import LONG_WAIT, LONGEST_SPREAD, LONGEST_WAIT, PASSED_ON, SPARE, STEP_BACK

log = logging.getLogger(__name__)
SYSTEM = "opentext"
POLL = (0.15, 0.35)
"""Seconds between two questions to the table."""
SEATS_A_SLOT = 1
SHARE = 0.7
"""Of the expected wait: those who come back find work to do, rather than a slot that waited for them."""
USUAL_LOOK = 0.5
"""Seconds, until some were measured."""
LENGTH_KNOWN = 5.0
"""For so many seconds the length of the queue is not asked for again."""


class Hurry(IntEnum):
    """Who is served first."""

    BEGUN = 0
    """A look that goes on: its origin is in hand until it ends."""
    APPROVAL = 1
    """A workflow: a person waits for it."""
    RECORD = 2
    BULK = 3
    """Back-fill: it leaves the last slot to others."""


def hurry_of(message: OriginMessage) -> Hurry:
    """Say who is served first: where people wait, then what happened, then back-fill."""
    if message.bulk:
        return Hurry.BULK
    kind, _ = split_origin_key(message.origin)
    return Hurry.APPROVAL if kind is OriginKind.WORKFLOW else Hurry.RECORD


@dataclass(order=True)
class _Waiter:
    hurry: Hurry
    number: int
    served: "asyncio.Future[Slot]" = field(compare=False)


class WaitingRoom:
    """
    One worker's waiting room.

    Args:
        slots: of all workers.
        size: how many there are.
        owner: names this worker in them.
        length: counts the messages of the queue, about.
    """

    def __init__(
        self,
        slots: Slots,
        *,
        size: int,
        owner: str,
        now: Callable[[], datetime],
        length: Callable[[], Awaitable[int]],
        rng: Random,
    ) -> None:
        self._slots = slots
        self._size = size
        self._owner = owner
        self._now = now
        self._length = length
        self._rng = rng
        self._numbers = itertools.count()
        self._waiting: list[_Waiter] = []
        self._asking: asyncio.Task[None] | None = None
        self._closed = asyncio.Event()
        self._taken_at: dict[Slot, float] = {}
        self._spare: list[Slot] = []
        self._returning: set[asyncio.Task[None]] = set()
        self._look_seconds = USUAL_LOOK
        self._backlog, self._counted_at = 0, float("-inf")

    @contextlib.asynccontextmanager
    async def slot(self, hurry: Hurry) -> AsyncGenerator[Slot | None, None]:
        """
        Wait for a slot, and hold it for a while.

        None: there was none for LONGEST_WAIT, or the worker ends.

        Raises:
            UnavailableError, OutcomeUnknownError: the table did not answer.
        """
        slot = await self._wait(hurry)
        begun = _clock()
        try:
            yield slot
        finally:
            if slot is not None:
                # A moving mean: one long look does not send everybody away.
                self._look_seconds += (_clock() - begun - self._look_seconds) / 10
                await self._leave(slot)

    @contextlib.asynccontextmanager
    async def turn(self, hurry: Hurry = Hurry.BEGUN) -> AsyncGenerator[None, None]:
        """
        Have a slot while OpenText is asked.

        Raises:
            NoSlotError: there was none.
            UnavailableError, OutcomeUnknownError: as `slot`.
        """
        async with self.slot(hurry) as slot:
            if slot is None:
                message = "no slot was free: OpenText is asked later"
                raise NoSlotError(message)
            yield

    async def time_to_step_back(self, hurry: Hurry) -> timedelta | None:
        """
        Say for how long a message makes room for others, so that an approval behind a thousand is soon looked at.

        None: it needn't. Those who step back come again spread over about the time that the work before them takes.
        """
        if hurry <= Hurry.APPROVAL or len(self._waiting) < SEATS_A_SLOT * self._size:
            return None
        if _clock() - self._counted_at > LENGTH_KNOWN:
            self._counted_at = _clock()
            self._backlog = await self._length()
        wait = self._backlog * self._look_seconds / self._size * timedelta(seconds=1)
        return None if wait <= LONG_WAIT else min(wait, LONGEST_SPREAD) * SHARE * self._rng.random() + STEP_BACK

    def close(self) -> None:
        """Let nobody wait any more: the worker ends."""
        self._closed.set()

    async def _wait(self, hurry: Hurry) -> Slot | None:
        if self._closed.is_set():
            return None
        waiter = _Waiter(hurry, next(self._numbers), asyncio.get_running_loop().create_future())
        heapq.heappush(self._waiting, waiter)
        closing = asyncio.get_running_loop().create_task(self._end())
        try:
            return await self._served(waiter, closing)
        except BaseException:
            # Served and cancelled at the same moment: nobody else knows of the slot, so nobody else would free it.
            if waiter.served.done():
                await self._leave(waiter.served.result())
            raise
        finally:
            closing.cancel()
            if waiter in self._waiting:
                self._waiting.remove(waiter)
                heapq.heapify(self._waiting)

    async def _end(self) -> None:
        await self._closed.wait()

    async def _served(self, waiter: _Waiter, closing: "asyncio.Task[None]") -> Slot | None:
        end = _clock() + LONGEST_WAIT.total_seconds()
        while not waiter.served.done() and not closing.done() and (left := end - _clock()) > 0:
            if self._asking is None or self._asking.done():
                self._asking = asyncio.get_running_loop().create_task(self._ask())
            together: set[asyncio.Future[Any]] = {waiter.served, closing, self._asking}
            await asyncio.wait(together, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if self._asking.done() and not waiter.served.done():
                # What went wrong for the one who asks went wrong for all.
                self._asking.result()
        return waiter.served.result() if waiter.served.done() else None

    async def _ask(self) -> None:
        """Ask the table for those who wait, until nobody does."""
        while self._waiting:
            hurry = self._waiting[0].hurry
            size = max(1, self._size - 1) if hurry is Hurry.BULK else self._size
            slot = await self._kept() or await self._slots.take(SYSTEM, size=size, owner=self._owner, now=self._now())
            if slot is None:
                await asyncio.sleep(self._rng.uniform(*POLL))
                continue
            self._taken_at.setdefault(slot, _clock())
            # Whoever it was asked for may have given up; or only back-fill waits, which leaves the last slot to others.
            if not self._serve(slot):
                await self._free(slot)

    def _serve(self, slot: Slot) -> bool:
        """Give a slot to whoever is in the greatest hurry; say whether somebody took it."""
        is_last = slot.number >= max(1, self._size - 1)
        if not self._waiting or (is_last and self._waiting[0].hurry is Hurry.BULK):
            return False
        heapq.heappop(self._waiting).served.set_result(slot)
        return True

    async def _leave(self, slot: Slot) -> None:
        is_fresh = _clock() - self._taken_at.get(slot, float("-inf")) < PASSED_ON.total_seconds()
        if self._closed.is_set() or not is_fresh:
            await self._free(slot)
        elif not self._serve(slot):
            self._spare.append(slot)
            asyncio.get_running_loop().call_later(SPARE.total_seconds(), self._give_back, slot)

    async def _kept(self) -> Slot | None:
        """Return a slot that was kept. None: there is none, or its hands were emptied since."""
        while self._spare:
            slot = self._spare.pop()
            if self._slots.is_current(slot):
                return slot
            await self._free(slot)
        return None

    def _give_back(self, slot: Slot) -> None:
        """Give a slot back that nobody needed for a moment."""
        if slot in self._spare:
            self._spare.remove(slot)
            returning = asyncio.get_running_loop().create_task(self._returned(slot))
            self._returning.add(returning)
            returning.add_done_callback(self._returning.discard)

    async def _returned(self, slot: Slot) -> None:
        try:
            await self._free(slot)
        except BridgeError as error:
            # Our next look takes it again, and it is free when our hands are empty.
            log.warning("a slot could not be given back: %s", error)

    async def _free(self, slot: Slot) -> None:
        self._taken_at.pop(slot, None)
        await self._slots.free(slot)


def _clock() -> float:
    return asyncio.get_running_loop().time()
