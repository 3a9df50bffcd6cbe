"""
Hosts that live and die on one Azurite: instances of the app with settings and host.json as they are delivered.

`async with instances(mapping, folder) as stage:` starts Azurite, both simulators and a front end; `await stage.start()`
starts a host and its worker, as often as a test wants. A `HostProcess` can be killed (both processes, the host alone,
the worker alone), frozen and thawed; it tells its port and its log. While `stage.gate` is shut, storage refuses
connections.
"""

import asyncio
import contextlib
import itertools
import json
import re
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path

from local.demo.world import CONTRACTS_GROUP
from local.functions_host.pace import PREFIX
from local.functions_host.process import HostProcess, start_host
from local.local_system import ROOT, Ports, System, running
from local.serving import bound, port_of

DELIVERED = ROOT / "local.settings.example.json"
_LOCAL_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")
_WARNED = re.compile(r" (WARNING|ERROR|CRITICAL) ")
_FOUND_HERE = ("AzureWebJobsStorage", "PUBLIC_BASE_URL", "MAPPING_FILE", "CLOCK_FILE")
"""Settings whose values are of this run, as are all addresses."""


class Forwarder:
    """Listens on a port and hands each connection on."""

    def __init__(self, choose: Callable[[], int | None], *, at: socket.socket | None = None) -> None:
        """
        Take a port, on which nobody is let in yet.

        Args:
            choose: gives the port to connect to; None closes the connection.
            at: bound to a port; None: to a free one.
        """
        # Bound from now on: a port that was only found free may be another's, or a client's, by the time it is opened.
        self._bound = at or bound()
        self.port = port_of(self._bound)
        self._choose = choose
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self.held = 0
        """Requests and answers that wait to be let through."""

    async def open(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._forward, sock=self._bound)

    def shut(self) -> None:
        """Refuse connections, and cut those that stand."""
        self.close()
        self._bound = bound(self.port)

    def close(self) -> None:
        """Give the port back, and cut the connections that stand."""
        if self._server is not None:
            self._server.close()
        self._bound.close()
        for writer in [*self._open]:
            writer.transport.abort()

    def hold(self) -> None:
        """Let nothing through for now: whoever asks waits for the answer."""
        self._flowing.clear()

    def let_go(self) -> None:
        """Let through what was held, and all that comes."""
        self._flowing.set()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        port = self._choose()
        with contextlib.suppress(OSError):
            there, back = await asyncio.open_connection("127.0.0.1", port or 0)
            self._open |= {writer, back}
            await asyncio.gather(self._copy(reader, back), self._copy(there, writer))
            self._open -= {writer, back}
        writer.close()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while part := await reader.read(65536):
                self.held += 1
                await self._flowing.wait()
                self.held -= 1
                writer.write(part)
                await writer.drain()
        writer.close()


class Gate:
    """Stands between the hosts and Azurite."""

    def __init__(self, storage: str) -> None:
        self._storage = storage
        targets = [int(port) for port in _LOCAL_ADDRESS.findall(storage)]
        self._forwarders = [Forwarder(partial(int, target)) for target in targets]

    @property
    def storage(self) -> str:
        """The connection string that leads through the gate."""
        through = iter(self._forwarders)
        return _LOCAL_ADDRESS.sub(lambda _: f"http://127.0.0.1:{next(through).port}", self._storage)

    async def open(self) -> None:
        """Let connections through."""
        for each in self._forwarders:
            await each.open()

    def shut(self) -> None:
        """Have storage refuse connections."""
        for each in self._forwarders:
            each.shut()

    def close(self) -> None:
        """Give the ports back."""
        for each in self._forwarders:
            each.close()


