"""
The whole bridge in one process and without a socket: tables and queues in memory, both simulators called directly.

Time stands still until somebody moves it. Every call is counted: what the scale model and fast tests are made of.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace

import httpx

from local.demo.world import ZONE, World, build
from local.in_process.tables import MemoryTables
from local.in_process.transport import Answer, Direct, Handler, Query
from local.local_system import SETTINGS
from shared.clients import opentext
from shared.clients.graph.connection import connect
from shared.clients.graph.directory import DirectoryClient
from shared.clients.graph.mail import Mail
from shared.clients.graph.planner import Planner
from shared.clients.graph.subscriptions import Subscriptions
from shared.intake.expected_failures import run_origin, run_plan
from shared.models.messages import OriginMessage, PlanMessage
from shared.reconciler.reconcile import reconcile
from shared.services import Services, Storage
from shared.settings import Settings, read_settings
from shared.store.hands import Hands, uptime
from shared.store.queues import Queues
from shared.store.tables import NAMES, Tables
from shared.watchers.read_plan import read_plan
from shared.watchers.timers import sweep_agenda, sweep_plans
from shared.wiring.outside import Outside, services_of, sign_in_of
from shared.wiring.rules import load_rules
from shared.wiring.stores import Stores, storage_over

BASE = "http://127.0.0.1"
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A Monday morning."""
OPENTEXT, GRAPH, TABLES, QUEUES, HANDS = "opentext", "graph", "tables", "queues", "hands"


class MemoryQueue:
    """One queue: what the store uses of the SDK's client."""

    def __init__(self, calls: Counter[str], now: Callable[[], datetime]) -> None:
        self.messages: list[str] = []
        """Those that can be seen."""
        self.hidden: list[tuple[datetime, str]] = []
        self.in_hand = 0
        """Taken by hosts, and not done yet."""
        self.refusals: list[Exception | None] = []
        """What is raised at the next sends, one at each. None: that one is taken."""
        self._calls = calls
        self._now = now

    async def create_queue(self, **_: object) -> None:
        """It is always there."""

    async def send_message(self, content: str, **how: object) -> None:
        """
        Put one message at the end, to be seen after some seconds.

        Raises:
            Exception: the next refusal; the queue does not have the message.
        """
        self._calls[f"{QUEUES} send"] += 1
        if self.refusals and (refusal := self.refusals.pop(0)) is not None:
            raise refusal
        if hidden := float(str(how.get("visibility_timeout") or 0)):
            self.hidden.append((self._now() + timedelta(seconds=hidden), content))
        else:
            self.messages.append(content)

    def show(self) -> list[str]:
        """Return the messages that can be seen by now."""
        now = self._now()
        self.messages += [content for at, content in self.hidden if at <= now]
        self.hidden = [(at, content) for at, content in self.hidden if at > now]
        return self.messages

    def take(self, most: int) -> list[str]:
        """Take the oldest that can be seen, as a host does; it counts them out of `in_hand` when they are done."""
        taken = self.show()[:most]
        del self.messages[:most]
        self.in_hand += len(taken)
        return taken

    def length(self) -> int:
        """Count all, also those that can't be seen, as the service does."""
        return len(self.messages) + len(self.hidden) + self.in_hand

    async def get_queue_properties(self, **_: object) -> SimpleNamespace:
        """Tell its length."""
        self._calls[f"{QUEUES} length"] += 1
        return SimpleNamespace(approximate_message_count=self.length())


