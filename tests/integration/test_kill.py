"""
The real app, killed (SIGKILL) at remote calls of a creation: what the next host finds becomes one task.

A host and its worker take seconds to start. So every fourth moment is played here, and those that matter most; with
`EVERY_KILL=1` in the environment all of them are.
"""

import asyncio
import contextlib
import os
import re
import socket
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import pytest
import uvicorn
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from local.demo.observe import links, tasks
from local.functions_host.process import HostProcess, start_host
from local.local_system import ROOT, System, read_offset, running
from local.simulators.faults import Fault
from shared.models.link import Link, LinkState
from shared.models.messages import OriginMessage
from shared.models.words import WaitedFor
from shared.store.queues import ORIGINS
from shared.store.tasks import Claim, PlanIndex
from shared.wiring import Wiring
from tests.integration.functions_hosts import package_mapping

ITEM = "package|review"
MAPPING = package_mapping(
    '{key: review, title: "{{ workspace.name }}: review", bucket: Review, assign: "role:Legal"'
    ", due: {from: created, business_days: 5}, checklist: [Check liability clause]}"
)
SETTLED = timedelta(minutes=10)
"""Long after what the dead left open is settled."""
SETTINGS = {
    "SETTLE_SECONDS": "10",
    # The dead keep their places until they are buried.
    "OPENTEXT_CONCURRENCY": "64",
    "LOCAL_HOST_LONGEST_PAUSE_SECONDS": "0.1",
}
NEVER = dict.fromkeys(("WRITE_BACK_SCHEDULE", "ESCALATION_SCHEDULE", "SUBSCRIPTION_SCHEDULE"), "0 0 0 1 1 *")
"""Victims have no timers: every call that arrives is the creation's."""
RESYNC = timedelta(hours=30)
"""The longest that a workspace with open tasks goes unlooked at, and more."""
WRITES = frozenset({"POST", "PUT", "PATCH", "MERGE", "DELETE"})
CRUCIAL = (
    "before graph POST /planner/tasks",
    "after graph POST /planner/tasks",
    "before table POST tasks claim",
    "after graph PATCH /planner/tasks/N/details",
)
"""A POST never sent, one whose answer was lost, and what remembers it."""
EVERY = 1 if os.environ.get("EVERY_KILL") else 4
KINDS = ("lease", "entry", "link", "claim", "reserved", "settle", "resync")
"""What keys of rows tell."""
HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "host", "accept-encoding"})


@dataclass
class Killer:
    """Counts the moments of a creation, and kills its host at the one that is asked for."""

    host: HostProcess | None = None
    at: int | str = 0
    """Which moment, by its number or name; the first is 1, and 0 is none."""
    seen: list[str] = field(default_factory=list)
    """The moments since it was armed."""
    struck: str = ""
    """Where it killed; empty: it has not."""
    is_armed: bool = False

    def arm(self, host: HostProcess, at: int | str) -> None:
        self.host, self.at, self.seen, self.struck, self.is_armed = host, at, [], "", True

    def comes(self, moment: str) -> bool:
        """Count a moment; say whether it is the last one of this host."""
        self.seen += [moment] if self.is_armed else []
        return self.is_armed and self.at in (len(self.seen), moment)

    def kill(self, moment: str) -> None:
        self.is_armed, self.struck = False, moment
        assert self.host is not None
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

    def strike(self, true):
        self.killer.kill(self.moment)
        return super().strike(true)


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


class Server(uvicorn.Server):
    """Leaves signals to pytest."""

    @contextlib.contextmanager
    def capture_signals(self):
        yield


