"""
Call a simulator from httpx without a socket.

The contract that both simulators share: one coroutine function, `handle(method, path, query, headers, body)`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Literal, TypeAlias

import httpx

Query: TypeAlias = Sequence[tuple[str, str]]
"""Every parameter in its order, decoded; a repeated one stands repeated, one without a value has ""."""

Answer: TypeAlias = tuple[int, dict[str, str], bytes]
"""Status, headers, body."""

Handler: TypeAlias = Callable[[str, str, Query, Mapping[str, str], bytes], Awaitable[Answer]]
"""Method in capitals, decoded path, query, headers by lower-case name, body."""

Gate: TypeAlias = Callable[[Literal["before", "after"], httpx.Request], Awaitable[None]]
"""Awaited before and after each effect; may wait, or raise what the client shall see."""


class DroppedError(Exception):
    """Raised by a handler whose client shall see a broken connection in place of an answer."""


class Direct(httpx.AsyncBaseTransport):
    """
    A transport that awaits the handler in the caller's own loop: no threads, no sockets, deterministic.

    Args:
        gate: None: nothing happens before and after.
    """

    def __init__(self, handler: Handler, *, gate: Gate | None = None) -> None:
        self._handler = handler
        self._gate = gate

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """
        Send one request through the gate and the handler.

        Raises:
            httpx.ReadError: the handler dropped the connection.
        """
        body = await request.aread()
        await self._pass("before", request)
        url = request.url
        try:
            status, headers, content = await self._handler(
                request.method, url.path, url.params.multi_items(), dict(request.headers), body
            )
        except DroppedError as error:
            raise httpx.ReadError(str(error), request=request) from error
        await self._pass("after", request)
        return httpx.Response(status, headers=headers, content=content, request=request)

    async def _pass(self, moment: Literal["before", "after"], request: httpx.Request) -> None:
        if self._gate is not None:
            await self._gate(moment, request)
