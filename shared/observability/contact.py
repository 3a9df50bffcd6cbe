"""What this worker last heard of each outside system: an answer, or since when it asks and hears none."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

AWAY_AFTER = timedelta(seconds=45)
"""Asked for so long, and no sensible answer among them: a lost one or two are everyday life."""
FEWEST = 3
"""Requests that must have been in vain: one that takes long says nothing."""


@dataclass
class Contact:
    """With one system."""

    since: datetime | None = None
    """UTC: when the first request was sent of those that had no sensible answer. None: the last one had."""
    asked: int = 0
    """Since then."""
    text: str = ""
    """How the last of them ended."""
    is_news: bool = False
    """It answered, and nobody took note of that yet."""

    def is_away(self, now: datetime) -> bool:
        """Tell whether it counts as away."""
        return self.since is not None and self.asked >= FEWEST and now - self.since >= AWAY_AFTER

    def take_news(self) -> bool:
        """Tell whether it answered since the last time this was asked."""
        is_news, self.is_news = self.is_news, False
        return is_news


class Contacts:
    """With all systems: graph, entra, opentext, otds."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.by_system: dict[str, Contact] = {}

    def asked(self, system: str) -> None:
        """Take note of a request that is about to be sent."""
        contact = self.by_system.setdefault(system, Contact())
        contact.asked += 1
        # From the first one on: a later one that hears nothing either must not make the silence seem shorter.
        if contact.since is None:
            contact.since, contact.text = self._now(), "no answer"

    def heard(self, system: str, status: int) -> None:
        """Take note of an answer. A server's error is none: it says nothing of what was asked."""
        contact = self.by_system.setdefault(system, Contact())
        if status >= 500:
            contact.text = f"status {status}"
            return
        contact.since, contact.asked, contact.is_news = None, 0, True
