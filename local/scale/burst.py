"""
A burst: many workspaces hinted at once, worked off by one instance and by several, in virtual time.

Every call lasts as long as it may in life, and hosts take messages as host.json says. So what instances cost each other
is counted too: questions for slots that are taken, messages that step back, rows of hands.
"""

import asyncio
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Literal

from local.demo.world import CONTRACTS_GROUP
from local.functions_host.backoff import Backoff
from local.functions_host.configuration import read_host_json
from local.in_process.loop import SimLoop, run
from local.in_process.system import Inside
from local.in_process.tables import Gate
from local.in_process.transport import Answer, Handler, Query
from local.local_system import ROOT
from local.scale.mapping import PLANS, create_package, plan_title, write_mapping
from local.scale.meter import Cost, Meter
from shared.intake.expected_failures import run_origin
from shared.intake.opentext import origins_of
from shared.models.hint import Hint
from shared.models.messages import OriginMessage
from shared.reconciler.reconcile import reconcile
from shared.services import Services, Storage

WORKSPACES = 240
EACH = 4
"""Tasks that a workspace gets."""
SLOTS = 4
OPENTEXT_CALL, GRAPH_CALL, STORAGE_CALL = 0.12, 0.25, 0.01
"""Seconds that one takes."""
LOOK_AGAIN = 0.05


@dataclass(frozen=True)
class Burst:
    """What a burst took."""

    cost: Cost
    seconds: float
    """Of virtual time, until the last task was made."""
    ideal: float
    """Seconds that OpenText's part of it takes by itself, all slots at work."""
    at_once: int
    """The most calls that OpenText had to answer at once."""
    unmade: int
    """Tasks that are missing, or were made twice."""

    @property
    def against_ideal(self) -> float:
        """How many times as long it took."""
        return self.seconds / self.ideal


def play(instances: int, *, workspaces: int = WORKSPACES) -> Burst:
    """Hint so many workspaces at once, to so many instances."""

    async def main(loop: SimLoop) -> Burst:
        with tempfile.TemporaryDirectory(prefix="burst-") as folder:
            inside = Inside(write_mapping(Path(folder)), settings={"OPENTEXT_CONCURRENCY": str(SLOTS)})
        return await _Stage(inside, loop).play(instances, workspaces)

    return run(main)


class Instance:
    """One worker, and the host that hands it what is on the queue of origins."""

    def __init__(self, inside: Inside, name: str, loop: SimLoop) -> None:
        self._wired = inside.wire(name, ticks=loop.time)
        self._queue = inside.origins
        self._options = read_host_json(ROOT).extensions.queues
        self.rng = Random(name)  # noqa: S311 - jitter, the same at each run
        self._running = 0
        self._freed = asyncio.Event()

    def storage(self) -> Storage:
        """Return what works without settings and mapping."""
        return self._wired

    def services(self) -> Services:
        """Return everything."""
        return self._wired

    async def serve(self) -> None:
        """Take messages for ever, as host.json says."""
        backoff, found = Backoff(self._options.max_polling_interval, self.rng.uniform), False
        async with asyncio.TaskGroup() as tasks:
            while True:
                await asyncio.sleep(STORAGE_CALL)
                taken = self._queue.take(self._options.batch_size)
                for body in taken:
                    self._running += 1
                    tasks.create_task(self._work(body))
                found = found or bool(taken)
                if not taken:
                    await asyncio.sleep(backoff.after(found=found).total_seconds())
                    found = False
                while self._running > self._options.new_batch_threshold:
                    self._freed.clear()
                    await self._freed.wait()

    async def _work(self, body: str) -> None:
        await run_origin(OriginMessage.model_validate_json(body), reconcile, self)
        self._queue.in_hand -= 1
        self._running -= 1
        self._freed.set()


class _Stage:
    """A world whose calls take their time."""

    def __init__(self, inside: Inside, loop: SimLoop) -> None:
        self._inside = inside
        self._loop = loop
        self._asked = self._most_asked = 0

    async def play(self, instances: int, workspaces: int) -> Burst:
        """Hint, and wait until all is done that comes of it."""
        inside, content = self._inside, self._inside.world.content
        await self._warm(min(PLANS, workspaces))
        meter, wanted = Meter(inside), self._made() + workspaces * EACH
        self._take_time()
        crew = [Instance(inside, f"w{number}", self._loop) for number in range(instances)]
        nodes = [create_package(content, PLANS + number) for number in range(workspaces)]
        meter.start()
        begun = self._loop.time()
        await self._hint(nodes)
        async with asyncio.TaskGroup() as hosts:
            serving = [hosts.create_task(instance.serve()) for instance in crew]
            await self._until(lambda: self._made() >= wanted or not inside.origins.length())
            took, asked = self._loop.time() - begun, meter.cost().total("opentext")
            # What was hinted is looked at once more a minute later.
            await self._until(lambda: not inside.origins.length())
            cost = meter.cost()
            for host in serving:
                host.cancel()
        ideal = asked * OPENTEXT_CALL / SLOTS
        return Burst(cost, took, ideal, self._most_asked, unmade=abs(self._made() - wanted))

    async def _until(self, happened: Callable[[], bool]) -> None:
        while not happened():  # noqa: ASYNC110 - no event says so
            await asyncio.sleep(LOOK_AGAIN)

    async def _warm(self, plans: int) -> None:
        """Work in each plan once: finding plans and signing in is no part of a burst."""
        inside = self._inside
        for number in range(plans):
            inside.world.graph.add_plan(CONTRACTS_GROUP, plan_title(number), ["Work"])
        await self._hint([create_package(inside.world.content, number) for number in range(plans)])
        await inside.drain()
        await inside.pass_time(timedelta(minutes=2), times=2)

    def _made(self) -> int:
        return len(self._inside.world.graph.tasks)

    async def _hint(self, nodes: list[int]) -> None:
        for message in origins_of([Hint(node_id=node) for node in nodes]):
            await self._inside.services().queues.send_origin(message)

    def _take_time(self) -> None:
        """Let each call last, and the world's clock go with the loop's."""
        inside, begun = self._inside, self._loop.time()
        inside.passing = lambda: timedelta(seconds=self._loop.time() - begun)
        inside.graph = self._slowed(inside.graph, GRAPH_CALL)
        inside.content = self._counted(self._slowed(inside.content, OPENTEXT_CALL))
        for account in (inside.account, inside.hands):
            account.gate = self._slowed_gate(account.gate)

    def _slowed(self, handler: Handler, seconds: float) -> Handler:
        async def handle(method: str, path: str, query: Query, headers: Mapping[str, str], body: bytes) -> Answer:
            await asyncio.sleep(seconds)
            return await handler(method, path, query, headers, body)

        return handle

    def _counted(self, handler: Handler) -> Handler:
        async def handle(method: str, path: str, query: Query, headers: Mapping[str, str], body: bytes) -> Answer:
            self._asked += 1
            self._most_asked = max(self._most_asked, self._asked)
            try:
                return await handler(method, path, query, headers, body)
            finally:
                self._asked -= 1

        return handle

    def _slowed_gate(self, counted: Gate | None) -> Gate:
        async def gate(moment: Literal["before", "after"], table: str, operation: str) -> None:
            if counted is not None:
                await counted(moment, table, operation)
            await asyncio.sleep(STORAGE_CALL / 2)

        return gate
