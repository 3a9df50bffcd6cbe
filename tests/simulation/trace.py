"""What happened, in order: the line that is read after a failure, and the hash that a seed always gives."""

import hashlib
from collections import Counter
from collections.abc import Callable


class Trace:
    """
    Every call, fault and act of a history.

    Args:
        clock: virtual seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.lines: list[tuple[float, str, str]] = []
        """When, who, what."""
        self.counts: Counter[str] = Counter()
        """Remote calls by system, faults by kind (`fault ...`), acts of people by name (`act ...`)."""

    def note(self, who: str, what: str) -> None:
        """Write one line."""
        self.lines.append((self._clock(), who, what))

    def count(self, what: str) -> None:
        """Count without a line."""
        self.counts[what] += 1

    @property
    def hash(self) -> str:
        """SHA-256 of every line so far."""
        text = "".join(f"{at:.6f} {who} {what}\n" for at, who, what in self.lines)
        return hashlib.sha256(text.encode()).hexdigest()

    def tail(self, most: int = 60) -> str:
        """Render the end of the history for people."""
        return "\n".join(f"{at:12.3f}s  {who:<10} {what}" for at, who, what in self.lines[-most:])
