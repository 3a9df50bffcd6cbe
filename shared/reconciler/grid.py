"""The moments of timers: rounded, so that equal wishes are one row, and spread over origins."""

import zlib
from datetime import datetime, timedelta

from shared.timing import GRID


def on_grid(at: datetime) -> datetime:
    """Round a time up."""
    over = at.timestamp() % GRID.total_seconds()
    return at + GRID - timedelta(seconds=over) if over else at


def spread(at: datetime, origin: str) -> datetime:
    """Give each origin its own moment in the minute after a time, always the same: equal wishes are one row."""
    return on_grid(at + timedelta(seconds=zlib.crc32(origin.encode()) % 60))
