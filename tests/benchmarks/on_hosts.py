"""
`python -m tests.benchmarks.on_hosts WHAT [--instances N]`: hosts that live and die, as delivered.

WHAT is pace, steady, kill (an instance), worker (killed alone), or storage (refused until the host ends itself).

Real Azurite, the simulators over HTTP, hosts and workers as processes of their own, settings and host.json as they are
delivered. Prints what was measured beside its limit, and ends with 1 when one is not kept.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import httpx

from local.demo.observe import tasks
from tests.benchmarks.ratios import Ratio
from tests.contracts import must
from tests.integration.functions_hosts import Stage, happens, instances_under, package_mapping

MAPPING = package_mapping(
    '{key: review, title: "{{ workspace.name }}: review", bucket: Review, assign: "role:Legal"}',
    '{key: renewal, title: "{{ workspace.name }}: renewal", bucket: Review, assign: "role:Legal"}',
)
EACH = 2
"""Tasks that a workspace gets."""
SLOTS = 4
RECOVERED = 120.0
TOGETHER = 25.0
STEADY_MEDIAN, STEADY_WORST = 1.5, 5.0


class Work:
    """What happens in OpenText, and what came of it in Planner."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.names: list[str] = []

    def create(self, name: str) -> int:
        """Make a workspace of which nobody was told yet."""
        self.names.append(name)
        content = self.stage.system.world.content
        return content.create_workspace("Contract", name, roles={"Legal": ["lwhite"]}, user="pwilliams")

    async def hint(self, node: int) -> None:
        """Tell of it as OpenText does: until it is taken."""
        await happens(lambda: self._is_taken(node), seconds=60)

    async def _is_taken(self, node: int) -> bool:
        try:
            return await self.stage.system.hint(node_id=node) == 202
        except httpx.TransportError:
            return False

    def made(self, name: str = "") -> Counter[str]:
        """Count tasks by title."""
        return Counter(str(task["title"]) for task in tasks(self.stage.system, starting=name))

    def is_done(self, name: str = "") -> bool:
        """Tell whether every workspace, or one, has its tasks."""
        expected = {f"{one}: {what}" for one in self.names for what in ("review", "renewal") if one.startswith(name)}
        return expected <= set(self.made(name))

    def twice(self) -> list[str]:
        """Name what was made more than once."""
        return [title for title, number in self.made().items() if number > 1]


@dataclass
class Strike:
    """Kills when so many workspaces are being looked at."""

    workspaces: int
    seen: set[str] = field(default_factory=set)
    struck: asyncio.Event = field(default_factory=asyncio.Event)

    def __call__(self, method: str, path: str) -> None:
        """Stand before each request to OpenText."""
        if "/businessworkspaces/" in path:
            self.seen.add(path.split("/businessworkspaces/")[1].split("/", maxsplit=1)[0])
        if len(self.seen) >= self.workspaces:
            self.struck.set()


async def an_instance_killed(stage: Stage) -> float:
    """Kill the first one. Where it was the only one, another is started, as Azure does."""
    stage.hosts[0].kill()
    began = time.monotonic()
    if len(stage.hosts) == 1:
        await stage.start()
    return began


async def a_worker_killed(stage: Stage) -> float:
    """Kill the worker of the first one, whose host starts another."""
    stage.hosts[0].kill_worker()
    return time.monotonic()


async def storage_refused(stage: Stage) -> float:
    """Have storage refuse connections until every host has ended itself; start as many once it answers again."""
    ended = list(stage.hosts)
    stage.gate.shut()
    codes = await asyncio.gather(*(asyncio.to_thread(host.wait, 90) for host in ended))
    must(set(codes) == {2}, f"the hosts ended with {codes}")
    await stage.gate.open()
    began = time.monotonic()
    for _ in ended:
        await stage.start()
    return began


ENDS: dict[str, Callable[[Stage], Awaitable[float]]] = {
    "kill": an_instance_killed,
    "worker": a_worker_killed,
    "storage": storage_refused,
}
"""Each returns the moment, of the monotonic clock, from which is counted."""


