"""The real app, killed (SIGKILL) at each remote call of a creation: what the next host finds becomes one task."""

import asyncio
import contextlib
import re
import socket
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import pytest
import uvicorn

from local.faults import Fault
from local.host.process import HostProcess, start_host
from local.looking import links, tasks
from local.running import ROOT, System, running
from local.world import CONTRACTS_GROUP
from shared.models.link import Link, LinkState
from shared.models.messages import OriginMessage
from shared.store.tasks import Claim
from shared.wiring import Wiring

ITEM = "package|review"
MAPPING = f"""
version: 1
calendars:
  default: {{timezone: Europe/Berlin, workdays: mon-fri, hours: "09:00-17:00"}}
people: {{fallback: legal-lead@contoso.example, domain: contoso.example}}
plans:
  contracts: {{group: {CONTRACTS_GROUP}, title: Contracts}}
rules:
  - id: package
    on: workspace
    when: {{workspace_type: Contract}}
    plan: contracts
    tasks:
      - key: review
        title: "{{{{ workspace.name }}}}: review"
        bucket: Review
        assign: "role:Legal"
        due: {{from: created, business_days: 5}}
        checklist: [Check liability clause]
"""
LEASE = timedelta(minutes=10)
"""No victim's lease runs out before the clock is moved: until then its successors leave its workspace alone."""
SETTINGS = {
    "LEASE_SECONDS": str(int(LEASE.total_seconds())),
    "SETTLE_SECONDS": "10",
    # The dead keep their places until their leases are over.
    "OPENTEXT_CONCURRENCY": "64",
}
NEVER = {name: "0 0 0 1 1 *" for name in ("WRITE_BACK_SCHEDULE", "ESCALATION_SCHEDULE", "SUBSCRIPTION_SCHEDULE")}
"""Victims have no timers: every call that arrives is the creation's."""
WRITES = frozenset({"POST", "PUT", "PATCH", "MERGE", "DELETE"})
MOST = 80
"""Far more than a creation has: ends a test that would not end."""
HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "host", "accept-encoding"})


@dataclass
class Killer:
    """Counts the moments of a creation, and kills its host at the one that is asked for."""

    host: HostProcess | None = None
    at: int = 0
    """Which moment; the first is 1."""
    passed: int = 0
    struck: str = ""
    """Where it killed; empty: it has not."""
    is_armed: bool = False

    def arm(self, host: HostProcess, at: int) -> None:
        self.host, self.at, self.passed, self.struck, self.is_armed = host, at, 0, "", True

    def comes(self, moment: str) -> bool:
        """Count a moment; say whether it is the last one of this host."""
        self.passed += self.is_armed
        return self.is_armed and self.passed == self.at

    def kill(self, moment: str) -> None:
        self.is_armed, self.struck = False, moment
        self.host.kill()

    def hook(self, system: str):
        """Watch a simulator: each call before its effect, and each of Graph's writes after it too."""

        def look(method: str, path: str) -> Fault | None:
            for after in (False, True) if method in WRITES and system == "graph" else (False,):
                moment = f"{'after' if after else 'before'} {system} {method} {_nameless(path)}"
                if self.comes(moment):
                    return Kill(after=after, killer=self, moment=moment)
            return None

        return look


@dataclass
class Kill(Fault):
    """Kills at the moment when a simulator would give the answer, and gives none."""

    killer: Killer = field(default_factory=Killer)
    moment: str = ""

    def strike(self):
        self.killer.kill(self.moment)
        return super().strike()


class Tables:
    """Stands before Azurite's tables as ASGI application: requests go on as they came, signature and all."""

    def __init__(self, url: str, killer: Killer, http: httpx.AsyncClient) -> None:
        self._url, self._killer, self._http = url, killer, http

    async def __call__(self, scope, receive, send) -> None:
        method, path, body = scope["method"], scope["raw_path"].decode(), await _body(receive)
        moment = f"before table {method} {_row(path, body)}"
        if method in WRITES and self._killer.comes(moment):
            self._killer.kill(moment)
            return
        headers = [(name, value) for name, value in scope["headers"] if name.decode() not in HOP]
        url = httpx.URL(self._url).copy_with(raw_path=scope["raw_path"] + _query(scope))
        answer = await self._http.request(method, url, headers=headers, content=body)
        kept = [(name, value) for name, value in answer.headers.raw if name.decode().lower() not in HOP]
        kept.append((b"content-length", str(len(answer.content)).encode()))
        await send({"type": "http.response.start", "status": answer.status_code, "headers": kept})
        await send({"type": "http.response.body", "body": answer.content})