class Stage:
    """Azurite, both simulators, and the hosts that were started."""

    def __init__(self, system: System, folder: Path, front: socket.socket) -> None:
        """
        Take what runs.

        Args:
            folder: gets the hosts' logs.
            front: bound to the port of the system's `app_url`.
        """
        self.system = system
        self.gate = Gate(system.storage)
        self.hosts: list[HostProcess] = []
        self.front = Forwarder(self._next_host, at=front)
        """What Graph and OpenText call: takes each host that lives in turn, as Azure's front end does."""
        self.graph = Forwarder(partial(int, _port(system.graph_url)))
        """Stands between the hosts and Graph: can hold looks in hand, as a slow server does."""
        self._folder = folder
        self._turn = itertools.count()

    async def start(self, *, host_json: dict[str, object] | None = None, **settings: str) -> HostProcess:
        """
        Start one more host.

        Args:
            host_json: instead of the delivered one.
            settings: differences from the stage's.
        """
        app = ROOT if host_json is None else self._app_with(host_json)
        log = self._folder / f"host-{len(self.hosts)}.log"
        values = {name: value for name, value in self.system.settings.items() if not name.startswith(PREFIX)}
        # All are one app: their timers' locks are the same, wherever they are started from.
        values |= {"AzureWebJobsStorage": self.gate.storage, "AzureFunctionsWebHost__hostid": "bridge"}
        values["GRAPH_BASE_URL"] = f"http://127.0.0.1:{self.graph.port}"
        host = await asyncio.to_thread(start_host, app, log, settings=values | settings)
        self.hosts.append(host)
        return host

    def end(self) -> None:
        """Kill all that still runs."""
        for host in self.hosts:
            host.kill()

    def logged(self) -> str:
        """Read all logs."""
        return "\n".join(host.logged() for host in self.hosts)

    def warnings(self) -> str:
        """Read what the hosts warned of, and the last that each said."""
        logs = [host.logged().splitlines() for host in self.hosts]
        return "\n".join(line for log in logs for line in [*filter(_WARNED.search, log), *log[-1:]])

    def _next_host(self) -> int | None:
        living = [host for host in self.hosts if host.process.poll() is None]
        return _port(living[next(self._turn) % len(living)].url) if living else None

    def _app_with(self, host_json: dict[str, object]) -> Path:
        app = self._folder / f"app-{len(self.hosts)}"
        app.mkdir()
        for item in ROOT.iterdir():
            if item.name != "host.json" and not item.name.startswith("."):
                (app / item.name).symlink_to(item)
        (app / "host.json").write_text(json.dumps(host_json))
        return app


@contextlib.asynccontextmanager
async def instances(mapping: Path, folder: Path, **settings: str) -> AsyncIterator[Stage]:
    """
    Run all but the hosts; kill those that were started at the end.

    Args:
        mapping: an absolute path.
        folder: gets the hosts' logs.
        settings: differences from those that are delivered (local.settings.example.json).
    """
    given = {name: value for name, value in delivered_settings().items() if name not in _FOUND_HERE}
    front = bound()
    async with running(mapping, settings=given | settings, hosted=False, ports=Ports(app=port_of(front))) as system:
        stage = Stage(system, folder, front)
        for line in (stage.gate, stage.front, stage.graph):
            await line.open()
        try:
            yield stage
        except BaseException:
            # A time-out alone says nothing of what was waited for. Shown with the failing test.
            print(stage.warnings())
            raise
        finally:
            stage.end()
            for line in (stage.gate, stage.front, stage.graph):
                line.close()


@contextlib.asynccontextmanager
async def instances_under(mapping: str, folder: Path, **settings: str) -> AsyncIterator[Stage]:
    """Run `instances` under a mapping that is given as text."""
    file = folder / "mapping.yaml"
    file.write_text(mapping)
    async with instances(file, folder, **settings) as stage:
        yield stage


def package_mapping(*tasks: str) -> str:
    """Write the mapping that gives each contract's workspace these tasks; each is one line of YAML."""
    return f"""
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
    tasks: [{", ".join(tasks)}]
"""


def delivered_settings() -> dict[str, str]:
    """Read the sample settings, without the addresses in them."""
    values: dict[str, str] = json.loads(DELIVERED.read_text())["Values"]
    return {name: value for name, value in values.items() if not _LOCAL_ADDRESS.match(value)}


async def happens(happened: Callable[[], object], *, seconds: float = 120) -> float:
    """Wait for something that other processes do, and return how long it took; the time limit ends a failing test."""
    began = time.monotonic()
    async with asyncio.timeout(seconds):
        while not (await seen if isinstance(seen := happened(), Awaitable) else seen):  # noqa: ASYNC110 - no event
            await asyncio.sleep(0.05)
    return time.monotonic() - began


def until(happened: Callable[[], object], *, seconds: float = 60) -> None:
    """Wait for something that another process does; the time limit only ends a failing test."""
    end = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > end:
            message = f"did not happen within {seconds} s"
            raise AssertionError(message)
        time.sleep(0.05)


def _port(url: str) -> int:
    return int(url.rpartition(":")[2])
