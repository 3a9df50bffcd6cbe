"""Send several messages side by side."""

import asyncio
from collections.abc import Awaitable, Iterable


async def send_all(sends: Iterable[Awaitable[object]]) -> None:
    """
    Wait until every message was sent or refused.

    A hundred round trips in a row would keep a waiting sender for seconds.

    Raises:
        UnavailableError: at least one was not sent; the others were. Sending all again is safe.
    """
    # All are waited for: behind one that failed, the others would still be under way when the sender is answered.
    outcomes = await asyncio.gather(*sends, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
