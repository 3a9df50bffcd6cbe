"""
The pause between two looks into an empty queue: ever longer, as the storage extension lets it grow. Pure.

Source: https://github.com/Azure/azure-sdk-for-net,
Microsoft.Azure.WebJobs.Extensions.Storage.Common, RandomizedExponentialBackoffStrategy and QueuePollingIntervals
"""

from collections.abc import Callable
from datetime import timedelta

SHORTEST = timedelta(milliseconds=100)
RANDOMNESS = 0.2
"""Each growth is more or less by so much of itself."""


class Backoff:
    """Counts looks that found nothing."""

    def __init__(self, longest: timedelta, uniform: Callable[[float, float], float]) -> None:
        """
        Begin without a pause.

        Args:
            uniform: `random.uniform`, or what a test puts in its place.
        """
        self._longest = longest
        self._uniform = uniform
        self._exponent = 0
        self._pause = timedelta(0)

    def after(self, *, found: bool) -> timedelta:
        """
        Compute the next pause.

        Args:
            found: a message has been found since the last pause.
        """
        if found:
            self._exponent = 1
            self._pause = SHORTEST
        elif self._pause != self._longest:
            self._grow()
        return self._pause

    def _grow(self) -> None:
        pause = SHORTEST
        if self._exponent:
            pause += SHORTEST * self._uniform(1 - RANDOMNESS, 1 + RANDOMNESS) * 2 ** (self._exponent - 1)
        if pause < self._longest:
            self._exponent += 1
        self._pause = min(pause, self._longest)
