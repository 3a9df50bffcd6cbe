"""HTTP triggers: the door, keys, and the worker's request and answer."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

from azure_functions_runtime.bindings.datumdef import Datum
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from local.functions_host.bodies import Body, TooLargeError
from local.functions_host.errors import InvocationFailedError
from local.functions_host.function import Function
from local.functions_host.keys import Keys, may_enter
from local.functions_host.routes import Route, decoded_path, find_route
from local.functions_host.timers import Timer
from local.functions_host.workers import Workers

log = logging.getLogger(__name__)

HOMEPAGE = "<!doctype html><title>Your Functions app is up and running</title>".ljust(150_000)
"""In Azure a page of 150 KB."""
NOT_RUNNING = "Function host is not running."


@dataclass(frozen=True)
class DoorOptions:
    """What settings say to the door."""

    keys: Keys
    body_limit: int
    has_homepage: bool
    """The setting AzureWebJobsDisableHomepage is not true."""
    is_running: bool = True
    """False: host.json is wrong; everything is answered 503."""


class Door:
    """The ASGI application."""

    def __init__(
        self,
        workers: Workers,
        routes: Sequence[Route],
        timers: Mapping[str, Timer],
        *,
        options: DoorOptions,
        drain: Callable[[], None],
    ) -> None:
        """
        Keep what stands behind the door.

        Args:
            drain: has the host take nothing more from timers and queues; what runs may end.
        """
        self._workers = workers
        self._routes = routes
        self._timers = timers
        self._options = options
        self._drain = drain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        request = Request(scope)
        body = Body(receive, request.headers.get("content-length"))
        response = Response(status_code=400)
        if all(value.isascii() for _, value in scope["headers"]):
            response = await self._answer(request, decoded_path(scope["raw_path"]), body)
        await body.discard()
        await response(scope, receive, send)

    async def _answer(self, request: Request, path: str, body: Body) -> Response:
        if not self._options.is_running:
            return PlainTextResponse(NOT_RUNNING, status_code=503)
        if path == "/" and request.method == "GET":
            return HTMLResponse(HOMEPAGE) if self._options.has_homepage else Response(status_code=204)
        # A bad key in the header beats a good one in the query.
        given = request.headers.get("x-functions-key") or request.query_params.get("code", "")
        if path.startswith("/admin/"):
            return self._administer(request.method, path, given)
        found = find_route(self._routes, request.method, path)
        if found is None:
            return Response(status_code=404)
        target, parameters = found
        if not may_enter(target.level, self._options.keys, given):
            return Response(status_code=401)
        value = partial(_datum, request, path, parameters)
        return await self._call(target.function, value, body, request.headers.get("traceparent"))

    async def _call(
        self, function: Function, value: Callable[[bytes], Datum], body: Body, trace: str | None
    ) -> Response:
        try:
            # Read whole before the function is asked: that is why the limit matters.
            content = value(await body.read(self._options.body_limit))
            returned = await self._workers.invoke(function, content, trace=trace)
        except (InvocationFailedError, TooLargeError) as error:
            # What went wrong stands in the log; the host tells callers nothing.
            log.error("%s: %s", function.name, error)  # noqa: TRY400 - the worker has logged the traceback
            return Response(status_code=500)
        return _response(returned)

    def _administer(self, method: str, path: str, given: str) -> Response:
        """
        Answer the host's own doors, which open with the master key.

        `POST /admin/functions/NAME` runs a timer now, `GET /admin/host/status` tells the state, and `POST
        /admin/host/drain` is what Azure asks for before it takes an instance away.

        Source: https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http
        """
        if not may_enter("admin", self._options.keys, given):
            return Response(status_code=401)
        if (method, path) == ("GET", "/admin/host/status"):
            return JSONResponse({"state": "Running"})
        if (method, path) == ("POST", "/admin/host/drain"):
            self._drain()
            return Response(status_code=202)
        name = path.removeprefix("/admin/functions/")
        if method != "POST" or name not in self._timers:
            return PlainTextResponse("no timer of that name", status_code=404)
        self._timers[name].run_now()
        return Response(status_code=202)


def _datum(request: Request, path: str, parameters: Mapping[str, str], body: bytes) -> Datum:
    """Give the request as the host sends it: names of headers in lower case, repeated ones joined by commas."""
    url = f"{request.url.scheme}://{request.url.netloc}{path}"
    return Datum(
        {
            "method": Datum(request.method, "string"),
            # The host gives the display form: the path decoded, the query as it came.
            "url": Datum(f"{url}?{request.url.query}" if request.url.query else url, "string"),
            "headers": _strings(_joined(request.headers.items())),
            "query": _strings(_joined(request.query_params.multi_items())),
            "params": _strings(parameters),
            "body": Datum(body, "bytes"),
        },
        "http",
    )


def _joined(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    ordered = sorted(pairs, key=lambda pair: pair[0])
    return {name: ",".join(value for _, value in same) for name, same in groupby(ordered, key=lambda pair: pair[0])}


def _strings(values: Mapping[str, str]) -> dict[str, Datum]:
    return {name: Datum(value, "string") for name, value in values.items()}


def _response(returned: Datum | None) -> Response:
    if returned is None:
        return Response(status_code=500)
    value: Any = returned.value
    if returned.type != "http":
        return PlainTextResponse(value)
    headers = {name: header.value for name, header in value["headers"].items()}
    if not all(text.isascii() for text in headers.values()):
        log.error("a response header is outside ASCII")
        return Response(status_code=500)
    return Response(value["body"].value, status_code=int(value["status_code"].value), headers=headers)
