"""
Content Server's own clock, held against ours: where the zone that is set is not its own, its dates mean other moments.

Source: OTCS REST, v1/serverinfo: `server.current_date` is the server's wall clock, without a zone.
"""

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo

from cachetools import TTLCache

from shared.clients.opentext.answers import at, text
from shared.clients.opentext.server import Site
from shared.errors import RefusedError, SignInRefusedError, UnreadableError

ASKED_EVERY = timedelta(hours=1)
"""A zone changes its offset twice a year."""
QUARTER = timedelta(minutes=15)
"""Zones differ by quarters of an hour; whatever is less is a clock that is wrong."""
MOST_SKEW = timedelta(minutes=2)
"""Less of it is no matter: nothing of Content Server's is compared with our clock that closely."""


class ServerClock:
    """Asks what time it is on Content Server."""

    def __init__(self, site: Site, now: Callable[[], datetime]) -> None:
        self._site = site
        self._now = now
        self._known: TTLCache[str, str, datetime] = TTLCache(1, ASKED_EVERY, now)

    async def differs(self, *, anew: bool = False) -> str | None:
        """
        Say how the server's clock differs from what its zone makes it; "": it does not. Asked once an hour.

        Args:
            anew: ask at once.

        Returns:
            None: this server does not tell its time.

        Raises:
            RetryLaterError, SignInRefusedError: it does not answer now, or nobody is let in.
        """
        if not anew and (known := self._known.get("")) is not None:
            return known
        try:
            shown = text(at(await self._site.get("v1/serverinfo"), "server", "current_date"))
            wall = datetime.fromisoformat(shown)
        except SignInRefusedError:
            raise
        except (RefusedError, UnreadableError, ValueError):
            return None
        # A time with its own zone says nothing about the zone of the dates that come without one.
        if wall.tzinfo is not None:
            return None
        found = self._known[""] = difference(wall, self._site.zone, self._now())
        return found


def difference(wall: datetime, zone: tzinfo, now: datetime) -> str:
    """Say how a wall clock differs from what a zone makes it; "": it does not. Pure."""
    ahead = wall.replace(tzinfo=zone) - now
    quarters = round(ahead / QUARTER)
    shown = (
        f"its clock shows {wall:%Y-%m-%d %H:%M}, where OPENTEXT_TIMEZONE={zone} makes it {now.astimezone(zone):%H:%M}"
    )
    if quarters:
        offset = now.astimezone(zone).utcoffset() or timedelta()
        return f"{shown}: set the zone of the server, which is {_offset(offset + quarters * QUARTER)} now"
    if abs(ahead) > MOST_SKEW:
        minutes = round(abs(ahead) / timedelta(minutes=1))
        return f"{shown}: {minutes} minutes {'ahead of' if ahead > timedelta() else 'behind'} ours; set the clocks"
    return ""


def _offset(offset: timedelta) -> str:
    minutes = round(abs(offset) / timedelta(minutes=1))
    return f"UTC{'-' if offset < timedelta() else '+'}{minutes // 60:02}:{minutes % 60:02}"
