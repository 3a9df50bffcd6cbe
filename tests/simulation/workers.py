"""The app's processes: each has services and a clock of its own, works on several messages at once, and may die."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar, cast

from pydantic import SecretStr

from shared.clients import opentext
from shared.clients.graph.directory import DirectoryClient
from shared.clients.graph.planner import Planner
from shared.clients.graph.subscriptions import Subscriptions
from shared.clients.opentext import SignIn
from shared.clients.opentext.sign_in_guard import SignInDoor
from shared.errors import RetryLaterError
from shared.intake.expected_failures import run_origin, run_plan, run_timer
from shared.models.keys import OriginKind
from shared.models.messages import OriginMessage, PlanMessage
from shared.models.origin import Needs
from shared.operations.dead_letters import bury
from shared.services import Services
from shared.settings import Settings
from shared.store.hands import Hands
from shared.store.queues import Queues
from shared.store.table_client import TableClient
from shared.store.tables import NAMES, Tables
from shared.watchers.read_plan import read_plan
from shared.watchers.timers import sweep_agenda, sweep_plans
from shared.wiring.outside import Outside, services_of
from shared.wiring.stores import Stores, storage_over
from tests.simulation.deployments import NextReleasesTable, mapping_of
from tests.simulation.faults import WORKER, Faults, Killed
from tests.simulation.journal import LOOK
from tests.simulation.leases import Watch
from tests.simulation.ports import BASE, Stack
from tests.simulation.queues import Message, SimQueue
from tests.simulation.world import CLIENT, SECRET, SERVICE, ZONE, World

SLOTS = 2
"""Messages that a process works on at once."""
RETRIED, HIDDEN = 30.0, 600.0
"""Seconds until the messages of the dead are seen again."""

_NEEDS: dict[str, dict[OriginKind, Needs]] = {}
"""By the edit of the mapping."""

T = TypeVar("T")


@dataclass(frozen=True)
class House:
    """What all processes share."""

    world: World
    faults: Faults
    origins: SimQueue
    plans: SimQueue
    settings: Settings
    stack: Stack
    seed: int


def settings_of(*, act_as: str, auth: str) -> Settings:
    """Return the settings of a history: short times, so that much happens in it."""
    return Settings.model_validate(
        {
            "OPENTEXT_BASE_URL": f"{BASE}/cs/cs",
            "OTDS_BASE_URL": f"{BASE}/otdsws",
            "OTDS_CLIENT_ID": CLIENT,
            "OTDS_CLIENT_SECRET": SecretStr(SECRET),
            "OPENTEXT_AUTH": auth,
            "OPENTEXT_USERNAME": SERVICE,
            "OPENTEXT_PASSWORD": SecretStr("secret"),
            "OPENTEXT_ACT_AS": act_as,
            "OPENTEXT_TIMEZONE": ZONE,
            "OPENTEXT_WEBHOOK_SECRETS": "simulated-webhook-secret",
            "GRAPH_CLIENT_STATE": "simulated-client-state",
            "GRAPH_BASE_URL": BASE,
            "PUBLIC_BASE_URL": BASE,
            "SETTLE_SECONDS": 60,
            "OUTCOME_GRACE_SECONDS": 30,
            "OPENTEXT_DISCOVERY_SECONDS": 900,
        }
    )


class Process:
    """
    One process of the app. It is its own wiring: the flows' outermost shell asks it for services.

    Args:
        name: unique to this life of it.
        skew: how far its clock is off.
        is_next_release: it writes rows with fields that this release does not know.
        door: asked before its sign-ins. None: the one that all workers share.
    """

    def __init__(
        self,
        name: str,
        house: House,
        skew: timedelta,
        *,
        is_next_release: bool = False,
        door: SignInDoor | None = None,
    ) -> None:
        self.name = name
        self._door = door
        self.is_next_release = is_next_release
        self.rng = Random(f"{house.seed}-{name}")  # noqa: S311 - repeatable on purpose
        self.house = house
        self.skew = skew
        self._watch = Watch(house.world, name)
        self._services = self._wire()

    def now(self) -> datetime:
        """Tell the time by this process's clock."""
        return self.house.world.now() + self.skew

    def storage(self) -> Services:
        """Return the services, as wiring does."""
        return self._services

    def services(self) -> Services:
        """Return the services, as wiring does."""
        return self._services

    def _wire(self) -> Services:
        house, settings = self.house, self.house.settings
        wrap = NextReleasesTable if self.is_next_release else (lambda table: table)
        tables = Tables(
            {name: cast("TableClient", wrap(house.world.tables.client(name))) for name in NAMES}, writer=self.name
        )
        ticks = asyncio.get_running_loop().time
        queues = Queues(house.origins, house.plans)
        hands = Hands(tables, queues, self.name, ticks=ticks)
        storage = storage_over(tables, queues, owner=self.name, now=self.now, hands=hands)
        fence = hands.must_be_alive
        connection = house.stack.graph(house.world.graph.handle, house.faults, fence)
        ecm = house.stack.opentext(house.world.content.handle, house.faults, fence)
        outside = Outside(
            opentext=opentext.connect(
                _sign_in(settings),
                ecm,
                zone=settings.opentext_zone,
                now=self.now,
                door=self._door or storage.sign_in_gates,
            ),
            graph=connection,
            planner=Planner(connection),
            directory=DirectoryClient(connection, self.now),
            subscriptions=Subscriptions(connection),
            mail=None,
            opened=AsyncExitStack(),
        )
        stores, mapping = Stores(tables, storage, AsyncExitStack()), house.world.mapping
        services = services_of(stores, settings, mapping_of(mapping), outside=outside, rng=self.rng, ticks=ticks)
        # What a file asks to be read is found out once: of all that a new process does, it takes longest.
        services.__dict__["needs"] = _NEEDS[mapping] = _NEEDS.get(mapping) or services.needs
        return services

    def run(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """Start work in this process."""

        async def named() -> T:
            WORKER.set(self.name)
            return await work

        return asyncio.get_running_loop().create_task(named(), name=f"{self.name}")

    async def handle_origin(self, body: str) -> None:
        """Do what the function `reconcile` does."""
        message = OriginMessage.model_validate_json(body)
        self.house.world.journal.begin_look(message.origin)
        await run_origin(message, self._watch.reconcile, self)

    async def handle_plan(self, body: str) -> None:
        """Do what the function `read_plan` does."""
        # Whoever reads a plan may have looked at an origin before.
        LOOK.set(0)
        await run_plan(PlanMessage.model_validate_json(body), read_plan, self)

    async def sweep(self) -> None:
        """Do what both timers do."""
        await run_timer(sweep_plans, self)
        await run_timer(sweep_agenda, self)

    async def bury(self, queue: SimQueue) -> None:
        """Do what the poison functions do."""
        while queue.poison:
            await bury(queue.name, queue.poison[0], self._services)
            queue.poison.pop(0)


def _sign_in(settings: Settings) -> SignIn:
    return SignIn(
        base_url=settings.opentext_base_url,
        auth=settings.opentext_auth,
        username=SERVICE,
        password="secret",
        otds_base_url=str(settings.otds_base_url),
        otds_client_id=CLIENT,
        otds_client_secret=SECRET,
        partition=settings.otds_partition,
        impersonation=settings.otds_impersonation,
        act_as=settings.opentext_act_as,
    )


class Host:
    """
    Keeps processes running: a killed one is started again, its messages are seen again.

    Args:
        escaped: called with what got out of a flow although nothing should.
    """

    def __init__(self, house: House, rng: Random, names: tuple[str, ...], escaped: Callable[[str], None]) -> None:
        self.house = house
        self.busy = 0
        """Messages and sweeps at work."""
        self.processes: dict[str, Process] = {}
        self._rng = rng
        self._lives = 0
        self._escaped = escaped
        self._is_running = False
        self._tasks: list[asyncio.Task[None]] = []
        self._names = names

    def start(self) -> None:
        """Start every process."""
        self._is_running = True
        for name in self._names:
            self._begin(name)

    def revive(self) -> None:
        """Start the next life of who died with nothing at work: between two signs of life, say."""
        for name, process in self.processes.items():
            if self._is_running and process.name in self.house.faults.dead:
                self._begin(name)

    def move_clock(self, jump: timedelta) -> None:
        """Set the clock of one process wrong, by so much more."""
        self.processes[self._rng.choice(self._names)].skew += jump

    def set_clocks(self) -> None:
        """Put every clock right."""
        for process in self.processes.values():
            process.skew = timedelta()

    async def deploy(self, *, pause: float) -> None:
        """Replace one process after the other; whatever it does at that moment, another finds."""
        for name in self._names:
            self.house.faults.dead.add(self.processes[name].name)
            self._begin(name)
            await asyncio.sleep(pause)

    def stop_all(self) -> None:
        """Kill everything at once, for a disaster."""
        self._is_running = False
        for process in self.processes.values():
            self.house.faults.dead.add(process.name)
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()
        for queue in (self.house.origins, self.house.plans):
            for message in queue.messages:
                queue.give_up(message)

    async def in_one(self, work: Callable[[Process], Awaitable[None]]) -> None:
        """Run something in one of the processes, and wait for its end, whatever that is."""
        if not self._is_running:
            return
        name = self._rng.choice(self._names)
        process = self.processes[name]

        async def guarded() -> None:
            self.busy += 1
            try:
                await self._guard(name, process, lambda: work(process))
            finally:
                self.busy -= 1

        await process.run(guarded())

    def _begin(self, name: str) -> None:
        self._lives += 1
        skew = timedelta(seconds=self._rng.uniform(-1.0, 1.0) * self.house.faults.mix.skew)
        is_next = self._rng.random() < self.house.faults.mix.releases
        process = Process(f"{name}.{self._lives}", self.house, skew, is_next_release=is_next)
        self.processes[name] = process
        handlers = ((self.house.origins, process.handle_origin),) * SLOTS + ((self.house.plans, process.handle_plan),)
        self._tasks += [process.run(self._serve(name, process, queue, handle)) for queue, handle in handlers]

    async def _serve(
        self, name: str, process: Process, queue: SimQueue, handle: Callable[[str], Awaitable[None]]
    ) -> None:
        """Take one message after the other, until this life ends."""
        while process.name not in self.house.faults.dead:
            message = await queue.take()
            if process.name in self.house.faults.dead:
                queue.put_back(message)
                return
            self.busy += 1
            try:
                await self._deal_with(name, process, queue, message, handle)
            finally:
                self.busy -= 1

    async def _deal_with(
        self,
        name: str,
        process: Process,
        queue: SimQueue,
        message: Message,
        handle: Callable[[str], Awaitable[None]],
    ) -> None:
        # The host keeps a message hidden while its worker lives.
        message.visible_at = float("inf")
        if await self._guard(name, process, lambda: handle(message.body)):
            queue.finish(message)
        elif process.name in self.house.faults.dead:
            # With its worker alone the host sees it fail; with the host it stays hidden.
            queue.give_up(message, after=self._rng.choice((RETRIED, HIDDEN)))
        else:
            queue.give_up(message, after=self._rng.uniform(1.0, 30.0))

    async def _guard(self, name: str, process: Process, work: Callable[[], Awaitable[None]]) -> bool:
        """Let nothing out; start the next life of a process that was killed."""
        try:
            await work()
        except Killed:
            if self._is_running and self.processes[name] is process:
                self._begin(name)
            return False
        except RetryLaterError:
            # Storage itself did not answer: the host lets the message be seen again.
            return False
        except Exception as error:  # noqa: BLE001 - as the host does: it is reported, and the message comes again
            self._escaped(f"{type(error).__name__}: {error}")
            return False
        return True
