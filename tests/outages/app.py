"""
The function app in one process and in virtual time: the real shells, over tables in memory and both simulators.

The host's part is as its contract says: timers by their schedules; a message that fails comes again after 30 seconds,
and goes to poison after five tries.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import azure.functions as func
import httpx

from local.demo.world import build
from local.in_process.loop import SimLoop
from local.in_process.system import MemoryQueue
from local.in_process.tables import MemoryTables
from local.in_process.transport import Answer, Direct, Handler, Query
from local.local_system import SETTINGS
from shared import wiring
from shared.clients import opentext
from shared.clients.graph.connection import connect
from shared.clients.graph.directory import DirectoryClient
from shared.clients.graph.mail import Mail
from shared.clients.graph.planner import Planner
from shared.clients.graph.subscriptions import Subscriptions
from shared.settings import Settings
from shared.store.hands import Hands
from shared.store.queues import ORIGINS, PLANS, POISON, Queues
from shared.store.tables import NAMES, Tables
from shared.wiring import Wiring
from shared.wiring.outside import Outside, Watched, sign_in_of
from shared.wiring.queue_door import QueueDoor
from shared.wiring.stores import Stores, storage_over
from tests.app_functions import list_functions
from tests.repository import ROOT

GRAPH, CONTENT = "http://127.0.0.1:8082", "http://127.0.0.1:8081"
ADDRESSES = {
    "AzureWebJobsStorage": "UseDevelopmentStorage=true",
    "OPENTEXT_BASE_URL": f"{CONTENT}/cs/cs",
    "OTDS_BASE_URL": f"{CONTENT}/otdsws",
    "GRAPH_BASE_URL": GRAPH,
    "PUBLIC_BASE_URL": "http://127.0.0.1:7071",
    "MAPPING_FILE": str(ROOT / "mapping.yaml"),
}
DEPLOYED = {
    "SETTLE_SECONDS": "120",
    "OUTCOME_GRACE_SECONDS": "60",
    "WRITE_BACK_SCHEDULE": "*/30 * * * * *",
    "ESCALATION_SCHEDULE": "*/30 * * * * *",
    "SUBSCRIPTION_SCHEDULE": "0 */10 * * * *",
}
TICK = 30
"""Seconds: of both schedules."""
MOMENT = 2.0
"""Seconds that are waited for what usually is done at once: a tick's own work must not stop the next tick."""
FUNCTION_TIMEOUT = 600.0
TRIES, AGAIN = 5, timedelta(seconds=30)
"""host.json: maxDequeueCount and visibilityTimeout."""


class AppLoop(SimLoop):
    """Waiting moves the clock; what is sent to a thread is done at once."""

    def run_in_executor(self, executor: object, func: Any, *args: object) -> Any:
        """Run it here and now."""
        del executor
        future: asyncio.Future[Any] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - it is the awaiter's
            future.set_exception(error)
        return future


class _Wiring(Wiring):
    """The real wiring, over tables in memory and simulators without a socket."""

    def __init__(self, app: "App", environment: Mapping[str, str]) -> None:
        super().__init__(environment, clock=app.now, ticks=app.loop.time)
        self._app = app

    def _open_stores(self) -> Stores:
        if self._stores is None:
            app = self._app
            clients = {table: app.account.client(table) for table in NAMES}
            tables = Tables(clients, writer="worker")
            queues = self._open_queues().queues
            hands = Hands(tables, queues, "worker", ticks=app.loop.time)
            storage = storage_over(tables, queues, owner="worker", now=app.now, hands=hands)
            self._stores = Stores(tables, storage, AsyncExitStack())
        return self._stores

    def _open_queues(self) -> QueueDoor:
        if self._door is None:
            found = self._app.queues
            queues = Queues(found[ORIGINS], found[PLANS], poison={name: found[name] for name in POISON})
            self._door = QueueDoor(queues, None, AsyncExitStack())
        return self._door

    def outside(self) -> Outside:
        if self._outside is None:
            self._outside = self._connect(self.settings())
        return self._outside

    def _connect(self, settings: Settings) -> Outside:
        storage, app = self._open_stores().storage, self._app
        watched = Watched(storage, settings)
        hooks: Any = {"request": [watched.before], "response": [watched.behind]}
        to_graph = httpx.AsyncClient(transport=Direct(app.to_graph), event_hooks=hooks)
        to_content = httpx.AsyncClient(transport=Direct(app.to_content), event_hooks=hooks)
        connection = connect(GRAPH, to_graph, None)
        return Outside(
            opentext=opentext.connect(
                sign_in_of(settings),
                to_content,
                zone=settings.opentext_zone,
                now=app.now,
                longest_pause=storage.gates.longest,
                door=storage.sign_in_gates,
            ),
            graph=connection,
            planner=Planner(connection),
            directory=DirectoryClient(connection, app.now),
            subscriptions=Subscriptions(connection),
            mail=Mail(connection, settings.notify_from) if settings.notify_from else None,
            opened=AsyncExitStack(),
        )


