"""The time that a look has: well within the host's own limit, whose end would end everything else in the worker."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextvars import ContextVar
from weakref import WeakSet

from shared.errors import OutOfTimeError
from shared.timing import CALL_NEEDS, LOOK, LOOK_ENDS_IN

_LIMIT: ContextVar[asyncio.Timeout | None] = ContextVar("limit", default=None)


class Deadlines:
    """The limits of the looks at work in one worker."""

    def __init__(self) -> None:
        self._running: WeakSet[asyncio.Timeout] = WeakSet()

    @contextlib.asynccontextmanager
    async def look(self) -> AsyncGenerator[None, None]:
        """
        Limit what is done inside.

        Raises:
            OutOfTimeError: it was not done in time, and was cut.
        """
        try:
            async with asyncio.timeout(LOOK.total_seconds()) as limit:
                self._running.add(limit)
                token = _LIMIT.set(limit)
                try:
                    yield
                finally:
                    _LIMIT.reset(token)
                    self._running.discard(limit)
        except TimeoutError as error:
            message = "the look took too long, and was cut"
            raise OutOfTimeError(message) from error

    def shorten(self) -> None:
        """Have every look end soon: the worker is told to."""
        soon = asyncio.get_running_loop().time() + LOOK_ENDS_IN.total_seconds()
        for limit in self._running:
            limit.reschedule(min(limit.when() or soon, soon))


def must_have_time() -> None:
    """
    Refuse to start a call that the look may not outlive. Outside of a look there is always time.

    Raises:
        OutOfTimeError: too little is left.
    """
    limit = _LIMIT.get()
    if limit is None or (end := limit.when()) is None:
        return
    if end - asyncio.get_running_loop().time() < CALL_NEEDS.total_seconds():
        message = "too little time is left for another call"
        raise OutOfTimeError(message)
