"""
What a worker does when it is told to end: its looks end or hand on within seconds, and only then it goes.

Where the host sends no signal, or kills, what was in hand is buried by another worker a minute later.
"""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable

from shared.services import Services
from shared.timing import LOOK_ENDS_IN

log = logging.getLogger(__name__)
SIGNALS = (signal.SIGINT, signal.SIGTERM)
ROOM = 2.0
"""Seconds for what remains of a look when it was cut: its release and its message."""


def heed_signals(services: Services, send: Callable[[int, int], None] = os.kill) -> None:
    """
    Have this worker end its looks first when it is told to end, and then as it would have ended before.

    Harmless where signals can't be heard: outside of the main thread nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return  # a command that wires before it runs: it ends as commands do
    for number in SIGNALS:
        before = signal.getsignal(number)

        def end(number: signal.Signals = number, before: object = before) -> None:
            # Told again, the worker ends as it would have without this: at once.
            loop.remove_signal_handler(number)
            if callable(before) or isinstance(before, int):
                signal.signal(number, before)
            ending = loop.create_task(_end(services, number, send))
            _ENDING.add(ending)
            ending.add_done_callback(_ENDING.discard)

        loop.add_signal_handler(number, end)


# The loop holds a task only weakly: without this set an ending could be collected before it is done.
_ENDING: set["asyncio.Task[None]"] = set()


async def _end(services: Services, number: int, send: Callable[[int, int], None]) -> None:
    """Let nothing begin, cut what is at work, wait until all is out of hand, and send the signal again."""
    log.warning("signal %d: looks end or hand on", number)
    # First: a look that begins now would only have to be cut as well.
    services.room.close()
    services.deadlines.shorten()
    deadline = asyncio.get_running_loop().time() + LOOK_ENDS_IN.total_seconds() + ROOM
    while not services.hands.is_empty and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 - no event
        await asyncio.sleep(0.05)
    services.hands.close()
    send(os.getpid(), number)