class App:
    """
    One deployed bridge, with its world.

    Args:
        loop: tells the time.
        environment: differences from the settings of a deployed app.
    """

    def __init__(self, loop: SimLoop, environment: Mapping[str, str] | None = None) -> None:
        self.loop = loop
        self.now = loop.now
        self.world = build(self.now)
        self.graph: Handler = self.world.graph.handle
        self.content: Handler = self.world.content.handle
        self.account = MemoryTables(self._on_table, self.now)
        self.calls: Counter[str] = Counter()
        self.queues: dict[str, Any] = {name: MemoryQueue(self.calls, self.now) for name in (ORIGINS, PLANS, *POISON)}
        self.hangs = False
        """Storage takes requests and answers none."""
        self.unforeseen = ""
        """The table in which every write ends in something that nobody foresaw."""
        self._environment = {**SETTINGS, **ADDRESSES, **DEPLOYED, **(environment or {})}
        self.wired = _Wiring(self, self._environment)
        self._tries: Counter[str] = Counter()
        self._in_place = contextlib.ExitStack()
        self._running: dict[str, asyncio.Task[object]] = {}
        self.world.graph.deliver = self._deliver

    async def _deliver(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Let the simulated Graph call the app: handshakes and notifications."""
        split = urlsplit(url)
        name = "graph_" + split.path.rpartition("/")[2]
        request = func.HttpRequest("POST", url, headers=headers, params=dict(parse_qsl(split.query)), body=body)
        answer = await self._call(name, req=request, context=_context(name))
        return answer.status_code, {"content-type": answer.mimetype}, answer.get_body()

    async def _on_table(self, moment: str, table: str, operation: str) -> None:
        if moment == "before" and table == self.unforeseen and operation != "query":
            message = "made up: nobody thought of this"
            raise ValueError(message)
        if moment == "before" and self.hangs:
            await asyncio.sleep(10**9)

    async def to_graph(self, method: str, path: str, query: Query, headers: Mapping[str, str], body: bytes) -> Answer:
        """Hand a call to whatever stands before Graph now."""
        return await self.graph(method, path, query, headers, body)

    async def to_content(self, method: str, path: str, query: Query, headers: Mapping[str, str], body: bytes) -> Answer:
        """Hand a call to whatever stands before Content Server and OTDS now."""
        return await self.content(method, path, query, headers, body)

    @contextlib.contextmanager
    def deployed(self) -> Iterator[None]:
        """Be the app that functions find."""
        with contextlib.ExitStack() as self._in_place:
            self._in_place.enter_context(wiring.use(self.wired))
            yield

    def change(self, **environment: str) -> None:
        """Restart the worker with other settings."""
        self._environment |= environment
        self.wired = _Wiring(self, self._environment)
        self._in_place.close()
        self._in_place.enter_context(wiring.use(self.wired))

    # --- the host

    async def pass_by(self, minutes: float, each_minute: Callable[[], Awaitable[None]]) -> None:
        """Let time pass; the timers tick by their schedules, and what they bring is done."""
        begun = self.loop.time()
        for tick in range(1, int(minutes * 60 / TICK) + 1):
            until = begun + tick * TICK
            await asyncio.sleep(until - self.loop.time())
            seconds = round(until)
            await self._in_its_turn("write_back", self._timer("write_back"))
            await self._in_its_turn("escalation_sweep", self._timer("escalation_sweep"))
            if seconds % 600 == 0:
                await self._in_its_turn("renew_subscriptions", self._timer("renew_subscriptions"))
            await self._in_its_turn("graph", self.world.graph.deliver_pending())
            await self._in_its_turn("queues", self.drain())
            if seconds % 60 == 0:
                await each_minute()

    async def _in_its_turn(self, name: str, work: Coroutine[Any, Any, object]) -> None:
        """Begin work unless the same is still going on, as the host does with timers; wait for it a moment."""
        if (running := self._running.get(name)) is not None and not running.done():
            work.close()
            return
        self._running[name] = task = asyncio.create_task(work)
        await asyncio.wait({task}, timeout=MOMENT)

    async def _timer(self, name: str) -> None:
        with contextlib.suppress(Exception):  # the host logs it, and ticks again
            await asyncio.wait_for(self._call(name, timer=None, context=_context(name)), FUNCTION_TIMEOUT)

    async def drain(self) -> None:
        """Work until nothing can be seen on the queues."""
        while any(self.queues[name].show() for name in (ORIGINS, PLANS)):
            for name, function in ((ORIGINS, "reconcile"), (PLANS, "read_plan")):
                if self.queues[name].messages:
                    await self._message(name, function, self.queues[name].messages.pop(0))

    async def _message(self, queue: str, function: str, body: str) -> None:
        try:
            await self._call(function, message=_Message(body))
        except Exception:  # noqa: BLE001 - whatever leaves a function is the host's
            self._tries[body] += 1
            if self._tries[body] < TRIES:
                self.queues[queue].hidden.append((self.now() + AGAIN, body))
                return
            await self._call(f"dead_{queue}", message=_Message(body))
        self._tries.pop(body, None)

    async def get(self, name: str, path: str, **route: str) -> tuple[int, bytes]:
        """Ask an HTTP function, as somebody with a key."""
        request = func.HttpRequest("GET", f"http://127.0.0.1:7071/api/{path}", route_params=route, body=b"")
        arguments = {"context": _context(name)} if route else {}
        answer = await self._call(name, req=request, **arguments)
        return answer.status_code, answer.get_body()

    async def _call(self, name: str, **arguments: Any) -> Any:
        return await list_functions()[name](**arguments)


class _Message:
    """What the host hands to a queue function."""

    def __init__(self, body: str) -> None:
        self.id, self.insertion_time, self._body = "message", None, body

    def get_body(self) -> bytes:
        return self._body.encode()


def _context(name: str) -> Any:
    return SimpleNamespace(function_name=name, invocation_id=name, trace_context=SimpleNamespace(trace_parent=None))


def in_app_time(story: Callable[[AppLoop], Coroutine[Any, Any, Any]]) -> Any:
    """Run a story to its end in virtual time."""
    loop = AppLoop()
    try:
        asyncio.set_event_loop(loop)
        return loop.run_until_complete(story(loop))
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        asyncio.set_event_loop(None)
        loop.close()
