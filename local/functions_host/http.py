"""HTTP triggers: routes, keys, and the worker's request and answer."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from azure_functions_runtime.bindings.datumdef import Datum
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from local.functions_host.app import App, Function
from local.functions_host.errors import HostError, InvocationFailedError
from local.functions_host.keys import Keys, may_enter
from local.functions_host.timers import Timer

_HOLE = re.compile(r"\{(?P<rest>\*?)(?P<name>\w+)(?::(?P<kind>\w+))?(?P<optional>\?)?\}")
_KINDS = {None: "[^/]+", "int": "-?[0-9]+", "alpha": "[A-Za-z]+", "guid": "[0-9A-Fa-f-]{36}"}


@dataclass(frozen=True)
class Route:
    """Where an HTTP function stands."""

    function: Function
    path: re.Pattern[str]
    methods: frozenset[str]
    """Empty: every method."""
    level: str
    """anonymous, function or admin."""
    exactness: tuple[int, ...]
    """Smaller is more exact, and is tried first."""


def route(function: Function, prefix: str) -> Route:
    """
    Read the route of an HTTP function.

    Args:
        prefix: host.json's routePrefix, "" for none.

    Raises:
        HostError: the template has a segment that is not served here.

    Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger
    """
    trigger = function.trigger
    template = "/".join(part for part in (prefix, trigger.get("route") or function.name) if part)
    return Route(
        function=function,
        path=_pattern(template),
        methods=frozenset(str(method).upper() for method in trigger.get("methods") or ()),
        level=str(trigger.get("authLevel") or "function").lower(),
        exactness=_exactness(template),
    )


def find_route(routes: Sequence[Route], method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """
    Find the most exact route for a request, with the values of its parameters.

    None: no function stands there. A wrong method is not told apart: the host answers 404 to it too.
    """
    for candidate in sorted(routes, key=lambda item: item.exactness):
        match = candidate.path.fullmatch("/" + path.strip("/"))
        if match and (not candidate.methods or method in candidate.methods):
            return candidate, {name: value for name, value in match.groupdict().items() if value is not None}
    return None


class Door:
    """The ASGI application."""

    def __init__(self, app: App, routes: Sequence[Route], timers: Mapping[str, Timer], *, keys: Keys) -> None:
        self._app = app
        self._routes = routes
        self._timers = timers
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        given = request.headers.get("x-functions-key") or request.query_params.get("code", "")
        if request.url.path.startswith("/admin/functions/") and request.method == "POST":
            return await self._run_by_hand(request.url.path.rsplit("/", 1)[1], given)
        found = find_route(self._routes, request.method, request.url.path)
        if found is None:
            return Response(status_code=404)
        target, parameters = found
        if not may_enter(target.level, self._keys, given):
            return Response(status_code=401)
        return await self._call(target.function, request, parameters)

    async def _call(self, function: Function, request: Request, parameters: Mapping[str, str]) -> Response:
        value = await _datum(request, parameters)
        try:
            returned = await self._app.invoke(function, value, trace=request.headers.get("traceparent"))
        except InvocationFailedError:
            # What went wrong stands in the log; the host tells callers nothing.
            return Response(status_code=500)
        return _response(returned)

    async def _run_by_hand(self, name: str, given: str) -> Response:
        """
        Run a timer now: `POST /admin/functions/NAME` with the master key.

        Source: https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http
        """
        if not may_enter("admin", self._keys, given):
            return Response(status_code=401)
        if name not in self._timers:
            return PlainTextResponse("no timer of that name", status_code=404)
        self._timers[name].run_now()
        return Response(status_code=202)


def _pattern(template: str) -> re.Pattern[str]:
    # Paths are matched without regard to case; the values of parameters keep theirs.
    return re.compile("".join(_segment(text, template) for text in template.split("/")), re.IGNORECASE)


def _segment(text: str, template: str) -> str:
    hole = _HOLE.fullmatch(text)
    if hole is None and "{" not in text:
        return "/" + re.escape(text)
    if hole is None or hole["kind"] not in _KINDS:
        message = f"route {template}: {text} is not served by this host stand-in"
        raise HostError(message)
    value = f"/(?P<{hole['name']}>{'.*' if hole['rest'] else _KINDS[hole['kind']]})"
    return f"(?:{value})?" if hole["rest"] or hole["optional"] else value


def _exactness(template: str) -> tuple[int, ...]:
    """Rank each segment: a literal goes before a constraint, that before any value, and all before the rest."""
    holes = [_HOLE.fullmatch(text) for text in template.split("/")]
    return tuple(0 if hole is None else 3 if hole["rest"] else 1 if hole["kind"] else 2 for hole in holes)


async def _datum(request: Request, parameters: Mapping[str, str]) -> Datum:
    """Give the request as the host sends it: names of headers in lower case, repeated ones joined by commas."""
    return Datum(
        {
            "method": Datum(request.method, "string"),
            "url": Datum(str(request.url), "string"),
            "headers": _strings(_joined(request.headers.items())),
            "query": _strings(_joined(request.query_params.multi_items())),
            "params": _strings(parameters),
            "body": Datum(await request.body(), "bytes"),
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
        return Response(status_code=204)
    value: Any = returned.value
    if returned.type != "http":
        return PlainTextResponse(value)
    headers = {name: header.value for name, header in value["headers"].items()}
    return Response(value["body"].value, status_code=int(value["status_code"].value), headers=headers)
