"""How long history is kept, and what stands for it afterwards. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from shared.models.events import EventKind
from shared.models.evidence import Entry, Event
from shared.models.link import Link, LinkState

DEFAULT_YEARS = 10
_AT_WORK = frozenset({LinkState.OPEN, LinkState.RESERVED, LinkState.HELD})


def years_of(links: Iterable[Link]) -> int:
    """Return the years for which an origin's history is kept: the longest of its rules, ten where none says."""
    return max((link.evidence.retention_years for link in links if link.evidence is not None), default=DEFAULT_YEARS)


def ends(at: datetime, years: int) -> datetime:
    """Return when retention ends: the same day, years later; 28 February for a 29th that there is not."""
    try:
        return at.replace(year=at.year + years)
    except ValueError:
        return at.replace(year=at.year + years, day=28)


def to_purge(entries: Sequence[Entry], links: Iterable[Link], now: datetime) -> tuple[Entry, ...]:
    """
    Choose the entries of an origin whose retention is over: all of them, or none.

    A chain keeps or loses its history as a whole: an outcome without what led to it proves nothing. An origin with
    work in it keeps everything. The checkpoint itself is never chosen again alone.
    """
    known = tuple(links)
    if not entries or any(link.state in _AT_WORK for link in known):
        return ()
    told = [entry for entry in entries if entry.what != EventKind.CHECKPOINT]
    # A checkpoint does not count: left by the last purge, it would put off the next one by the whole retention.
    if not told or ends(told[-1].at, years_of(known)) > now:
        return ()
    return tuple(entries)


def checkpoint(entries: Sequence[Entry], years: int, operator: str) -> Event:
    """Say what the deleted entries were: how many, the first and the last one's hash. Whoever has them can compare."""
    first, last = entries[0], entries[-1]
    detail = {
        "purged": len(entries),
        "first": first.sequence,
        "first_hash": first.hash,
        "through": last.sequence,
        "hash": last.hash,
        "reason": f"kept for {years} years",
    }
    return Event(what=EventKind.CHECKPOINT, actor={"operator": operator}, detail=detail)


def leftovers(entries: Sequence[Entry]) -> tuple[int, ...]:
    """Name the entries that a checkpoint stands for, and that a run which was cut off left behind."""
    through = max((entry.detail["through"] for entry in entries if entry.what == EventKind.CHECKPOINT), default=0)
    return tuple(entry.sequence for entry in entries if entry.sequence <= through)
