"""What happens, as it happens: people's acts, what the story tells, and what the bridge decides."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from shared.errors import BridgeError
from shared.operations.tail import Tail
from shared.wiring import Wiring

MOST = 200
_POLL_SECONDS = 1.0


@dataclass(frozen=True)
class Line:
    """One thing that happened."""

    at: str
    who: str
    """"OpenText", "Planner", "bridge", "board", or "" for a chapter's title."""
    what: str
    origin: str = ""
    """Whose history it stands in. Empty: in none."""


class Feed:
    """
    The latest lines, oldest first.

    Args:
        now: the system's clock.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lines: deque[Line] = deque(maxlen=MOST)

    def tell(self, who: str, what: str) -> None:
        """Add what somebody did."""
        self._lines.append(Line(self._now().isoformat(), who, what))

    def lines(self) -> list[dict[str, Any]]:
        """Return the lines as JSON: what the bridge writes is read some time after it happened."""
        return [asdict(line) for line in sorted(self._lines, key=lambda line: line.at)]

    async def follow(self, settings: Mapping[str, str]) -> None:
        """Add what the bridge writes into its histories, until cancelled; while storage is away, nothing."""
        wiring = Wiring(settings)
        try:
            await wiring.warm_storage()
            tail = Tail(wiring.storage(), self._now())
            while True:
                await self._read(tail)
                await asyncio.sleep(_POLL_SECONDS)
        finally:
            await wiring.close()

    async def _read(self, tail: Tail) -> None:
        try:
            news = await tail.news()
        except BridgeError:
            # It is asked again, from where it was; what became of storage is the operations page's to say.
            return
        self._lines.extend(Line(one.at.isoformat(), "bridge", one.what, one.origin) for one in news)
