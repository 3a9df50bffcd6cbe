"""Both simulators with a sandbox, asked through the clients in this process."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import httpx

from local.demo.sandbox import ASSIGNEES, PERFORMER, SandboxIds, add_sandbox
from local.demo.world import CLIENT_ID, CLIENT_SECRET, SERVICE_USER, ZONE, World, build
from local.in_process.system import BASE
from local.in_process.transport import Direct, Gate, Handler
from local.simulators.content_server.people_door import PASSWORD
from shared.clients import opentext
from shared.clients.graph.connection import connect
from shared.clients.opentext import SignIn
from shared.conformance.beliefs import Needs
from shared.conformance.sandbox import Sandbox, Targets
from shared.conformance.systems import Pace, Systems
from shared.models.opentext import Person

MARK = "Conformance check 0123abcd"


async def no_sleep(_: float) -> None: ...


@dataclass
class Clock:
    """Each request takes a second."""

    at: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Bench:
    otherwise: tuple[str, ...] = ()
    """Beliefs that do not hold."""
    gate: Gate | None = None
    auth: Literal["password", "otds"] = "otds"
    clock: Clock = field(default_factory=Clock)
    calls: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world: World = build(self.clock)
        self.ids: SandboxIds = add_sandbox(self.world)
        self.world.graph.deliver = prove
        for system in (self.world.graph, self.world.content):
            system.state.otherwise |= set(self.otherwise)
        base_url = f"{BASE}/cs/cs"
        by_password = SignIn(base_url=base_url, username=SERVICE_USER, password=PASSWORD)
        by_otds = SignIn(
            base_url=base_url,
            auth="otds",
            otds_base_url=f"{BASE}/otdsws",
            otds_client_id=CLIENT_ID,
            otds_client_secret=CLIENT_SECRET,
        )
        sign_in = by_otds if self.auth == "otds" else by_password
        self.graph = connect(BASE, self._http(self.world.graph.handle), None)
        self.content = opentext.connect(
            sign_in, self._http(self.world.content.handle), zone=ZoneInfo(ZONE), now=self.clock
        )
        self.systems = Systems(self.graph, self.content, Pace(sleep=no_sleep))

    @property
    def targets(self) -> Targets:
        user = self.world.content.state.user_named(PERFORMER)
        return Targets(
            plan=self.ids.plan,
            workspace=self.ids.workspace,
            workflow_map=self.ids.workflow_map,
            assignees=tuple(self.world.users[login] for login in ASSIGNEES),
            performer=Person(user_id=user.id, login=user.login, name=user.name, email=user.email),
            may_write=frozenset(Needs),
            notifications="https://bridge.example/api/graph/notifications",
        )

    @property
    def box(self) -> Sandbox:
        return Sandbox(self.systems, self.targets, self.clock, MARK)

    def left(self) -> list[str]:
        """Name what of ours stands in plan and workspace."""
        graph, content = self.world.graph, self.world.content
        named = [task["title"] for task in graph.plan_tasks(self.ids.plan)]
        named += list(graph.plan_buckets(self.ids.plan))
        named += [node.name for node in content.state.children_of(self.ids.workspace)]
        left = [name for name in named if "Conformance check" in name]
        return [*left, *map(str, content.state.processes), *graph.subscriptions]

    def _http(self, handler: Handler) -> httpx.AsyncClient:
        async def handle(method, path, query, headers, body):
            self.clock.at += timedelta(seconds=1)
            self.calls.append(f"{method} {path}")
            return await handler(method, path, query, headers, body)

        return httpx.AsyncClient(transport=Direct(handle, gate=self.gate))


async def prove(url: str, headers: Mapping[str, str], body: bytes):
    """Be an endpoint that proves itself."""
    token = parse_qs(urlsplit(url).query)["validationToken"][0]
    return 200, {"content-type": "text/plain"}, token.encode()
