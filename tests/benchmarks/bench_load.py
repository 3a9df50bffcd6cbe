"""Round trips that may not grow with what stands beside the work: many tasks, many origins, many plans."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from local.in_process.loop import SimLoop, run
from local.in_process.transport import Answer, Handler, Query
from shared.models.link import LinkState
from shared.models.messages import OriginMessage, PlanMessage
from shared.models.planner_writes import NewTask
from shared.models.words import WaitedFor
from shared.reconciler.reconcile import reconcile
from shared.store.plans import PlanRow
from shared.timing import PLAN_BUSY
from shared.watchers.read_plan import read_plan
from shared.watchers.timers import sweep_plans
from tests.benchmarks.ratios import Ratio
from tests.contracts import Requests, at_rest, mapping_of, must, plan_of, spent
from tests.engine import Engine, engine

ITEMS = 10
TASKS = 300
OF_PEOPLE = 1000
ORIGINS = 200
UNCLAIMED = 20
PLANS = 300
AT_ONCE = 60
SLOTS = 4
OPENTEXT_CALL, GRAPH_CALL = 0.12, 0.25
"""Seconds: of a look's half second OpenText has two calls, Planner the rest."""


def measure() -> list[Ratio]:
    """Count; each worker has already seen the people and plans concerned."""
    return [*asyncio.run(_measure()), _at_once()]


async def _measure() -> list[Ratio]:
    return [
        *await _unchanged(),
        *await _one_of_many(),
        *await _held_among_people(),
        *await _unclaimed(),
        *await _after_a_pause(),
    ]


async def _unchanged() -> list[Ratio]:
    """Look at an origin of ten in which nothing changed, once its worker knows gates and mapping."""
    started = engine(mapping_of(ITEMS))
    [origin] = await at_rest(started, 1)
    for _ in range(2):
        before = started.calls()
        await started.look(origin, WaitedFor.HINT_AGAIN)
        cost = spent(started, before)
    return [
        Ratio(f"an unchanged origin of {ITEMS}: {system}", cost[name], limit, "calls")
        for name, system, limit in (("graph", "Graph", 1), ("opentext", "OpenText", 2), ("tables", "tables", 4))
    ]


async def _one_of_many() -> list[Ratio]:
    """Let a person change one task of 300; count what reading the plan and the look that it asks for ask of Graph."""
    started = engine(mapping_of(TASKS))
    [origin] = await at_rest(started, 1)
    task = list(started.world.graph.tasks)[TASKS // 2]
    started.world.graph.person_patch_task(started.world.users["lwhite"], task, percentComplete=50)
    requests = Requests(started)
    await read_plan(PlanMessage(plan=plan_of(started)), started.services)
    await started.rest()
    link = next(link for link in (await started.services.origins.find_links(origin)).values() if link.task_id == task)
    must(link.base["progress"].got == 50, "the change was not agreed on")
    return [
        Ratio(f"one changed task of {TASKS} in an origin: Graph", requests.by_method.total(), 12, "requests"),
    ]


async def _held_among_people() -> list[Ratio]:
    """Compare looks at an origin of ten amid 1,000 tasks of people, with all of its tasks and with one deleted."""
    calls = []
    for is_deleted in (False, True):
        started = engine(mapping_of(10, more=", when_deleted: hold"))
        [origin] = await at_rest(started, 1)
        graph, user = started.world.graph, started.world.users["lwhite"]
        task, plan = next(iter(graph.tasks)), plan_of(started)
        for number in range(OF_PEOPLE):
            graph.person_create_task(user, plan, f"Of a person {number}")
        started.forward(timedelta(minutes=15))
        if is_deleted:
            graph.delete(user, task)
        for _ in range(3):
            await started.tick()
        states = {link.state for link in (await started.services.origins.find_links(origin)).values()}
        must((LinkState.HELD in states) is is_deleted, f"not held as meant: {states}")
        calls.append(await _looked(started, origin, plan))
    name = f"a look with one deleted task, {OF_PEOPLE:,} tasks of people in the plan, against one without: tables"
    return [Ratio(name, calls[1] - calls[0], 2, "calls more")]


async def _looked(started: Engine, origin: str, plan: str) -> int:
    """Count the table calls of a look that a read of the plan asked for."""
    for _ in range(2):
        await started.services.gates.find_closed(started.services.now())
        before = started.calls()
        await reconcile(OriginMessage(origin=origin, waited_for=WaitedFor.CHANGED, plan=plan), started.services)
    return spent(started, before)["tables"]


async def _unclaimed() -> list[Ratio]:
    """Read a plan in which 20 tasks of our making belong to nothing, beside those of 200 origins."""
    started = engine(mapping_of(2))
    await at_rest(started, ORIGINS)
    plan = plan_of(started)
    await started.services.planner.create_tasks(
        [NewTask(plan_id=plan, title=f"Nobody's {number}") for number in range(UNCLAIMED)]
    )
    started.forward(timedelta(minutes=5))
    before = started.calls()
    await read_plan(PlanMessage(plan=plan), started.services)
    tables = spent(started, before)["tables"]
    name = f"a read that finds {UNCLAIMED} unclaimed tasks of our making, {ORIGINS} origins in the plan: tables, a task"
    return [Ratio(name, tables / UNCLAIMED, 2, "calls")]


async def _after_a_pause() -> list[Ratio]:
    """Sweep 300 plans at rest that nobody swept for an hour, and go on for ten minutes; count what a sweep queues."""
    started = engine(mapping_of(1))
    plans, now = started.services.plans, started.services.now()
    for number in range(PLANS):
        row = PlanRow(plan_id=f"plan-{number}", next_read=now, changed_at=now - timedelta(days=1))
        await plans.save(row, etag=None)
    started.forward(timedelta(hours=1))
    queued = []
    for _ in range(40):
        queued.append(await sweep_plans(started.services))
        started.forward(PLAN_BUSY)
    must(sum(queued) >= 2 * PLANS, f"{sum(queued)} reads in ten minutes")
    name = f"{PLANS} plans after a pause of an hour: the most that one sweep queues"
    return [Ratio(name, max(queued), PLANS // 10, "plans")]


def _at_once() -> Ratio:
    """Look at 60 origins at once with four slots, each call as long as it may really be; in virtual time."""

    async def main(loop: SimLoop) -> float:
        started = engine(mapping_of(2), OPENTEXT_CONCURRENCY=str(SLOTS))
        origins = await at_rest(started, AT_ONCE)
        begun, asked = loop.time(), started.inside.calls["opentext GET"]
        inside = started.inside
        inside.content, inside.graph = _slowed(inside.content, OPENTEXT_CALL), _slowed(inside.graph, GRAPH_CALL)
        await asyncio.gather(*(started.look(origin, WaitedFor.HINT_AGAIN) for origin in origins))
        calls = inside.calls["opentext GET"] - asked
        must(calls >= 2 * AT_ONCE, f"OpenText was asked {calls} times")
        return (loop.time() - begun) / (2 * AT_ONCE * OPENTEXT_CALL / SLOTS)

    name = f"{AT_ONCE} looks at once, {SLOTS} slots, half of a look Planner's: against OpenText's share alone"
    return Ratio(name, run(main), 1.25)


def _slowed(handler: Handler, seconds: float) -> Handler:
    async def handle(method: str, path: str, query: Query, headers: Mapping[str, str], body: bytes) -> Answer:
        await asyncio.sleep(seconds)
        return await handler(method, path, query, headers, body)

    return handle
