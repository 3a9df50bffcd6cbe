"""
The operations page on a bridge in memory: the app's own functions behind a door that asks for the key as the host does.

`tests/browser/test_healing.py` opens the same page on the real local host.
"""

import asyncio
import contextlib
import socket
from types import SimpleNamespace

import azure.functions as func
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from functions import operations
from local.in_process.system import Inside
from shared import wiring
from shared.operations.health import Probe, probe_storage
from shared.operations.life import Addresses
from tests.wired import InsideWiring

KEY = "an-invented-function-key"
OPENTEXT, GRAPH = "https://otcs.example/cs/cs", "https://graph.microsoft.com"


class StageWiring(InsideWiring):
    """The wiring that the functions find."""

    def __init__(self, inside: Inside) -> None:
        super().__init__(inside)
        self.entra = False

    def addresses(self) -> Addresses:
        return Addresses(OPENTEXT, GRAPH)

    def is_behind_entra(self) -> bool:
        return self.entra

    def probes(self) -> dict[str, Probe]:
        return {"storage": lambda: probe_storage(self.storage())}


async def page(request):
    return _sent(await _of(operations.operations_page)(_asked(request, b"")))


async def door(request):
    if request.headers.get("x-functions-key") != KEY:
        return Response(status_code=401)
    context = SimpleNamespace(invocation_id="i-1", trace_context=SimpleNamespace(trace_parent=None))
    return _sent(await _of(operations.operations)(_asked(request, await request.body()), context))


def _of(builder):
    return builder._function.get_user_function()


def _asked(request, body):
    return func.HttpRequest(
        request.method,
        str(request.url),
        headers=dict(request.headers),
        params=dict(request.query_params),
        route_params=dict(request.path_params),
        body=body,
    )


def _sent(answer):
    headers = dict(answer.headers)
    return Response(answer.get_body(), answer.status_code, headers=headers, media_type=answer.mimetype)


APP = Starlette(routes=[Route("/api/operations", page), Route("/api/operations/{door}", door, methods=["GET", "POST"])])


class Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self):
        yield


@contextlib.asynccontextmanager
async def staged(inside):
    """Serve the page over a bridge in memory; give its address and its wiring."""
    wired = StageWiring(inside)
    server = Server(uvicorn.Config(APP, log_level="warning", lifespan="off", timeout_keep_alive=75))
    sock = socket.create_server(("127.0.0.1", 0))
    with wiring.use(wired):
        serving = asyncio.create_task(server.serve(sockets=[sock]))
        try:
            yield f"http://127.0.0.1:{sock.getsockname()[1]}/api/operations", wired
        finally:
            server.should_exit = True
            await serving
            sock.close()
