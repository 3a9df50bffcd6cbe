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

    @contextmanager
    def watching(self, name: str) -> Iterator[None]:
        """Watch the running loop while `name` is at work."""
        is_first = not self._at_work.total()
        self._at_work[name] += 1
        if is_first:
            self._ask(asyncio.get_running_loop())
        try:
            yield
        finally:
            self._at_work[name] -= 1

    def _ask(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.call_later(BEAT_SECONDS, self._beat, loop, loop.time() + BEAT_SECONDS)

    def _beat(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        held = loop.time() - due
        self.longest = max(self.longest, held)
        names = sorted(self._at_work + Counter())
        if held > LONG_SECONDS:
            record("loop_held", held)
            log.warning("the event loop was held for %.2f s while %s ran", held, ", ".join(names) or "nothing")
        if names:
            self._ask(loop)
