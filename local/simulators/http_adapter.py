"""
Serve a simulator over real HTTP: a thin ASGI application over the handler that `local.in_process.transport` calls.

Paths arrive as they were sent: double slashes stay, nothing is redirected.
"""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from local.in_process.transport import DroppedError, Handler


class _Door:
    """An ASGI endpoint, so that every method reaches the handler."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
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


def door(handler: Handler) -> Starlette:
    """Wrap a handler for uvicorn or `httpx.ASGITransport`."""
    return Starlette(routes=[Route("/{path:path}", _Door(handler))])
