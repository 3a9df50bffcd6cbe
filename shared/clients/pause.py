"""How long a system asks to be left alone. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

LONGEST_PAUSE = timedelta(minutes=30)
"""Longer is not believed (`GATE_MAX_SECONDS`): a system that is well again would stay unasked for days."""
SHORTEST_PAUSE = timedelta(seconds=1)
_LONGEST_NUMBER = 9
"""Digits of seconds; more are more than any pause."""


def pause_of(headers: Mapping[str, str], longest: timedelta = LONGEST_PAUSE) -> timedelta | None:
    """
    Read `Retry-After`: seconds, or a date that is held against the answer's own `Date`. None: nothing that can be read.

    Args:
        headers: found under names in lower case.
        longest: what is asked for beyond it is cut to it.

    Source: RFC 9110 section 10.2.3.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return _within(timedelta(seconds=int(value)) if len(value) <= _LONGEST_NUMBER else longest, longest)
    until, at = _date(value), answered_at(headers)
    return None if until is None or at is None else _within(until - at, longest)


def answered_at(headers: Mapping[str, str]) -> datetime | None:
    """Read when the other side answered, by its own clock, in UTC. None: it does not tell. `headers` as above."""
    return _date(headers.get("date", ""))


@lru_cache(maxsize=64)
def _date(value: str) -> datetime | None:
    # Kept: dates have whole seconds, and the many answers of a look share a few.
    try:
        found = parsedate_to_datetime(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _within(pause: timedelta, longest: timedelta) -> timedelta:
    return min(max(pause, SHORTEST_PAUSE), longest)
