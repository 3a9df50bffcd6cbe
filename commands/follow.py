"""Doing something again and again, until somebody has seen enough."""

import asyncio
from collections.abc import Awaitable, Callable


async def again_and_again(
    show: Callable[[], Awaitable[None]],
    seconds: float,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """
    Show something, wait, show it again. Ends by Ctrl+C, which is no error.

    Args:
        seconds: between the end of one and the beginning of the next.
    """
    try:
        while True:
            await show()
            await pause(seconds)
    except (KeyboardInterrupt, asyncio.CancelledError):
        return
