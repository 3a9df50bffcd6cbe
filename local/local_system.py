"""Run the whole system on this machine: Azurite, both simulators over HTTP, and the function app in its host."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path

import httpx

from local import azurite
from local.app_host import FUNCTION_KEY, ROOT, AppHost
from local.demo.world import CLIENT_ID, CLIENT_SECRET, ZONE, World, build
from local.in_process.transport import Answer
from local.machine import Machine
from local.serving import held_port, serving
from local.simulators.http_adapter import Elsewhere, door

__all__ = [
    "FUNCTION_KEY",
    "ROOT",
    "SETTINGS",
    "SPANS",
    "USUAL",
    "WEBHOOK_SECRET",
    "Ports",
    "System",
    "read_offset",
    "running",
]

WEBHOOK_SECRET = "local-webhook-secret-0123456789"
CLIENT_STATE = "local-client-state-0123456789"
SPANS = "spans.jsonl"
"""In the system's folder: the app's spans, where they were asked for."""
SETTINGS = {
    "AzureWebJobsDisableHomepage": "true",
    "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT": "1048576",
    "OPENTEXT_AUTH": "otds",
    "OTDS_CLIENT_ID": CLIENT_ID,
    "OTDS_CLIENT_SECRET": CLIENT_SECRET,
    "OTDS_IMPERSONATION": "token-exchange",
    "OPENTEXT_ACT_AS": "performer",
    "OPENTEXT_TIMEZONE": ZONE,
    "OPENTEXT_WEBHOOK_SECRETS": WEBHOOK_SECRET,
    "GRAPH_CLIENT_STATE": CLIENT_STATE,
    "NOTIFY_FROM": "bridge@contoso.example",
    "WRITE_BACK_SCHEDULE": "*/2 * * * * *",
    "ESCALATION_SCHEDULE": "*/2 * * * * *",
    "SUBSCRIPTION_SCHEDULE": "*/10 * * * * *",
    "SETTLE_SECONDS": "10",
    "OUTCOME_GRACE_SECONDS": "5",
    # Of the host stand-in: nobody wants to wait for host.json's maxPollingInterval either.
    "LOCAL_HOST_LONGEST_PAUSE_SECONDS": "0.5",
}
"""What local.settings.json would hold beside the addresses. Times are short: nobody wants to wait for a demo."""


@dataclass(frozen=True)
class Ports:
    """Where everything listens on 127.0.0.1; 0 takes a free port."""

    app: int = 0
    content: int = 0
    graph: int = 0
    storage: Sequence[int] = azurite.FREE_PORTS
    board: int = 0
    """Of the board, which runs beside the system."""


USUAL = Ports(app=7071, content=8081, graph=8082, storage=azurite.USUAL_PORTS, board=8080)
"""What local.settings.example.json names."""


@dataclass(frozen=True)
class System:
    """Everything that runs, and where it is reached."""

    world: World
    http: httpx.AsyncClient
    app_url: str
    content_url: str
    graph_url: str
    storage: str
    """Connection string."""
    clock: Path
    """CLOCK_FILE: seconds added to every clock."""
    folder: Path
    log: Path
    """The host's log."""
    settings: dict[str, str]
    """What the app is given: a worker in process can be wired with the same."""
    machine: Machine

    def forward(self, by: timedelta) -> None:
        """Move every clock on."""
        ahead = self.clock.with_suffix(".new")
        ahead.write_text(str(read_offset(self.clock) + by.total_seconds()))
        # At once: a host that reads at this moment finds one of the two.
        ahead.replace(self.clock)

    async def hint(self, **ids: int) -> int:
        """Send a hint as Content Server's WebReport does; return the status."""
        body = {"event": "demo", **{name: str(value) for name, value in ids.items()}}
        headers = {"X-Webhook-Secret": WEBHOOK_SECRET}
        answer = await self.http.post(f"{self.app_url}/api/opentext/events", data=body, headers=headers)
        return answer.status_code


def read_offset(clock: Path) -> float:
    """Read how many seconds the virtual clock is ahead."""
    return float(clock.read_text() or 0)


