"""
The one wall round every function.

The host logs an exception that leaves a function as it is, secrets and all, and nobody else ever hears of it. So here
it is masked, told as a trouble, and raised again; and the loop is watched, which every other invocation shares.
"""

import logging
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from shared import wiring
from shared.intake.walls import tell_unforeseen
from shared.models.troubles import Where
from shared.observability.loop_watch import LoopWatch
from shared.observability.secret_filter import guarded_exception

log = logging.getLogger(__name__)
watch = LoopWatch()
"""Of this worker's one loop."""

P = ParamSpec("P")
T = TypeVar("T")


def guarded(function: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Put the wall round a function. `wraps` is what lets the worker's indexer see its parameters."""

    @wraps(function)
    async def wall(*args: P.args, **kwargs: P.kwargs) -> T:
        with watch.watching(function.__name__):
            try:
                return await function(*args, **kwargs)
            except Exception as error:
                left = guarded_exception(error)
                log.exception("an exception left %s", function.__name__, exc_info=left)
                await tell_unforeseen(wiring.current(), Where.SYSTEM, function.__name__, left)
        # Not in the handler: there Python would hang the unmasked one on it, as its context.
        raise left

    return wall
