"""
The one wall round every function.

The host logs an exception that leaves a function as it is, secrets and all, and nobody else ever hears of it. So here
it is masked, told as a trouble, and raised again; and the loop is watched, which every other invocation shares.
"""

import logging
import traceback
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from shared.observability.loop_watch import LoopWatch
from shared.observability.secret_filter import redact

log = logging.getLogger(__name__)
watch = LoopWatch()
"""Of this worker's one loop."""

P = ParamSpec("P")
T = TypeVar("T")


class MaskedError(Exception):
    """Stands for an exception whose text held a secret: the class and the masked text are what is left of it."""


def guarded(function: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Put the wall round a function. `wraps` is what lets the worker's indexer see its parameters."""

    @wraps(function)
    async def wall(*args: P.args, **kwargs: P.kwargs) -> T:
        with watch.watching(function.__name__):
            try:
                return await function(*args, **kwargs)
            except Exception as error:  # noqa: BLE001 - the outermost wall: whatever comes is told and raised again
                log.error("an exception left %s: %s", function.__name__, redact(_trace(error)))  # noqa: TRY400 - see _trace
                raise masked(error) from None

    return wall


def masked(error: Exception) -> Exception:
    """Return the error, or one that says the same without the secrets that it or its causes tell."""
    if redact(whole := _trace(error)) == whole:
        return error
    return MaskedError(redact(f"{type(error).__name__}: {error}"))


def _trace(error: Exception) -> str:
    """Write an error with its causes, as the host would. It is logged as text: exporters take an exception as is."""
    return "".join(traceback.format_exception(error))