class Stage:
    """The system without its host, and the hosts that live and die on it."""

    def __init__(self, system: System, tables_url: str, killer: Killer, queue: QueueClient) -> None:
        self.system, self.killer, self._queue = system, killer, queue
        self.worker = Wiring(system.settings)
        self.origins: list[str] = []
        storage = re.sub(r"TableEndpoint=http://[^/]+", f"TableEndpoint={tables_url}", system.storage)
        self._settings = system.settings | {"AzureWebJobsStorage": storage}

    async def start(self, **settings: str) -> HostProcess:
        given = self._settings | settings
        return await asyncio.to_thread(start_host, ROOT, self.system.log, settings=given)

    async def kill_at_each(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Kill one host a moment, each at a workspace of its own; return the moments of one that lived, and these."""
        host = await self.start(**NEVER)
        try:
            # The first of all makes the tables; the second shows which moments there are.
            for number in range(2):
                host = await self._let_work(host, number, at=0)
            lived = tuple(self.killer.seen)
            # Those that matter most by name: a sign of life in between would move their numbers.
            chosen = [*CRUCIAL, *range(1, len(lived) + 1, EVERY)]
            moments: list[str] = []
            for number, at in enumerate(chosen, 2):
                host = await self._let_work(host, number, at=at)
                moments.append(self.killer.struck)
        finally:
            host.kill()
        return lived, tuple(moments)

    async def _let_work(self, host: HostProcess, number: int, *, at: int | str) -> HostProcess:
        """Have a task made by a host that dies at this moment, or at the end; return its successor."""
        self.killer.arm(host, at)
        await self._ask(number)
        # Started now, it can't take the message, and is ready when it is needed.
        successor = asyncio.create_task(self.start(**NEVER))
        try:
            await until(self._is_over)
        finally:
            self.killer.is_armed = False
            host.kill()
            host = await successor
        await self._queue.clear_messages()
        return host

    async def _ask(self, number: int) -> None:
        node = self.system.world.content.create_workspace(
            "Contract", name_of(number), roles={"Legal": ["lwhite"]}, user="pwilliams"
        )
        self.origins.append(f"workspace-{node}")
        await self._send(self.origins[-1])
        await until(self._is_taken)

    async def _is_taken(self) -> bool:
        return not await self._queue.peek_messages()

    async def _is_idle(self) -> bool:
        return not await self.worker.storage().queues.length("origins")

    async def _send(self, origin: str) -> None:
        """Have an origin looked at once: a hint would be looked at again a little later."""
        message = OriginMessage(origin=origin, waited_for=WaitedFor.DISCOVERED)
        await self.worker.storage().queues.send_origin(message)

    async def _is_over(self) -> bool:
        return bool(self.killer.struck) or await self._is_idle()

    async def recover(self) -> None:
        """Let a host live: it buries the dead after a minute, and does what they had in hand."""
        for origin in self.origins:
            await self._send(origin)
        host = await self.start()
        try:
            await until(self._is_idle)
            self._forward(SETTLED)
            await until(self._is_made)
            await until(self._is_idle)
            # What was only found again gets its details from the resync.
            self._forward(RESYNC)
            await until(self._is_complete)
            # As a plan's reader does that finds a task of nobody's beside them.
            for reservation in (await self.index()).reservations:
                message = OriginMessage(origin=reservation.origin, waited_for=WaitedFor.SETTLE)
                await self.worker.storage().queues.send_origin(message)
            await until(self._is_idle)
        finally:
            host.stop()

    async def index(self) -> PlanIndex:
        """Read what the tables know of the plan."""
        (plan,) = {of[ITEM].plan_id for of in (await links(self.system)).values()}
        return await self.worker.storage().tasks.read_plan(str(plan))

    def _forward(self, by: timedelta) -> None:
        """Move every clock on, in one step: the host may be reading it."""
        new = self.system.clock.with_suffix(".new")
        new.write_text(str(read_offset(self.system.clock) + by.total_seconds()))
        new.replace(self.system.clock)

    async def _is_made(self) -> bool:
        self._forward(timedelta(seconds=1))
        found = [of.get(ITEM) for of in (await links(self.system)).values()]
        return len(found) == len(self.origins) and all(link and link.state is LinkState.OPEN for link in found)

    async def _is_complete(self) -> bool:
        self._forward(timedelta(seconds=1))
        return all(of[ITEM].details_done for of in (await links(self.system)).values())


@dataclass(frozen=True)
class Killed:
    """What is left when all is over."""

    stage: Stage
    moments: tuple[str, ...]
    """Where hosts were killed."""
    lived: tuple[str, ...]
    """The moments of the one that was not."""
    links: dict[str, Link]
    """By origin."""


@pytest.fixture(scope="module")
async def killed(tmp_path_factory):
    """Kill one host a moment, each at a workspace of its own; then let one live."""
    mapping = tmp_path_factory.mktemp("kill") / "mapping.yaml"
    mapping.write_text(MAPPING)
    killer = Killer()
    async with contextlib.AsyncExitStack() as stack:
        system = await stack.enter_async_context(running(mapping, settings=SETTINGS, hosted=False))
        url = await stack.enter_async_context(_tables(system, killer))
        queues = await stack.enter_async_context(QueueServiceClient.from_connection_string(system.storage))
        system.world.graph.faults.hook = killer.hook("graph")
        system.world.content.faults.hook = killer.hook("content")
        stage = Stage(system, url, killer, queues.get_queue_client(ORIGINS))
        stack.push_async_callback(stage.worker.close)
        lived, moments = await stage.kill_at_each()
        await stage.recover()
        print(*moments, sep="\n")
        yield Killed(stage, moments, lived, {key: of[ITEM] for key, of in (await links(system)).items()})


async def test_each_kill_leaves_one_task(killed):
    titles = Counter(task["title"] for task in tasks(killed.stage.system))

    assert titles == {f"{name_of(number)}: review": 1 for number in range(len(killed.stage.origins))}


async def test_each_task_is_claimed_by_its_own_link(killed):
    storage = killed.stage.worker.storage()
    made = {task["id"] for task in tasks(killed.stage.system)}

    claims = {key: await storage.tasks.find_claim(link.task_id) for key, link in killed.links.items()}

    assert {link.task_id for link in killed.links.values()} == made
    assert claims == {key: Claim(origin=key, item=ITEM) for key in killed.links}


async def test_the_way_back_leads_from_each_task_to_its_link_and_no_reservation_is_left(killed):
    index = await killed.stage.index()

    assert index.reservations == ()
    assert {task: row.origin for task, row in index.tasks.items()} == {
        link.task_id: key for key, link in killed.links.items()
    }


async def test_hosts_died_at_moments_that_a_creation_has_those_that_matter_most_among_them(killed):
    # Signs of life come by time, not by what is done: one may come where the host that lived had none.
    assert {moment for moment in killed.moments if " control" not in moment} <= set(killed.lived)
    assert set(CRUCIAL) <= set(killed.moments)
    assert len(killed.moments) >= len(killed.lived) / EVERY


@contextlib.asynccontextmanager
async def _tables(system: System, killer: Killer):
    """Serve what stands before the tables; say where."""
    (url,) = re.findall(r"TableEndpoint=(http://[^/]+)", system.storage)
    sock = socket.create_server(("127.0.0.1", 0))
    async with httpx.AsyncClient(timeout=30) as http:
        # The service's own `Date` goes through: a worker's age is told by it.
        config = uvicorn.Config(Tables(url, killer, http), log_level="critical", lifespan="off", date_header=False)
        server = Server(config)
        serving = asyncio.create_task(server.serve(sockets=[sock]))
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
        server.should_exit = True
        await serving
    sock.close()


def name_of(number: int) -> str:
    return f"Contract {number:02}"


async def _body(receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


def _query(scope) -> bytes:
    return b"?" + scope["query_string"] if scope["query_string"] else b""


def _row(path: str, body: bytes) -> str:
    """Name what a write to the tables is about: the table, and the kinds of its rows."""
    table, _, keys = path.rpartition("/")[2].partition("(")
    keys += " ".join(re.findall(r'"RowKey":\s*"[^"]*"', body.decode()))
    return " ".join([table, *(kind for kind in KINDS if kind in keys)])


def _nameless(text: str) -> str:
    return re.sub(r"(?<=/)(?=[\w-]*[A-Z\d])[\w-]{16,}(?=/|$)|\d{2,}", "N", text)


async def until(happened, *, seconds: int = 120) -> None:
    """Wait for something real to happen; the time limit only ends a failing test."""
    async with asyncio.timeout(seconds):
        while not await happened():  # noqa: ASYNC110 - another process has no event to wait for
            await asyncio.sleep(0.05)
