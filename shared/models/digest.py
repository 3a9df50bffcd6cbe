"""What one person is told of at one time instead of at once, and when that time is. Pure."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field

from shared.models.base import Stored

MOST_LINES = 40
MOST_CHARACTERS = 20_000
"""Of one digest: a table's property ends at 32,768. What is more comes in a second one."""
LONGEST = timedelta(hours=49)
"""No digest is due later: a time beyond it was written by a clock that is wrong."""
DAILY = re.compile(r"^daily ([01][0-9]|2[0-3]):[0-5][0-9]$")


def next_time(daily: str, zone: str, now: datetime) -> datetime:
    """
    Return when (UTC) a digest goes out next.

    Args:
        daily: `daily 08:00`.
        zone: whose wall clock it is; IANA name.
        now: UTC. A digest at this very moment is gone: the next is meant.
    """
    here, clock = now.astimezone(ZoneInfo(zone)), time.fromisoformat(daily.removeprefix("daily "))
    today = datetime.combine(here.date(), clock, here.tzinfo).astimezone(UTC)
    # Tomorrow's wall clock, not 24 hours on: the two differ when summer time begins or ends.
    return (
        today if today > now else datetime.combine(here.date() + timedelta(days=1), clock, here.tzinfo).astimezone(UTC)
    )


class DigestLine(Stored):
    """One thing that a person is told of."""

    key: str = Field(description="Names what is told for good: told twice it is one line.")
    subject: str
    body: str = ""
    links: dict[str, str] = Field(default_factory=dict, description="Title → URL.")

    @property
    def size(self) -> int:
        """Characters that it takes in a row."""
        return len(self.model_dump_json())


class Digest(Stored):
    """What one person is told of at one time."""

    address: str
    due: datetime = Field(description="UTC.")
    lines: tuple[DigestLine, ...] = ()
    sending: datetime | None = Field(default=None, description="UTC: when a worker took it to send it. None: it waits.")

    def has(self, line: DigestLine) -> bool:
        """Tell whether a line stands in it."""
        return any(one.key == line.key for one in self.lines)

    def takes(self, line: DigestLine) -> bool:
        """Tell whether a line can still be put into it."""
        size = sum(one.size for one in self.lines) + line.size
        # A line that is too long for any digest has one to itself: refused by each, it would never go out.
        return self.sending is None and len(self.lines) < MOST_LINES and (size <= MOST_CHARACTERS or not self.lines)

    def with_line(self, line: DigestLine) -> Self:
        """Return it with one line more."""
        return self.model_copy(update={"lines": (*self.lines, line)})

    def taken(self, now: datetime) -> Self:
        """Return it in a worker's hands, about to be sent."""
        return self.model_copy(update={"sending": now})

    def put_back(self) -> Self:
        """Return it waiting: it certainly was not sent."""
        return self.model_copy(update={"sending": None})
