"""
Short cuts past httpx and the SDK's transport, for speed: the clients' own code is real, what lies beneath is not.

Some hundred seeds are played without them, through the SDK, httpx and the simulators' HTTP doors, and give the same
traces.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, TypeAlias, cast
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import httpx
from kiota_abstractions.request_information import RequestInformation

from local.in_process.transport import Direct, Handler, Query
from local.simulators.http_adapter import door
from shared.clients.graph.connection import GraphConnection, connect
from tests.simulation.faults import Faults

BASE = "http://127.0.0.1"
Fence: TypeAlias = Callable[[], None]
"""Asked before each write, as the wiring has it; whoever was frozen before it is asked after that."""


@dataclass(frozen=True)
class Response:
    """What the clients read of an answer."""

    status_code: int
    headers: "Headers"
    content: bytes

    @property
    def is_success(self) -> bool:
        """Carried out."""
        return 200 <= self.status_code < 300


class Headers(dict[str, str]):
    """Headers by lower-case name, read by any."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        super().__init__((name.lower(), value) for name, value in headers.items())

    def get(self, name: str, default: Any = None) -> Any:
        """Read one."""
        return super().get(name.lower(), default)

    def get_list(self, name: str) -> list[str]:
        """Read all of one name."""
        found = self.get(name)
        return [] if found is None else [found]


@dataclass
class Request:
    """What the clients build of a request."""

    method: str
    path: str
    query: Query
    headers: dict[str, str]
    body: bytes


class Port:
    """One simulated system, with the faults at both ends of each call."""

    def __init__(self, system: str, handler: Handler, faults: Faults, fence: Fence) -> None:
        self._system = system
        self._handler = handler
        self._faults = faults
        self._fence = fence

    async def exchange(self, request: Request) -> Response:
        """Send one request."""
        await self._faults.http("before", self._system, request.method, request.path)
        if request.method != "GET":
            self._fence()
        effect = partial(self._handler, request.method, request.path, request.query, request.headers, request.body)
        self._faults.give_up(request.method, request.path, request.body, effect)
        status, headers, content = await effect()
        await self._faults.http("after", self._system, request.method, request.path)
        return Response(status, Headers(headers), content)


class Http:
    """Stands in an httpx.AsyncClient's place, as far as the OpenText client uses one."""

    def __init__(self, port: Port) -> None:
        self._port = port

    def build_request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        data: Mapping[str, str | Sequence[str]] | None,
        files: object,
        json: Mapping[str, str] | None,
    ) -> Request:
        """Build a request in the encodings that Content Server and OTDS want."""
        assert files is None, "nothing is uploaded in a simulation"
        sent = {name.lower(): value for name, value in headers.items()}
        body = b""
        if data is not None:
            sent["content-type"], body = "application/x-www-form-urlencoded", urlencode(data, doseq=True).encode()
        if json is not None:
            sent["content-type"], body = "application/json", _dumps(json)
        target = _target(url)
        return Request(method, target.path, target.query, sent, body)

    async def send(self, request: Request, **_: object) -> Response:
        """Send one request."""
        return await self._port.exchange(request)


class Adapter:
    """Stands in the Graph SDK's request adapter's place, behind the SDK's own addressing."""

    def __init__(self, port: Port, base_url: str) -> None:
        self._port = port
        self.base_url = base_url

    def enable_backing_store(self, _: object) -> None:
        """Nothing is kept: the SDK's models are not used."""

    async def send_primitive_async(self, info: RequestInformation, *_: object) -> Response:
        """Send one request."""
        info.path_parameters["baseurl"] = self.base_url
        target = _target(info.url)
        headers = {name: ", ".join(values) for name, values in info.headers.get_all().items()}
        sent = {**headers, "authorization": "Bearer local", "host": target.host}
        assert info.http_method is not None
        body = bytes(info.content or b"")
        return await self._port.exchange(Request(info.http_method.value, target.path, target.query, sent, body))


@dataclass(frozen=True)
class _Target:
    host: str
    path: str
    query: Query


@cache
def _target(url: str) -> _Target:
    parts = urlsplit(url)
    return _Target(parts.netloc, unquote(parts.path), parse_qsl(parts.query, keep_blank_values=True))


def _dumps(value: object) -> bytes:
    return json.dumps(value).encode()


class Gated(httpx.AsyncBaseTransport):
    """The whole way through httpx, with the faults at both of its ends."""

    def __init__(self, system: str, inner: httpx.AsyncBaseTransport, faults: Faults, fence: Fence) -> None:
        self._system = system
        self._inner = inner
        self._faults = faults
        self._fence = fence

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        await self._faults.http("before", self._system, request.method, request.url.path)
        if request.method != "GET":
            self._fence()
        effect = partial(self._inner.handle_async_request, request)
        self._faults.give_up(request.method, request.url.path, request.content, effect)
        response = await effect()
        await response.aread()
        await self._faults.http("after", self._system, request.method, request.url.path)
        return response


@dataclass(frozen=True)
class Stack:
    """How the clients reach the simulators."""

    graph: Callable[[Handler, Faults, Fence], GraphConnection]
    opentext: Callable[[Handler, Faults, Fence], httpx.AsyncClient]


def _through_httpx(wrap: Callable[[Handler], httpx.AsyncBaseTransport]) -> Stack:
    def client(system: str, handler: Handler, faults: Faults, fence: Fence) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=Gated(system, wrap(handler), faults, fence), follow_redirects=False)

    return Stack(
        graph=lambda handler, faults, fence: connect(BASE, client("graph", handler, faults, fence), None),
        opentext=lambda handler, faults, fence: client("opentext", handler, faults, fence),
    )


def _graph_by_port(handler: Handler, faults: Faults, fence: Fence) -> GraphConnection:
    return GraphConnection(Adapter(Port("graph", handler, faults, fence), f"{BASE}/v1.0"))


def _opentext_by_port(handler: Handler, faults: Faults, fence: Fence) -> httpx.AsyncClient:
    return cast("httpx.AsyncClient", Http(Port("opentext", handler, faults, fence)))


PORTS = Stack(_graph_by_port, _opentext_by_port)
DIRECT = _through_httpx(Direct)
"""The SDK and httpx are real."""
DOORS = _through_httpx(lambda handler: httpx.ASGITransport(door(handler)))
"""And so are the simulators' HTTP doors."""
