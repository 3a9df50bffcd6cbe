"""The bridge at work, as time passes: sweeps, burials, and the way to rest."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random

from local.in_process.loop import SimLoop
from shared.models.holds import HoldCause
from shared.models.messages import AgendaEntry, OriginMessage, PlanMessage
from shared.models.words import WaitedFor
from shared.timing import DEAD_AFTER
from tests.simulation.bounds import Bounds
from tests.simulation.looking import agenda, gates_heard_of, hands, known_origins, leases, links, speakers, take_resyncs
from tests.simulation.people import People
from tests.simulation.planner_acts import untangle
from tests.simulation.queues import SimQueue
from tests.simulation.workers import Host, Process
from tests.simulation.world import World

TICK = 25.0
"""Seconds between two sweeps."""
BACKED_OFF = timedelta(minutes=75)
"""What comes to nothing again and again is tried every hour; with what clocks are apart, and a sweep."""
BACKING_OFF = frozenset(
    {
        WaitedFor.SETTLE,
        WaitedFor.RETRY,
        WaitedFor.UNREAD,
        WaitedFor.RECORD,
        WaitedFor.AGAIN,
        WaitedFor.GATE,  # a refused sign-in is left alone for an hour
    }
)
TOGETHER = timedelta(minutes=15)
"""Timers that are due so soon after one another are waited for together, on the way to rest."""
PUT_OFF = timedelta(minutes=30)
"""A resync that is due sooner was put off, and is waited for; the next of an origin is due later than that."""
MOST_SKEW = 10.0
"""Seconds by which the slowest clock is behind, and a little."""
MOST_STEPS = 120
"""Of the way to rest: more means that it never comes."""
TRIED_IN_CALM = timedelta(hours=2.5)
OFTEN = 6
"""Tries: the next are an hour apart."""
MOST_BURIALS = 6
"""More sweeps than a frozen worker sleeps through."""
MOST_QUIET = 7200.0
"""Seconds for one step's messages."""