@contextlib.asynccontextmanager
async def running(
    mapping: Path,
    *,
    settings: dict[str, str] | None = None,
    hosted: bool = True,
    ports: Ports | None = None,
    traced: bool = False,
    lasting: bool = False,
    pages: Elsewhere | None = None,
) -> AsyncIterator[System]:
    """
    Start everything, and end it at the end of the block.

    Args:
        mapping: the mapping file that is in force; an absolute path.
        settings: differences from the local settings.
        hosted: False leaves the function app out: who asks runs workers of their own.
        ports: None takes free ones.
        traced: have the app's spans written to `SPANS`.
        lasting: parts of it may be stopped: storage keeps its data, and a host that ends by itself is replaced.
        pages: where people find what both systems answer to programs only. None: nowhere.

    Raises:
        OSError: a port is taken.
        RuntimeError: a part did not start; says which, and where its log is.
    """
    ports = ports or Ports()
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bridge-")))
        machine = stack.enter_context(_storing(folder, ports.storage, lasting=lasting))
        storage = machine.storage.connection_string
        clock = folder / "clock"
        clock.write_text("0")
        world = build(lambda: datetime.now(UTC) + timedelta(seconds=read_offset(clock)))
        content_url = await stack.enter_async_context(serving(door(world.content.handle, pages), ports.content))
        graph_url = await stack.enter_async_context(serving(door(world.graph.handle, pages), ports.graph))
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=30))
        port = ports.app or stack.enter_context(held_port())
        app_url = f"http://127.0.0.1:{port}"
        addresses = {
            "AzureWebJobsStorage": storage,
            "OPENTEXT_BASE_URL": f"{content_url}/cs/cs",
            "OTDS_BASE_URL": f"{content_url}/otdsws",
            "GRAPH_BASE_URL": graph_url,
            "PUBLIC_BASE_URL": app_url,
            "MAPPING_FILE": str(mapping),
            "CLOCK_FILE": str(clock),
        }
        values = SETTINGS | addresses | (settings or {})
        log = folder / "host.log"
        if hosted:
            arguments = ["--port", str(port), *(["--spans", str(folder / SPANS)] if traced else [])]
            machine.host = AppHost(values, arguments, folder=folder, log=log)
            await stack.enter_async_context(_hosting(machine.host, lasting=lasting))
        system = System(
            world=world,
            http=http,
            app_url=app_url,
            content_url=f"{content_url}/cs/cs",
            graph_url=graph_url,
            storage=storage,
            clock=clock,
            folder=folder,
            log=log,
            settings=values,
            machine=machine,
        )
        stack.enter_context(_delivering(world, http))
        yield system


@contextlib.contextmanager
def _storing(folder: Path, ports: Sequence[int], *, lasting: bool) -> Iterator[Machine]:
    """Run storage for the length of a block."""
    data = folder / "storage" if lasting else None
    if data is not None:
        data.mkdir()
    machine = Machine(azurite.start(data, ports=ports), data, host=None)
    try:
        yield machine
    finally:
        machine.end()


@contextlib.asynccontextmanager
async def _hosting(host: AppHost, *, lasting: bool) -> AsyncIterator[None]:
    """Run a host for the length of a block."""
    try:
        await host.start()
        if lasting:
            host.watch()
        yield
    finally:
        await host.end()


@contextlib.contextmanager
def _delivering(world: World, http: httpx.AsyncClient) -> Iterator[None]:
    """Let the simulated Graph call the app: handshakes and notifications."""

    async def deliver(url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        try:
            answer = await http.post(url, headers=headers, content=body)
        except httpx.TransportError:
            # Nobody is there: Graph hears that from a front end, and tries again.
            return HTTPStatus.SERVICE_UNAVAILABLE, {}, b""
        return answer.status_code, dict(answer.headers), answer.content

    async def pump() -> None:
        while True:
            await world.graph.deliver_pending()
            await asyncio.sleep(0.5)

    world.graph.deliver = deliver
    pumping = asyncio.create_task(pump())
    try:
        yield
    finally:
        pumping.cancel()
