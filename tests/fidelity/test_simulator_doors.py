"""The two ways to a simulator, in process and over real HTTP, and how its answers are broken on purpose."""

import asyncio
import contextlib
import socket

import httpx
import pytest
import uvicorn

from local.in_process.transport import Direct, DroppedError
from local.simulators.faults import Fault, Faults
from local.simulators.http_adapter import door
from tests.fidelity.content_server_caller import Caller

API = "/cs/cs/api"


class Server(uvicorn.Server):
    """Leaves the signals to pytest."""

    @contextlib.contextmanager
    def capture_signals(self):
        yield


@contextlib.asynccontextmanager
async def over_http(handler):
    sock = socket.create_server(("127.0.0.1", 0))
    server = Server(uvicorn.Config(door(handler), log_level="critical", timeout_keep_alive=75, date_header=False))
    running = asyncio.create_task(server.serve(sockets=[sock]))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{sock.getsockname()[1]}") as client:
        yield client
    server.should_exit = True
    await running


@contextlib.asynccontextmanager
async def in_process(handler):
    async with httpx.AsyncClient(transport=Direct(handler), base_url="http://ecm") as client:
        yield client


both = pytest.mark.parametrize("way", [in_process, over_http])


async def echo(method, path, query, headers, body):
    told = repr((method, path, list(query), headers.get("x-one"), body))
    return 203, {"content-type": "text/plain", "x-two": "2"}, told.encode()


@both
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
async def test_both_ways_hand_over_the_same(way, method):
    """Method, decoded path, every parameter in order, headers by lower-case name, body; and back."""
    async with way(echo) as client:
        reply = await client.request(
            method, "/a//b%20c?x=1&x=2&metadata", headers={"X-One": "1"}, content=b"" if method == "GET" else b"body"
        )
    body = b"" if method == "GET" else b"body"
    assert reply.text == repr((method, "/a//b c", [("x", "1"), ("x", "2"), ("metadata", "")], "1", body))
    assert (reply.status_code, reply.headers["x-two"]) == (203, "2")


@both
async def test_the_content_server_answers_through_both(way):
    """OpenText facts 1a and 1d: sign in, read, and a fresh ticket in the header."""
    caller = Caller()
    async with way(caller.server.handle) as client:
        form = {"username": "liz", "password": "secret"}
        ticket = (await client.post(f"{API}/v1/auth", data=form)).json()["ticket"]
        reply = await client.get(f"{API}/v2/nodes/{caller.document}", headers={"OTCSTicket": ticket})
    assert reply.json()["results"]["data"]["properties"]["name"] == "Contract.docx"
    assert reply.headers["otcsticket"] != ticket


@both
async def test_a_dropped_connection_has_no_answer(way):
    """A client sees a transport error, as when a server dies."""
    caller = Caller()
    caller.server.faults.add(Fault.dropped(path="ping"))
    async with way(caller.server.handle) as client:
        with pytest.raises(httpx.TransportError):
            await client.get(f"{API}/v1/ping")
        assert (await client.get(f"{API}/v1/ping")).status_code == 200


async def test_the_gate_is_awaited_around_the_effect():
    """It may raise what the client shall see; "before" there is no effect, "after" there is."""
    passed = []

    async def gate(moment, request):
        passed.append((moment, request.method))
        if request.url.path == f"/{moment}":
            message = "late"
            raise httpx.ReadTimeout(message)

    async def handler(method, path, query, headers, body):
        passed.append(("effect", path))
        return 200, {}, b""

    async with httpx.AsyncClient(transport=Direct(handler, gate=gate), base_url="http://ecm") as client:
        for path in ("/before", "/after"):
            with pytest.raises(httpx.ReadTimeout):
                await client.get(path)
    assert passed == [("before", "GET"), ("before", "GET"), ("effect", "/after"), ("after", "GET")]


@pytest.mark.parametrize(
    ("fault", "status", "kind", "start"),
    [
        (Fault.html, 500, "text/html", b"<!DOCTYPE html>"),
        (Fault.garbled, 200, "application/json", b'{"results"'),
    ],
)
async def test_a_server_in_trouble(fault, status, kind, start):
    """OpenText facts 7: 500 with HTML, 200 that is no JSON."""
    caller = Caller()
    ticket = await caller.sign_in("liz")
    caller.server.faults.add(fault())
    reply = await caller.raw("GET", "v2/nodes/2000", headers={"otcsticket": ticket})
    assert (reply.status, reply.headers["content-type"]) == (status, kind)
    assert reply.body.startswith(start)
    assert "OTCSTicket" not in reply.headers


async def test_faults_strike_the_requests_that_match_and_only_as_often_as_asked():
    """OpenText facts 7: 502, 503 and 504 pass."""
    caller = Caller()
    await caller.get("v1/auth")
    caller.server.faults.add(Fault.status(503, method="GET", path="/v2/nodes", times=2, headers={"Retry-After": "5"}))
    statuses = [
        (await caller.get(url)).status for url in ("v1/auth", "v2/nodes/2000", "v2/nodes/2000", "v2/nodes/2000")
    ]
    assert statuses == [200, 503, 503, 200]
    assert caller.server.faults.struck == 2


@pytest.mark.parametrize(("after", "done"), [pytest.param(False, 0, id="before"), pytest.param(True, 1, id="after")])
async def test_a_fault_leaves_the_effect_out_or_only_its_answer(after, done):
    """OpenText facts 4f: not idempotent, so the client must tell these two apart by reading."""
    caller = Caller()
    process = caller.approval()
    caller.server.faults.add(Fault.dropped(method="PUT", path="/tasks/", after=after))
    with pytest.raises(DroppedError):
        await caller.act(process, 1, by="liz", custom_action="Approve")
    assert len(caller.server.workflow(process).completed) == done


def test_a_hook_chooses_faults_by_its_own_rule():
    """A simulation draws them from its seed."""
    faults = Faults(hook=lambda method, path: Fault.status(504) if path.endswith("7") else None)
    struck = [faults.take("GET", f"/nodes/{number}") for number in (6, 7)]
    assert [fault is not None for fault in struck] == [False, True]


async def test_the_same_calls_get_the_same_answers():
    """Deterministic: ids by counters, times by the clock."""
    told = []
    for _ in range(2):
        caller = Caller()
        process = caller.approval("Legal")
        await caller.act(process, 1, by="liz", action="accept")
        reply = await caller.get(f"v2/workflows/status/processes/{process}")
        told.append((reply.headers, reply.body))
    assert told[0] == told[1]