@dataclass
class Running:
    """
    A bridge that runs.

    Args:
        horizon: rest is when no timer is due for so long.
    """

    loop: SimLoop
    world: World
    people: People
    origins: SimQueue
    plans: SimQueue
    host: Host
    bounds: Bounds
    rng: Random
    horizon: timedelta
    settle_seconds: int
    failures: list[str] = field(default_factory=list)
    is_paused: bool = False
    """No timer ticks by itself: somebody else lets time pass."""
    calm_since: datetime | None = None
    """When the last thing went wrong. None: things still do."""

    async def tick(self) -> None:
        """Sweep for ever."""
        while True:
            await asyncio.sleep(self.rng.expovariate(1 / TICK))
            if not self.is_paused:
                await self.sweep()

    async def sweep(self) -> None:
        """Do what the timers do, and see whether anything grows that should not."""
        await self.host.in_one(Process.sweep)
        for queue in (self.origins, self.plans):
            if queue.poison:
                await self.host.in_one(partial(_bury, queue=queue))
        self.failures += self.bounds.exceeded()

    async def pass_by(self, time: timedelta) -> None:
        """Let hours pass, from timer to timer."""
        end = self.loop.now() + time
        while (left := (end - self.loop.now()).total_seconds()) > 0:
            await asyncio.sleep(min(left, self.ahead(self._due_before_long()) + MOST_SKEW))
            await self.sweep()
            await self.drain()

    async def drain(self) -> None:
        """Wait until every message was dealt with."""
        end = self.loop.time() + MOST_QUIET
        while self.origins.waits or self.plans.waits or self.host.busy:
            if self.loop.time() > end:
                self.failures.append(f"messages without end: {[message.body for message in self.origins.messages][:3]}")
                return
            self.host.revive()
            await asyncio.sleep(5.0)

    async def bury_the_dead(self) -> None:
        """Let sweeps find the workers that died; one that was only frozen is awake by the end."""
        for _ in range(MOST_BURIALS):
            if not hands(self.world):
                return
            await asyncio.sleep(DEAD_AFTER.total_seconds() + 2.0)
            await self.sweep()
            await self.drain()
        if hands(self.world):
            self.failures.append(f"the hands of the dead are never empty: {hands(self.world)}")

    async def come_to_rest(self) -> set[str]:
        """Go from one timer to the next until none is due soon; return the origins that left themselves a resync."""
        left: set[str] = set()
        for number in range(MOST_STEPS):
            left |= take_resyncs(self.world, after=self._put_off_until())
            waiting = self.waiting()
            if not waiting and await self._is_silent():
                if not await self._untangle():
                    # What was looked at while nothing was said left its own by now. Of those that were put off none
                    # is due soon any more: one that is due within half an hour is as good as a later one.
                    return left | take_resyncs(self.world, after=self.loop.now())
                continue
            if number % 10 == 9:
                self.people.act(((1, untangle),))
            await asyncio.sleep(self.ahead(waiting) + MOST_SKEW)
            await self.sweep()
            await self.drain()
        self.failures.append(f"it never comes to rest: {self.waiting()[:5]}")
        return left

    def _put_off_until(self) -> datetime:
        """Say until when a resync that is due was put off: by a look that failed, or by a gate that opens later."""
        now = self.loop.now()
        gates = gates_heard_of(self.world, now).values()
        return max([now + PUT_OFF, *(until + TOGETHER for until in gates)])

    def waiting(self) -> list[AgendaEntry]:
        """Return the timers that are due soon, the earliest first."""
        now, standing = self.loop.now(), self._standing()
        soon, late = now + self.horizon, now + max(self.horizon, BACKED_OFF)
        until = dict.fromkeys(BACKING_OFF, late) | {WaitedFor.RESYNC: max(soon, self._put_off_until())}
        return [
            entry
            for entry in agenda(self.world)
            if entry.at <= until.get(entry.waited_for, soon)
            and not (entry.waited_for is WaitedFor.RETRY and entry.origin in standing)
        ]

    def _standing(self) -> set[str]:
        """
        Name the origins of which something is tried every hour for ever: it was tried since all is well.

        Whoever speaks for what only a person ends, a label that people renamed, asks each hour whether it is over.
        """
        if self.calm_since is None or self.loop.now() < self.calm_since + TRIED_IN_CALM:
            return set()
        held = {origin for (origin, _), link in links(self.world).items() if link.hold and link.tries >= OFTEN}
        stopped = {origin for origin, lease in leases(self.world).items() if lease.trouble is not None}
        return held | stopped | speakers(self.world)

    def ahead(self, waiting: Sequence[AgendaEntry]) -> float:
        """Say in how many seconds the next timers are due."""
        together = [entry.at for entry in waiting if entry.at <= waiting[0].at + TOGETHER]
        return max(0.0, (max(together) - self.loop.now()).total_seconds()) if together else 0.0

    def discover(self) -> None:
        """Stand in for discovery: announce every origin that no hint that arrived ever named."""
        for origin in sorted(set(self.world.origins) - set(known_origins(self.world))):
            self.announce(OriginMessage(origin=origin, waited_for=WaitedFor.DISCOVERED))

    def announce(self, message: OriginMessage) -> None:
        """Put a message on the queue of origins."""
        self.origins.put(message.model_dump_json(exclude_none=True))

    def _due_before_long(self) -> list[AgendaEntry]:
        return [entry for entry in agenda(self.world) if entry.waited_for is not WaitedFor.RESYNC]

    async def _untangle(self) -> bool:
        """Have a person decide what the bridge can't, and ask it to go on: `replay --held --cause ambiguous`."""
        held = {origin for (origin, _), link in links(self.world).items() if link.hold is HoldCause.AMBIGUOUS}
        # Of what OpenText does not show any more nothing goes on, whoever decides what.
        held -= self._hidden()
        self.people.act(((1, untangle),))
        for origin in sorted(held):
            self.announce(OriginMessage(origin=origin, waited_for=WaitedFor.OPERATOR, frees=HoldCause.AMBIGUOUS))
        await self.drain()
        return bool(held)

    async def _is_silent(self) -> bool:
        """Read every plan: an echo of our own last write is announced once."""
        # A task too young to be judged a twin is judged then.
        await asyncio.sleep(self.settle_seconds + MOST_SKEW)
        said = len(self.origins.sent)
        for plan in self.world.plans:
            self.plans.put(PlanMessage(plan=plan).model_dump_json(exclude_none=True))
        await self.drain()
        # A task that changed is announced by each read as long as OpenText does not show its origin.
        hidden = self._hidden()
        return all(OriginMessage.model_validate_json(body).origin in hidden for body in self.origins.sent[said:])

    def _hidden(self) -> set[str]:
        return {f"workflow-{number}" for number in self.world.purged}


async def _bury(process: Process, *, queue: SimQueue) -> None:
    await process.bury(queue)