class Inside:
    """
    One worker over a world of its own.

    Args:
        mapping: absolute path of the mapping file.
        settings: differences from the local settings.
        world: None: the demo's.
        storage_clock: None: the worker's.
    """

    def __init__(
        self,
        mapping: Path,
        *,
        settings: dict[str, str] | None = None,
        world: World | None = None,
        storage_clock: Callable[[], datetime] | None = None,
    ) -> None:
        self.at = START
        self.passing: Callable[[], timedelta] = timedelta
        """Tells what has passed besides; by default time stands still until somebody moves it."""
        self.world = world or build(self.now)
        self.calls: Counter[str] = Counter()
        """By system and kind: "graph GET", "tables query"."""
        storage_now = storage_clock or self.now
        self.account = MemoryTables(self._count_table, storage_now)
        self.hands = MemoryTables(self._count_hands, storage_now)
        """Workers' rows stand apart here, to be counted by themselves: how many share a write is a matter of load."""
        self.origins, self.plans = MemoryQueue(self.calls, storage_now), MemoryQueue(self.calls, storage_now)
        self.graph: Handler = self.world.graph.handle
        """Replace it to stand before the simulator."""
        self.content: Handler = self.world.content.handle
        self.rng = Random(0)  # noqa: S311 - jitter, the same at each run
        self._environment = {**SETTINGS, **_ADDRESSES, **(settings or {})}
        self._rules = load_rules(str(mapping), self._environment)
        self._settings = read_settings(Settings, self._environment)
        self._services = self.wire("worker")

    def now(self) -> datetime:
        """Tell the time."""
        return self.at + self.passing()

    def storage(self) -> Storage:
        """Return the services, as wiring does."""
        return self._services

    def services(self) -> Services:
        """Return the services, as wiring does."""
        return self._services

    def restart(self, name: str) -> None:
        """Go on as another worker, which remembers nothing."""
        self._services = self.wire(name)

    def reload(self, mapping: Path, name: str) -> None:
        """Go on as another worker, deployed with another mapping."""
        self._rules = load_rules(str(mapping), self._environment)
        self.restart(name)

    async def pass_time(self, step: timedelta, *, times: int) -> None:
        """Let time pass in steps; at each both timers tick, and what they bring is done."""
        for _ in range(times):
            self.at += step
            await sweep_plans(self.services())
            await sweep_agenda(self.services())
            await self.drain()

    async def drain(self) -> int:
        """Work until both queues are empty; return how many messages that took."""
        done = 0
        while self.origins.show() or self.plans.show():
            done += 1
            if self.origins.messages:
                message = OriginMessage.model_validate_json(self.origins.messages.pop(0))
                await run_origin(message, reconcile, self)
            else:
                await run_plan(PlanMessage.model_validate_json(self.plans.messages.pop(0)), read_plan, self)
        return done

    def wire(self, name: str, *, ticks: Callable[[], float] = uptime) -> Services:
        """
        Make a worker's services over this world.

        Args:
            ticks: monotonic seconds, by which its hands give their sign of life.
        """
        clients = {table: self.account.client(table) for table in NAMES}
        tables = Tables(clients, writer=name)
        settings = self._settings
        queues = Queues(self.origins, self.plans)
        apart = {table: self.hands.client(table) for table in NAMES}
        hands = Hands(Tables(apart, writer=name), queues, name, ticks=ticks)
        storage = storage_over(tables, queues, owner=name, now=self.now, hands=hands)
        stores = Stores(tables, storage, AsyncExitStack())
        return services_of(
            stores,
            settings,
            self._rules,
            outside=self.connect(),
            rng=self.rng,
            environment=self._environment,
            ticks=lambda: self.now().timestamp(),
        )

    def connect(self) -> Outside:
        """Make the clients of both systems."""

        async def to_graph(method: str, path: str, query: Query, headers: Mapping[str, str], body: bytes) -> Answer:
            self.calls[f"{GRAPH} {method}"] += 1
            return await self.graph(method, path, query, headers, body)

        async def to_content(method: str, path: str, query: Query, headers: Mapping[str, str], body: bytes) -> Answer:
            self.calls[f"{OPENTEXT} {method}"] += 1
            return await self.content(method, path, query, headers, body)

        connection = connect(BASE, httpx.AsyncClient(transport=Direct(to_graph)), None)
        http = httpx.AsyncClient(transport=Direct(to_content))
        sign_in = sign_in_of(self._settings)
        return Outside(
            opentext=opentext.connect(sign_in, http, zone=self._settings.opentext_zone, now=self.now),
            graph=connection,
            planner=Planner(connection),
            directory=DirectoryClient(connection, self.now),
            subscriptions=Subscriptions(connection),
            mail=Mail(connection, self._settings.notify_from) if self._settings.notify_from else None,
            opened=AsyncExitStack(),
        )

    async def _count_table(self, moment: str, table: str, operation: str) -> None:
        if moment == "before":
            self.calls[f"{TABLES} {operation}"] += 1
            self.calls[f"{table} {operation}"] += 1

    async def _count_hands(self, moment: str, _: str, operation: str) -> None:
        if moment == "before":
            self.calls[f"{HANDS} {operation}"] += 1


_ADDRESSES = {
    "OPENTEXT_BASE_URL": f"{BASE}/cs/cs",
    "OTDS_BASE_URL": f"{BASE}/otdsws",
    "GRAPH_BASE_URL": BASE,
    "PUBLIC_BASE_URL": BASE,
    "OPENTEXT_TIMEZONE": ZONE,
}
