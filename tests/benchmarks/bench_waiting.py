"""A thousand hints at once, with four slots and looks of half a second: in virtual time, so on any machine the same."""

import asyncio
import itertools
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

from local.in_process.loop import SimLoop, run
from local.in_process.tables import MemoryTables
from shared.models.hands import Kind
from shared.reconciler.waiting_room import Hurry, WaitingRoom
from shared.store.hands import Hands
from shared.store.slots import Slots
from shared.timing import BEAT, NO_SLOT_AGAIN
from tests.benchmarks.ratios import Ratio
from tests.integration.store_builders import NoQueues
from tests.tables import tables_in

HINTS, SLOTS, LOOK = 1000, 4, 0.5
IDEAL = HINTS * LOOK / SLOTS
BATCH, THRESHOLD, POLL = 32, 8, 2.0
"""host.json."""
CALL = 0.01
"""Seconds of one call to storage."""


class Queue:
    """A queue as hosts take from it: oldest first, some hidden for a while."""

    def __init__(self, loop: SimLoop) -> None:
        self._loop = loop
        self._numbers = itertools.count()
        self.messages: list[tuple[float, int, str]] = []
        self.in_hand = 0

    def put(self, name: str, after: float = 0.0) -> None:
        """Put one at the end."""
        self.messages.append((self._loop.time() + after, next(self._numbers), name))

    def take(self, most: int) -> list[str]:
        """Take those that can be seen."""
        seen = sorted(message for message in self.messages if message[0] <= self._loop.time())[:most]
        self.messages = [message for message in self.messages if message not in seen]
        self.in_hand += len(seen)
        return [name for _, _, name in seen]

    async def length(self) -> int:
        """Count all, also those that are hidden, as the service does."""
        await asyncio.sleep(CALL)
        return len(self.messages) + self.in_hand


class Worker:
    """One instance: takes batches as the host does, and waits as `reconcile` does."""

    def __init__(self, loop: SimLoop, memory: MemoryTables, queue: Queue, number: int) -> None:
        tables = tables_in(memory, f"w{number}")
        self.hands = Hands(tables, NoQueues(), f"w{number}", ticks=loop.time)
        rng = Random(number)  # noqa: S311 - repeatable on purpose
        slots = Slots(tables, self.hands)
        owner = f"w{number}"
        self.room = WaitingRoom(slots, size=SLOTS, owner=owner, now=loop.now, length=queue.length, rng=rng)
        self.loop, self.queue, self.rng = loop, queue, rng
        self.running = 0
        self.began: dict[str, float] = {}

    async def serve(self) -> None:
        """Take messages for ever."""
        pause = 0.1
        while True:
            await asyncio.sleep(CALL)
            taken = self.queue.take(BATCH) if self.running <= THRESHOLD else []
            for name in taken:
                self.running += 1
                self.loop.create_task(self._look(name))
            pause = 0.1 if taken else min(pause * 2, POLL)
            await asyncio.sleep(pause if not taken else CALL)

    async def hold(self, name: str) -> None:
        """Have a slot for ever."""
        async with self.hands.holding(Kind.ORIGIN, name), self.room.slot(Hurry.RECORD):
            await asyncio.Event().wait()

    async def _look(self, name: str) -> None:
        hurry = Hurry.APPROVAL if name.startswith("workflow") else Hurry.RECORD
        async with self.hands.holding(Kind.ORIGIN, name):
            if (delay := await self.room.time_to_step_back(hurry)) is not None:
                await self._back(name, delay)
            else:
                async with self.room.slot(hurry) as slot:
                    if slot is None:
                        await self._back(name, NO_SLOT_AGAIN * self.rng.uniform(1.0, 3.0))
                    else:
                        self.began[name] = self.loop.time()
                        await asyncio.sleep(LOOK)
        self.running -= 1
        self.queue.in_hand -= 1

    async def _back(self, name: str, delay: timedelta) -> None:
        await asyncio.sleep(CALL)
        self.queue.put(name, delay.total_seconds())


def play(workers: int) -> tuple[float, float]:
    """Return how long a thousand hints take, and how long an approval waits that comes amid them."""

    async def main(loop: SimLoop) -> tuple[float, float]:
        async def gate(moment: str, *_: Any) -> None:
            await asyncio.sleep(CALL / 2)

        memory, queue = MemoryTables(gate, loop.now), Queue(loop)
        for number in range(HINTS):
            queue.put(f"workspace-{number + 1}")
        crew = [Worker(loop, memory, queue, number) for number in range(workers)]
        serving = [loop.create_task(worker.serve()) for worker in crew]
        came = 15.0
        loop.call_later(came, queue.put, "workflow-1")
        for _ in range(int(40 * IDEAL)):
            if sum(len(worker.began) for worker in crew) == HINTS + 1:
                break
            await asyncio.sleep(0.25)
        for task in serving:
            task.cancel()
        began = {name: at for worker in crew for name, at in worker.began.items()}
        return loop.time() + LOOK, began["workflow-1"] - came

    return run(main)


def bury() -> float:
    """Return how long a fifth worker waits for a slot whose four holders were killed just after a sign of life."""

    async def main(loop: SimLoop) -> float:
        memory, queue = MemoryTables(now=loop.now), Queue(loop)
        *dying, waiting = [Worker(loop, memory, queue, number) for number in range(SLOTS + 1)]
        looks = [loop.create_task(worker.hold(f"workspace-{number}")) for number, worker in enumerate(dying)]
        await asyncio.sleep(BEAT.total_seconds() + CALL)
        for worker in dying:
            worker.hands.close()
        killed = loop.time()
        async with waiting.hands.holding(Kind.ORIGIN, "workspace-9"):
            for _ in range(10):
                async with waiting.room.slot(Hurry.RECORD) as slot:
                    if slot is not None:
                        break
        for look in looks:
            look.cancel()
        return loop.time() - killed

    return run(main)


def measure() -> Iterator[Ratio]:
    """Measure with one instance and with several."""
    yield Ratio(f"{SLOTS} workers killed with slots in hand: until one of the slots is free", bury(), 60, "s")
    for workers in (1, 2, 4, 8):
        took, waited = play(workers)
        yield Ratio(f"{HINTS} hints at once, {SLOTS} slots, {workers} instances: against the ideal", took / IDEAL, 1.25)
        yield Ratio(f"an approval amid {HINTS} hints, {workers} instances: until its look", waited, 10.0, "s")
