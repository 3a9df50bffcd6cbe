"""The real engine in this process: both simulators, the table double, a clock that a test moves."""

import random
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from local.direct import Direct
from local.tables import MemoryTables
from local.world import CLIENT_ID, CLIENT_SECRET, ZONE, World, build
from shared.clients import graph, opentext
from shared.clients.directory import DirectoryClient
from shared.clients.mail import Mail
from shared.clients.opentext import SignIn
from shared.clients.planner import Planner
from shared.clients.subscriptions import Subscriptions
from shared.models.messages import OriginMessage, PlanMessage
from shared.settings import Settings, read_settings
from shared.store.agenda import Agenda
from shared.store.control import Control
from shared.store.origins import Origins
from shared.store.tables import NAMES, Tables
from shared.store.tasks import Tasks
from shared.sync.places import Places
from shared.sync.read_plan import read_plan
from shared.sync.reconcile import reconcile
from shared.sync.services import Services
from shared.sync.sweep import sweep_agenda, sweep_plans
from shared.wiring.rules import load_rules

MAPPING = Path(__file__).parents[1] / "mapping.yaml"
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Queues:
    """Both queues, in memory: first in, first out."""

    def __init__(self) -> None:
        self.origins: deque[OriginMessage] = deque()
        self.plans: deque[PlanMessage] = deque()
        self.calls = 0

    async def send_origin(self, message: OriginMessage, *, delay: timedelta | None = None) -> None:
        del delay
        self.origins.append(message)

    async def send_plan(self, message: PlanMessage, *, delay: timedelta | None = None) -> None:
        del delay
        self.plans.append(message)

    async def length(self, queue: str) -> int:
        return len(self.origins if queue == "origins" else self.plans)


@dataclass
class Engine:
    """One worker, and the world it works on."""

    world: World
    services: Services
    queues: Queues
    tables: Tables
    connection: graph.GraphConnection
    clock: list[datetime] = field(default_factory=lambda: [START])

    def forward(self, by: timedelta) -> None:
        """Move every clock on."""
        self.clock[0] += by

    async def look(self, origin: str, reason: str = "hint") -> None:
        """Reconcile one origin once."""
        await reconcile(OriginMessage(origin=origin, reason=reason), self.services)

    async def rest(self, *, rounds: int = 200) -> None:
        """Work until nothing is queued."""
        for _ in range(rounds):
            if self.queues.origins:
                await reconcile(self.queues.origins.popleft(), self.services)
            elif self.queues.plans:
                await read_plan(self.queues.plans.popleft(), self.services)
            else:
                return
        message = "the engine does not come to rest"
        raise AssertionError(message)

    async def tick(self, by: timedelta = timedelta(seconds=20)) -> None:
        """Let time pass, run the timers, work until nothing is queued."""
        self.forward(by)
        await sweep_plans(self.services)
        await sweep_agenda(self.services)
        await self.rest()

    def calls(self) -> dict[str, int]:
        """Count the calls so far."""
        return {
            "opentext": self.services.opentext.sessions.calls,
            "graph": self.connection.calls,
            "tables": self.tables.calls,
        }


def engine(mapping: Path = MAPPING, **settings: Any) -> Engine:
    """Put the demo's world and one worker together."""
    clock = [START]

    def now() -> datetime:
        return clock[0]

    world, queues, account = build(now), Queues(), MemoryTables()
    chosen = _settings(settings)
    connection = graph.connect("http://127.0.0.1", httpx.AsyncClient(transport=Direct(world.graph.handle)), None)
    tables = Tables({name: account.client(name) for name in NAMES}, writer="test")
    control, planner = Control(tables), Planner(connection)
    rules = load_rules(str(mapping))
    services = Services(
        origins=Origins(tables, "test", timedelta(seconds=chosen.lease_seconds)),
        tasks=Tasks(tables),
        agenda=Agenda(tables),
        control=control,
        queues=queues,  # type: ignore[arg-type]  # the same surface
        now=now,
        owner="test",
        settings=chosen,
        mapping=rules.mapping,
        mapping_hash=rules.hash,
        opentext=opentext.connect(
            _sign_in(chosen),
            httpx.AsyncClient(transport=Direct(world.content.handle)),
            zone=chosen.opentext_zone,
            now=now,
        ),
        planner=planner,
        places=Places(planner, control, now=now, settle=timedelta(seconds=chosen.settle_seconds)),
        directory=DirectoryClient(connection, now),
        subscriptions=Subscriptions(connection),
        mail=Mail(connection, "bridge@contoso.example"),
        rng=random.Random(0),  # noqa: S311 - jitter is no secret
    )
    return Engine(world, services, queues, tables, connection, clock)


def _settings(changes: dict[str, Any]) -> Settings:
    given = {
        "AzureWebJobsStorage": "UseDevelopmentStorage=true",
        "OPENTEXT_BASE_URL": "http://127.0.0.1/cs/cs",
        "OPENTEXT_AUTH": "otds",
        "OTDS_BASE_URL": "http://127.0.0.1/otdsws",
        "OTDS_CLIENT_ID": CLIENT_ID,
        "OTDS_CLIENT_SECRET": CLIENT_SECRET,
        "OPENTEXT_ACT_AS": "performer",
        "OPENTEXT_TIMEZONE": ZONE,
        "OPENTEXT_WEBHOOK_SECRETS": "0123456789abcdef0123",
        "GRAPH_BASE_URL": "http://127.0.0.1",
        "GRAPH_CLIENT_STATE": "0123456789abcdef",
        "PUBLIC_BASE_URL": "http://127.0.0.1",
    }
    return read_settings(Settings, given | changes)


def _sign_in(settings: Settings) -> SignIn:
    secret = settings.otds_client_secret
    return SignIn(
        base_url=settings.opentext_base_url,
        auth=settings.opentext_auth,
        otds_base_url=settings.otds_base_url or "",
        otds_client_id=settings.otds_client_id or "",
        otds_client_secret=secret.get_secret_value() if secret else "",
        partition=settings.otds_partition,
        impersonation=settings.otds_impersonation,
        act_as=settings.opentext_act_as,
    )
