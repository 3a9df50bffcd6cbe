"""Bring in what a function needs without holding the loop: an SDK's import takes seconds, and the handshake waits."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from shared import wiring

T = TypeVar("T")


async def warmed(load: Callable[[], T]) -> T:
    """
    Import a flow and wire this worker, in a thread and once; return the flow.

    HTTP functions do without: theirs is the cold start that Graph and OpenText wait for.

    Args:
        load: imports the flow and returns it.
    """
    await wiring.current().warm()
    return await asyncio.to_thread(load)


async def warmed_storage(load: Callable[[], T]) -> T:
    """Import a flow and open the stores, in a thread: for what asks neither Graph nor OpenText."""
    await wiring.current().warm_storage()
    return await asyncio.to_thread(load)
