"""How long the event loop was held: meanwhile /api/health, the handshake and every other look in the worker wait."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from shared.observability.telemetry import record

log = logging.getLogger(__name__)
BEAT_SECONDS = 0.05
LONG_SECONDS = 0.25
"""From here on a stretch is told. Shorter ones nobody feels, and each would be a row of telemetry."""


class LoopWatch:
    """Asks for its turn every 50 ms while something is at work, and tells how much too late it came."""

    def __init__(self) -> None:
        self.longest = 0.0
        """Seconds, since the process began."""
        self._at_work: Counter[str] = Counter()
        self._asked: asyncio.AbstractEventLoop | None = None
        """The loop that was asked for a turn and has not given it: one at a time, however much comes."""

    @contextmanager
    def watching(self, name: str) -> Iterator[None]:
        """Watch the running loop while `name` is at work."""
        self._at_work[name] += 1
        if self._asked is not (loop := asyncio.get_running_loop()):
            self._ask(loop)
        try:
            yield
        finally:
            self._at_work[name] -= 1

    def _ask(self, loop: asyncio.AbstractEventLoop) -> None:
        self._asked = loop
        loop.call_later(BEAT_SECONDS, self._beat, loop, loop.time() + BEAT_SECONDS)

    def _beat(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        self._asked = None
        held = loop.time() - due
        self.longest = max(self.longest, held)
        # To add an empty Counter drops the counts of zero: what has ended is not at work any more.
        names = sorted(self._at_work + Counter())
        if held > LONG_SECONDS:
            record("loop_held", held)
            log.warning("the event loop was held for %.2f s while %s ran", held, ", ".join(names) or "nothing")
        if names:
            self._ask(loop)
