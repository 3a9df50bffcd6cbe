"""The board's own doors: its page, its state, its acts, documents, and the bridge's operations page."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.board.acts import RefusedActError
from local.board.directing import DIRECTIONS, direct
from local.board.page import render_page
from local.board.stage import Stage
from local.board.state import view
from local.serving import serving

LONGEST_BODY = 64_000
OPERATIONS_SECONDS = 30
PASSED_ON = ("content-type", "x-functions-key")
HOSTS = ["127.0.0.1", "localhost"]


class Doors:
    """What answers on the board's address."""

    def __init__(self, stage: Stage, http: httpx.AsyncClient) -> None:
        self._stage, self._http = stage, http

    async def page(self, _: Request) -> Response:
        """Answer with the page."""
        page = render_page()
        return Response(page.html, headers=dict(page.headers), media_type="text/html")

    async def state(self, _: Request) -> Response:
        """Answer with all that is to be seen now."""
        return JSONResponse(view(self._stage), headers={"cache-control": "no-store"})

    async def act(self, request: Request) -> Response:
        """Do one thing, and say what was done."""
        given, name = await _read(request), request.path_params["name"]
        said = direct(self._stage, name, given) if name in DIRECTIONS else self._stage.act(name, given)
        return JSONResponse({"said": said})

    async def document(self, request: Request) -> Response:
        """Answer with a document's newest version, to be saved and not shown: it is anybody's content."""
        nodes = self._stage.ready().world.content.state.nodes
        node = nodes.get(request.path_params["node"])
        if node is None or not node.versions:
            return JSONResponse({"detail": "there is no such document"}, 404)
        newest = node.versions[-1]
        name = newest.file_name.encode("ascii", "replace").decode().replace('"', "'")
        headers = {
            "content-disposition": f'attachment; filename="{name}"',
            "x-content-type-options": "nosniff",
            "content-security-policy": "sandbox",
        }
        return Response(newest.content, headers=headers, media_type=newest.mime_type)

    async def operations(self, request: Request) -> Response:
        """Hand on to the bridge's operations page and its doors, which are then of the board's own origin."""
        headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        url = f"{self._stage.app_url}{request.url.path}?{request.url.query}"
        try:
            answer = await self._http.request(
                request.method, url, headers=headers, content=await _body(request), timeout=OPERATIONS_SECONDS
            )
        except httpx.TransportError:
            return JSONResponse({"detail": "The app does not answer."}, 503)
        return Response(answer.content, answer.status_code, _framed(answer.headers))


def _framed(headers: httpx.Headers) -> dict[str, str]:
    """Keep the page's own headers, and let the board alone show it in a frame."""
    left_out = ("content-length", "content-encoding", "transfer-encoding", "connection", "server", "date")
    kept = {name: value for name, value in headers.items() if name not in left_out}
    if "content-security-policy" in kept:
        kept["content-security-policy"] = kept["content-security-policy"].replace(
            "frame-ancestors 'none'", "frame-ancestors 'self'"
        )
        kept["x-frame-options"] = "SAMEORIGIN"
    return kept


async def _body(request: Request) -> bytes:
    """
    Read what is posted by the board's own pages.

    Raises:
        RefusedActError: it comes from a page of somebody else, or is too long.
    """
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers["host"]:
        message = "only the board's own pages may act here"
        raise RefusedActError(message)
    body = await request.body()
    if len(body) > LONGEST_BODY:
        message = f"that is too long: {LONGEST_BODY} bytes at most"
        raise RefusedActError(message)
    return body


async def _read(request: Request) -> Mapping[str, Any]:
    """
    Read an act's fields.

    Raises:
        RefusedActError: it is no JSON object, or none of the board's pages sent it.
    """
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        message = "an act is a JSON object, sent as application/json"
        raise RefusedActError(message)
    body = await _body(request)
    try:
        given = await request.json() if body else {}
    except ValueError as error:
        message = "an act is a JSON object, and this is none"
        raise RefusedActError(message) from error
    if not isinstance(given, dict):
        message = "an act is a JSON object, and this is none"
        raise RefusedActError(message)
    return given


async def _refused(_: Request, error: Exception) -> Response:
    return JSONResponse({"detail": str(error)}, 409)


async def _misread(_: Request, error: ValidationError) -> Response:
    """Name each field that is wrong, and what is allowed."""
    said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
    return JSONResponse({"detail": said}, 400)


def application(stage: Stage, http: httpx.AsyncClient) -> Starlette:
    """Put the doors together."""
    doors = Doors(stage, http)
    routes = [
        Route("/", doors.page),
        Route("/state", doors.state),
        Route("/acts/{name}", doors.act, methods=["POST"]),
        Route("/documents/{node:int}", doors.document),
        Route("/api/operations", doors.operations),
        Route("/api/operations/{door}", doors.operations, methods=["GET", "POST"]),
    ]
    refusals: dict[Any, Any] = {RefusedActError: _refused, ValidationError: _misread}
    # Another name that leads to this machine is a foreign page's trick to read along.
    guard = Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)
    return Starlette(routes=routes, middleware=[guard], exception_handlers=refusals)


@contextlib.asynccontextmanager
async def board_of(stage: Stage, port: int) -> AsyncIterator[None]:
    """
    Serve the board for the length of a block.

    Raises:
        OSError: the port is taken.
    """
    async with httpx.AsyncClient() as http, serving(application(stage, http), port):
        yield
