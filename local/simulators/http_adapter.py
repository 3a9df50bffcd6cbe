"""
Serve a simulator over real HTTP: a thin ASGI application over the handler that `local.in_process.transport` calls.

Paths arrive as they were sent: double slashes stay, nothing is redirected.
"""

from collections.abc import Callable
from typing import TypeAlias

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from local.in_process.transport import DroppedError, Handler

Elsewhere: TypeAlias = Callable[[str], str | None]
"""From a path that a person opens to the address where it is shown; None: it is no page of theirs."""


class _Door:
    """An ASGI endpoint, so that every method reaches the handler."""

    def __init__(self, handler: Handler, pages: Elsewhere | None) -> None:
        self._handler = handler
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        page = self._pages(scope["path"]) if self._pages is not None and request.method == "GET" else None
        if page is not None:
            await RedirectResponse(page)(scope, receive, send)
            return
        query = request.query_params.multi_items()
        try:
            status, headers, content = await self._handler(
                request.method, scope["path"], query, dict(request.headers), await request.body()
            )
        except DroppedError:
            await _drop(send)
            return
        await Response(content, status, headers)(scope, receive, send)


async def _drop(send: Send) -> None:
    """Promise a body and end without one: the server closes the connection, the client has no answer."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})


def door(handler: Handler, pages: Elsewhere | None = None) -> Starlette:
    """
    Wrap a handler for uvicorn or `httpx.ASGITransport`.

    Args:
        handler: the simulator.
        pages: sends people on to where what a link means is shown. None: links lead nowhere, as to any program.
    """
    return Starlette(routes=[Route("/{path:path}", _Door(handler, pages))])
