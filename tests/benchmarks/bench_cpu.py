"""
CPU of everyday work, against the very same calls made by plain httpx, each answer parsed as JSON and then let go.

Engine and clients run in this process, over simulators and tables whose own time is taken off. What storage's client
takes is measured against Azurite, by kind of call, and so is what httpx takes for such a call.
"""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from time import process_time
from typing import Any

import httpx

from local.azurite import ACCOUNT, KEY, Azurite, running
from local.demo.world import create_contract
from local.in_process.transport import Answer, Handler, Query
from local.scale import storage_client
from local.scale.meter import Meter
from local.scale.storage_client import DATA, ClientCost, seconds
from shared.models.messages import PlanMessage
from shared.models.words import WaitedFor
from shared.watchers.read_plan import read_plan
from tests.benchmarks.bench_calls import APPROVAL, approval
from tests.benchmarks.ratios import Ratio, cpu
from tests.contracts import END, at_rest, mapping_of, plan_of, write_mapping
from tests.engine import Engine, engine

RUNS = 5
ITEMS = 10
TASKS = 1000
TIMES = 100


class Replay:
    """Keeps what one worker sends and is answered, and compares what that costs with plain httpx."""

    def __init__(self, started: Engine) -> None:
        self._sent: list[tuple[httpx.Request, Answer]] = []
        inside = started.inside
        inside.graph, inside.content = self._kept(inside.graph), self._kept(inside.content)
        self._meter = Meter(inside)

    def _kept(self, handler: Handler) -> Handler:
        async def handle(method: str, path: str, query: Query, headers: Any, body: bytes) -> Answer:
            answer = await handler(method, path, query, headers, body)
            url = httpx.URL("http://127.0.0.1" + path, params=list(query))
            self._sent.append((httpx.Request(method, url, headers=headers, content=body), answer))
            return answer

        return handle

    async def measure(self, act: Callable[[], Awaitable[object]], client: ClientCost, raw: ClientCost) -> float:
        """Return the ratio of one run."""
        self._sent.clear()
        self._meter.start()
        await act()
        cost = self._meter.cost()
        least = min([await replayed(self._sent) for _ in range(RUNS)])
        return (cost.cpu + client.of(cost.calls)) / (least + raw.of(cost.calls))


class Canned(httpx.AsyncBaseTransport):
    """The answers that were given, one after another."""

    def __init__(self, answers: list[Answer]) -> None:
        self._answers = iter(answers)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        status, headers, body = next(self._answers)
        return httpx.Response(status, headers=headers, content=body, request=request)


async def replayed(sent: list[tuple[httpx.Request, Answer]]) -> float:
    """Send the same requests again; return the CPU seconds."""
    async with httpx.AsyncClient(transport=Canned([answer for _, answer in sent])) as http:
        begun = process_time()
        for one, _ in sent:
            answer = await http.request(one.method, one.url, headers=one.headers, content=one.content)
            if answer.content and "json" in answer.headers.get("content-type", ""):
                json.loads(answer.content)
        return process_time() - begun


def measure() -> list[Ratio]:
    """Compare four works; the best of some runs counts, since disturbances only ever add."""
    with running() as azurite:
        raw = asyncio.run(raw_storage(azurite))
    return asyncio.run(_measure(storage_client.measure(), raw))


async def _measure(client: ClientCost, raw: ClientCost) -> list[Ratio]:
    flows = (
        (f"making {ITEMS} tasks", _making, 4.0),
        ("a completed approval", _deciding, 3.0),
        (f"an unchanged origin of {ITEMS}", _unchanged, 3.5),
        (f"an unchanged plan of {TASKS:,}", _plan, 2.0),
    )
    return [
        Ratio(f"CPU of {name} / the same calls by httpx", min(await flow(client, raw)), limit)
        for name, flow, limit in flows
    ]


async def _making(client: ClientCost, raw: ClientCost) -> list[float]:
    started = engine(mapping_of(ITEMS))
    await at_rest(started, 1)
    replay = Replay(started)

    async def make(number: int) -> float:
        origin = f"workspace-{create_contract(started.world, f'Made {number}', END)}"
        return await replay.measure(lambda: started.look(origin), client, raw)

    return [await make(number) for number in range(RUNS)]


async def _deciding(client: ClientCost, raw: ClientCost) -> list[float]:
    async def decide() -> float:
        started = engine(write_mapping(APPROVAL))
        origin, task = await approval(started)
        reviewer = started.world.users["dfoxhoven"]
        started.world.graph.tick(reviewer, task, "Approve")
        started.world.graph.complete(reviewer, task)
        return await Replay(started).measure(lambda: started.look(origin, WaitedFor.CHANGED), client, raw)

    return [await decide() for _ in range(RUNS)]


async def _unchanged(client: ClientCost, raw: ClientCost) -> list[float]:
    started = engine(mapping_of(ITEMS))
    [origin] = await at_rest(started, 1)
    replay = Replay(started)
    return [
        await replay.measure(lambda: started.look(origin, WaitedFor.HINT_AGAIN), client, raw) for _ in range(RUNS * 2)
    ]


async def _plan(client: ClientCost, raw: ClientCost) -> list[float]:
    started = engine(mapping_of(1))
    await at_rest(started, 1)
    plan = plan_of(started)
    for number in range(TASKS - 1):
        started.world.graph.person_create_task(started.world.users["lwhite"], plan, f"Of a person {number}")
    for _ in range(3):
        await started.tick()
    replay = Replay(started)
    return [
        await replay.measure(lambda: read_plan(PlanMessage(plan=plan), started.services), client, raw)
        for _ in range(RUNS)
    ]


async def raw_storage(azurite: Azurite) -> ClientCost:
    """Measure what plain httpx takes for a call to a table: signed by hand, its answer parsed."""
    base, name = azurite.endpoint("Table"), "raw"
    key, row = base64.b64decode(KEY), "(PartitionKey='p',RowKey='r')"

    def signed(path: str) -> dict[str, str]:
        date = format_datetime(datetime.now(UTC), usegmt=True)
        text = f"{date}\n/{ACCOUNT}/{ACCOUNT}/{path}"
        mac = base64.b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).decode()
        kinds = {"Accept": "application/json;odata=minimalmetadata", "Content-Type": "application/json"}
        proof = {"x-ms-date": date, "x-ms-version": "2019-02-02", "Authorization": f"SharedKeyLite {ACCOUNT}:{mac}"}
        return kinds | proof

    async with httpx.AsyncClient(trust_env=False) as http:

        async def send(method: str, path: str, body: dict[str, str] | None = None) -> None:
            content = None if body is None else json.dumps(body).encode()
            answer = await http.request(method, f"{base}/{path}", headers=signed(path), content=content)
            answer.raise_for_status()
            if answer.content:
                json.loads(answer.content)

        await send("POST", "Tables", {"TableName": name})
        entity = {"PartitionKey": "p", "RowKey": "r", "data": DATA}
        write = await seconds(lambda: send("PUT", f"{name}{row}", entity))
        read = await seconds(lambda: send("GET", f"{name}{row}"))
    each = cpu(lambda: json.loads(json.dumps(entity)), times=TIMES)
    return ClientCost(
        call={"get": read, "query": read, "write": write, "transaction": write, "send": write}, row=each, operation=each
    )