class Stage:
    """The system without its host, and the hosts that live and die on it."""

    def __init__(self, system: System, tables_url: str, killer: Killer) -> None:
        self.system, self.killer = system, killer
        self.worker = Wiring(system.settings)
        storage = re.sub(r"TableEndpoint=http://[^/]+", f"TableEndpoint={tables_url}", system.storage)
        self._settings = system.settings | {"AzureWebJobsStorage": storage}

    async def start(self, **settings: str) -> HostProcess:
        return await asyncio.to_thread(
            start_host,
            ROOT,
            self.system.log,
            settings=self._settings | settings,
            arguments=["--hidden", "1", "--longest-pause", "0.1"],
        )

    async def kill_at(self, number: int) -> str:
        """Have a workspace's task made by a host that dies at this moment; say at which. Empty: it lived."""
        host = await self.start(**NEVER)
        try:
            # What the one before left in the queue comes first: it finds a lease, and leaves a timer.
            await until(self.is_idle)
            node = self.system.world.content.create_workspace(
                "Contract", f"Contract {number:02}", roles={"Legal": ["lwhite"]}, user="pwilliams"
            )
            self.killer.arm(host, number)
            await self.worker.storage().queues.send_origin(OriginMessage(origin=f"workspace-{node}"))
            await until(self.is_struck_or_idle)
            self.killer.is_armed = False
            return self.killer.struck
        finally:
            host.kill()

    async def is_idle(self) -> bool:
        return not await self.worker.storage().queues.length("origins")

    async def is_struck_or_idle(self) -> bool:
        return bool(self.killer.struck) or await self.is_idle()

    async def recover(self, number: int) -> None:
        """Let one more host live, with its timers, when the leases of the dead are over."""
        self.system.forward(3 * LEASE)
        host = await self.start()
        try:
            await until(lambda: self.is_made(number))
            await until(self.is_idle)
        finally:
            host.stop()

    async def is_made(self, number: int) -> bool:
        self.system.forward(timedelta(seconds=5))
        found = [of.get(ITEM) for of in (await links(self.system)).values()]
        return len(found) == number and all(
            link and link.state is LinkState.OPEN and link.details_done for link in found
        )


@dataclass(frozen=True)
class Killed:
    """What is left when all is over."""

    stage: Stage
    moments: tuple[str, ...]
    """Where hosts were killed."""
    links: dict[str, Link]
    """By origin."""


@pytest.fixture(scope="module")
async def killed(tmp_path_factory):
    """Kill one host a moment, each at a workspace of its own; then let one live."""
    mapping = tmp_path_factory.mktemp("kill") / "mapping.yaml"
    mapping.write_text(MAPPING)
    killer = Killer()
    async with running(mapping, settings=SETTINGS, hosted=False) as system, _tables(system, killer) as url:
        system.world.graph.faults.hook = killer.hook("graph")
        system.world.content.faults.hook = killer.hook("content")
        stage = Stage(system, url, killer)
        moments: list[str] = []
        while moment := await stage.kill_at(len(moments) + 1):
            moments.append(moment)
            assert len(moments) < MOST
        await stage.recover(len(moments) + 1)
        print(*moments, sep="\n")
        yield Killed(stage, tuple(moments), {key: of[ITEM] for key, of in (await links(system)).items()})
        await stage.worker.close()


async def test_each_kill_leaves_one_task(killed):
    titles = Counter(task["title"] for task in tasks(killed.stage.system))

    assert titles == {f"Contract {number:02}: review": 1 for number in range(1, len(killed.moments) + 2)}


async def test_each_task_is_claimed_by_its_own_link(killed):
    storage = killed.stage.worker.storage()
    made = {task["id"] for task in tasks(killed.stage.system)}

    claims = {key: await storage.tasks.find_claim(link.task_id) for key, link in killed.links.items()}

    assert {link.task_id for link in killed.links.values()} == made
    assert claims == {key: Claim(origin=key, item=ITEM) for key in killed.links}


async def test_the_way_back_leads_to_each_link_and_no_reservation_is_left(killed):
    (plan,) = {link.plan_id for link in killed.links.values()}

    index = await killed.stage.worker.storage().tasks.read_plan(plan)

    assert index.reservations == ()
    assert {task: row.origin for task, row in index.tasks.items()} == {
        link.task_id: key for key, link in killed.links.items()
    }


async def test_hosts_died_before_and_after_the_task_was_made_and_at_each_write_that_remembers_it(killed):
    """The promise is worth what was tried: a POST never sent, one whose answer was lost, and all between the rows."""
    kinds = set(killed.moments)

    assert {"before graph POST /planner/tasks", "after graph POST /planner/tasks"} <= kinds
    assert any("before table" in moment and "claim" in moment for moment in kinds)
    assert any(moment.startswith("after graph PATCH /planner/tasks/") for moment in kinds)


@contextlib.asynccontextmanager
async def _tables(system: System, killer: Killer):
    """Serve what stands before the tables; say where."""
    url = re.search(r"TableEndpoint=(http://[^/]+)", system.storage)[1]
    sock = socket.create_server(("127.0.0.1", 0))
    async with httpx.AsyncClient(timeout=30) as http:
        config = uvicorn.Config(Tables(url, killer, http), log_level="critical", lifespan="off")
        server = uvicorn.Server(config)
        server.capture_signals = contextlib.nullcontext
        serving = asyncio.create_task(server.serve(sockets=[sock]))
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
        server.should_exit = True
        await serving
    sock.close()


async def _body(receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


def _query(scope) -> bytes:
    return b"?" + scope["query_string"] if scope["query_string"] else b""


def _row(path: str, body: bytes) -> str:
    """Name what a write to the tables is about, without ids."""
    keys = re.findall(r'"RowKey"\s*:\s*"([^"]*)"', body.decode())
    return _nameless(" ".join([path.rpartition("/")[2], *keys]))


def _nameless(text: str) -> str:
    return re.sub(r"(?<=/)(?=[\w-]*[A-Z\d])[\w-]{16,}(?=/|$)|\d{2,}", "N", text)


async def until(happened, *, seconds: int = 60) -> None:
    """Wait for something real to happen; the time limit only ends a failing test."""
    async with asyncio.timeout(seconds):
        while not await happened():
            await asyncio.sleep(0.05)
