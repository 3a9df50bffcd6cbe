"""The body of an HTTP request, as far as the host takes it."""

import asyncio
import contextlib
from collections.abc import Mapping

from starlette.types import Receive

DEFAULT_LIMIT = 100 * 1024 * 1024
"""Bytes that the host takes into memory before any function is asked."""
LIMIT_SETTING = "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"
_DRAIN_SECONDS = 5
"""A sender that is still sending gets its answer sooner than it would notice a closed line."""


class TooLargeError(Exception):
    """The body is over the limit."""

    def __str__(self) -> str:
        return "the body is too large"


def body_limit(settings: Mapping[str, str]) -> int:
    """Read the limit in bytes; what is no number counts as not set."""
    given = settings.get(LIMIT_SETTING, "")
    return int(given) if given.isdecimal() else DEFAULT_LIMIT


class Body:
    """The body on its way in."""

    def __init__(self, receive: Receive, length: str | None) -> None:
        """
        Keep where it comes from.

        Args:
            length: the header Content-Length; None when there is none.
        """
        self._receive = receive
        self._length = length
        self._is_over = False

    async def read(self, limit: int) -> bytes:
        """
        Read it. One that is sent in chunks arrives empty, whatever it holds: so it does in Azure.

        Raises:
            TooLargeError: it is larger than the limit; nothing of it was kept.
        """
        if self._length is None:
            return b""
        if int(self._length) > limit:
            raise TooLargeError
        parts = []
        while not self._is_over:
            parts.append(await self._part())
        return b"".join(parts)

    async def discard(self) -> None:
        """Take what is left of it, and keep nothing."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                while not self._is_over:
                    await self._part()

    async def _part(self) -> bytes:
        message = await self._receive()
        # A sender that has gone sends no more.
        self._is_over = message["type"] == "http.disconnect" or not message.get("more_body", False)
        part: bytes = message.get("body", b"")
        return part