async def ended(what: str, folder: Path, *, hosts: int = 1, hinted: int = SLOTS) -> list[Ratio]:
    """End something with four looks in hand and all slots; no later hint may wait for the dead."""
    async with instances_under(MAPPING, folder) as stage:
        for _ in range(hosts):
            await stage.start()
        work, strike = Work(stage), Strike(SLOTS)
        nodes = [work.create(f"Before {number:02}") for number in range(hinted)]
        stage.system.world.content.faults.hook = strike
        await asyncio.gather(*(work.hint(node) for node in nodes))
        await strike.struck.wait()
        began = await ENDS[what](stage)
        await work.hint(work.create("After"))
        await happens(lambda: work.is_done("After"), seconds=300)
        after = time.monotonic() - began
        await happens(work.is_done, seconds=900)
        took = time.monotonic() - began
        name = f"{ENDS[what].__name__.replace('_', ' ')}, {hosts} at work"
        return [
            Ratio(f"{name}: its own origins done", took, RECOVERED, "s"),
            Ratio(f"{name}: a hint sent afterwards", after, RECOVERED, "s"),
            Ratio(f"{name}: made twice", len(work.twice()), 0, "tasks"),
        ]


async def together(folder: Path, *, hosts: int = 1, workspaces: int = 60) -> list[Ratio]:
    """Hint many workspaces at once."""
    async with instances_under(MAPPING, folder) as stage:
        for _ in range(hosts):
            await stage.start()
        work = Work(stage)
        await work.hint(work.create("Warm"))
        await happens(work.is_done)
        nodes = [work.create(f"Contract {number:02}") for number in range(workspaces)]
        began = time.monotonic()
        hinting = asyncio.gather(*(work.hint(node) for node in nodes))
        await happens(work.is_done, seconds=400)
        await hinting
        took = time.monotonic() - began
        return [Ratio(f"{workspaces} workspaces hinted at once, {hosts} instances", took, TOGETHER, "s")]


async def steady(folder: Path, *, hosts: int = 1, hints: int = 38, every: float = 8.0) -> list[Ratio]:
    """Hint one workspace every few seconds."""
    async with instances_under(MAPPING, folder) as stage:
        for _ in range(hosts):
            await stage.start()
        work = Work(stage)
        await work.hint(work.create("Warm"))
        await happens(work.is_done)
        start = time.monotonic()
        waits = [_wait_for(work, f"Contract {number:02}", start + number * every) for number in range(1, hints + 1)]
        waited = await asyncio.gather(*waits)
        print(f"fastest {min(waited):.2f} s, each: {' '.join(f'{one:.2f}' for one in waited)}")
        return [
            Ratio(f"a hint every {every:.0f} s, {hints} of them: median", median(waited), STEADY_MEDIAN, "s"),
            Ratio(f"a hint every {every:.0f} s, {hints} of them: worst", max(waited), STEADY_WORST, "s"),
        ]


async def _wait_for(work: Work, name: str, moment: float) -> float:
    """
    Hint a workspace at a moment of the monotonic clock; return how many seconds its tasks took.

    At a moment of its own, not so long after the last was done: the queue's pauses begin with what was found last, so
    that each hint would meet the same place between two polls, and all would wait alike.
    """
    await asyncio.sleep(moment - time.monotonic())
    node = work.create(name)
    await work.hint(node)
    await happens(lambda: work.is_done(name), seconds=120)
    return time.monotonic() - moment


async def main(arguments: list[str]) -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.on_hosts", description=__doc__)
    parser.add_argument("what", choices=(*ENDS, "pace", "steady"))
    parser.add_argument("--instances", type=int, default=1)
    parser.add_argument("--hints", type=int, default=38)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="hosts-") as folder:
        where = Path(folder)
        if given.what in ENDS:
            ratios = await ended(given.what, where, hosts=given.instances)
        elif given.what == "pace":
            ratios = await together(where, hosts=given.instances)
        else:
            ratios = await steady(where, hosts=given.instances, hints=given.hints)
    for ratio in ratios:
        verdict = "ok  " if ratio.is_kept else "OVER"
        print(f"{verdict} {ratio.measured:8.2f} of at most {ratio.limit:g} {ratio.unit}: {ratio.name}", flush=True)
    return 0 if all(ratio.is_kept for ratio in ratios) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
