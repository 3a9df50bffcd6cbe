"""
Reading a plan of 100 tasks: our client, the least that one can do, and the SDK's typed client.

All three over the same httpx and one transport in this process that answers with the same bytes.
"""

import asyncio
import json
import sys
import warnings
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx

from local.in_process.transport import Direct
from local.simulators.graph import Graph
from shared.clients.graph.connection import connect
from shared.clients.graph.pages import Page
from shared.clients.graph.planner import Planner
from shared.models.planner import PlannerTask
from shared.models.planner_writes import NewTask
from tests.benchmarks.ratios import Ratio, cpu, in_turns

TASKS = 100
MOST_OF_TYPED = 0.01 if sys.version_info < (3, 12) else 0.02
"""What the SDK's typed client takes, times this: Python 3.13 runs it about twice as fast as 3.11."""
BASE = "http://localhost"
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


class Canned(httpx.AsyncBaseTransport):
    """The same answer to every request."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": "application/json"}, content=self._body, request=request)


def _run(runner: asyncio.Runner, read: Callable[[], Coroutine[Any, Any, int]]) -> None:
    """Read once."""
    runner.run(read())


def measure() -> list[Ratio]:
    """Compare the three, in CPU time of one process."""
    with asyncio.Runner() as runner:
        plan_id, body = runner.run(plan_of_tasks())
        readers = {"ours": ours, "plain": plain, "typed": typed}
        reads = {name: make(plan_id, Canned(body)) for name, make in readers.items()}
        counts = {name: runner.run(read()) for name, read in reads.items()}  # also imports what is imported lazily
        if set(counts.values()) != {TASKS}:
            message = f"not everybody read the same: {counts}"
            raise AssertionError(message)
        turns = {name: partial(_run, runner, read) for name, read in reads.items()}
        our, plain_ = in_turns(turns["ours"], turns["plain"], times=100)
        slowest = cpu(turns["typed"], times=3)
    return [
        Ratio(f"reading {TASKS} tasks / httpx, json and the same model", our / plain_, 1.5),
        Ratio(f"reading {TASKS} tasks / the SDK's typed get()", our / slowest, MOST_OF_TYPED),
    ]


async def plan_of_tasks():
    """What the simulator answers for a plan that is in use."""
    graph = Graph(now=lambda: NOW)
    people = [graph.add_user(f"user-{number}@contoso.example") for number in range(5)]
    plan_id = graph.add_plan(graph.add_group("Legal", people), "Contracts", ["To do"], {"category1": "Urgent"})
    planner = Planner(connect(BASE, httpx.AsyncClient(transport=Direct(graph.handle)), None))
    await planner.create_tasks(
        [
            NewTask(
                plan_id=plan_id,
                title=f"Contract {number}: legal review",
                due=NOW,
                assignees=tuple(people[: 1 + number % 3]),
                categories=("category1",),
            )
            for number in range(TASKS)
        ]
    )
    async with httpx.AsyncClient(transport=Direct(graph.handle)) as http:
        answer = await http.get(f"{BASE}/v1.0/planner/plans/{plan_id}/tasks", headers={"Authorization": "Bearer local"})
    return plan_id, answer.content


def ours(plan_id, transport):
    planner = Planner(connect(BASE, httpx.AsyncClient(transport=transport), None))

    async def read():
        return len(await planner.list_tasks(plan_id))

    return read


def plain(plan_id, transport):
    http = httpx.AsyncClient(transport=transport)

    async def read():
        answer = await http.get(
            f"{BASE}/v1.0/planner/plans/{plan_id}/tasks",
            headers={"Authorization": "Bearer local", "Accept": "application/json"},
        )
        return len(Page[PlannerTask].model_validate(json.loads(answer.content)).value)

    return read


def typed(plan_id, transport):
    """The SDK's own way, over our connection's adapter: only the reading differs."""
    warnings.simplefilter("ignore", DeprecationWarning)  # of the SDK's generated classes
    connection = connect(BASE, httpx.AsyncClient(transport=transport), None)
    builder = connection.graph.planner.plans.by_planner_plan_id(plan_id).tasks

    async def read():
        return len((await builder.get()).value)

    return read
